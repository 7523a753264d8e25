import { expect } from 'chai';
import { Forwarder, type ForwarderSettings, type MessageHandler } from '../../src/forward/forwarder.js';
import type { Store } from '../../src/ports/store.js';
import type { Filed, TrackerFault } from '../../src/ports/tracker.js';
import { plainConversation } from '../fakes/conversation.js';
import { Facts, held } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { citizen, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';
import { away, filed, MemoryTracker } from '../fakes/tracker.js';

const settings: ForwarderSettings = {
  owner: 'test',
  inFlight: 8,
  attempts: 3,
  retry: { firstMs: 1, maxMs: 1 },
};
const leaseMs = 60_000;
const farMs = 3_600_000;

describe('the forwarder', () => {
  let place: SqlitePlace;
  let store: Store;
  let facts: Facts;
  let tracker: MemoryTracker;
  let log: MemoryLog;
  let results: string[];
  let stop: AbortController;
  let forwarder: Forwarder;
  let running: Promise<void> | null;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    facts = new Facts();
    tracker = new MemoryTracker(facts);
    log = new MemoryLog(facts);
    results = [];
    stop = new AbortController();
    running = null;
    forwarder = forwarderWith(settings);
  });

  afterEach(async () => {
    stop.abort();
    forwarder.abandon();
    await running;
    await store.close();
    await place.remove();
    expect(log.text).not.to.contain(citizen);
  });

  function forwarderWith(
    chosen: ForwarderSettings,
    handler: MessageHandler = plainConversation({ store, tracker }),
  ): Forwarder {
    const forwarded = (result: string): void => {
      results.push(result);
      facts.changed();
    };
    return new Forwarder(store, handler, chosen, { forwarded, handled: () => {}, repliesQueued: () => {} }, log);
  }

  function run(): void {
    running = forwarder.run(stop.signal);
  }

  async function write(texts: readonly string[], from: (index: number) => string): Promise<void> {
    const parts = texts.map((text, index) => smsPart({ text, from: from(index) }));
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    forwarder.wake();
  }

  /** What the loop may yet ask of the store, it has asked for, and got, when this resolves. */
  async function storeTurns(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await store.probe(turn);
  }

  const oneSender = (): string => citizen;
  const manySenders = (index: number): string => `62812${index}`;
  const counted = (result: string): number => results.filter((other) => other === result).length;

  async function replyTexts(): Promise<string[]> {
    const nowMs = Date.now() + farMs;
    const claims = await store.claimReplies({ owner: 'reader', channelId: 'telkomsel', limit: 100, nowMs, leaseMs });
    return claims.map(({ text }) => text);
  }

  it('makes tickets of reports, and queues what the citizen is told', async () => {
    run();
    await write(['satu', 'dua'], manySenders);
    await facts.until('both are forwarded', () => counted('forwarded') === 2);
    expect(await replyTexts()).to.have.members(['acknowledgement T-satu', 'acknowledgement T-dua']);
    expect((await store.trace('T-satu'))?.trackingId).to.equal('T-satu');
  });

  it('goes on by itself to what a sender wrote later', async () => {
    run();
    await write(['1', '2', '3', '4', '5'], oneSender);
    await facts.until('all are forwarded', () => counted('forwarded') === 5);
    expect(tracker.submitted).to.deep.equal(['1', '2', '3', '4', '5']);
    expect(tracker.inFlightMax).to.equal(1);
  });

  it('has no more under way than it may', async () => {
    const gate = held<void>();
    tracker.answer = async (report) => {
      await gate.promise;
      return filed(report);
    };
    run();
    await write(
      Array.from({ length: 50 }, (_, index) => String(index)),
      manySenders,
    );
    await facts.until('its places are full', () => tracker.inFlight === 8);
    await storeTurns();
    gate.release();
    await facts.until('all are forwarded', () => counted('forwarded') === 50);
    expect(tracker.inFlightMax).to.equal(8);
  });

  it('holds everything back while the tracker is away, and counts it against no report', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    tracker.answer = () => away;
    run();
    await write(texts, (index) => `62812${index % 10}`);
    await facts.until('it has probed', () => tracker.submitted.length > 8 + 1);
    expect(forwarder.trackerFault).to.be.a('string');
    expect(tracker.submitted.length, 'bounded by probes').to.be.lessThan(50);
    expect(tracker.inFlightMax).to.be.at.most(8);
    tracker.answer = filed;
    await facts.until('all are forwarded', () => counted('forwarded') === 300);
    expect(forwarder.trackerFault).to.equal(null);
    expect(counted('postponed') + counted('refused')).to.equal(0);
    const last = tracker.submitted.slice(-300).filter((text) => Number(text) % 10 === 3);
    expect(last).to.deep.equal([...last].sort((one, other) => Number(one) - Number(other)));
  });

  it('does not let one poisoned report keep the others back, and puts it aside in the end', async () => {
    tracker.answer = async (report) => {
      if (report.text === 'racun') return away;
      await new Promise(setImmediate);
      return filed(report);
    };
    run();
    await write(['racun', ...Array.from({ length: 20 }, (_, index) => String(index))], manySenders);
    await facts.until('the others are forwarded', () => counted('forwarded') === 20);
    await write(['sesudah'], () => '62899');
    await facts.until('it is buried', () => counted('refused') === 1);
    expect((await store.deadLetters()).map(({ code }) => code)).to.deep.equal(['gave_up']);
  });

  it('buries what the tracker refuses for good, tells the citizen, and goes on with their next text', async () => {
    const refusal: TrackerFault = { kind: 'refused', code: 'invalid_category', message: 'no such category' };
    tracker.answer = (report) => (report.text === 'buruk' ? refusal : filed(report));
    run();
    await write(['buruk', 'baik'], oneSender);
    await facts.until('both came to an end', () => counted('refused') === 1 && counted('forwarded') === 1);
    const [letter] = await store.deadLetters();
    expect(letter).to.include({ kind: 'report', code: 'invalid_category', message: 'no such category' });
    expect(await replyTexts()).to.deep.equal(['refused']);
  });

  it('tries again what failed by itself, and buries it when it fails too often', async () => {
    tracker.answer = () => ({ kind: 'retry', cause: 'HTTP 409', unavailable: false });
    run();
    await write(['gagal'], oneSender);
    await facts.until('it is buried', () => counted('refused') === 1);
    expect(tracker.submitted).to.deep.equal(['gagal', 'gagal', 'gagal']);
    expect((await store.deadLetters())[0]?.message).to.equal('3 attempts failed, the last: HTTP 409');
  });

  it('waits as long as the tracker asks before it tries a report again', async () => {
    tracker.answer = () => ({ kind: 'retry', cause: 'HTTP 425', unavailable: false, afterMs: 600_000 });
    run();
    const writtenMs = Date.now();
    await write(['nanti'], oneSender);
    await facts.until('it is postponed', () => counted('postponed') === 1);
    const claim = { owner: 'other', limit: 1, leaseMs };
    expect(await store.claimReports({ ...claim, nowMs: writtenMs + 599_999 })).to.deep.equal([]);
    expect(await store.claimReports({ ...claim, nowMs: Date.now() + 600_000 })).to.have.length(1);
  });

  it('takes no message that needed nothing of the tracker for a sign that it is back', async () => {
    const others = plainConversation({ store, tracker });
    const handle: MessageHandler['handle'] = async (claim, signal) => {
      if (claim.message.text !== 'BANTUAN') return others.handle(claim, signal);
      const fact = { seq: claim.seq, as: 'answered', ticketSeq: null, detail: 'help', atMs: 0, reply: null } as const;
      return { kind: 'handled', fact, deed: 'help', askedTracker: false };
    };
    forwarder = forwarderWith(settings, { handle, refusal: (claim) => others.refusal(claim) });
    tracker.answer = () => away;
    run();
    await write(['satu', ...Array.from({ length: 6 }, () => 'BANTUAN')], manySenders);
    await facts.until('all are answered', () => counted('answered') === 6);
    expect(forwarder.trackerFault).to.be.a('string');
    tracker.answer = filed;
    await facts.until('the report is forwarded', () => counted('forwarded') === 1);
  });

  it('asks nothing of a tracker that asked to be left alone', async () => {
    tracker.answer = () => ({ ...away, afterMs: farMs }) as TrackerFault;
    run();
    await write(['satu'], oneSender);
    await facts.until('it is given back', () => counted('released') === 1);
    await write(['dua', 'tiga'], (index) => `62813${index}`);
    stop.abort();
    await running;
    expect(tracker.submitted).to.deep.equal(['satu']);
  });

  it('brings what is under way to its end when it is stopped, and begins nothing', async () => {
    const answer = held<Filed | TrackerFault>();
    let aborted = false;
    tracker.answer = (_report, signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return answer.promise;
    };
    run();
    await write(['satu', 'dua'], oneSender);
    await facts.until('one is under way', () => tracker.inFlight === 1);
    stop.abort();
    let ended = false;
    const end = running?.then(() => {
      ended = true;
    });
    await storeTurns();
    expect({ ended, aborted }).to.deep.equal({ ended: false, aborted: false });
    answer.release({ kind: 'filed', trackingId: 'T-satu', status: 'received', dueAt: null, publicUrl: null });
    await end;
    expect(tracker.submitted).to.deep.equal(['satu']);
    expect((await store.trace('T-satu'))?.trackingId).to.equal('T-satu');
  });

  it('waits for no tracker when it is abandoned: the lease brings the report back', async () => {
    tracker.answer = (_report, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(away), { once: true }));
    run();
    await write(['satu'], oneSender);
    await facts.until('it is under way', () => tracker.inFlight === 1);
    stop.abort();
    forwarder.abandon();
    await running;
    await facts.until('the call has ended', () => tracker.inFlight === 0);
    const nowMs = Date.now() + farMs;
    expect(await store.claimReports({ owner: 'other', limit: 1, nowMs, leaseMs })).to.have.length(1);
  });

  it('forgets no ticket while the store takes no writes, and asks for none twice', async () => {
    const answer = held<void>();
    tracker.answer = async (report) => {
      await answer.promise;
      return filed(report);
    };
    run();
    // So long that its acknowledgement, which names it, needs pages of its own.
    await write(['x'.repeat(20_000)], oneSender);
    await facts.until('it is under way', () => tracker.inFlight === 1);
    const giveBack = await place.fill();
    tracker.answer = filed;
    answer.release();
    await facts.until('the store has refused', () => log.text.includes('not recorded, trying again'));
    expect(counted('forwarded')).to.equal(0);
    await giveBack();
    await facts.until('it is recorded', () => counted('forwarded') === 1);
    expect(tracker.submitted).to.have.length(1);
  });

  it('survives an exception of our own, and neither loses the report nor logs its words', async () => {
    tracker.answer = (report) => {
      throw new TypeError(`cannot read "${report.text}"`);
    };
    run();
    await write(['rahasia warga'], oneSender);
    await facts.until('it is buried', () => counted('refused') === 1);
    expect((await store.deadLetters())[0]?.message).to.contain('unexpected TypeError');
    expect(log.text).to.contain('unexpected TypeError').and.not.to.contain('rahasia');
  });
});
