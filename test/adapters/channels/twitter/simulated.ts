import nock from 'nock';
import { twitterAdapter } from '../../../../adapters/channels/twitter/index.js';
import { type RunningX, startX, type XOptions } from '../../../../scripts/simulators/x/index.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { Channel, OutboundReply, Outcome, Part } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';

/** The channel at work against the simulated X, which plays by X's rules. */

export interface Posted {
  readonly id: string;
  readonly from: string;
  readonly text: string;
  readonly inReplyTo: string | null;
}

const keys = {
  consumerKey: 'sim-consumer-key',
  consumerSecret: 'sim-consumer-secret',
  accessToken: 'sim-access-token',
  accessTokenSecret: 'sim-access-secret',
  bearerToken: 'sim-bearer-token',
};

const quick = { handle: 'lapor1708', pollSeconds: 0.05, searchSeconds: 0.1, directMessageSeconds: 0.1 };

export class SimulatedRig {
  readonly observed: string[] = [];
  /** Outlives the channel: a restart begins with what is committed here. */
  inbox = new ScriptedInbox();
  #channel: Channel | null = null;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(readonly x: RunningX) {}

  static async start(options: XOptions = {}): Promise<SimulatedRig> {
    if (nock.isActive()) nock.restore();
    const { switches, ...rest } = options;
    return new SimulatedRig(await startX({ ...rest, switches: { enforceLimits: false, ...switches } }));
  }

  get channel(): Channel {
    if (this.#channel === null) throw new Error('the channel was not opened');
    return this.#channel;
  }

  get parts(): readonly Part[] {
    return this.inbox.committed;
  }

  get texts(): readonly (string | null)[] {
    return this.parts.map(({ text }) => text);
  }

  /** Begins the channel and waits until it reads. */
  async open(given: Readonly<Record<string, unknown>> = {}, webhookUrl: string | null = null): Promise<void> {
    const apiUrl = `http://127.0.0.1:${this.x.port}`;
    const parsed = twitterAdapter.parseConfig({ ...quick, ...keys, apiUrl, ...given });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    this.#channel = twitterAdapter.create(parsed.config, { id: 'twitter', webhookUrl, ...observers(this.observed) });
    this.#stop = new AbortController();
    this.#running = this.#channel.run(this.inbox, this.#stop.signal);
    await this.until('the channel reads', () => this.channel.health().links.some(({ state }) => state === 'reading'));
  }

  async stopChannel(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async close(): Promise<void> {
    await this.stopChannel();
    await this.x.close();
    if (!nock.isActive()) nock.activate();
  }

  async control<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`http://127.0.0.1:${this.x.controlPort}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  }

  post(from: string, text: string, more: Readonly<Record<string, unknown>> = {}): Promise<Posted> {
    return this.control<Posted>('POST', '/posts', { from, text, ...more });
  }

  switches(switches: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.control('PUT', '/switches', { enforceLimits: false, ...switches });
  }

  async thread(id: string): Promise<readonly Posted[]> {
    return (await this.control<{ posts: Posted[] }>('GET', `/conversations/${id}`)).posts;
  }

  send(given: Partial<OutboundReply> & Pick<OutboundReply, 'to' | 'inReplyTo'>): Promise<Outcome> {
    const reply = {
      id: `r-${given.inReplyTo}`,
      text: `Diterima, no. #${given.inReplyTo}`,
      kind: 'acknowledgement',
    } as const;
    return this.channel.send({ ...reply, ...given }, steadyNowMs() + 10_000);
  }

  /** Resolves when a fact holds. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const deadlineMs = Date.now() + 10_000;
    while (!isSo()) {
      if (Date.now() > deadlineMs) {
        const told = JSON.stringify({ texts: this.texts, health: this.#channel?.health() });
        throw new Error(`not within 10 s: ${what}: ${told}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
