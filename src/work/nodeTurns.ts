import { steadyNowMs } from '../domain/clock.js';
import { messageOf } from '../domain/messageOf.js';
import { stopLimitMs } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { Turn, TurnStore, Turns } from '../ports/turns.js';

interface TurnSettings {
  /** How long others wait for a node that gives no sign. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** After so long without a sign that the store took, a node ends its work: before its lease does, by `stopLimitMs`. */
  readonly giveUpMs: number;
  /** How often a node asks for a turn that another one has. */
  readonly askMs: number;
}

/** Between the end of a node's work and that of its lease, beyond what the work may take to end. */
const marginMs = 1_000;

/** @param leaseMs 8 s at least: work may take `stopLimitMs` to end. */
export function turnTimes(leaseMs: number): TurnSettings {
  const giveUpMs = leaseMs - stopLimitMs - marginMs;
  return { leaseMs, giveUpMs, renewMs: giveUpMs / 3, askMs: 1_000 };
}

/** How often a node looks whether it is still in time: one that was frozen must find out before it does anything else. */
const looksPerRenewal = 6;

/**
 * Turns by leases in the store. A node that dies loses them when its lease ends; one that cannot reach the store, or that
 * was frozen, ends its work by its own clock before another may begin. What it may still have on its way to the store is
 * refused there by the turn's token.
 */
export class NodeTurns implements Turns {
  constructor(
    private readonly store: TurnStore,
    private readonly owner: string,
    private readonly log: Log,
    private readonly settings: TurnSettings,
  ) {}

  async hold(name: string, stop: AbortSignal, work: (turn: Turn, ended: AbortSignal) => Promise<void>): Promise<void> {
    while (!stop.aborted) {
      const askedMs = steadyNowMs();
      const token = await this.#take(name);
      if (token === null) {
        await pause(this.settings.askMs, stop);
        continue;
      }
      const ended = new AbortController();
      const isOver = await this.#during({ name, token }, askedMs, stop, ended, work({ name, token }, ended.signal));
      if (isOver) return;
      this.log.warn({ turn: name }, 'lost a turn to another node, or the store: waiting for it to come back');
    }
  }

  /** @returns false when the turn was lost. */
  async #during(
    turn: Turn,
    askedMs: number,
    stop: AbortSignal,
    ended: AbortController,
    work: Promise<void>,
  ): Promise<boolean> {
    const end = (): void => ended.abort();
    let signMs = askedMs;
    let lost = false;
    let renewing = false;
    const lose = (): void => {
      lost = true;
      end();
    };
    const timer = setInterval(() => {
      if (steadyNowMs() - signMs > this.settings.giveUpMs) return lose();
      if (renewing || steadyNowMs() - signMs < this.settings.renewMs) return;
      renewing = true;
      const atMs = steadyNowMs();
      void this.#renew(turn).then((kept) => {
        renewing = false;
        if (kept === 'kept') signMs = atMs;
        else if (kept === 'lost') lose();
      });
    }, this.settings.renewMs / looksPerRenewal);
    stop.addEventListener('abort', end, { once: true });
    if (stop.aborted) end();
    try {
      await work;
    } finally {
      clearInterval(timer);
      stop.removeEventListener('abort', end);
      if (!lost) await this.store.endTurn(turn.name, this.owner).catch(() => {});
    }
    return !lost || stop.aborted;
  }

  async #renew({ name, token }: Turn): Promise<'kept' | 'lost' | 'unknown'> {
    try {
      const { leaseMs } = this.settings;
      const now = await this.store.takeTurn({ name, owner: this.owner, leaseMs });
      return now === token ? 'kept' : 'lost';
    } catch {
      return 'unknown';
    }
  }

  async #take(name: string): Promise<number | null> {
    try {
      return await this.store.takeTurn({ name, owner: this.owner, leaseMs: this.settings.leaseMs });
    } catch (error) {
      this.log.warn({ turn: name, error: messageOf(error) }, 'could not ask for a turn');
      return null;
    }
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
  });
}
