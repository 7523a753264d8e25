import * as z from 'zod';
import type { ChannelMeter } from '../../../src/ports/channel.js';
import { compareIds, firstIdAt } from './ids.js';

/**
 * What the channel spends: posts read and replies sent, by X's prices (https://docs.x.com/x-api/getting-started/pricing).
 * X charges a resource once a day (UTC) however often it is read, so ids that were counted today are not counted again.
 *
 * A cap slows reading before it is reached, and stops it then. It never stops replies: what was read is acknowledged.
 */

export const spendings = ['ownedRead', 'read', 'dmRead', 'post', 'postWithUrl', 'dm'] as const;

export type Spending = (typeof spendings)[number];

export type Prices = Readonly<Record<Spending, number>>;

export interface BudgetConfig {
  readonly perDayUsd: number | null;
  readonly perMonthUsd: number | null;
  readonly readsPerMonth: number | null;
  /** The share of a cap from which on reading slows down. */
  readonly slowFrom: number;
  readonly prices: Prices;
}

const counts = z.record(z.enum(spendings), z.int().nonnegative());

export const spentSchema = z.strictObject({ day: z.string(), today: counts, thisMonth: counts });

/** What was spent by the end of a day that is not over. */
export type Spent = z.output<typeof spentSchema>;

/** What is read, and up to which id the run before has read all of it. */
export type ReadBefore = Readonly<Record<'read' | 'dmRead', string>>;

/** Ids of one day that are known to be charged. Beyond these some are counted twice: that errs on the safe side. */
const chargedMax = 200_000;
/** How much slower reading is just before a cap. */
const slowest = 20;
const readKinds: readonly Spending[] = ['ownedRead', 'read'];

export class Budget {
  #spent: Spent;
  readonly #charged = new Set<string>();
  #before: ReadBefore | null = null;
  #revision = 0;

  constructor(
    private readonly config: BudgetConfig,
    private readonly meter: ChannelMeter,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.#spent = { day: dayOf(this.nowMs()), today: none(), thisMonth: none() };
  }

  /**
   * Goes on from what a run before has spent. Searches look back, so the first of this run reads what that one has paid
   * for: without `before` each restart would count ten minutes anew, and a few of them reach a cap.
   */
  restore(spent: Spent, before: ReadBefore): void {
    this.#spent = spent;
    this.#before = before;
    this.#turnDay();
  }

  /** To be committed with the next batch. */
  get spent(): Spent {
    this.#turnDay();
    return this.#spent;
  }

  /** Grows with each change of `spent`. */
  get revision(): number {
    return this.#revision;
  }

  read(kind: 'ownedRead' | 'read' | 'dmRead', ids: readonly string[]): void {
    this.#turnDay();
    let charged = 0;
    for (const id of ids) {
      if (this.#charged.has(id) || this.#wasChargedBefore(kind, id)) continue;
      if (this.#charged.size < chargedMax) this.#charged.add(id);
      charged += 1;
    }
    this.#add(kind, charged);
  }

  sent(kind: 'post' | 'postWithUrl' | 'dm'): void {
    this.#turnDay();
    this.#add(kind, 1);
  }

  /** How much longer to wait between two readings; infinite where a cap is reached. */
  get pace(): number {
    const { slowFrom } = this.config;
    const share = this.share;
    if (share >= 1) return Number.POSITIVE_INFINITY;
    return share <= slowFrom ? 1 : 1 + ((slowest - 1) * (share - slowFrom)) / (1 - slowFrom);
  }

  /** Of the cap that is nearest, 0 to 1 and beyond. */
  get share(): number {
    const { perDayUsd, perMonthUsd, readsPerMonth } = this.config;
    const { today, thisMonth } = this.spent;
    const reads = readKinds.reduce((sum, kind) => sum + (thisMonth[kind] ?? 0), 0);
    return Math.max(
      shareOf(this.#usd(today), perDayUsd),
      shareOf(this.#usd(thisMonth), perMonthUsd),
      shareOf(reads, readsPerMonth),
    );
  }

  get facts(): Readonly<Record<string, string | number>> {
    const { today, thisMonth } = this.spent;
    const reads = (of: Spent['today']) => readKinds.reduce((sum, kind) => sum + (of[kind] ?? 0), 0);
    const sends = (of: Spent['today']) => (of.post ?? 0) + (of.postWithUrl ?? 0) + (of.dm ?? 0);
    return {
      posts_read_today: reads(today),
      posts_read_this_month: reads(thisMonth),
      replies_sent_today: sends(today),
      spent_today_usd: rounded(this.#usd(today)),
      spent_this_month_usd: rounded(this.#usd(thisMonth)),
      // Rounded down: 100 is where reading stops.
      budget_used_percent: Math.floor(this.share * 100),
    };
  }

  /** Only what was posted today was surely charged today. */
  #wasChargedBefore(kind: Spending, id: string): boolean {
    const before = kind === 'read' || kind === 'dmRead' ? this.#before?.[kind] : undefined;
    if (before === undefined || compareIds(id, before) > 0) return false;
    return compareIds(id, firstIdAt(Date.parse(this.#spent.day))) >= 0;
  }

  #add(kind: Spending, amount: number): void {
    if (amount === 0) return;
    const { today, thisMonth } = this.#spent;
    today[kind] = (today[kind] ?? 0) + amount;
    thisMonth[kind] = (thisMonth[kind] ?? 0) + amount;
    this.#revision += 1;
    this.meter.count('x_spending', { kind }, amount);
    this.meter.count('x_spent_usd', { kind }, amount * this.config.prices[kind]);
  }

  #turnDay(): void {
    const day = dayOf(this.nowMs());
    if (day === this.#spent.day) return;
    const isSameMonth = day.slice(0, 7) === this.#spent.day.slice(0, 7);
    this.#spent = { day, today: none(), thisMonth: isSameMonth ? this.#spent.thisMonth : none() };
    this.#charged.clear();
    this.#before = null;
    this.#revision += 1;
  }

  #usd(of: Spent['today']): number {
    return spendings.reduce((sum, kind) => sum + (of[kind] ?? 0) * this.config.prices[kind], 0);
  }
}

function none(): Spent['today'] {
  return { ownedRead: 0, read: 0, dmRead: 0, post: 0, postWithUrl: 0, dm: 0 };
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function shareOf(used: number, cap: number | null): number {
  return cap === null ? 0 : used / cap;
}

function rounded(usd: number): number {
  return Math.round(usd * 1_000) / 1_000;
}
