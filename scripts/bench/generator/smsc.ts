import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliverSmTemplate, MessageSource, type Senders } from './deliverSm.js';
import { EsmeLink } from './esmeLink.js';
import { difference, type LoadPlan, type LoadResult, read, Tally } from './load.js';
import { textTemplates } from './texts.js';

/** How often the end of something is looked for; small beside any measured time, and free beside the load. */
const lookEveryMs = 10;
/** An ESME that answers nothing for so long has stopped for good. */
const stallMs = 15_000;

/** The telco's side: listens on some ports, lets ESMEs bind, and drives them all with one plan. */
export class Smsc {
  readonly #messages: MessageSource;
  readonly #bound = new Set<EsmeLink>();
  readonly #links = new Set<EsmeLink>();
  readonly #servers: Server[] = [];
  #tally = new Tally();
  /** Set while a plan runs. */
  #lostLink: string | null = null;

  constructor(senders: number | Senders, destination: string) {
    const templates = textTemplates.map((text) => deliverSmTemplate(text, destination));
    this.#messages = new MessageSource(templates, senders);
  }

  /** Listens on `count` ports chosen by the system. */
  async listen(count: number): Promise<number[]> {
    return Promise.all(Array.from({ length: count }, () => this.#listenOnce()));
  }

  async waitForLinks(count: number, withinMs: number): Promise<void> {
    await this.#until(
      () => this.#bound.size === count,
      withinMs,
      () => `${count} bound links were awaited, ${this.#bound.size} are there after ${withinMs} ms`,
    );
  }

  /** Runs one plan to its end. Rejects when a link is lost on the way: the figures would mean nothing. */
  async run(plan: LoadPlan): Promise<LoadResult> {
    if (this.#bound.size === 0) throw new Error('No ESME is bound: nothing to drive');
    this.#lostLink = null;
    const tally = this.#tally;
    const allowance = {
      window: plan.window,
      maxUnanswered: plan.maxUnanswered ?? Number.POSITIVE_INFINITY,
      remaining: plan.until.kind === 'count' ? plan.until.messages : Number.POSITIVE_INFINITY,
    };
    tally.latency.reset();
    let from = read(tally);
    for (const link of this.#bound) link.start(allowance);
    if (plan.until.kind === 'time') {
      await sleep(plan.until.warmupMs);
      tally.latency.reset();
      from = read(tally);
      await sleep(plan.until.measureMs);
    } else {
      await this.#untilAllSent(allowance);
    }
    const measured = difference(from, read(tally), tally.latency.summary());
    for (const link of this.#bound) link.stop();
    await this.#drain(plan);
    if (this.#lostLink !== null) throw new Error(this.#lostLink);
    return { ...measured, unacknowledged: tally.unacknowledged, unanswered: tally.unanswered };
  }

  /** How many messages have been acknowledged so far, for a line of progress. */
  acknowledged(): number {
    return this.#tally.acknowledged;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const link of this.#links) link.destroy();
  }

  async #listenOnce(): Promise<number> {
    const server = createServer((socket) => this.#connected(socket));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  #connected(socket: Socket): void {
    // Each ESME begins with a tally of its own, so that what the last one left unfinished is not held against it.
    if (this.#links.size === 0) this.#tally = new Tally();
    const link = new EsmeLink(socket, this.#messages, this.#tally, {
      bound: (bound) => this.#bound.add(bound),
      closed: (closed, fault) => {
        this.#links.delete(closed);
        if (this.#bound.delete(closed))
          this.#lostLink = `The ESME's link closed: ${fault?.message ?? 'by its own will'}`;
      },
    });
    this.#links.add(link);
  }

  async #untilAllSent(allowance: { readonly remaining: number }): Promise<void> {
    const tally = this.#tally;
    let progress = tally.acknowledged;
    let stalledSinceMs = performance.now();
    while (this.#lostLink === null && (allowance.remaining > 0 || tally.unacknowledged > 0)) {
      await sleep(lookEveryMs);
      if (tally.acknowledged !== progress) {
        progress = tally.acknowledged;
        stalledSinceMs = performance.now();
      } else if (performance.now() - stalledSinceMs > stallMs) {
        throw new Error(`The ESME acknowledged nothing for ${stallMs} ms, ${tally.unacknowledged} messages being out`);
      }
    }
  }

  /** What does not come back in time is not an error here: it is a figure of the result. */
  async #drain(plan: LoadPlan): Promise<void> {
    const tally = this.#tally;
    const endMs = performance.now() + plan.drainMs;
    const isDrained = () => tally.unacknowledged === 0 && (plan.maxUnanswered === null || tally.unanswered <= 0);
    while (!isDrained() && this.#lostLink === null && performance.now() < endMs) await sleep(lookEveryMs);
  }

  async #until(isSo: () => boolean, withinMs: number, complaint: () => string): Promise<void> {
    const endMs = performance.now() + withinMs;
    while (!isSo()) {
      if (performance.now() > endMs) throw new Error(complaint());
      await sleep(lookEveryMs);
    }
  }
}
