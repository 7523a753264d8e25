import { createHash } from 'node:crypto';
import type { CopyKey, CopyRow, CopySource, CopyTable, CopyTarget } from '../ports/storeCopy.js';

const pageRows = 2_000;

export interface CopiedTable {
  readonly name: string;
  readonly rows: number;
}

/**
 * Copies a store row by row. What was broken off goes on where it stopped; then source and target are read again and must
 * say the same, row by row.
 * @param say is told of each table that is whole.
 * @throws when they do not; the target stays as it is.
 */
export async function copyStore(
  source: CopySource,
  target: CopyTarget,
  say: (line: string) => void,
): Promise<readonly CopiedTable[]> {
  await target.begin();
  const copied: CopiedTable[] = [];
  for (const table of source.tables) {
    const rows = await copyTable(source, target, table);
    copied.push({ name: table.name, rows });
    say(`${table.name}: ${rows} rows`);
  }
  for (const table of source.tables) await verify(source, target, table);
  await target.finish();
  return copied;
}

async function copyTable(source: CopySource, target: CopyTarget, table: CopyTable): Promise<number> {
  let { after, rows, done } = await target.progress(table);
  while (!done) {
    const page = source.read(table, after, pageRows);
    done = page.length < pageRows;
    rows += page.length;
    after = keyOf(table, page.at(-1)) ?? after;
    await target.write(table, page, { after, rows, done });
  }
  return rows;
}

async function verify(source: CopySource, target: CopyTarget, table: CopyTable): Promise<void> {
  const before = await digest(table, async (after) => source.read(table, after, pageRows));
  const after = await digest(table, (key) => target.read(table, key, pageRows));
  if (before.rows === after.rows && before.sum === after.sum) return;
  throw new Error(
    `${table.name} is not the same: ${before.rows} rows with checksum ${before.sum}, and ${after.rows} with ${after.sum} in the copy. ` +
      'Do not use the copy: empty it and copy again',
  );
}

/** The sum of the rows' own digests: two stores may sort texts differently. */
async function digest(
  table: CopyTable,
  read: (after: CopyKey | null) => Promise<readonly CopyRow[]>,
): Promise<{ rows: number; sum: string }> {
  let rows = 0;
  let sum = 0n;
  let after: CopyKey | null = null;
  for (let page = await read(after); page.length > 0; page = await read(after)) {
    for (const row of page) sum += digestOf(row);
    rows += page.length;
    after = keyOf(table, page.at(-1));
  }
  return { rows, sum: BigInt.asUintN(64, sum).toString(16) };
}

function digestOf(row: CopyRow): bigint {
  // U+0000 is the one character that a text of the copy cannot hold.
  const told = JSON.stringify(row.map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : value)));
  return createHash('sha256').update(told.replaceAll('\\u0000', '\ufffd')).digest().readBigUInt64BE();
}

function keyOf(table: CopyTable, row: CopyRow | undefined): CopyKey | null {
  return row === undefined ? null : row.slice(0, table.keyColumns);
}
