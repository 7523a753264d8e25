import { expect } from 'chai';
import { steadyNowMs } from '../../src/domain/clock.js';
import {
  type Channel,
  type ChannelAdapter,
  type ChannelContext,
  type ChannelMeter,
  type Inbox,
  type Outcome,
  type Part,
  type PartKey,
  type Receipt,
  stopLimitMs,
} from '../../src/ports/channel.js';
import type { Log } from '../../src/ports/log.js';

/**
 * What every channel adapter must pass. An adapter's own test gives a harness: its adapter, and a peer that can be
 * told what to do. What a protocol cannot do is left out by name and with the reason, and shows in the test report.
 */

/** How the peer treats replies from now on. */
export type Treatment =
  | 'accept'
  /** Its temporary refusal: try later. */
  | 'throttle'
  /** Its final refusal. */
  | 'refuse'
  /** Takes the reply, says nothing and breaks the connection. */
  | 'vanish_after_taking';

/** What the peer was told about something it sent. With polling: whether the cursor moved past it. */
export type Verdict = 'acknowledged' | 'send_again';

/** A channel and its peer. */
export interface ChannelRig {
  readonly channel: Channel;
  /** Resolves when the channel has a link, or is ready to be called. `run` has been called by then. */
  ready(): Promise<void>;
  /**
   * The citizen writes, and the channel answers the peer. After `send_again`, the same text is the same message once more:
   * under the same id, where the peer has ids.
   */
  citizenSends(text: string): Promise<Verdict>;
  /** Something the adapter cannot read as a text. */
  citizenSendsUnreadable(): Promise<Verdict>;
  /** Resolves when the peer has seen all that the channel wrote before. */
  roundTrip(): Promise<void>;
  peerWill(treatment: Treatment): void;
  /** The texts of the replies that reached the peer, in order, those that it throttled or refused included. */
  repliesTaken(): readonly string[];
  /** The peer says what became of the reply it accepted under this id. */
  peerReports(externalId: string, state: 'delivered' | 'undelivered'): Promise<Verdict>;
  /** Breaks every link and refuses new ones. */
  peerGoesAway(): Promise<void>;
  /** Resolves when `health` may have changed. */
  healthChange(): Promise<void>;
  close(): Promise<void>;
}

export type Capability = true | { readonly leftOut: string };

export interface ChannelHarness<Config> {
  readonly adapter: ChannelAdapter<Config>;
  /** What the citizen of `citizenSends` writes from, as parts must show it. */
  readonly sender: string;
  /** A block that `parseConfig` takes, without `adapter:`. */
  readonly validConfig: Readonly<Record<string, unknown>>;
  /** What `secrets` must list for it. */
  readonly secrets: readonly string[];
  /** A block with several faults, and the keys at fault, each as its path joined by dots. */
  readonly badConfig: { readonly raw: unknown; readonly keys: readonly string[] };
  readonly capabilities: {
    readonly receipts: Capability;
    /** An outcome that nobody knows: the connection died after the write. */
    readonly uncertain: Capability;
    /** A link whose loss shows in `health`. */
    readonly links: Capability;
  };
  /** @param inbox the one that `run` will be given, for a peer whose webhooks go in beside it */
  start(context: ChannelContext, inbox: Inbox): Promise<ChannelRig>;
}

const text = 'Jalan rusak di depan kantor camat';
const answer = 'Laporan Anda sudah kami terima';
const webhookUrl = 'https://gateway.example.go.id/webhooks/tested';

export function describeChannelConformance<Config>(name: string, harness: ChannelHarness<Config>): void {
  describe(`channel port: ${name}`, () => {
    describeConfig(harness);
    describe('at work', () => {
      const bench = new Bench(harness);
      beforeEach(() => bench.start());
      afterEach(() => bench.finish());
      describeIntake(bench);
      describeSending(bench);
      describeReceipts(bench);
      describeStopping(bench);
    });
  });
}

