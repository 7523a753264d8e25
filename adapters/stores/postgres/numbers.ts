import type { Tx } from './database.js';

const sequences = ['part_numbers', 'set_numbers', 'report_numbers'] as const;

/** One statement and one row: a row for each number would cost both sides more than the number. */
const take = `SELECT ${sequences
  .map(
    (sequence, index) =>
      `(SELECT string_agg(nextval('${sequence}')::text, ',') FROM generate_series(1, $${index + 1})) AS ${sequence}`,
  )
  .join(', ')}`;

/**
 * Numbers for rows that are about to be written, taken within the transaction that writes them: so of two messages, the
 * one that was accepted first has the smaller number, on whatever node. What is not used is a gap.
 */
export class Numbers {
  readonly #left: Map<(typeof sequences)[number], number[]>;

  private constructor(taken: Map<(typeof sequences)[number], number[]>) {
    this.#left = taken;
  }

  static async take(tx: Tx, wanted: { parts: number; sets: number; reports: number }): Promise<Numbers> {
    if (wanted.parts + wanted.sets + wanted.reports === 0) return new Numbers(new Map());
    const [row] = await tx.query<Record<(typeof sequences)[number], string | null>>(take, [
      wanted.parts,
      wanted.sets,
      wanted.reports,
    ]);
    const taken = sequences.map((sequence): [(typeof sequences)[number], number[]] => [
      sequence,
      row?.[sequence]?.split(',').map(Number).reverse() ?? [],
    ]);
    return new Numbers(new Map(taken));
  }

  part(): number {
    return this.#next('part_numbers');
  }

  set(): number {
    return this.#next('set_numbers');
  }

  report(): number {
    return this.#next('report_numbers');
  }

  #next(sequence: (typeof sequences)[number]): number {
    const next = this.#left.get(sequence)?.pop();
    if (next === undefined) throw new Error(`more of ${sequence} were used than taken`);
    return next;
  }
}
