import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Db, openDatabase } from '../../adapters/stores/sqlite/database.js';
import { openSqliteStore, storeOver } from '../../adapters/stores/sqlite/index.js';
import { InstanceLock } from '../../adapters/stores/sqlite/instanceLock.js';
import { joinParts } from '../../src/intake/joinParts.js';
import type { Store } from '../../src/ports/store.js';
import type { StorePlace } from '../conformance/store.js';

const rules = { joinParts };

/** A folder of its own with one SQLite file, which stores come and go over. */
export class SqlitePlace implements StorePlace {
  #db: Db | null = null;

  private constructor(private readonly folder: string) {}

  static async create(): Promise<SqlitePlace> {
    return new SqlitePlace(await mkdtemp(join(tmpdir(), 'lapor-store-')));
  }

  get file(): string {
    return join(this.folder, 'gateway.db');
  }

  /** As `openSqliteStore` does for a gateway, but with the database at hand. */
  async open(): Promise<Store> {
    const lock = new InstanceLock(this.file);
    this.#db = openDatabase(this.file);
    return storeOver(this.#db, rules, lock);
  }

  async openForOperator(): Promise<Store> {
    return openSqliteStore({ file: this.file, rules, role: 'operator' });
  }

  async driver(): Promise<string> {
    const row = this.#opened().prepare<[], { name: string }>(
      `SELECT 'sqlite ' || substr(sqlite_version(), 1, 1) AS name`,
    );
    return row.get()?.name ?? 'none';
  }

  async rawParts(): Promise<readonly Buffer[]> {
    return this.#opened().prepare<[], Buffer>('SELECT raw FROM parts ORDER BY id').pluck().all();
  }

  async fill(): Promise<() => Promise<void>> {
    const db = this.#opened();
    const pages = db.pragma('page_count', { simple: true }) as number;
    db.pragma(`max_page_count = ${pages}`);
    return async () => {
      db.pragma('max_page_count = 1073741823');
    };
  }

  /** Somebody else reads, and goes on seeing what is there now. */
  holdSnapshot(): { end(): void } {
    const db = new Database(this.file, { readonly: true });
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM parts').get();
    return {
      end: () => {
        db.close();
      },
    };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  #opened(): Db {
    if (this.#db === null) throw new Error('the store was never opened');
    return this.#db;
  }
}
