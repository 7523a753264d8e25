import { expect } from 'chai';
import type { Forgotten, RetentionStore, RetentionTerms } from '../../../src/ports/retention.js';
import { binaryPart, citizen, longSms, neighbour, smsPart } from '../../fakes/parts.js';
import { only, Scene, type StoreHarness } from './scene.js';

const dayMs = 86_400_000;

/** What the retention port promises, for every driver that forgets: as `describeStoreConformance`. */
export function describeRetentionConformance(harness: StoreHarness): void {
  describe(`retention conformance: ${harness.driver}`, () => {
    let scene: Scene;

    beforeEach(async () => {
      scene = await Scene.begin(harness);
    });

    afterEach(() => scene.end());

    describeWhatGoes(() => scene);
    describeWhatStays(() => scene);
    describeSenders(() => scene);
  });
}

function retentionOf({ store }: Scene): RetentionStore {
  if (store.retention === undefined) throw new Error('this store keeps everything for good');
  return store.retention;
}

/** As a gateway that keeps words 90 days and records a year, unless told otherwise. */
function termsAt(nowMs: number, given: Partial<RetentionTerms> = {}): RetentionTerms {
  return {
    wordsBeforeMs: nowMs - 90 * dayMs,
    recordsBeforeMs: nowMs - 365 * dayMs,
    quietSinceMs: nowMs - 30 * dayMs,
    openSinceMs: nowMs - 2_000 * dayMs,
    ...given,
  };
}

const batchesMax = 500;

/** Forgets until there is nothing more. @returns the sum. */
async function forgetAll(
  scene: Scene,
  given: Partial<RetentionTerms> = {},
  limit = 10,
): Promise<Omit<Forgotten, 'more'>> {
  const sum = { words: 0, records: 0, senders: 0, acts: 0 };
  for (let batches = 0; batches < batchesMax; batches += 1) {
    const request = { ...termsAt(scene.nowMs, given), limit, nowMs: scene.nowMs };
    const { more, ...counts } = await retentionOf(scene).forget(request);
    for (const key of ['words', 'records', 'senders', 'acts'] as const) sum[key] += counts[key];
    if (!more) return sum;
  }
  throw new Error('never came to an end');
}

function pass(scene: Scene, days: number): void {
  scene.nowMs += days * dayMs;
}

/** Something that came in just now, so that what is looked at is not the newest. */
async function somethingNew(scene: Scene): Promise<void> {
  await scene.accept([smsPart({ from: neighbour, text: 'baru', receivedAtMs: scene.nowMs })]);
}

async function keptWords(scene: Scene): Promise<string> {
  return (await scene.place.rawParts()).map((raw) => raw.toString('latin1')).join('|');
}

/** A message, its ticket, a status, and replies that were delivered. @returns the report's id. */
async function wholeLife(scene: Scene, given: { status?: 'closed' | 'rejected' | 'archived' | 'responded' } = {}) {
  const report = await scene.claimedReport(smsPart({ text: 'kata rahasia', receivedAtMs: scene.nowMs }));
  await scene.forward(report);
  await scene.status(report, 1, { status: given.status ?? 'closed', message: 'kata dinas' });
  for (const round of [1, 2]) {
    const reply = only(await scene.claimReplies());
    await scene.outcome(reply, { kind: 'accepted', externalIds: [`A${report.seq}-${round}`] });
    await scene.receipt('delivered', `A${report.seq}-${round}`);
  }
  return report.message.id;
}

