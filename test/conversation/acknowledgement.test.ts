import { expect } from 'chai';
import { type Acknowledged, acknowledgementKey } from '../../src/conversation/acknowledgement.js';
import { toReport } from '../../src/conversation/understand.js';
import { type ReadingAids, readText } from '../../src/conversation/understanding/read.js';
import { plainRules } from '../fakes/conversation.js';
import { messageOf, ownTicket } from './said.js';
import { packagedAids } from './understanding/aids.js';

const rules = { ...plainRules, askPlace: true };

interface Case {
  readonly text: string;
  readonly key: string;
  readonly flags?: readonly string[];
  readonly given?: Partial<Acknowledged>;
}

const twin = ownTicket('9165816');

const cases: readonly Case[] = [
  { text: 'Jalan rusak di kab Buleleng', key: 'acknowledgement' },
  { text: 'Jalan rusak parah sekali', key: 'acknowledgementAskPlace' },
  { text: 'Jalan rusak parah sekali', key: 'acknowledgement', given: { isAskedAlready: true } },
  { text: 'Terima kasih, pelayanan di kelurahan bagus', key: 'acknowledgement' },
  { text: 'Bagaimana cara mengurus akta kelahiran?', key: 'acknowledgement' },
  { text: 'ADUAN (testing) jalan rusak', key: 'acknowledgement' },
  { text: 'Ada kebakaran di pasar, tolong', key: 'acknowledgementEmergency' },
  { text: 'Jalan rusak parah', flags: ['truncated'], key: 'acknowledgementTruncated' },
  { text: 'Jalan rusak parah sekali', given: { twin }, key: 'acknowledgementDuplicate' },
  { text: 'ANONIM jalan rusak di kab Buleleng', given: { twin }, key: 'acknowledgementAnonymous' },
  { text: 'ANONIM jalan rusak parah sekali', given: { twin }, key: 'acknowledgementAnonymous' },
  { text: 'RAHASIA jalan rusak di kab Buleleng', given: { twin }, key: 'acknowledgementConfidential' },
  { text: 'ANONIM guru di kab Buleleng jarang masuk', key: 'acknowledgementAnonymous' },
  { text: 'ANONIM guru kami jarang masuk', key: 'acknowledgementAnonymousAskPlace' },
  { text: 'ANONIM guru kami jarang masuk', given: { isAskedAlready: true }, key: 'acknowledgementAnonymous' },
  { text: 'RAHASIA ada pungli di kelurahan', key: 'acknowledgementConfidentialAskPlace' },
  { text: 'ANONIM RAHASIA kades di kab Buleleng minta uang', key: 'acknowledgementAnonymous' },
  { text: 'RAHASIA ada kebakaran di pasar', key: 'acknowledgementEmergency' },
  { text: 'RAHASIA kepala desa minta', flags: ['truncated'], key: 'acknowledgementTruncated' },
  { text: 'Kades di kab Buleleng minta uang', flags: ['confidential'], key: 'acknowledgementConfidential' },
  { text: 'RAHASIA ada pungli di kelurahan', given: { isPublic: true }, key: 'acknowledgementPublicSecret' },
  { text: 'ANONIM ada pungli di kelurahan', given: { isPublic: true }, key: 'acknowledgementPublicSecret' },
  { text: 'RAHASIA ada pungli di kab Buleleng', key: 'acknowledgementConfidential' },
  {
    text: 'NIK saya 3201234567890123 salah di kab Buleleng',
    given: { isPublic: true },
    key: 'acknowledgementPublicPersonalData',
  },
  { text: 'NIK saya 3201234567890123 salah di kab Buleleng', key: 'acknowledgement' },
  { text: 'RAHASIA ada kebakaran di pasar', given: { isPublic: true }, key: 'acknowledgementEmergency' },
];

describe('the acknowledgement of a report', () => {
  let aids: ReadingAids;
  before(async () => {
    aids = await packagedAids();
  });

  function keyOf({ text, flags = [], given = {} }: Case, chosen = rules): string {
    const reading = readText(text, aids);
    const report = toReport(messageOf(text, { flags }), reading, { twinTrackingId: null, language: null });
    return acknowledgementKey({ report, isPublic: false, twin: null, isAskedAlready: false, ...given }, chosen);
  }

  for (const c of cases) {
    it(`${c.key}: ${JSON.stringify(c.text)} ${JSON.stringify(c.given ?? c.flags ?? {})}`, () => {
      expect(keyOf(c)).to.equal(c.key);
    });
  }

  it('asks for no place where the operator wants none asked for', () => {
    expect(keyOf({ text: 'Jalan rusak parah sekali', key: '' }, plainRules)).to.equal('acknowledgement');
  });
});