function describeConfig<Config>({ adapter, validConfig, secrets, badConfig }: ChannelHarness<Config>): void {
  it('takes a valid config and lists its secrets', () => {
    const parsed = adapter.parseConfig(validConfig);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(adapter.secrets(parsed.config)).to.have.members(secrets);
    expect(adapter.address(parsed.config)).to.not.equal('');
  });

  it('names every bad key at once, and no secret', () => {
    const parsed = adapter.parseConfig(badConfig.raw);
    if (parsed.ok) throw new Error('the bad config was taken');
    expect(parsed.faults.map(({ path }) => path.join('.'))).to.include.members(badConfig.keys);
    for (const secret of secrets) expect(JSON.stringify(parsed.faults)).to.not.include(secret);
  });

  it('takes no unknown key', () => {
    const parsed = adapter.parseConfig({ ...validConfig, nosuchkey: 1 });
    expect(parsed.ok ? [] : parsed.faults.map(({ path }) => path)).to.deep.equal([['nosuchkey']]);
  });

  for (const raw of [null, undefined, 17, 'text', []]) {
    it(`faults ${JSON.stringify(raw) ?? 'undefined'} in place of a config`, () => {
      expect(adapter.parseConfig(raw).ok).to.equal(false);
    });
  }
}

function describeIntake<Config>(bench: Bench<Config>): void {
  it('acknowledges only after the commit', async () => {
    const { rig, inbox, events } = bench;
    inbox.hold();
    const verdict = rig.citizenSends(text).then((given) => {
      events.push(given);
    });
    await inbox.arrival();
    await rig.roundTrip();
    events.push('committed');
    inbox.release();
    await verdict;
    expect(events).to.deep.equal(['committed', 'acknowledged']);
  });

  it('asks the peer to send again when the commit fails, and takes it then', async () => {
    const { rig, inbox } = bench;
    inbox.fail();
    expect(await rig.citizenSends(text)).to.equal('send_again');
    inbox.release();
    expect(await rig.citizenSends(text)).to.equal('acknowledged');
    expect(inbox.committed.map((part) => part.text)).to.deep.equal([text]);
  });

  it('says who wrote, to whom and what', async () => {
    const { rig, inbox, harness } = bench;
    await rig.citizenSends(text);
    const [part] = inbox.committed;
    expect(part).to.include({ from: harness.sender, to: bench.address, text, oddity: null, concat: null });
    expect(part?.raw.toString('latin1')).to.not.include(harness.sender);
    expect(part?.raw.length).to.be.greaterThan(0);
    expect(part?.receivedAtMs).to.be.closeTo(Date.now(), 60_000);
  });

  it('takes what it cannot read as data, and goes on', async () => {
    const { rig, inbox } = bench;
    await rig.citizenSendsUnreadable();
    expect(await rig.citizenSends(text)).to.equal('acknowledged');
    expect(inbox.committed.map((part) => part.text)).to.deep.equal([null, text]);
    expect(inbox.committed[0]?.oddity).to.be.a('string');
    expect(inbox.committed[0]?.raw.length).to.be.greaterThan(0);
  });

  it('gives different texts different keys', async () => {
    const { rig, inbox } = bench;
    await rig.citizenSends(text);
    await rig.citizenSends(`${text} Sukasada`);
    const [first, second] = inbox.committed.map(({ key }) => keyText(key));
    expect(first).to.not.equal(second);
  });
}

function describeSending<Config>(bench: Bench<Config>): void {
  const kinds: ReadonlyArray<readonly [Treatment, Outcome['kind']]> = [
    ['accept', 'accepted'],
    ['throttle', 'unsent'],
    ['refuse', 'rejected'],
  ];
  for (const [treatment, kind] of kinds) {
    it(`is ${kind} when the peer will ${treatment}`, async () => {
      bench.rig.peerWill(treatment);
      const outcome = await bench.send();
      expect(outcome.kind).to.equal(kind);
      expect(bench.rig.repliesTaken()).to.deep.equal([answer]);
    });
  }

  it('has a code for a final refusal', async () => {
    bench.rig.peerWill('refuse');
    expect(await bench.send())
      .to.have.property('code')
      .that.is.a('string').and.not.empty;
  });

  it('sends after a temporary refusal', async () => {
    bench.rig.peerWill('throttle');
    await bench.send();
    bench.rig.peerWill('accept');
    expect((await bench.send()).kind).to.equal('accepted');
  });

  bench.able('uncertain', 'is uncertain when the peer vanishes after taking the reply', async () => {
    bench.rig.peerWill('vanish_after_taking');
    expect((await bench.send()).kind).to.equal('uncertain');
  });

  it('is unsent past its deadline, and nothing goes out', async () => {
    const outcome = await bench.send(steadyNowMs() - 1);
    expect(outcome.kind).to.equal('unsent');
    await bench.rig.roundTrip();
    expect(bench.rig.repliesTaken()).to.deep.equal([]);
  });

  bench.able('links', 'is unsent, and down, while the peer is away', async () => {
    const { rig } = bench;
    expect(rig.channel.health().state).to.equal('up');
    await rig.peerGoesAway();
    while (rig.channel.health().state === 'up') await rig.healthChange();
    expect(rig.channel.health().state).to.equal('down');
    expect((await bench.send(steadyNowMs() + 50)).kind).to.equal('unsent');
  });
}

