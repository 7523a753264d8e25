import { expect } from 'chai';
import { steadyNowMs } from '../../src/domain/clock.js';
import type { Outcome } from '../../src/ports/channel.js';
import type { ReplyClaim, Store } from '../../src/ports/store.js';
import { Replier, type ReplierSettings } from '../../src/replies/replier.js';
import { MemoryChannel } from '../fakes/channel.js';
import { Facts, held } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { citizen, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

const settings: ReplierSettings = {
  owner: 'test',
  channelId: 'telkomsel',
  inFlight: 4,
  deadlineMs: 15_000,
  attempts: 3,
  uncertain: 'resend',
  uncertainWaitMs: 1,
  uncertainAttempts: 5,
  retry: { firstMs: 1, maxMs: 1 },
};
const leaseMs = 60_000;
const farMs = 3_600_000;
const uncertain: Outcome = { kind: 'uncertain', cause: 'the link died' };
const accepted: Outcome = { kind: 'accepted', externalIds: [] };

describe('the replier', () => {
  let place: SqlitePlace;
  let store: Store;
  let facts: Facts;
  let channel: MemoryChannel;
  let log: MemoryLog;
  let attempts: string[];
  let stop: AbortController;
  let replier: Replier;
  let running: Promise<void> | null;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    facts = new Facts();
    channel = new MemoryChannel(facts);
    log = new MemoryLog(facts);
    attempts = [];
    stop = new AbortController();
    running = null;
    replier = replierWith({});
  });

  afterEach(async () => {
    stop.abort();
    replier.abandon();
    await running;
    await store.close();
    await place.remove();
    expect(log.text).not.to.contain(citizen);
  });

  function replierWith(chosen: Partial<ReplierSettings>): Replier {
    const attempted = (_channelId: string, outcome: string, resent: boolean): void => {
      attempts.push(resent ? `${outcome}, resent` : outcome);
      facts.changed();
    };
    return new Replier(store, channel, { ...settings, ...chosen }, { attempted }, log);
  }

  function run(): void {
    running = replier.run(stop.signal);
  }

  /** Forwards one report for each text, which then is its acknowledgement. */
  async function owe(texts: readonly string[], from: (index: number) => string): Promise<void> {
    const parts = texts.map((text, index) => smsPart({ text, from: from(index) }));
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    for (let left = texts.length; left > 0; ) {
      const claims = await store.claimReports({ owner: 'forwarder', limit: 100, nowMs: Date.now(), leaseMs });
      left -= claims.length;
      await store.recordForwarded(
        claims.map(({ seq, message }) => ({
          seq,
          trackingId: message.text,
          status: 'received',
          dueAt: null,
          publicUrl: null,
          atMs: Date.now(),
          reply: { kind: 'acknowledgement', text: message.text },
        })),
      );
    }
    replier.wake();
  }

  /** What the loop may yet ask of the store, it has asked for, and got, when this resolves. */
  async function storeTurns(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await store.probe(turn);
  }

  const oneSender = (): string => citizen;
  const manySenders = (index: number): string => `62812${index}`;
  const sentTexts = (): string[] => channel.sent.map(({ text }) => text);
  const waiting = async (): Promise<number> => (await store.counts()).repliesWaiting;

  /** What another worker would be given, `afterMs` from now. */
  function claimable(afterMs: number): Promise<readonly ReplyClaim[]> {
    const nowMs = Date.now() + afterMs;
    return store.claimReplies({ owner: 'other', channelId: 'telkomsel', limit: 10, nowMs, leaseMs });
  }

  /** Looks again at the store after each fact until nothing waits; the last record comes after the last fact. */
  async function allRecorded(): Promise<void> {
    while ((await waiting()) > 0) await new Promise(setImmediate);
  }

  it("sends replies to whom they are for, each sender's in order", async () => {
    run();
    await owe(['1', '2', '3'], oneSender);
    await facts.until('all are sent', () => attempts.length === 3);
    await allRecorded();
    expect(sentTexts()).to.deep.equal(['1', '2', '3']);
    expect(new Set(channel.sent.map(({ to, kind }) => `${kind} to ${to}`))).to.have.keys(
      `acknowledgement to ${citizen}`,
    );
    expect(channel.inFlightMax).to.equal(1);
  });

  it('leaves replies in the store, uncounted, while the peer takes none', async () => {
    channel.sendsAgainAtMs = steadyNowMs() + 60_000;
    run();
    await owe(['1'], oneSender);
    await storeTurns();
    expect(sentTexts()).to.deep.equal([]);
    channel.sendsAgainAtMs = steadyNowMs() - 1;
    replier.wake();
    await facts.until('it is sent', () => attempts.length === 1);
    await allRecorded();
    expect(attempts).to.deep.equal(['accepted']);
  });

  it('gives each attempt its deadline, and has no more under way than it may', async () => {
    const gate = held<void>();
    const deadlines: number[] = [];
    channel.outcome = async (_reply, deadlineMs) => {
      deadlines.push(deadlineMs - steadyNowMs());
      await gate.promise;
      return accepted;
    };
    run();
    await owe(
      Array.from({ length: 20 }, (_, index) => String(index)),
      manySenders,
    );
    await facts.until('its places are full', () => channel.inFlight === 4);
    await storeTurns();
    gate.release();
    await facts.until('all are sent', () => attempts.length === 20);
    expect(channel.inFlightMax).to.equal(4);
    for (const deadlineMs of deadlines) expect(deadlineMs).to.be.within(14_000, 15_000);
  });

  it('leaves replies in the store while the channel is down, and counts no attempt', async () => {
    channel.state = 'down';
    run();
    await owe(['satu', 'dua'], manySenders);
    for (let wake = 0; wake < 5; wake += 1) {
      replier.wake();
      await new Promise(setImmediate);
    }
    expect(channel.sent).to.deep.equal([]);
    const left = await claimable(0);
    expect(left.map(({ attempts: counted, uncertainAttempts }) => ({ counted, uncertainAttempts }))).to.deep.equal([
      { counted: 0, uncertainAttempts: 0 },
      { counted: 0, uncertainAttempts: 0 },
    ]);
    await store.releaseReplies(left.map(({ seq }) => seq));
    channel.state = 'up';
    replier.wake();
    await facts.until('both are sent', () => attempts.length === 2);
  });

  it('tries again what was not sent, under the same id, and gives up in the end', async () => {
    channel.outcome = () => ({ kind: 'unsent', cause: 'throttled' });
    run();
    await owe(['gagal'], oneSender);
    await facts.until('it has tried', () => attempts.length === 3);
    await allRecorded();
    expect(new Set(channel.sent.map(({ id }) => id)).size).to.equal(1);
    expect((await store.deadLetters())[0]).to.include({
      kind: 'reply',
      code: 'gave_up',
      message: '3 attempts failed, the last: throttled',
    });
  });

  it('waits as long as the channel asks', async () => {
    channel.outcome = () => ({ kind: 'unsent', cause: 'HTTP 429', retryAfterMs: 600_000 });
    run();
    await owe(['nanti'], oneSender);
    await facts.until('it has tried', () => attempts.length === 1);
    stop.abort();
    await running;
    expect(await claimable(590_000)).to.deep.equal([]);
    expect(await claimable(600_000)).to.have.length(1);
  });

  it('makes a dead letter of what the channel rejects, and goes on', async () => {
    channel.outcome = ({ text }) =>
      text === 'buruk' ? { kind: 'rejected', code: '0x0B', cause: 'ESME_RINVDSTADR' } : accepted;
    run();
    await owe(['buruk', 'baik'], oneSender);
    await facts.until('both are tried', () => attempts.length === 2);
    await allRecorded();
    expect((await store.deadLetters()).map(({ code }) => code)).to.deep.equal(['0x0B']);
  });

  it('sends again what was perhaps sent, and says that it does', async () => {
    let calls = 0;
    channel.outcome = () => (++calls === 1 ? uncertain : accepted);
    run();
    await owe(['mungkin'], oneSender);
    await facts.until('it is accepted', () => attempts.length === 2);
    expect(attempts).to.deep.equal(['uncertain', 'accepted, resent']);
    expect(new Set(channel.sent.map(({ id }) => id)).size).to.equal(1);
  });

  it('holds what was perhaps sent for a person, where the operator wants that', async () => {
    replier = replierWith({ uncertain: 'hold' });
    channel.outcome = () => uncertain;
    run();
    await owe(['mungkin'], oneSender);
    await facts.until('it was tried', () => attempts.length === 1);
    await allRecorded();
    expect((await store.deadLetters()).map(({ code }) => code)).to.deep.equal(['uncertain']);
    expect(channel.sent).to.have.length(1);
  });

  for (const [policy, sends] of [
    ['hold', 0],
    ['resend', 1],
  ] as const) {
    it(`goes by the policy '${policy}' for a reply over which an earlier gateway died`, async () => {
      replier = replierWith({ uncertain: policy });
      await owe(['mungkin'], oneSender);
      expect(await claimable(0)).to.have.length(1);
      await store.close();
      store = await place.open();
      replier = replierWith({ uncertain: policy });
      run();
      await allRecorded();
      expect(channel.sent).to.have.length(sends);
      expect(await store.deadLetters()).to.have.length(1 - sends);
    });
  }

  it('sends a reply no more over which gateways died as often as it may be sent again', async () => {
    replier = replierWith({ uncertainAttempts: 2 });
    await owe(['maut'], oneSender);
    for (let death = 0; death < 2; death += 1) {
      expect(await claimable(0)).to.have.length(1);
      await store.close();
      store = await place.open();
    }
    replier = replierWith({ uncertainAttempts: 2 });
    run();
    await allRecorded();
    expect(channel.sent).to.deep.equal([]);
    expect((await store.deadLetters()).map(({ code }) => code)).to.deep.equal(['uncertain']);
  });

  it('takes an adapter that throws for one that perhaps sent, and logs no address', async () => {
    replier = replierWith({ uncertain: 'hold' });
    channel.outcome = ({ to }) => {
      throw new RangeError(`cannot send to ${to}`);
    };
    run();
    await owe(['satu'], oneSender);
    await facts.until('it was tried', () => attempts.length === 1);
    await allRecorded();
    expect((await store.deadLetters())[0]?.message).to.equal('perhaps sent, in attempt 1: unexpected RangeError');
    expect(log.text).to.contain('unexpected RangeError');
  });

  it('brings what is under way to its end when it is stopped, and begins nothing', async () => {
    const outcome = held<Outcome>();
    channel.outcome = () => outcome.promise;
    run();
    await owe(['satu', 'dua'], oneSender);
    await facts.until('one is under way', () => channel.inFlight === 1);
    stop.abort();
    let ended = false;
    const end = running?.then(() => {
      ended = true;
    });
    await storeTurns();
    expect(ended).to.equal(false);
    outcome.release(accepted);
    await end;
    expect(sentTexts()).to.deep.equal(['satu']);
    expect(await waiting()).to.equal(1);
  });

  it('waits for no channel when it is abandoned: the reply comes back as perhaps sent', async () => {
    channel.outcome = () => new Promise(() => {});
    run();
    await owe(['satu'], oneSender);
    await facts.until('it is under way', () => channel.inFlight === 1);
    stop.abort();
    replier.abandon();
    await running;
    expect((await claimable(farMs)).map(({ uncertainAttempts }) => uncertainAttempts)).to.deep.equal([1]);
  });
});
