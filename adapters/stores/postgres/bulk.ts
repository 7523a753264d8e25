import { type ArrayType, binaryArray } from './binaryArray.js';

/** Many rows in one statement: a column is an array, and PostgreSQL unnests them side by side. */

export type PgType = ArrayType;

export type Columns<Row> = { readonly [Name in keyof Row]-?: PgType };

/** `unnest($1::bigint[], $2::text[])`, counted from `$from`. */
export function unnest(columnTypes: readonly PgType[], from = 1): string {
  return `unnest(${columnTypes.map((type, index) => `$${from + index}::${type}[]`).join(', ')})`;
}

/**
 * `unnest($1::bigint[]), unnest($2::text[])`, for the list of a SELECT. The rows are the same; but what stands in FROM is
 * written to a store of its own and read from there, which makes a third of a short insert.
 */
export function unnested(columnTypes: readonly PgType[]): string {
  return columnTypes.map((type, index) => `unnest($${index + 1}::${type}[])`).join(', ');
}

/** Inserts into one table. */
export class BulkInsert<Row extends object> {
  readonly sql: string;
  readonly #names: readonly (keyof Row & string)[];
  readonly #columns: Columns<Row>;

  /** @param suffix what follows the rows: ON CONFLICT, RETURNING. */
  constructor(table: string, columns: Columns<Row>, suffix = '') {
    this.#columns = columns;
    this.#names = Object.keys(columns) as (keyof Row & string)[];
    const rows = unnested(this.#names.map((name) => columns[name]));
    this.sql = `INSERT INTO ${table} (${this.#names.join(', ')}) SELECT ${rows} ${suffix}`.trim();
  }

  values(rows: readonly Row[]): Buffer[] {
    return this.#names.map((name) =>
      column(
        this.#columns[name],
        rows.map((row) => row[name]),
      ),
    );
  }
}

/**
 * A column as PostgreSQL reads arrays fastest. The driver would write it as text, which costs both sides more: it looks
 * for letters to escape in numbers too, and a busy intake is made of arrays.
 */
export function column(type: PgType, values: readonly unknown[]): Buffer {
  return binaryArray(type, type === 'text' ? values.map(storable) : values);
}

/**
 * PostgreSQL's text holds any character but U+0000. A text that has it is read like one with an octet that could not be
 * decoded; the raw part keeps it.
 */
export function storable(text: unknown): unknown {
  return typeof text === 'string' && text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** The same of a JSON text, where the character is written as an escape. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');
}
