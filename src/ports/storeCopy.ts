/**
 * A store's rows, table by table, for moving to another kind of store. Values are what the target holds: the source turns
 * its own into them.
 */
export interface CopySource {
  /** Resolves when no gateway runs on it, and keeps others off until it is closed. */
  readonly tables: readonly CopyTable[];
  /** The next rows in the order of the table's key. @param after the key of the last row that was read; null: the first. */
  read(table: CopyTable, after: CopyKey | null, limit: number): readonly CopyRow[];
  close(): void;
}

export interface CopyTarget {
  /** @throws when it is in use, other than by a copy that was broken off. */
  begin(): Promise<void>;
  /** How far a copy came. */
  progress(table: CopyTable): Promise<CopyProgress>;
  /** Rows and progress, in one transaction. */
  write(table: CopyTable, rows: readonly CopyRow[], progress: CopyProgress): Promise<void>;
  /** The rows that it has now, as `CopySource.read`. */
  read(table: CopyTable, after: CopyKey | null, limit: number): Promise<readonly CopyRow[]>;
  /** Puts in order what only the target has: places in queues, numbers that follow. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export type CopyValue = string | number | boolean | Buffer | null;
export type CopyRow = readonly CopyValue[];
export type CopyKey = readonly CopyValue[];
export type CopyType = 'bigint' | 'integer' | 'text' | 'bytea' | 'uuid' | 'boolean';

export interface CopyTable {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: CopyType])[];
  /** How many of the columns, from the first, are the key. */
  readonly keyColumns: number;
}

export interface CopyProgress {
  readonly after: CopyKey | null;
  readonly rows: number;
  readonly done: boolean;
}