function describeReceipts<Config>(bench: Bench<Config>): void {
  bench.able('receipts', 'brings receipts by the id of the acceptance', async () => {
    const { rig, inbox } = bench;
    const outcome = await bench.send();
    const [externalId = ''] = outcome.kind === 'accepted' ? outcome.externalIds : [];
    expect(await rig.peerReports(externalId, 'delivered')).to.equal('acknowledged');
    expect(inbox.receipts).to.have.length(1);
    expect(inbox.receipts[0]?.state).to.equal('delivered');
    expect(inbox.receipts[0]?.externalIds).to.include(externalId);
  });

  bench.able('receipts', 'asks for a receipt again when its commit fails', async () => {
    const { rig, inbox } = bench;
    const outcome = await bench.send();
    const [externalId = ''] = outcome.kind === 'accepted' ? outcome.externalIds : [];
    inbox.fail();
    expect(await rig.peerReports(externalId, 'undelivered')).to.equal('send_again');
    inbox.release();
    expect(inbox.receipts).to.deep.equal([]);
  });
}

function describeStopping<Config>(bench: Bench<Config>): void {
  it('settles what is under way when it stops', async () => {
    const { rig, inbox } = bench;
    inbox.hold();
    const verdict = rig.citizenSends(text);
    await inbox.arrival();
    bench.stop();
    inbox.release();
    expect(await verdict).to.equal('acknowledged');
    await bench.stopped;
  });

  it('stops in time when nothing is under way', async () => {
    const startedAtMs = steadyNowMs();
    bench.stop();
    await bench.stopped;
    expect(steadyNowMs() - startedAtMs).to.be.lessThan(stopLimitMs);
  });

  it('is unsent after it stopped', async () => {
    bench.stop();
    await bench.stopped;
    expect((await bench.send()).kind).to.equal('unsent');
  });
}

function keyText(key: PartKey | undefined): string {
  if (key === undefined) return '';
  return key.by === 'id' ? key.id : key.fingerprint.toString('hex');
}

/** One running channel for one test, and what it wrote into its log and meter. */
class Bench<Config> {
  readonly harness: ChannelHarness<Config>;
  inbox = new ScriptedInbox();
  events: string[] = [];
  stopped: Promise<void> = Promise.resolve();
  #observed: string[] = [];
  #abort = new AbortController();
  #rig: ChannelRig | null = null;

  constructor(harness: ChannelHarness<Config>) {
    this.harness = harness;
  }

