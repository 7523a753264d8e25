import { openDatabase } from '../../../adapters/stores/sqlite/database.js';
import type { Dialect } from './dialect.js';
import {
  type Filling,
  filledChannels,
  messageRows,
  openRows,
  type Rows,
  replyRows,
  senderRows,
  sendersOf,
  ticketRows,
} from './recipe.js';

const dialect: Dialect = {
  uuid: (ms, counter, random) => `unhex(printf('%012x7%03x8000%012x', ${ms}, ${counter}, ${random}))`,
  octets: (text) => `CAST(${text} AS BLOB)`,
};

/** Messages whose rows are written together, so that tables lie in the file as if they had grown side by side. */
const chunk = 50_000;
const cacheKib = 2_000_000;

function insert({ table, columns, where = 'TRUE' }: Rows, from: number, to: number): string {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  return `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')}
    FROM (WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n)
    WHERE ${where}`;
}

/** Fills a new file. @param tell is told how many messages are stored. */
export function fillSqlite(file: string, filling: Filling, tell: (messages: number) => void): void {
  const db = openDatabase(file);
  try {
    // Nobody relies on what is not yet filled.
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.pragma(`cache_size = -${cacheKib}`);
    const addChannel = db.prepare('INSERT INTO channels (id, name, medium) VALUES (@id, @name, @medium)');
    for (const channel of filledChannels) addChannel.run(channel);
    const { messages } = filling;
    const senders = sendersOf(messages);
    for (let from = 1; from <= messages; from += chunk) {
      const to = Math.min(messages, from + chunk - 1);
      const share = (upTo: number) => Math.ceil((senders * upTo) / messages);
      const write = (rows: readonly Rows[], first: number, last: number): void => {
        for (const one of rows) if (first <= last) db.exec(insert(one, first, last));
      };
      db.transaction(() => {
        write(senderRows(filling), share(from - 1) + 1, share(to));
        write(messageRows(filling, dialect), from, to);
        write(ticketRows(filling), from, to);
        write(replyRows(filling, dialect, {}), from, to);
      })();
      tell(to);
    }
    for (const { from, to, ...rows } of openRows(filling, dialect)) db.exec(insert(rows, Math.max(1, from), to));
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
}
