import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../domain/messageOf.js';
import type { Log } from '../ports/log.js';
import type { ActResult, ChannelHold, Hold, NewAct } from '../ports/operations.js';
import type { Store } from '../ports/store.js';
import { OneAtATime } from './oneAtATime.js';
import type { Acted, ChannelAct, ChannelReport, ControlAnswer, ControlRequest } from './protocol.js';
import type { Reload } from './reload.js';
import type { ServedChannel } from './servedChannel.js';
import type { Switchboard } from './switchboard.js';

export interface DeskDeps {
  readonly store: Store;
  readonly switchboard: Switchboard;
  readonly reload: Reload;
  readonly log: Log;
  /** Told of each act that came to an end. */
  readonly acted: (act: string, result: ActResult) => void;
}

/** How long an act that begins links waits to tell whether they came up. */
const upWaitMs = 5_000;
const upLookMs = 50;

/** What an act does to a channel, by the hold that it is in. */
interface ActRule {
  /** The hold that it leads to; left out where it leaves the hold as it is. */
  readonly hold?: Hold | null;
  /** Why it cannot be done. */
  readonly refusal?: (hold: Hold | null) => string | null;
  /** @returns what came of it, for a person. */
  readonly carryOut: (served: ServedChannel) => Promise<string>;
}

const drainedWords = 'it is drained: `lapor-gateway channel resume` serves it again';

const rules: Readonly<Record<ChannelAct, ActRule>> = {
  pause: {
    hold: 'paused',
    refusal: (hold) => (hold === 'drained' ? 'it is drained, so that no reply goes out anyway' : null),
    carryOut: async (served) => {
      const ended = await served.pause();
      const underWay = ended
        ? ''
        : `; ${served.repliesUnderWay} replies are under way still and will end by themselves`;
      return `no reply goes out, links stay and texts are taken in${underWay}`;
    },
  },
  resume: {
    hold: null,
    carryOut: async (served) => {
      served.resume();
      return linksTold(served);
    },
  },
  drain: {
    hold: 'drained',
    carryOut: async (served) => {
      await served.drain();
      return 'what was under way has ended and its links are given up';
    },
  },
  rebind: {
    refusal: (hold) => (hold === 'drained' ? drainedWords : null),
    carryOut: async (served) => {
      await served.rebind();
      return linksTold(served);
    },
  },
};

/**
 * Where operators' acts are done, one after the other, each with its place in the audit trail: noted before it is begun,
 * ended with its result. What the trail cannot take is not done.
 */
export class ControlDesk {
  readonly #acts = new OneAtATime();
  #closing = false;

  constructor(private readonly deps: DeskDeps) {}

