/** Many rows in one statement: a column is an array, and PostgreSQL unnests them side by side. */

export type PgType = 'bigint' | 'integer' | 'text' | 'bytea' | 'uuid' | 'boolean';

export type Columns<Row> = { readonly [Name in keyof Row]-?: PgType };

/** `unnest($1::bigint[], $2::text[])`, counted from `$from`. */
export function unnest(columnTypes: readonly PgType[], from = 1): string {
  return `unnest(${columnTypes.map((type, index) => `$${from + index}::${type}[]`).join(', ')})`;
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
    const rows = unnest(this.#names.map((name) => columns[name]));
    this.sql = `INSERT INTO ${table} (${this.#names.join(', ')}) SELECT * FROM ${rows} ${suffix}`.trim();
  }

  values(rows: readonly Row[]): string[] {
    return this.#names.map((name) =>
      column(
        this.#columns[name],
        rows.map((row) => row[name]),
      ),
    );
  }
}

/**
 * A column as PostgreSQL writes arrays. The driver would do it as well, for twice the time: it looks for letters to escape
 * in numbers too, and a busy intake is made of arrays.
 */
export function column(type: PgType, values: readonly unknown[]): string {
  const toElement = type === 'text' ? textElement : type === 'bytea' ? byteaElement : plainElement;
  let text = '{';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ',';
    text += toElement(values[index]);
  }
  return `${text}}`;
}

function plainElement(value: unknown): string {
  return value === null || value === undefined ? 'NULL' : String(value);
}

function textElement(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  const text = String(storable(value));
  return `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, String.raw`\$&`) : text}"`;
}

function byteaElement(value: unknown): string {
  return Buffer.isBuffer(value) ? `"\\\\x${value.toString('hex')}"` : 'NULL';
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
