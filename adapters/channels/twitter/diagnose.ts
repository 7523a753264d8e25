import { performance } from 'node:perf_hooks';
import * as z from 'zod';
import type { ChannelMeter } from '../../../src/ports/channel.js';
import type { DiagnosisRequest, Facts, Stage } from '../../../src/ports/diagnosis.js';
import type { Log } from '../../../src/ports/log.js';
import type { Result, XApi } from './api/client.js';
import type { EndpointName } from './api/endpoints.js';
import { openApi } from './api/open.js';
import type { TwitterConfig } from './config.js';
import { firstIdAt } from './ids.js';
import { searchQuery } from './inbound/readings.js';

/**
 * Tests an account live, from whether X is reached upwards. It asks only for what is newer than now, so it reads no post
 * and costs nothing; and beside a running gateway it renews no token, for that would end the gateway's.
 */
export async function* diagnose(config: TwitterConfig, request: DiagnosisRequest): AsyncGenerator<Stage> {
  const { api, transport } = openApi(config, { log: silent, meter: uncounted }, request.links === 'all');
  const test = new AccountTest(config, api);
  try {
    const userId = yield* test.account();
    if (userId === null) return;
    const further = [test.clock(), test.mentions(userId), test.search(), test.messages(), test.usage(), test.webhook()];
    for (const stages of further) {
      if (request.stop.aborted) return;
      yield* stages;
    }
  } finally {
    transport.stopReading();
  }
}

type Stages<Value = void> = AsyncGenerator<Stage, Value>;

/** OAuth 1.0a is refused beyond five minutes; a clock that is a minute off is on its way there. */
const clockOffMaxMs = 60_000;

const userSchema = z.object({ data: z.object({ id: z.string(), username: z.string() }) });
const usageSchema = z.object({
  data: z.object({ project_usage: z.coerce.number().default(0), project_cap: z.coerce.number().default(0) }),
});
const webhooksSchema = z.object({ data: z.array(z.object({ valid: z.boolean().default(true) })).default([]) });

class AccountTest {
  readonly #target: string;

  constructor(
    private readonly config: TwitterConfig,
    private readonly api: XApi,
  ) {
    this.#target = new URL(config.apiUrl).host;
  }

  /** @returns our user id, or null where nothing further can be tested */
  async *account(): Stages<string | null> {
    const told = this.#stage('x_account');
    const result = await this.api.ask('me');
    // A clock that is far off makes a right signature wrong: then that is the finding.
    if (this.#isClockOff) yield* this.clock();
    if (result.kind !== 'good') {
      yield told('failed', {}, reasonOf(result));
      return null;
    }
    const user = userSchema.safeParse(result.body).data?.data;
    const handle = user?.username ?? '';
    if (user === undefined || handle.toLowerCase() !== this.config.handle.toLowerCase()) {
      yield told('failed', { handle, configured: this.config.handle }, 'wrong_account');
      return null;
    }
    const way = this.config.clientId === undefined ? 'OAuth 1.0a' : 'OAuth 2';
    yield told('passed', { handle, way });
    return user.id;
  }

  async *clock(): Stages {
    const told = this.#stage('x_clock');
    const aheadMs = this.api.clockAheadMs;
    const seconds = Math.round(Math.abs(aheadMs ?? 0) / 1_000);
    if (aheadMs === null) yield told('skipped', {}, 'unknown');
    else yield this.#isClockOff ? told('failed', { seconds }, 'off') : told('passed', { seconds });
  }

  async *mentions(userId: string): Stages {
    yield* this.#reads('x_mentions', 'mentions', { max_results: '5', since_id: this.#now }, userId);
  }

  async *search(): Stages {
    const query = { query: searchQuery(this.config), max_results: '10', since_id: this.#now };
    yield* this.#reads('x_search', 'search', query);
  }

  async *messages(): Stages {
    if (!this.config.directMessages) yield this.#stage('x_messages')('skipped', {}, 'not_wanted');
    // X knows no way to ask for newer ones alone: one is read.
    else yield* this.#reads('x_messages', 'dmEvents', { max_results: '1' });
  }

  async *usage(): Stages {
    const told = this.#stage('x_usage');
    const { tier, replies, bearerToken } = this.config;
    if (bearerToken === undefined) {
      yield told('skipped', {}, 'no_bearer');
      return;
    }
    const result = await this.api.ask('usage');
    const usage = result.kind === 'good' ? usageSchema.safeParse(result.body).data?.data : undefined;
    if (result.kind !== 'good') yield told('failed', {}, reasonOf(result));
    else yield told('passed', { used: usage?.project_usage ?? 0, cap: usage?.project_cap ?? 0, tier, replies });
  }

  async *webhook(): Stages {
    if (this.config.receive !== 'webhook') return;
    const told = this.#stage('x_webhook');
    const result = await this.api.ask('webhooks');
    if (result.kind !== 'good') {
      yield told('failed', {}, reasonOf(result));
      return;
    }
    const webhooks = webhooksSchema.safeParse(result.body).data?.data ?? [];
    const valid = webhooks.filter((each) => each.valid).length;
    if (valid > 0) yield told('passed', { valid, webhooks: webhooks.length });
    else yield told('failed', { webhooks: webhooks.length }, webhooks.length === 0 ? 'none' : 'invalid');
  }

  async *#reads(name: string, endpoint: EndpointName, query: Readonly<Record<string, string>>, id?: string): Stages {
    const told = this.#stage(name);
    const result = await this.api.ask(endpoint, { query, ...(id !== undefined && { id }) });
    if (result.kind === 'good') yield told('passed', {});
    else yield told('failed', {}, reasonOf(result));
  }

  get #isClockOff(): boolean {
    return Math.abs(this.api.clockAheadMs ?? 0) > clockOffMaxMs;
  }

  get #now(): string {
    return firstIdAt(this.api.nowAtX());
  }

  /** Begins a stage; what is returned makes the stage, with the time since. */
  #stage(name: string) {
    const startedMs = performance.now();
    return (result: Stage['result'], facts: Facts = {}, reason: string | null = null): Stage => ({
      name,
      target: this.#target,
      result,
      elapsedMs: Math.round(performance.now() - startedMs),
      facts,
      reason: reason === null ? null : `${name}.${reason}`,
      meaning: null,
    });
  }
}

function reasonOf(result: Exclude<Result, { kind: 'good' }>): string {
  if (result.kind === 'fault') return result.fault;
  return result.kind === 'held' ? 'rate_limited' : 'unreached';
}

const nothing = (): void => undefined;
const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
const uncounted: ChannelMeter = { count: nothing, observeSeconds: nothing };