/** Each leaves one story, in which the word `rahasia` occurs, at its end. */
const endings: readonly {
  readonly label: string;
  readonly end: (scene: Scene) => Promise<unknown>;
  readonly open?: true;
}[] = [
  { label: 'a closed ticket', end: (scene) => wholeLife(scene) },
  { label: 'a rejected ticket', end: (scene) => wholeLife(scene, { status: 'rejected' }) },
  { label: 'an archived ticket', end: (scene) => wholeLife(scene, { status: 'archived' }) },
  {
    label: 'an open ticket of which nothing was heard for too long',
    end: (scene) => wholeLife(scene, { status: 'responded' }),
    open: true,
  },
  {
    label: 'a message that made no report',
    end: async (scene) => {
      const claim = await scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs }));
      await scene.handle(claim.seq, { atMs: scene.nowMs });
    },
  },
  {
    label: 'a report that an operator discarded',
    end: async (scene) => {
      const { seq } = await scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs }));
      await scene.store.buryReports([{ seq, code: 'x', message: 'x', atMs: scene.nowMs, reply: null }]);
      await scene.store.discardDeadLetters([only(await scene.store.deadLetters()).id], 'uji', scene.nowMs);
    },
  },
  {
    label: 'a part that could not be read and was discarded',
    end: async (scene) => {
      await scene.accept([binaryPart({ raw: Buffer.from('rahasia'), receivedAtMs: scene.nowMs })]);
      await scene.store.discardDeadLetters([only(await scene.store.deadLetters()).id], 'uji', scene.nowMs);
    },
  },
  {
    label: 'a long message of which a part came twice',
    end: async (scene) => {
      const parts = longSms(['rahasia ', 'besar'], 7, { receivedAtMs: scene.nowMs });
      await scene.accept([...parts, ...parts]);
      await scene.handle(only(await scene.claimReports()).seq, { atMs: scene.nowMs });
    },
  },
];

function describeWhatGoes(scene: () => Scene): void {
  describe('what is past its time', () => {
    for (const { label, end, open = false } of endings) {
      const given = (nowMs: number) => (open ? { openSinceMs: nowMs - 80 * dayMs } : {});

      it(`loses its words, and only then its record: ${label}`, async () => {
        await end(scene());
        pass(scene(), 89);
        expect(await forgetAll(scene(), given(scene().nowMs))).to.include({ words: 0, records: 0 });
        pass(scene(), 2);
        expect(await retentionOf(scene()).forgettable(termsAt(scene().nowMs, given(scene().nowMs)))).to.deep.equal({
          words: 1,
          records: 0,
        });
        expect(await forgetAll(scene(), given(scene().nowMs))).to.include({ words: 1, records: 0 });
        expect(await keptWords(scene())).not.to.contain('rahasia');
        expect(await scene().place.rawParts()).not.to.have.length(0);
        pass(scene(), 300);
        await somethingNew(scene());
        expect(await retentionOf(scene()).forgettable(termsAt(scene().nowMs, given(scene().nowMs)))).to.deep.equal({
          words: 0,
          records: 1,
        });
        expect(await forgetAll(scene(), given(scene().nowMs))).to.include({ words: 0, records: 1, senders: 1 });
        expect(await keptWords(scene())).to.equal('baru');
      });
    }

    it('goes as a whole, without being shredded before, where a run finds it that late', async () => {
      await wholeLife(scene());
      pass(scene(), 366);
      await somethingNew(scene());
      expect(await forgetAll(scene())).to.include({ words: 0, records: 1 });
    });

    it('is told by the trace as long as there is one', async () => {
      const id = await wholeLife(scene());
      pass(scene(), 91);
      await forgetAll(scene());
      const story = await scene().story(id);
      expect(story.slice(0, 2)).to.deep.equal(['received', 'accepted']);
      expect(story.at(-1)).to.equal('words removed');
      pass(scene(), 300);
      await somethingNew(scene());
      await forgetAll(scene());
      expect(await scene().store.trace(id)).to.equal(null);
      expect(await scene().store.storedParts({ by: 'report', id }, 9)).to.deep.equal([]);
    });

    it('leaves nothing of a message in what is known of its sender', async () => {
      await wholeLife(scene());
      pass(scene(), 91);
      await forgetAll(scene());
      const { context } = await scene().claimedReport(smsPart({ receivedAtMs: scene().nowMs }));
      expect(only(context.tickets).text).to.equal('');
    });

    it('goes whatever the size of a batch, each message once', async () => {
      const parts = Array.from({ length: 25 }, (_, index) => smsPart({ from: `6281${index}`, text: 'rahasia' }));
      await scene().accept(parts);
      for (const { seq } of await scene().claimReports()) await scene().handle(seq, { atMs: scene().nowMs });
      pass(scene(), 91);
      expect(await forgetAll(scene(), {}, 4)).to.include({ words: 25 });
      expect(await forgetAll(scene(), {}, 4)).to.include({ words: 0 });
      expect(await keptWords(scene())).not.to.contain('rahasia');
    });

    it('stays where it is to be kept for good', async () => {
      await wholeLife(scene());
      pass(scene(), 3_000);
      await somethingNew(scene());
      const keep = { wordsBeforeMs: null, recordsBeforeMs: null };
      expect(await retentionOf(scene()).forgettable(termsAt(scene().nowMs, keep))).to.deep.equal({
        words: 0,
        records: 0,
      });
      expect(await forgetAll(scene(), keep)).to.deep.equal({ words: 0, records: 0, senders: 0, acts: 0 });
      expect(await keptWords(scene())).to.contain('rahasia');
    });

    it('takes the audit trail along, but not what still holds a channel', async () => {
      const { store } = scene();
      const act = { atMs: scene().nowMs, actor: 'siti', subject: 'indosat', reason: null };
      await store.beginAct({ ...act, act: 'channel pause', hold: 'paused' });
      await store.endAct(await store.beginAct({ ...act, act: 'reload' }), {
        atMs: act.atMs,
        result: 'done',
        detail: '',
      });
      pass(scene(), 366);
      await store.beginAct({ ...act, atMs: scene().nowMs, act: 'channel drain' });
      expect(await forgetAll(scene())).to.include({ acts: 1 });
      expect((await store.acts({ limit: 9 })).map((one) => one.act)).to.deep.equal(['channel drain', 'channel pause']);
      expect((await store.channelHolds()).get('indosat')?.actor).to.equal('siti');
    });
  });
}

