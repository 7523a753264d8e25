import { expect } from 'chai';
import fc from 'fast-check';
import { createLogger, type LoggerOptions, Redaction, readBack } from '../../src/telemetry/logger.js';
import { privateFields, scrubber } from '../../src/telemetry/scrub.js';

/** What a log wrote, line by line. */
class Written {
  readonly lines: string[] = [];

  write(line: string): boolean {
    this.lines.push(line);
    return true;
  }
}

function logInto(written: Written, changes: Partial<LoggerOptions> = {}) {
  return createLogger({ level: 'debug', redaction: new Redaction([]), format: 'json', output: written, ...changes });
}

/** The one line that came of these fields, read as JSON. */
function logged(fields: object, secrets: readonly string[] = [], message = 'it happened'): Record<string, unknown> {
  const written = new Written();
  logInto(written, { redaction: new Redaction(secrets) }).warn(fields, message);
  expect(written.lines).to.have.length(1);
  return JSON.parse(written.lines[0] ?? '') as Record<string, unknown>;
}

describe('logger', () => {
  it('writes one JSON object a line, with time, level and message', () => {
    const { time, ...rest } = logged({ channel: 'indosat' });
    expect(rest).to.deep.equal({ level: 'warn', channel: 'indosat', msg: 'it happened' });
    expect(new Date(String(time)).toISOString()).to.equal(time);
  });

  it('keeps the fields of a child, and of its levels only what is asked for', () => {
    const written = new Written();
    const log = logInto(written, { level: 'warn' }).child({ channel: 'three' });
    log.info({}, 'not asked for');
    log.error({ link: 2 }, 'asked for');
    expect(written.lines).to.have.length(1);
    expect(JSON.parse(written.lines[0] ?? '')).to.include({ channel: 'three', link: 2, msg: 'asked for' });
  });

  describe('private fields', () => {
    // Named once more: a field that falls out of the list must not fall out of its test.
    const names = [
      ...['from', 'to', 'address', 'msisdn', 'text', 'body', 'shortMessage', 'raw', 'title'],
      ...['password', 'token'],
    ];

    it('are these', () => expect(privateFields).to.have.members(names));

    for (const name of names) {
      it(`never shows ${name}, at any depth`, () => {
        const line = JSON.stringify(logged({ [name]: 'rahasia', deep: { er: [{ [name]: { in: 'rahasia' } }] } }));
        expect(line).not.to.include('rahasia');
        expect(line.split(`"${name}":"[redacted]"`)).to.have.length(3);
      });
    }
  });

  describe('secrets', () => {
    const cases: readonly { label: string; secrets: string[]; fields: object; is: object }[] = [
      {
        label: 'within a text',
        secrets: ['s3cr"et\\'],
        fields: { cause: 'bind as x:s3cr"et\\ refused' },
        is: { cause: 'bind as x:[secret] refused' },
      },
      {
        label: 'deep in fields and lists',
        secrets: ['kunci'],
        fields: { link: { hosts: ['a', 'kunci@b'] } },
        is: { link: { hosts: ['a', '[secret]@b'] } },
      },
      {
        label: 'the longer of two first',
        secrets: ['kunci', 'kuncinya'],
        fields: { a: 'kuncinya' },
        is: { a: '[secret]' },
      },
      {
        label: 'with signs that a pattern knows',
        secrets: ['a.c*(['],
        fields: { a: 'a.c*([', b: 'abc' },
        is: { a: '[secret]', b: 'abc' },
      },
      {
        label: 'not in what stands for another',
        secrets: ['kunci', 'secret'],
        fields: { a: 'kunci!' },
        is: { a: '[secret]!' },
      },
      {
        label: 'short ones only as a whole value',
        secrets: ['ab'],
        fields: { a: 'ab', b: 'kabar' },
        is: { a: '[secret]', b: 'kabar' },
      },
      { label: 'never an empty one', secrets: [''], fields: { a: '', b: 'x' }, is: { a: '', b: 'x' } },
      {
        label: 'numbers and names stay',
        secrets: ['2775', 'port'],
        fields: { port: 2775, at: 'h:2775' },
        is: { port: 2775, at: 'h:[secret]' },
      },
      {
        label: 'the log keeps its own level',
        secrets: ['warn'],
        fields: { a: 'warn' },
        is: { level: 'warn', a: '[secret]' },
      },
    ];
    for (const { label, secrets, fields, is } of cases) {
      it(label, () => expect(logged(fields, secrets)).to.deep.include(is));
    }

    it('that a reload brought, and still those from before', () => {
      const redaction = new Redaction(['rahasia1']);
      redaction.add(['rahasia2', '']);
      const written = new Written();
      logInto(written, { redaction }).info({ a: 'x rahasia1', b: 'rahasia2' }, 'hello');
      expect(JSON.parse(written.lines[0] ?? '')).to.include({ a: 'x [secret]', b: '[secret]' });
    });

    it('keeps its own time', () => {
      const year = String(new Date().getUTCFullYear());
      expect(logged({}, [year]).time).to.match(new RegExp(`^${year}-`));
    });

    it('in the message, the stack and the cause of an error', () => {
      const err = new Error('refused kunci', { cause: new Error('since kunci is old') });
      const line = JSON.stringify(logged({ err }, ['kunci'], 'with kunci'));
      expect(line).to.include('refused [secret]').and.include('since [secret] is old').and.include('with [secret]');
      expect(line).not.to.include('kunci');
    });
  });

  describe('mobile numbers', () => {
    const numbers = [
      ...['081234567890', '6281234567890', '+6281234567890', '006281234567890', '81234567890'],
      ...['+62 812-3456-7890', '0812 3456 7890', '0812-3456-7890', '0812.3456.7890', '62 812 3456 7890', '08123456789'],
    ];
    for (const number of numbers) {
      it(`takes out ${number}`, () => {
        expect(logged({ cause: `no route to ${number}, later` }).cause).to.equal('no route to [number], later');
        expect(logged({ cause: `msisdn-${number}` }).cause).to.match(/^msisdn-\+?\[number\]$/);
      });
    }

    const others = [
      ...['81234567-8901-7000-8123-081234567890', '01a1ff3a-9ac0-7000-8123-628123456789', '85.214.132.117:2775'],
      ...['62.85.214.132', '2026-11-21T17:49:53.072Z', '0.8123456789 s', '#1000001', 'ab081234567890cd', '0812345'],
    ];
    for (const other of others) {
      it(`leaves ${other}`, () => expect(logged({ cause: other }).cause).to.equal(other));
    }

    it('leaves numbers that are numbers', () => {
      expect(logged({ link: 62812345678901, atMs: 81234567890 })).to.include({
        link: 62812345678901,
        atMs: 81234567890,
      });
    });
  });

  describe('lines for a person', () => {
    it('tells time, level, message and fields', () => {
      const written = new Written();
      logInto(written, { format: 'lines' }).warn({ channel: 'indosat', links: [1, 2] }, 'bind refused');
      expect(written.lines[0]).to.match(/^\d\d:\d\d:\d\d warn {2}bind refused channel=indosat links=\[1,2\]\n$/);
    });

    it('holds nothing that a terminal would obey', () => {
      const written = new Written();
      logInto(written, { format: 'lines' }).warn({ a: '\u001b[31mred\r\nnew', b: ['\u009b2J'] }, 'x\u0007\u202ey');
      expect(written.lines[0]).to.match(/ x y a= \[31mred new b=\[" 2J"\]\n$/);
    });
  });

  for (const line of ['', '{"port":[secret]}', 'null', '{"cause":"081234567890"']) {
    it(`says that it left out a line that cannot be read back: ${line}`, () => {
      const { level, msg, octets } = readBack(line, scrubber(new Redaction([])));
      expect({ level, msg, octets }).to.deep.equal({
        level: 'error',
        msg: 'left out a log line that is not JSON',
        octets: line.length,
      });
    });
  }

  it('never throws, and every line is one JSON object or one line, whatever is logged and secret', () => {
    const secret = fc.oneof(fc.string(), fc.constantFrom('"', ':', '2775', '{', 'level', 'msg', '\\', '\\u00', 'true'));
    const fields = fc.object({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
    fc.assert(
      fc.property(fields, fc.array(secret, { maxLength: 4 }), fc.string(), (thing, secrets, message) => {
        const written = new Written();
        logInto(written, { redaction: new Redaction(secrets) }).error(thing, message);
        logInto(written, { redaction: new Redaction(secrets), format: 'lines' }).error(thing, message);
        const [json = '', line = ''] = written.lines;
        expect(JSON.parse(json)).to.be.an('object');
        expect(json.indexOf('\n')).to.equal(json.length - 1);
        expect(line.indexOf('\n')).to.equal(line.length - 1);
      }),
      { numRuns: 300 },
    );
  });

  it('shows no secret in any text, whatever is around it', () => {
    const secret = fc.string({ minLength: 4, unit: fc.constantFrom('K', '"', '\\', '\n', '$', '.') });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (kept, before, after) => {
        const { cause, list } = logged({ cause: before + kept + after, list: [{ kept }] }, [kept]);
        expect(String(cause)).to.include('[secret]').and.not.include(kept);
        expect(list).to.deep.equal([{ kept: '[secret]' }]);
      }),
      { numRuns: 200 },
    );
  });
});
