import { expect } from 'chai';
import type { Evidence } from '../../scripts/chaos/evidence.js';
import { promised } from '../../scripts/chaos/promises.js';

/** That the crash test would notice: each promise, broken once in evidence that is otherwise in order. */

const citizen = '6281155000001';
const texts = [1, 2].map((serial) => ({
  id: `t${serial}`,
  serial,
  from: citizen,
  text: `Laporan ${serial}: lampu jalan mati`,
  parts: 1,
  acknowledged: true,
}));
const filed = texts.map(({ serial, text }) => ({
  reportId: `r${serial}`,
  trackingId: `900${serial}`,
  reporterRef: 's_1',
  text,
  submissions: 1,
  statusChanges: 0,
}));
const replies = filed.map(({ reportId, trackingId }) => ({
  id: `a-${reportId}`,
  reportId,
  to: citizen,
  kind: 'acknowledgement',
  state: 'delivered',
  text: `Nomor #${trackingId}. Simpan.`,
  takenUpAgain: 0,
}));
const inOrder: Evidence = {
  texts,
  filed,
  inboxes: new Map([[citizen, replies.map(({ text }) => text)]]),
  store: {
    integrity: 'ok',
    reports: filed.map(({ reportId, trackingId, text }) => ({
      id: reportId,
      from: citizen,
      text,
      parts: 1,
      trackingId,
    })),
    replies,
    duplicateParts: 0,
    waiting: { reports: 0 },
  },
};
const [firstText, secondText] = replies.map(({ text }) => text) as [string, string];

function withStore(changed: Partial<Evidence['store']>): Evidence {
  return { ...inOrder, store: { ...inOrder.store, ...changed } };
}

function withInbox(...messages: string[]): Evidence {
  return { ...inOrder, inboxes: new Map([[citizen, messages]]) };
}

const cases: ReadonlyArray<{ label: string; evidence: Evidence; broken: readonly string[] }> = [
  { label: 'all in order', evidence: inOrder, broken: [] },
  {
    label: 'a torn file',
    evidence: withStore({ integrity: 'page 3 is never used' }),
    broken: ['the store is whole'],
  },
  {
    label: 'a text without an acknowledgement',
    evidence: { ...inOrder, texts: texts.map((text) => ({ ...text, acknowledged: text.serial !== 2 })) },
    broken: ['every text is acknowledged to the telco in the end'],
  },
  {
    label: 'a report less in the store',
    evidence: withStore({ reports: inOrder.store.reports.slice(1) }),
    broken: ['every acknowledged text is one report in the store, with each of its parts once'],
  },
  {
    label: 'a part twice in the store',
    evidence: withStore({ reports: inOrder.store.reports.map((report) => ({ ...report, parts: 2 })) }),
    broken: ['every acknowledged text is one report in the store, with each of its parts once'],
  },
  {
    label: 'a ticket twice',
    evidence: { ...inOrder, filed: [...filed, ...filed.slice(1).map((report) => ({ ...report, reporterRef: 's_2' }))] },
    broken: ['the tracker has one ticket for each text, with its words'],
  },
  {
    label: 'another tracking id',
    evidence: withStore({ reports: inOrder.store.reports.map((report) => ({ ...report, trackingId: '9001' })) }),
    broken: ['the store and the tracker agree on every tracking id'],
  },
  {
    label: 'the second text filed first',
    evidence: { ...inOrder, filed: [...filed].reverse() },
    broken: ["one citizen's texts are filed in the order in which they were sent"],
  },
  {
    label: 'an SMS that never came',
    evidence: withInbox(firstText),
    broken: [
      'every citizen has got the tracking id of every text',
      'every reply came to its handset, and is known to have come',
    ],
  },
  {
    label: 'a status change without a reply',
    evidence: { ...inOrder, filed: filed.map((report) => ({ ...report, statusChanges: 1 })) },
    broken: ['every ticket has one acknowledgement, and one reply for each status change'],
  },
  {
    label: 'a receipt that was lost',
    evidence: withStore({ replies: replies.map((reply) => ({ ...reply, state: 'accepted' })) }),
    broken: ['every reply came to its handset, and is known to have come'],
  },
  {
    label: 'an SMS that came twice without a word',
    evidence: withInbox(firstText, firstText, secondText),
    broken: ['an SMS came twice only where the store says that it was perhaps sent before'],
  },
  {
    label: 'an SMS that came twice, and was perhaps sent',
    evidence: {
      ...withStore({ replies: replies.map((reply) => ({ ...reply, takenUpAgain: 1 })) }),
      inboxes: new Map([[citizen, [firstText, secondText, firstText]]]),
    },
    broken: [],
  },
  {
    label: 'the second reply first',
    evidence: withInbox(secondText, firstText),
    broken: ['one citizen gets replies in the order in which they were caused'],
  },
  {
    label: 'an SMS from nowhere',
    evidence: withInbox(firstText, secondText, 'Selamat, Anda menang'),
    broken: ['no handset got an SMS that the store does not know'],
  },
  {
    label: 'a report that waits',
    evidence: withStore({ waiting: { reports: 1 } }),
    broken: ['nothing is left over'],
  },
];

describe('what the crash test notices', () => {
  for (const { label, evidence, broken } of cases) {
    it(label, () => {
      const found = promised.filter((promise) => promise.broken(evidence).length > 0);
      expect(found.map((promise) => promise.label)).to.deep.equal(broken);
    });
  }
  it('every promise is broken by a case', () => {
    const seen = new Set(cases.flatMap(({ broken }) => broken));
    expect(promised.map(({ label }) => label).filter((label) => !seen.has(label))).to.deep.equal([]);
  });
});