/** Each leaves one story under way, in which the word `rahasia` occurs. */
const underWay: readonly { readonly label: string; readonly begin: (scene: Scene) => Promise<unknown> }[] = [
  {
    label: 'a report that waits',
    begin: (scene) => scene.accept([smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs })]),
  },
  {
    label: 'a report that is claimed',
    begin: (scene) => scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs })),
  },
  {
    label: 'a report that waits for an operator',
    begin: async (scene) => {
      const { seq } = await scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs }));
      await scene.store.buryReports([{ seq, code: 'x', message: 'x', atMs: scene.nowMs, reply: null }]);
    },
  },
  {
    label: 'a part that waits for an operator',
    begin: (scene) => scene.accept([binaryPart({ raw: Buffer.from('rahasia'), receivedAtMs: scene.nowMs })]),
  },
  {
    label: 'a long message that waits for its rest',
    begin: (scene) => scene.accept(longSms(['rahasia', 'besar'], 9, { receivedAtMs: scene.nowMs }).slice(0, 1)),
  },
  { label: 'an open ticket', begin: (scene) => wholeLife(scene, { status: 'responded' }) },
  {
    label: 'a ticket whose reply waits',
    begin: async (scene) => {
      const report = await scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs }));
      await scene.forward(report, { status: 'closed' });
    },
  },
  {
    label: 'a ticket whose reply waits for an operator',
    begin: async (scene) => {
      const report = await scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs }));
      await scene.forward(report, { status: 'closed' });
      const reply = only(await scene.claimReplies());
      const deadLetter = { code: 'x', message: 'x' };
      await scene.outcome(reply, { kind: 'rejected', code: 'x', cause: 'x' }, { deadLetter });
    },
  },
  {
    label: 'a ticket of which something is to be told later',
    begin: async (scene) => {
      const report = await scene.claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene.nowMs }));
      await scene.forward(report, { reply: null });
      const reply = { kind: 'reminder', text: 'x', notBeforeMs: scene.nowMs + 5_000 * dayMs } as const;
      await scene.status(report, 1, { status: 'closed', reply });
    },
  },
];

