import { expect } from 'chai';
import { Switchboard } from '../../src/control/switchboard.js';
import { within } from '../../src/control/within.js';
import type { Inbox } from '../../src/ports/channel.js';
import type { Store } from '../../src/ports/store.js';
import { MemoryChannel } from '../fakes/channel.js';
import { Facts, held } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { citizen, neighbour, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

/** A channel whose links are up from `run` until `stop`. */
class LinkedChannel extends MemoryChannel {
  inbox: Inbox | null = null;
  runs = 0;

  constructor(private readonly told: Facts) {
    super(told);
    this.state = 'down';
  }

  override async run(inbox?: Inbox, stop?: AbortSignal): Promise<void> {
    this.inbox = inbox ?? null;
    this.runs += 1;
    this.state = 'up';
    this.told.changed();
    await new Promise((resolve) => stop?.addEventListener('abort', resolve, { once: true }));
    this.state = 'down';
    this.told.changed();
  }
}

const settings = {
  owner: 'test',
  joinWindowMs: 1_000,
  drainMs: 20_000,
  replies: {
    inFlight: 4,
    deadlineMs: 15_000,
    attempts: 3,
    uncertain: 'resend',
    uncertainWaitMs: 1,
    uncertainAttempts: 5,
    retry: { firstMs: 1, maxMs: 1 },
  },
} as const;

describe('a channel in service', () => {
  let place: SqlitePlace;
  let store: Store;
  let facts: Facts;
  let log: MemoryLog;
  let made: LinkedChannel[];
  let board: Switchboard;

  const setup = {
    adapter: 'memory',
    medium: 'sms',
    create: () => {
      const channel = new LinkedChannel(facts);
      made.push(channel);
      return channel;
    },
  };

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    facts = new Facts();
    log = new MemoryLog(facts);
    made = [];
    board = boardWith(settings.drainMs);
  });

  afterEach(async () => {
    board.abandon();
    await board.stop();
    await store.close();
    await place.remove();
    expect(log.text).not.to.contain(citizen);
  });

  function boardWith(drainMs: number): Switchboard {
    const changed = () => facts.changed();
    const intake = { accepted: changed, receipts: changed, refused: changed };
    const deps = { store, intake, replies: { attempted: changed }, log };
    return new Switchboard(deps, { ...settings, drainMs }, new Map([['telkomsel', setup]]));
  }

  function served() {
    const channel = board.channels.get('telkomsel');
    if (channel === undefined) throw new Error('telkomsel is not served');
    return channel;
  }

  function last(): LinkedChannel {
    const channel = made.at(-1);
    if (channel === undefined) throw new Error('no channel was made');
    return channel;
  }

  /** A reply that waits for this citizen. */
  async function owe(from = citizen): Promise<void> {
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [smsPart({ from })], joinUntilMs: 0 });
    const claims = await store.claimReports({ owner: 'forwarder', limit: 9, nowMs: Date.now(), leaseMs: 60_000 });
    const forwarded = claims.map(({ seq }) => ({
      seq,
      trackingId: `T${seq}`,
      status: 'received' as const,
      dueAt: null,
      publicUrl: null,
      atMs: Date.now(),
      reply: { kind: 'acknowledgement' as const, text: `T${seq}` },
    }));
    await store.recordForwarded(forwarded);
    board.wake();
  }

  const waiting = async () => (await store.counts()).repliesWaiting;
  const sent = (count: number) => facts.until(`${count} sent`, () => last().sent.length === count);

  it('sends while it serves, and nothing while it is paused, but takes texts in', async () => {
    board.start(new Map());
    await owe();
    await sent(1);
    expect(await served().pause()).to.equal(true);
    await owe(neighbour);
    await last().inbox?.accept([smsPart({ from: '628130000' })]);
    expect(served().health().state, 'the links stay').to.equal('up');
    expect([last().sent.length, await waiting(), last().runs]).to.deep.equal([1, 1, 1]);
    served().resume();
    await sent(2);
    expect(made.length, 'over the same links').to.equal(1);
  });

  for (const { hold, state } of [
    { hold: 'paused', state: 'up' },
    { hold: 'drained', state: 'down' },
  ] as const) {
    it(`comes back ${hold} when that is how it was left`, async () => {
      await owe();
      board.start(new Map([['telkomsel', { hold }]]));
      expect(served().health().state).to.equal(state);
      expect(served().hold).to.equal(hold);
      expect(made.flatMap((channel) => channel.sent)).to.deep.equal([]);
      served().resume();
      await sent(1);
    });
  }

  it('drains: what is under way ends before the links go, and is recorded', async () => {
    const outcome = held<{ kind: 'accepted'; externalIds: [] }>();
    board.start(new Map());
    last().outcome = () => outcome.promise;
    await owe();
    await facts.until('the reply is under way', () => last().inFlight === 1);
    expect(served().repliesUnderWay).to.equal(1);
    const drained = served().drain();
    expect(await within(20, drained), 'waits').to.equal(false);
    expect(last().state, 'the links are there for the answer').to.equal('up');
    outcome.release({ kind: 'accepted', externalIds: [] });
    await drained;
    expect([last().state, served().channel, served().repliesUnderWay]).to.deep.equal(['down', null, 0]);
    expect(await waiting(), 'recorded').to.equal(0);
  });

  it('gives links up under a reply that takes too long, whose outcome is recorded then', async () => {
    board = boardWith(10);
    board.start(new Map());
    const channel = last();
    channel.outcome = () =>
      facts
        .until('the links are gone', () => channel.state === 'down')
        .then(() => ({ kind: 'uncertain', cause: 'the links are gone' }) as const);
    await owe();
    await facts.until('the reply is under way', () => channel.inFlight === 1);
    await served().drain();
    expect(served().repliesUnderWay).to.equal(0);
    expect(await waiting(), 'to be tried again').to.equal(1);
  });

  it('rebinds with links of their own, and stays paused if it was', async () => {
    board.start(new Map());
    await served().rebind();
    expect([made.length, made[0]?.state, last().state]).to.deep.equal([2, 'down', 'up']);
    await served().pause();
    await served().rebind();
    await owe();
    expect([made.length, served().hold, last().sent.length]).to.deep.equal([3, 'paused', 0]);
  });

  it('begins nothing any more once it is stopped, whatever is under way', async () => {
    board.start(new Map());
    const rebinding = served().rebind();
    await board.stop();
    await rebinding;
    served().resume();
    expect(made.map(({ state }) => state)).to.deep.equal(made.map(() => 'down'));
  });

  it('changes only what is asked for, and gives up the old before it begins the new', async () => {
    board.start(new Map());
    const kept = last();
    const order: string[] = [];
    const noting = (id: string) => ({
      ...setup,
      create: () => {
        const channel = setup.create();
        const run = channel.run.bind(channel);
        channel.run = async (inbox?: Inbox, stop?: AbortSignal) => {
          order.push(`${id} begins`);
          await run(inbox, stop);
          order.push(`${id} ends`);
        };
        return channel;
      },
    });
    await board.change({ removed: [], served: new Map([['indosat', noting('indosat')]]) }, new Map());
    await board.change({ removed: ['indosat'], served: new Map([['isat', noting('isat')]]) }, new Map());
    expect(order).to.deep.equal(['indosat begins', 'indosat ends', 'isat begins']);
    expect([...board.channels.keys()]).to.deep.equal(['telkomsel', 'isat']);
    expect([kept.state, kept.runs]).to.deep.equal(['up', 1]);
  });

  it('changes nothing when a new channel cannot be made', async () => {
    board.start(new Map());
    const broken = {
      ...setup,
      create: () => {
        throw new Error('no such certificate');
      },
    };
    const change = board.change({ removed: ['telkomsel'], served: new Map([['three', broken]]) }, new Map());
    expect(await change.catch((error: Error) => error.message)).to.equal('no such certificate');
    expect([last().state, [...board.channels.keys()]]).to.deep.equal(['up', ['telkomsel']]);
  });
});