  async answer(request: ControlRequest): Promise<ControlAnswer> {
    if (request.command === 'channel list') return { kind: 'channels', channels: await this.#report() };
    if (this.#closing) return { kind: 'error', message: 'the gateway is stopping' };
    const acting = this.#acts.run(() => (request.command === 'reload' ? this.#reload(request) : this.#act(request)));
    return (await acting) ?? { kind: 'error', message: 'too many commands wait already; try again in a minute' };
  }

  /** Takes no more acts, and resolves when the one under way has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#acts.idle();
  }

  #act({ act, channel, actor, reason }: Extract<ControlRequest, { command: 'channel act' }>): Promise<ControlAnswer> {
    const rule = rules[act];
    const served = this.deps.switchboard.channels.get(channel);
    const refusal = served === undefined ? this.#unknown() : (rule.refusal?.(served.hold) ?? null);
    const setsHold = refusal === null && rule.hold !== undefined && rule.hold !== served?.hold;
    const noted = { atMs: Date.now(), actor, act: `channel ${act}`, subject: channel, reason };
    return this.#withTrail({ ...noted, ...(setsHold ? { hold: rule.hold } : {}) }, async () => {
      if (served === undefined || refusal !== null) return ended('refused', `${channel}: ${refusal}`);
      if (rule.hold !== undefined && !setsHold) return ended('done', `${channel}: ${alreadyWords(served.hold)}`);
      return ended('done', `${channel}: ${await rule.carryOut(served)}`);
    });
  }

  #reload({ actor, reason }: Extract<ControlRequest, { command: 'reload' }>): Promise<ControlAnswer> {
    const { reload, store, log } = this.deps;
    const noted = { atMs: Date.now(), actor, act: 'reload', subject: reload.file, reason };
    return this.#withTrail(noted, async () => {
      const { result, message, begun, faults } = await reload.run(await store.channelHolds());
      const troubles = await this.#troublesOf(begun);
      for (const { file, line, key, message: fault } of faults)
        log.error({ file, line, key, fault }, 'fault in the config');
      return { kind: 'acted', result, message: [message, ...troubles].join('; '), faults: [...faults] };
    });
  }

  async #withTrail(act: NewAct, carryOut: () => Promise<Acted>): Promise<ControlAnswer> {
    const { store, log, acted } = this.deps;
    let id: number;
    try {
      id = await store.beginAct(act);
    } catch (error) {
      return { kind: 'error', message: `not done, for the audit trail could not take it: ${messageOf(error)}` };
    }
    const end = await carryOut().catch((error: unknown) => ended('failed', messageOf(error)));
    const faults =
      end.faults.length === 0 ? '' : ` (${end.faults.length} ${end.faults.length === 1 ? 'fault' : 'faults'})`;
    await store
      .endAct(id, { atMs: Date.now(), result: end.result, detail: `${end.message}${faults}` })
      .catch((error: unknown) =>
        log.error({ act: id, error: messageOf(error) }, 'the end of an act is not in the trail'),
      );
    const { act: name, subject, actor } = act;
    log[end.result === 'done' ? 'info' : 'warn'](
      { act: name, subject, actor, result: end.result, detail: end.message },
      'operator',
    );
    acted(name, end.result);
    return end;
  }

  /** Of channels that were begun: which do not come up, and why. */
  async #troublesOf(begun: readonly string[]): Promise<string[]> {
    const { channels } = this.deps.switchboard;
    const told = begun.map(async (id) => {
      const served = channels.get(id);
      if (served === undefined || served.hold === 'drained') return [];
      const links = await linksTold(served);
      return links === 'up' ? [] : [`${id}: ${links}`];
    });
    return (await Promise.all(told)).flat();
  }

  #unknown(): string {
    return `no such channel; the running config has ${[...this.deps.switchboard.channels.keys()].join(', ')}`;
  }

  async #report(): Promise<ChannelReport[]> {
    const { store, switchboard } = this.deps;
    const [counts, holds] = await Promise.all([store.channelCounts(), store.channelHolds()]);
    const waitingOf = (id: string) => {
      const { repliesWaiting = 0, oldestReplyMs = null } = counts.get(id) ?? {};
      return { repliesWaiting, oldestReplyMs };
    };
    const served = [...switchboard.channels].map(([id, channel]) => ({
      ...reportOf(channel, holds.get(id) ?? null),
      ...waitingOf(id),
    }));
    const orphans = [...counts].filter(
      ([id, { repliesWaiting }]) => repliesWaiting > 0 && !switchboard.channels.has(id),
    );
    return [...served, ...orphans.map(([id]) => ({ ...notConfigured(id), ...waitingOf(id) }))];
  }
}

type Reported = Omit<ChannelReport, 'repliesWaiting' | 'oldestReplyMs'>;

function reportOf(served: ServedChannel, hold: ChannelHold | null): Reported {
  const { state, links, facts = {} } = served.health();
  const { id, setup, repliesUnderWay } = served;
  return { id, adapter: setup.adapter, state, hold, links: [...links], facts, repliesUnderWay };
}

/** Replies wait for it, and nobody takes them. */
function notConfigured(id: string): Reported {
  return { id, adapter: null, state: 'down', hold: null, links: [], facts: {}, repliesUnderWay: 0 };
}

function ended(result: ActResult, message: string): Acted {
  return { kind: 'acted', result, message, faults: [] };
}

function alreadyWords(hold: Hold | null): string {
  return hold === null ? 'it was not held; nothing to do' : `it is ${hold} already; nothing to do`;
}

async function linksTold(served: ServedChannel): Promise<string> {
  const untilMs = Date.now() + upWaitMs;
  while (served.health().state !== 'up' && Date.now() < untilMs) await delay(upLookMs);
  const { state, links } = served.health();
  const troubles = links.flatMap(({ name, state: at, detail }) => (detail === '' ? [] : [`${name} ${at}: ${detail}`]));
  return [state, ...troubles].join('; ');
}
