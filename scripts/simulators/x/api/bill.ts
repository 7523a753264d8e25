/**
 * What the requests cost (pay-per-use: https://docs.x.com/x-api/getting-started/pricing). A post that was charged is free
 * until midnight UTC; an empty page is free.
 */

export const pricesUsd = {
  ownedRead: 0.001,
  postRead: 0.005,
  write: 0.01,
  writeWithUrl: 0.2,
  dmRead: 0.01,
  dmWrite: 0.015,
};

export type Charge = keyof typeof pricesUsd;

/** Remembered for their day's deduplication. */
const maxCharged = 1_000_000;
const dayMs = 86_400_000;

export class Bill {
  readonly #units: Record<Charge, number> = zero();
  /** Posts read, by day (UTC) and in all. */
  readonly #readsByDay = new Map<string, number>();
  readonly #charged = new Set<string>();
  #chargedDay = 0;

  /** Posts that were charged; X's usage counts them. */
  get postsRead(): number {
    return this.#units.ownedRead + this.#units.postRead;
  }

  get totalUsd(): number {
    const micros = (Object.keys(pricesUsd) as Charge[]).map(
      (kind) => Math.round(pricesUsd[kind] * 1e6) * this.#units[kind],
    );
    return micros.reduce((sum, each) => sum + each, 0) / 1e6;
  }

  /** Charges those that were not charged today. */
  read(kind: 'ownedRead' | 'postRead' | 'dmRead', ids: readonly string[], nowMs: number): void {
    this.#turnDay(nowMs);
    for (const id of ids) {
      if (this.#charged.has(id)) continue;
      if (this.#charged.size < maxCharged) this.#charged.add(id);
      this.#units[kind] += 1;
      if (kind !== 'dmRead') this.#countDay(nowMs);
    }
  }

  write(kind: 'write' | 'writeWithUrl' | 'dmWrite'): void {
    this.#units[kind] += 1;
  }

  /** Newest last. */
  get readsByDay(): ReadonlyArray<{ readonly date: string; readonly posts: number }> {
    return [...this.#readsByDay].map(([date, posts]) => ({ date, posts }));
  }

  get summary() {
    return { units: { ...this.#units }, totalUsd: this.totalUsd, postsRead: this.postsRead, pricesUsd };
  }

  #turnDay(nowMs: number): void {
    const day = Math.floor(nowMs / dayMs);
    if (day === this.#chargedDay) return;
    this.#chargedDay = day;
    this.#charged.clear();
  }

  #countDay(nowMs: number): void {
    const date = `${new Date(nowMs).toISOString().slice(0, 10)}T00:00:00.000Z`;
    this.#readsByDay.set(date, (this.#readsByDay.get(date) ?? 0) + 1);
  }
}

function zero(): Record<Charge, number> {
  return { ownedRead: 0, postRead: 0, write: 0, writeWithUrl: 0, dmRead: 0, dmWrite: 0 };
}
