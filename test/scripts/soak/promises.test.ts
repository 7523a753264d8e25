import { expect } from 'chai';
import { brokenPromises, type Evidence } from '../../../scripts/soak/promises.js';

const from = '6281150000001';
const kept: Evidence = {
  texts: [
    { from, text: 'Laporan 1' },
    { from, text: 'Laporan 2' },
  ],
  filed: [
    { trackingId: '11', text: 'Laporan 1', submissions: 1 },
    { trackingId: '12', text: 'Laporan 2', submissions: 3 },
  ],
  inboxes: new Map([[from, ['Nomor #11. Simpan.', 'Nomor #12. Simpan.']]]),
  malformedPdus: 0,
  droppedParts: 0,
  resentReplies: 0,
  deadLetters: 0,
};
const stranger = { trackingId: '13', text: '\u0000', submissions: 1 };
const inboxWithCopy = new Map([[from, ['Nomor #11. Simpan.', 'Nomor #12. Simpan.', 'Nomor #12. Simpan.']]]);

const cases: ReadonlyArray<{ label: string; change: Partial<Evidence>; broken: readonly RegExp[] }> = [
  { label: 'all kept', change: {}, broken: [] },
  {
    label: 'a text lost',
    change: { filed: kept.filed.slice(0, 1) },
    broken: [/^1 texts were acknowledged and never filed, such as "Laporan 2"$/, /^1 citizens were not told/],
  },
  {
    label: 'a text filed twice',
    change: { filed: [...kept.filed, { trackingId: '14', text: 'Laporan 2', submissions: 1 }] },
    broken: [/^1 texts became two reports/, /^1 citizens were not told/],
  },
  { label: 'a report out of nothing', change: { filed: [...kept.filed, stranger] }, broken: [/^1 reports are of no/] },
  {
    label: 'a report of a malformed PDU',
    change: { filed: [...kept.filed, stranger], malformedPdus: 1 },
    broken: [],
  },
  {
    label: 'a citizen not answered',
    change: { inboxes: new Map([[from, ['Nomor #11. Simpan.']]]) },
    broken: [/^1 citizens were not told the number of their report, such as "Laporan 2"$/],
  },
  { label: 'a reply sent twice unknowingly', change: { inboxes: inboxWithCopy }, broken: [/^1 replies came again/] },
  { label: 'a reply sent twice knowingly', change: { inboxes: inboxWithCopy, resentReplies: 1 }, broken: [] },
  { label: 'a part refused for good', change: { droppedParts: 1 }, broken: [/^1 parts were refused for good/] },
  { label: 'a dead letter', change: { deadLetters: 1 }, broken: [/^1 dead letters; malformed PDUs account for 0$/] },
];

describe("soak's promises", () => {
  for (const { label, change, broken } of cases) {
    it(label, () => {
      const found = brokenPromises({ ...kept, ...change });
      expect(found).to.have.length(broken.length);
      for (const [index, pattern] of broken.entries()) expect(found[index]).to.match(pattern);
    });
  }
});
