/**
 * One step of the schema. Append-only: a landed one is never edited. While nodes are updated one by one, the older
 * program works on the newer schema: so a step adds, and what it makes needless is taken away by a later one.
 */
export interface Migration {
  /** The oldest program, by the number of migrations that it knows, that can work on the schema after this one. */
  readonly worksFrom: number;
  /** Statements, run in one transaction. */
  readonly sql: string;
}