  get rig(): ChannelRig {
    if (this.#rig === null) throw new Error('the rig was not started');
    return this.#rig;
  }

  get address(): string {
    const parsed = this.harness.adapter.parseConfig(this.harness.validConfig);
    return parsed.ok ? this.harness.adapter.address(parsed.config) : '';
  }

  /** A test of what not every protocol can do. */
  able(capability: keyof ChannelHarness<Config>['capabilities'], title: string, test: () => Promise<void>): void {
    const able = this.harness.capabilities[capability];
    if (able === true) it(title, test);
    else it(`left out: ${title} (${able.leftOut})`, () => expect(able.leftOut).to.not.equal(''));
  }

  async start(): Promise<void> {
    this.inbox = new ScriptedInbox();
    this.events = [];
    this.#observed = [];
    this.#abort = new AbortController();
    const { log, meter } = observers(this.#observed);
    this.#rig = await this.harness.start({ id: 'tested', log, meter, webhookUrl }, this.inbox);
    this.stopped = this.rig.channel.run(this.inbox, this.#abort.signal);
    await this.rig.ready();
  }

  /** Ends the channel, and looks for what must never be in a log or a metric. */
  async finish(): Promise<void> {
    // What kept it from starting has been told; a second fault here would hide it.
    if (this.#rig === null) return;
    this.inbox.release();
    this.stop();
    await this.stopped;
    await this.rig.close();
    this.#rig = null;
    const observed = this.#observed.join('\n');
    const forbidden = [this.harness.sender, text, answer, ...this.harness.secrets];
    for (const words of forbidden) expect(observed, 'log and meter').to.not.include(words);
  }

  stop(): void {
    this.#abort.abort();
  }

  send(deadlineMs = steadyNowMs() + 10_000): Promise<Outcome> {
    const reply = {
      id: '0193c0de-0000-7000-8000-000000000001',
      to: this.harness.sender,
      text: answer,
      kind: 'acknowledgement' as const,
      inReplyTo: null,
    };
    return this.rig.channel.send(reply, deadlineMs);
  }
}

/** A log and a meter that write into a list. */
export function observers(observed: string[]): { log: Log; meter: ChannelMeter } {
  const write = (fields: object, message: string) => {
    observed.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  const meter: ChannelMeter = {
    count: (event, labels) => {
      observed.push(`${event} ${JSON.stringify(labels ?? {})}`);
    },
    observeSeconds: (event) => {
      observed.push(event);
    },
  };
  return { log, meter };
}

/** An inbox in memory, whose commit can be held back or made to fail. */
export class ScriptedInbox implements Inbox {
  readonly committed: Part[] = [];
  readonly receipts: Receipt[] = [];
  readonly settled: PartKey[] = [];
  readonly cursors = new Map<string, string>();
  /** Parts that were offered and are not committed yet. */
  waiting = 0;
  mostWaiting = 0;
  #mode: 'commit' | 'hold' | 'fail' = 'commit';
  #onRelease: (() => void)[] = [];
  #onArrival: (() => void)[] = [];
  #onSettle: (() => void)[] = [];
  #arrived = false;

  async accept(parts: readonly Part[], cursor?: { readonly name: string; readonly value: string }): Promise<void> {
    this.waiting += parts.length;
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    // A position that moves alone is let through: these tests are about parts.
    if (parts.length > 0) await this.#gate();
    this.waiting -= parts.length;
    this.committed.push(...parts);
    if (cursor !== undefined) this.cursors.set(cursor.name, cursor.value);
  }

  async acceptReceipts(receipts: readonly Receipt[]): Promise<void> {
    await this.#gate();
    this.receipts.push(...receipts);
  }

  settle(keys: readonly PartKey[]): void {
    this.settled.push(...keys);
    for (const resolve of this.#onSettle.splice(0)) resolve();
  }

  cursor(name: string): Promise<string | null> {
    return Promise.resolve(this.cursors.get(name) ?? null);
  }

  /** Commits wait from now on. */
  hold(): void {
    this.#mode = 'hold';
    this.#arrived = false;
  }

  fail(): void {
    this.#mode = 'fail';
  }

  /** Lets through what waits, and all that comes. */
  release(): void {
    this.#mode = 'commit';
    for (const resolve of this.#onRelease.splice(0)) resolve();
  }

  /** Resolves when something has come that was not there at the last call of `hold`. */
  arrival(): Promise<void> {
    if (this.#arrived) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onArrival.push(resolve);
    });
  }

  /** Resolves at the next `settle`. */
  settling(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettle.push(resolve);
    });
  }

  async #gate(): Promise<void> {
    this.#arrived = true;
    for (const resolve of this.#onArrival.splice(0)) resolve();
    if (this.#mode === 'fail') throw new Error('disk full');
    if (this.#mode === 'hold') {
      await new Promise<void>((resolve) => {
        this.#onRelease.push(resolve);
      });
    }
  }
}
