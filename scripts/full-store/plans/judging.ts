/** A statement of the store that leaves its index where that is not meant. */
export interface Fault {
  readonly sql: string;
  /** What was wrong, and the plan. */
  readonly finding: string;
}

/** A statement that may read a whole table or index, and why that is bounded or rare. */
export interface Allowance {
  readonly sql: RegExp;
  readonly why: string;
}

export interface PlanVerdict {
  /** Statements that were explained. */
  readonly statements: number;
  readonly faults: readonly Fault[];
  /** Allowances that no statement made use of: what they allowed is gone. */
  readonly unused: readonly Allowance[];
}

/** By statement: what its plan does that no hot query may; none for a plan that stays on indexes. */
export type Offences = ReadonlyMap<string, readonly string[]>;

export function judged(offences: Offences, allowed: readonly Allowance[]): PlanVerdict {
  const offending = [...offences].filter(([, found]) => found.length > 0);
  const isAllowed = (sql: string): boolean => allowed.some((one) => one.sql.test(sql));
  return {
    statements: offences.size,
    faults: offending.filter(([sql]) => !isAllowed(sql)).map(([sql, found]) => ({ sql, finding: found.join('; ') })),
    unused: allowed.filter((one) => !offending.some(([sql]) => one.sql.test(sql))),
  };
}

export function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}
