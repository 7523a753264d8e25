import { steadyNowMs } from '../domain/clock.js';
import { messageOf } from '../domain/messageOf.js';
import { stopLimitMs } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { HeldTurn, Turn, TurnStore, Turns } from '../ports/turns.js';
import { TurnShare } from './turnShare.js';

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

/** How many times a node may fail to ask before others think that it stands in line no more. */
const asksInLine = 3;

/**
 * Turns by leases in the store. A node that dies loses them when its lease ends; one that cannot reach the store, or that
 * was frozen, ends its work by its own clock before another may begin. What it may still have on its way to the store is
 * refused there by the turn's token.
 */
export class NodeTurns implements Turns {
  readonly #shares = new Map<string, TurnShare>();

  constructor(
    private readonly store: TurnStore,
    private readonly owner: string,
    private readonly log: Log,
    private readonly settings: TurnSettings,
  ) {}

  async hold(
    name: string,
    stop: AbortSignal,
    work: (turn: HeldTurn, ended: AbortSignal) => Promise<void>,
    shareName?: string,
  ): Promise<void> {
    const share = shareName === undefined ? null : this.#shareOf(shareName);
    while (!stop.aborted) {
      const askedMs = steadyNowMs();
      const token = await this.#take(name, share);
      if (token === null) {
        await pause(this.settings.askMs, stop);
        continue;
      }
      const { leaseMs, giveUpMs } = this.settings;
      const tenure = new Tenure({ name, token, leftMs: leaseMs - giveUpMs }, askedMs, share, giveUpMs);
      const turn = { ...tenure.turn, isOver: () => tenure.isLate() };
      const over = await this.#during(tenure, stop, work(turn, tenure.ended));
      if (over === 'done') return;
      if (over === 'lost') {
        this.log.warn({ turn: name }, 'lost a turn to another node, or the store: waiting for it to come back');
      } else {
        this.log.info({ turn: name }, 'gave a turn up for a node that has none of its kind');
        await pause(this.settings.askMs, stop);
      }
    }
  }

  async #during(tenure: Tenure, stop: AbortSignal, work: Promise<void>): Promise<Over> {
    const end = (): boolean => tenure.end('done');
    const timer = setInterval(() => this.#look(tenure), this.settings.renewMs / looksPerRenewal);
    stop.addEventListener('abort', end, { once: true });
    if (stop.aborted) end();
    try {
      await work;
    } finally {
      clearInterval(timer);
      stop.removeEventListener('abort', end);
      if (tenure.over !== 'lost') await this.store.endTurn(tenure.turn.name, this.owner).catch(() => {});
      if (tenure.over !== 'given') tenure.share?.over();
    }
    return stop.aborted ? 'done' : tenure.over;
  }

  #look(tenure: Tenure): void {
    const nowMs = steadyNowMs();
    if (tenure.isLate()) tenure.end('lost');
    if (tenure.isRenewing || tenure.ended.aborted || nowMs - tenure.signMs < this.settings.renewMs) return;
    tenure.isRenewing = true;
    void this.#renew(tenure.turn).then(async (kept) => {
      tenure.isRenewing = false;
      if (kept === 'lost') tenure.end('lost');
      if (kept !== 'kept') return;
      tenure.signMs = nowMs;
      // Whether somebody has none is asked again with the next sign, if it could not be asked now.
      await tenure.share?.giveUpIfAsked(() => tenure.end('given')).catch(() => {});
    });
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

  async #take(name: string, share: TurnShare | null): Promise<number | null> {
    try {
      if (share !== null && !(await share.ask())) return null;
      const token = await this.#takeAsked(name, share);
      if (token !== null) await share?.taken();
      return token;
    } catch (error) {
      this.log.warn({ turn: name, error: messageOf(error) }, 'could not ask for a turn');
      return null;
    }
  }

  async #takeAsked(name: string, share: TurnShare | null): Promise<number | null> {
    let token: number | null = null;
    try {
      token = await this.store.takeTurn({ name, owner: this.owner, leaseMs: this.settings.leaseMs });
      return token;
    } finally {
      if (token === null) share?.refused();
    }
  }

  #shareOf(name: string): TurnShare {
    const known = this.#shares.get(name);
    if (known !== undefined) return known;
    const share = new TurnShare(this.store, this.owner, name, this.settings.askMs * asksInLine);
    this.#shares.set(name, share);
    return share;
  }
}

/** `given`: left to a node that has none of its kind. */
type Over = 'done' | 'lost' | 'given';

/** A turn while it lasts. */
class Tenure {
  readonly #ended = new AbortController();
  isRenewing = false;
  over: Over = 'done';

  constructor(
    readonly turn: Turn,
    /** When the last sign that the store took was given. */
    public signMs: number,
    readonly share: TurnShare | null,
    private readonly giveUpMs: number,
  ) {}

  /** No sign for so long that the lease may end before the work does. */
  isLate(): boolean {
    return steadyNowMs() - this.signMs > this.giveUpMs;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** The first reason counts. @returns whether this was it. */
  end(over: Over): boolean {
    if (this.ended.aborted) return false;
    this.over = over;
    this.#ended.abort();
    return true;
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
