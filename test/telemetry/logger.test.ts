import { Writable } from 'node:stream';
import { expect } from 'chai';
import { createLogger, Redaction } from '../../src/telemetry/logger.js';

describe('redaction', () => {
  function logged(redaction: Redaction, fields: object): string {
    let text = '';
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    createLogger({ level: 'info', format: 'json', redaction, output }).info(fields, 'hello');
    return text;
  }

  it('hides what a reload brought, and goes on hiding what was there before', () => {
    const redaction = new Redaction(['rahasia1']);
    redaction.add(['rahasia2']);
    expect(logged(redaction, { a: 'x rahasia1', b: 'rahasia2' }))
      .to.include('x [secret]')
      .and.not.match(/rahasia/);
  });

  it('hides the whole of a secret that begins with another', () => {
    const redaction = new Redaction(['kunci']);
    redaction.add(['kunci-baru', '']);
    expect(logged(redaction, { a: 'kunci-baru' })).to.include('"[secret]"');
  });

  it('knows secrets as JSON spells them', () => {
    expect(logged(new Redaction(['ku"nci']), { a: 'ku"nci' })).to.include('"[secret]"');
  });
});
