import { steadyNowMs } from '../../../../src/domain/clock.js';
import { messageOf } from '../../../../src/domain/messageOf.js';
import type { LinkHealth } from '../../../../src/ports/channel.js';
import type { Log } from '../../../../src/ports/log.js';
import { faultPolicies } from '../api/faults.js';
import type { Budget } from '../budget.js';
import { Pacer } from './pacer.js';
import type { SweepEnd } from './sweep.js';

/** One thing that is read again and again. */
export interface Reading {
  readonly name: string;
  /** From the end of one reading to the next, when all is well. */
  readonly everyMs: () => number;
  /** Rejects when the store takes nothing. */
  read(pacer: Pacer, stop: AbortSignal): Promise<SweepEnd>;
}

const retry = { firstMs: 1_000, maxMs: 60_000 } as const;
/** How often a reading that the budget has stopped looks whether a new day or month has begun. */
const restMs = 60_000;

/**
 * Reads at its pace, slower near a cap of the budget, and backs off from what does not answer.
 *
 *   starting -> reading <-> waiting
 *                 |  ^---- resting      (a cap of the budget is reached)
 *                 +------> unreachable | refused | not_stored -> reading
 */
export class Reader {
  readonly #pacer = new Pacer();
  #failures = 0;
  #health: LinkHealth;

  constructor(
    private readonly reading: Reading,
    private readonly budget: Budget,
    private readonly log: Log,
  ) {
    this.#health = { name: reading.name, state: 'starting', sinceMs: Date.now(), detail: '' };
  }

  health(): LinkHealth {
    return this.#health;
  }

  /** There may be something new, or something that was missed. */
  nudge(): void {
    this.#pacer.nudge();
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const pace = this.budget.pace;
      if (Number.isFinite(pace)) await this.#pacer.wait(await this.#once(pace, stop), stop);
      else await this.#rest(stop);
    }
  }

  async #rest(stop: AbortSignal): Promise<void> {
    this.#move('resting', 'a cap of the budget is reached: replies go on, reading does not');
    await this.#pacer.wait(restMs, stop);
  }

  /** @returns how long to wait for the next. */
  async #once(pace: number, stop: AbortSignal): Promise<number> {
    try {
      return this.#waitAfter(await this.reading.read(this.#pacer, stop), pace);
    } catch (error) {
      this.#move('not_stored', messageOf(error));
      return this.#backoffMs();
    }
  }

  #waitAfter(end: SweepEnd, pace: number): number {
    if (end.kind === 'stopped') return 0;
    if (end.kind === 'whole') {
      this.#failures = 0;
      this.#move('reading', pace === 1 ? '' : `${pace.toFixed(1)} times slower: a cap of the budget is near`);
      return this.reading.everyMs() * pace;
    }
    if (end.kind === 'unreached') {
      this.#move('unreachable', end.cause);
      return this.#backoffMs();
    }
    this.#move('refused', faultPolicies[end.fault].words);
    const backoffMs = this.#backoffMs();
    return end.againAtMs === null ? backoffMs : Math.max(backoffMs, end.againAtMs - steadyNowMs());
  }

  #backoffMs(): number {
    const fullMs = Math.min(retry.maxMs, retry.firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return fullMs * (1 - Math.random() / 2);
  }

  #move(state: string, detail: string): void {
    if (this.#health.state === state && this.#health.detail === detail) return;
    const isNew = this.#health.state !== state;
    this.#health = { ...this.#health, state, detail, sinceMs: isNew ? Date.now() : this.#health.sinceMs };
    if (!isNew) return;
    const fields = { reading: this.reading.name, state, detail };
    if (state === 'reading') this.log.info(fields, 'reading');
    else this.log.warn(fields, 'nothing is read for now');
  }
}