function describeWhatStays(scene: () => Scene): void {
  describe('what is under way', () => {
    for (const { label, begin } of underWay) {
      it(`stays, whatever its age: ${label}`, async () => {
        await begin(scene());
        pass(scene(), 1_000);
        await somethingNew(scene());
        const before = await scene().store.counts();
        for (let days = 0; days < 3; days += 1) {
          expect(await forgetAll(scene())).to.include({ words: 0, records: 0, senders: 0 });
          pass(scene(), 1);
        }
        expect(await scene().store.counts()).to.deep.equal(before);
        expect(await keptWords(scene())).to.contain('rahasia');
      });
    }

    it('goes when it has come to its end and some time has passed', async () => {
      const report = await scene().claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene().nowMs }));
      await scene().forward(report, { reply: null });
      pass(scene(), 200);
      expect(await forgetAll(scene())).to.include({ words: 0 });
      await scene().status(report, 1, { status: 'closed', reply: null });
      pass(scene(), 29);
      expect(await forgetAll(scene())).to.include({ words: 0 });
      pass(scene(), 2);
      expect(await forgetAll(scene())).to.include({ words: 1 });
    });

    it('stays when the config keeps it longer than the one under which it was passed by', async () => {
      const report = await scene().claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene().nowMs }));
      pass(scene(), 91);
      expect(await forgetAll(scene())).to.include({ words: 0 });
      await scene().handle(report.seq, { atMs: scene().nowMs });
      pass(scene(), 60);
      const longer = { wordsBeforeMs: scene().nowMs - 200 * dayMs };
      expect(await forgetAll(scene(), longer)).to.include({ words: 0 });
      pass(scene(), 60);
      expect(await forgetAll(scene(), { wordsBeforeMs: scene().nowMs - 200 * dayMs })).to.include({ words: 1 });
    });

    it('is a ticket, too, of which its sender spoke lately', async () => {
      const report = await scene().claimedReport(smsPart({ text: 'rahasia', receivedAtMs: scene().nowMs }));
      await scene().forward(report, { reply: null, status: 'closed' });
      pass(scene(), 100);
      const { seq } = await scene().claimedReport(smsPart({ text: 'belum selesai', receivedAtMs: scene().nowMs }));
      await scene().handle(seq, { as: 'followed_up', ticketSeq: report.seq, atMs: scene().nowMs });
      expect(await forgetAll(scene())).to.include({ words: 0 });
      pass(scene(), 31);
      expect(await forgetAll(scene())).to.include({ words: 1 });
    });
  });
}

function describeSenders(scene: () => Scene): void {
  describe('senders of whom nothing is left', () => {
    const refNow = async (from: string): Promise<string> => {
      const { message, seq } = await scene().claimedReport(smsPart({ from, receivedAtMs: scene().nowMs }));
      await scene().handle(seq, { atMs: scene().nowMs });
      return message.senderRef;
    };

    it('go with address and ref: who writes again is somebody new', async () => {
      const before = await refNow(citizen);
      pass(scene(), 366);
      const other = await refNow(neighbour);
      expect(await forgetAll(scene())).to.include({ records: 1, senders: 1 });
      // As every process does that runs longer than half a day.
      await scene().restart();
      expect(await refNow(citizen)).not.to.equal(before);
      expect(await refNow(neighbour)).to.equal(other);
    });

    it('are not those of whom anything is left', async () => {
      const before = await refNow(citizen);
      pass(scene(), 300);
      await refNow(citizen);
      pass(scene(), 66);
      await refNow(neighbour);
      expect(await forgetAll(scene())).to.include({ records: 1, senders: 0 });
      expect(await refNow(citizen)).to.equal(before);
    });

    it('are known no more by what their channel called their messages', async () => {
      const part = smsPart({ from: citizen, receivedAtMs: scene().nowMs });
      const { seq } = await scene().claimedReport(part);
      await scene().handle(seq, { atMs: scene().nowMs });
      pass(scene(), 366);
      await somethingNew(scene());
      await forgetAll(scene());
      expect(await scene().accept([{ ...part, receivedAtMs: scene().nowMs }])).to.include({
        reports: 1,
        duplicates: 0,
      });
    });
  });
}
