import { expect } from 'chai';
import type { HeldTurn, Turn, TurnStore } from '../../src/ports/turns.js';
import { NodeTurns } from '../../src/work/nodeTurns.js';
import { Facts, held } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { smsPart } from '../fakes/parts.js';
import { PostgresPlace } from '../fakes/postgresPlace.js';

/** Everything in a fiftieth of the time. */
const quick = { leaseMs: 500, renewMs: 60, giveUpMs: 300, askMs: 20 };

/** As quick, but a busy machine does not make a node lose its turn. */
const patient = { ...quick, leaseMs: 10_000, giveUpMs: 8_000 };

describe('turns of nodes', () => {
  let place: PostgresPlace;
  let store: Awaited<ReturnType<PostgresPlace['open']>>;
  let facts: Facts;
  let log: MemoryLog;
  const stops: AbortController[] = [];
  const running: Promise<void>[] = [];

  beforeEach(async () => {
    place = await PostgresPlace.create();
    store = await place.open();
    facts = new Facts();
    log = new MemoryLog(facts);
  });

  afterEach(async () => {
    for (const stop of stops.splice(0)) stop.abort();
    await Promise.all(running.splice(0));
    await store.close();
    await place.remove();
  });

  /** A node that does the work until its turn ends. */
  function node(owner: string, over: TurnStore = store) {
    const stop = new AbortController();
    stops.push(stop);
    const told: { working: boolean; turns: Turn[]; stop: AbortController } = { working: false, turns: [], stop };
    const work = (turn: Turn, ended: AbortSignal): Promise<void> => {
      told.working = true;
      told.turns.push(turn);
      facts.changed();
      return new Promise((resolve) => {
        ended.addEventListener('abort', () => {
          told.working = false;
          facts.changed();
          resolve();
        });
      });
    };
    running.push(new NodeTurns(over, owner, log, quick).hold('session 1', stop.signal, work));
    return told;
  }

  /** A node that may have both of two sessions. */
  function sharingNode(owner: string, over: TurnStore = store, settings = quick) {
    const stop = new AbortController();
    stops.push(stop);
    const has = new Set<string>();
    const work = ({ name }: Turn, ended: AbortSignal): Promise<void> => {
      has.add(name);
      facts.changed();
      return new Promise((resolve) => {
        ended.addEventListener('abort', () => {
          has.delete(name);
          facts.changed();
          resolve();
        });
      });
    };
    const turns = new NodeTurns(over, owner, log, settings);
    for (const name of ['session 1', 'session 2']) running.push(turns.hold(name, stop.signal, work, 'telkomsel'));
    return { has, stop };
  }

  /** A store that can be cut off. */
  function cuttable(): TurnStore & { away: boolean } {
    const through = {
      away: false,
      takeTurn: (request: Parameters<TurnStore['takeTurn']>[0]) =>
        through.away ? Promise.reject(new Error('away')) : store.takeTurn(request),
      endTurn: (name: string, owner: string) => store.endTurn(name, owner),
    };
    return through;
  }

  it('has one node work at a time; the next begins when it stops, with a higher token', async () => {
    const one = node('one');
    await facts.until('one works', () => one.working);
    const other = node('other');
    expect(await store.takeTurn({ name: 'session 1', owner: 'third', leaseMs: 1 })).to.equal(null);
    one.stop.abort();
    await facts.until('the other works', () => other.working);
    expect(one.working).to.equal(false);
    expect(other.turns[0]?.token).to.be.greaterThan(one.turns[0]?.token ?? 0);
  });

  it('ends the work of a node that cannot reach the store before another begins', async () => {
    const line = cuttable();
    const one = node('one', line);
    await facts.until('one works', () => one.working);
    line.away = true;
    const other = node('other');
    let both = false;
    await facts.until('the other works', () => {
      both ||= one.working && other.working;
      return other.working;
    });
    expect(both, 'both at once').to.equal(false);
    line.away = false;
    other.stop.abort();
    await facts.until('it came back', () => one.working);
    expect(one.turns).to.have.length(2);
  });

  it('keeps a turn as long as it is renewed', async () => {
    const one = node('one');
    const other = node('other');
    await facts.until('one of them works', () => one.working || other.working);
    const untilMs = Date.now() + 2 * quick.leaseMs;
    while (Date.now() < untilMs)
      expect(await store.takeTurn({ name: 'session 1', owner: 'x', leaseMs: 1 })).to.equal(null);
    expect(one.turns.length + other.turns.length).to.equal(1);
  });

  it('is over for a node that was frozen before any timer or signal tells it so', async () => {
    const stop = new AbortController();
    stops.push(stop);
    const begun = held<readonly [HeldTurn, AbortSignal]>();
    const work = (turn: HeldTurn, ended: AbortSignal): Promise<void> => {
      begun.release([turn, ended]);
      return new Promise((resolve) => ended.addEventListener('abort', () => resolve(), { once: true }));
    };
    running.push(new NodeTurns(store, 'one', log, quick).hold('session 1', stop.signal, work));
    const [turn, ended] = await begun.promise;
    expect(turn.isOver()).to.equal(false);
    // Nothing of this process runs meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, quick.giveUpMs + 50);
    expect(turn.isOver()).to.equal(true);
    expect(ended.aborted).to.equal(false);
  });

  it('commits nothing of a cursor that was read under a turn which is over', async () => {
    const token = (await store.takeTurn({ name: 'poll', owner: 'one', leaseMs: 60_000 })) ?? 0;
    const cursor = (value: string) => ({ name: 'posts', value, turn: { name: 'poll', token, leftMs: 0 } });
    const batch = { channelId: 'twitter', medium: 'twitter', parts: [], joinUntilMs: 0 };
    await store.acceptParts({ ...batch, cursor: cursor('5') });
    await store.endTurn('poll', 'one');
    await store.takeTurn({ name: 'poll', owner: 'other', leaseMs: 60_000 });
    const late = store.acceptParts({ ...batch, cursor: cursor('4') });
    expect(await late.catch(String)).to.match(/another node has taken over: poll/);
    const status = store.recordStatus({ events: [], cursor: cursor('4'), atMs: 0 });
    expect(await status.catch(String)).to.match(/another node has taken over/);
    expect(await store.cursor('posts')).to.equal('5');
  });

  describe("over by the store's clock", () => {
    const text = (words: string, from: string, turn: Turn) => {
      const parts = [smsPart({ text: words, from })];
      return store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0, turn });
    };
    const take = async (owner: string, name = 'session 1', leaseMs = 60_000) =>
      (await store.takeTurn({ name, owner, leaseMs })) ?? 0;
    const stored = async () =>
      (await place.rows<{ text: string }>('SELECT text FROM reports ORDER BY seq')).map((row) => row.text);

    it('lets nothing in that came under it, whatever else shares the commit', async () => {
      const lost = { name: 'session 1', token: await take('one'), leftMs: 0 };
      const kept = { name: 'session 2', token: await take('one', 'session 2'), leftMs: 0 };
      await text('sebelum', '62811', lost);
      await store.endTurn('session 1', 'one');
      await take('other');
      const [late, inTime] = await Promise.allSettled([text('terlambat', '62812', lost), text('tepat', '62813', kept)]);
      expect(String(late.status === 'rejected' && late.reason)).to.match(/StoreUnavailable: .*the turn .* is over/);
      expect(inTime.status).to.equal('fulfilled');
      expect(await stored()).to.deep.equal(['sebelum', 'tepat']);
    });

    it('is over before it ends, for work needs time to end', async () => {
      const turn = { name: 'session 1', token: await take('one'), leftMs: 61_000 };
      expect(await text('terlambat', '62811', turn).then(() => 'taken', String)).to.match(/is over/);
      expect(await stored()).to.deep.equal([]);
    });

    it('is another one when it lapsed, though nobody else took it', async () => {
      const token = await take('one', 'session 1', -1);
      expect(await take('one')).to.equal(token + 1);
      expect(await take('one'), 'and kept from then on').to.equal(token + 1);
      expect(
        await text('terlambat', '62811', { name: 'session 1', token, leftMs: -60_000 }).then(() => 'taken', String),
      ).to.match(/is over/);
    });
  });

  describe('shared out', () => {
    it('lie with a node that is alone, and are evened out when another comes', async () => {
      const one = sharingNode('one', store, patient);
      await facts.until('one has both', () => one.has.size === 2);
      const other = sharingNode('other', store, patient);
      await facts.until('each has one', () => one.has.size === 1 && other.has.size === 1);
      expect([...one.has, ...other.has].sort()).to.deep.equal(['session 1', 'session 2']);
      expect(log.text).to.include('gave a turn up for a node that has none of its kind');
    });

    it('move to the other node when one gives no sign any more', async () => {
      const line = cuttable();
      const one = sharingNode('one', line);
      const other = sharingNode('other');
      await facts.until('each has one', () => one.has.size === 1 && other.has.size === 1);
      line.away = true;
      await facts.until('the other has both', () => other.has.size === 2);
      expect([...one.has]).to.deep.equal([]);
      line.away = false;
      await facts.until('each has one again', () => one.has.size === 1 && other.has.size === 1);
    });

    it('stay where they are when there are more nodes than turns', async () => {
      const nodes = ['one', 'two', 'three'].map((owner) => sharingNode(owner, store, patient));
      const spread = () => nodes.map(({ has }) => has.size).sort();
      await facts.until('two have one each', () => spread().join() === '0,1,1');
      const without = nodes.find(({ has }) => has.size === 0);
      const seen = new Set<string>();
      const untilMs = Date.now() + 20 * patient.renewMs;
      while (Date.now() < untilMs) {
        await store.cursor('any');
        seen.add(spread().join());
      }
      expect([...seen]).to.deep.equal(['0,1,1']);
      expect(without?.has.size).to.equal(0);
      expect(log.text).not.to.include('lost a turn');
    });
  });
});
