import { expect } from 'chai';
import { type Background, toReport } from '../../src/conversation/understand.js';
import { readText } from '../../src/conversation/understanding/read.js';
import { type Report, reportSchema } from '../../src/domain/report.js';
import type { StoredMessage } from '../../src/ports/store.js';
import { packagedAids } from './understanding/aids.js';

const message: StoredMessage = {
  id: '01932b4e-7c00-7000-8000-000000000001',
  receivedAtMs: Date.UTC(2026, 10, 21, 9, 30),
  channelId: 'telkomsel',
  medium: 'sms',
  address: '1708',
  senderRef: 's_abcdefghijklmnop',
  text: '',
  encoding: 'gsm7',
  parts: 1,
  externalIds: ['42'],
  flags: [],
  extras: {},
  change: null,
};

describe('the canonical report', () => {
  async function report(change: Partial<StoredMessage>, background: Partial<Background> = {}): Promise<Report> {
    const said = { ...message, ...change };
    const reading = readText(said.text, await packagedAids());
    const made = toReport(said, reading, { twinTrackingId: null, language: null, ...background });
    expect(reportSchema.parse(made)).to.deep.equal(made);
    return made;
  }

  it('makes a canonical report out of all that the text says', async () => {
    const text = 'TANGKAB jalan rusak di kec Balaraja, hub 0812-3456-7890. Sudah lama';
    expect(await report({ text, flags: ['truncated'] })).to.deep.include({
      id: message.id,
      receivedAt: '2026-11-21T09:30:00.000Z',
      reporter: { ref: message.senderRef, visibility: 'open' },
      kind: 'complaint',
      title: 'Jalan rusak di kec Balaraja',
      text: 'jalan rusak di kec Balaraja, hub [telepon]. Sudah lama',
      keyword: 'TANGKAB',
      implied: { topic: null, agency: 'Pemerintah Kabupaten Tangerang' },
      locations: [{ code: '36.03', name: 'Kabupaten Tangerang', level: 'regency', evidence: 'kec Balaraja' }],
      flags: ['truncated', 'contains_personal_data'],
    });
  });

  it('sends on also what is no report: when in doubt it is one', async () => {
    expect((await report({ text: 'STATUS 9165816' })).text).to.equal('STATUS 9165816');
    expect((await report({ text: '?' })).title).to.equal('?');
    expect((await report({ text: '' })).title).to.equal('');
  });

  const secrets = [
    { label: 'is confidential', text: 'jalan rusak', visibility: 'confidential' },
    { label: 'is anonymous where that is asked for', text: 'ANONIM jalan rusak', visibility: 'anonymous' },
  ];
  for (const { label, text, visibility } of secrets) {
    it(`what came by a way that nobody else reads ${label}`, async () => {
      expect((await report({ text, flags: ['confidential'] })).reporter.visibility).to.equal(visibility);
    });
  }

  it('keeps the topic in the title, though it is taken out of the text', async () => {
    const { text, title, implied } = await report({ text: 'BBM langka di spbu' });
    expect({ text, title, topic: implied?.topic }).to.deep.equal({
      text: 'langka di spbu',
      title: 'BBM langka di spbu',
      topic: 'fuel',
    });
  });

  describe('of an anonymous reporter', () => {
    const anonymous = {
      text: 'ANONIM kades minta uang',
      extras: { publicUrl: 'https://x.com/budi/status/42', inReplyTo: '41' },
    };

    it('gives a ref that leads to no other report', async () => {
      const [one, other] = [await report(anonymous), await report({ ...anonymous, id: message.id.replace(/1$/, '2') })];
      expect(one.reporter.visibility).to.equal('anonymous');
      expect(one.reporter.ref).to.match(/^s_[0-9a-z]{16,}$/);
      expect(new Set([one.reporter.ref, other.reporter.ref, message.senderRef])).to.have.property('size', 3);
    });

    it('gives the same one when the report is handed over again', async () => {
      expect(await report(anonymous)).to.deep.equal(await report(anonymous));
    });

    it('gives none of what leads to the author of a post', async () => {
      const { thread, source } = await report(anonymous);
      expect([thread, source.externalIds]).to.deep.equal([{ inReplyTo: null, publicUrl: null }, []]);
    });
  });

  it('keeps the sender and the post of an open report', async () => {
    const extras = { publicUrl: 'https://x.com/budi/status/42', inReplyTo: '41' };
    const { thread, source, reporter } = await report({ text: 'jalan rusak', extras });
    expect([thread, source.externalIds, reporter.ref]).to.deep.equal([extras, ['42'], message.senderRef]);
  });

  it('offers the earlier report of the same words, but leads from no anonymous one to another', async () => {
    const twin = { twinTrackingId: '9165816' };
    expect(await report({ text: 'Lampu padam' }, twin)).to.deep.include({
      possibleDuplicateOf: '9165816',
      flags: ['possible_duplicate'],
    });
    expect((await report({ text: 'ANONIM lampu padam' }, twin)).possibleDuplicateOf).to.equal(null);
  });

  it('says which language its sender chose', async () => {
    expect((await report({ text: 'Lampu padam' }, { language: 'en' })).language).to.equal('en');
  });
});
