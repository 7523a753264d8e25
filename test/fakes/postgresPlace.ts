import { Client, type QueryResultRow } from 'pg';
import { openPostgresStore } from '../../adapters/stores/postgres/index.js';
import { joinParts } from '../../src/intake/joinParts.js';
import type { Store } from '../../src/ports/store.js';
import type { StorePlace } from '../conformance/store.js';
import { postgresUrl } from './postgresServer.js';

/** Places that were emptied, to be used again: to make a schema takes longer than most tests. */
const emptied: string[] = [];
let made = 0;

/** Of this process, so that runs beside each other on one server do not meet. */
const prefix = `place_${process.pid}`;

const emptyAll = `DO $$
  DECLARE one record;
  BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'schema_versions' LOOP
      EXECUTE format('DELETE FROM %I', one.name);
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = current_schema() LOOP
      EXECUTE format('ALTER SEQUENCE %I RESTART', one.name);
    END LOOP;
  END $$`;

/** The error that PostgreSQL gives when its disk is full, by a trigger on what every part needs. */
const fillUp = `
  CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
  CREATE TRIGGER no_room BEFORE INSERT ON parts EXECUTE FUNCTION no_room()`;
const makeRoom = 'DROP TRIGGER no_room ON parts; DROP FUNCTION no_room()';

/** A schema of its own in the tests' database, which stores come and go over. */
export class PostgresPlace implements StorePlace {
  private constructor(
    private readonly client: Client,
    readonly schema: string,
    /** Names the schema: what is opened with it sees nothing else. */
    readonly url: string,
  ) {}

  static async create(): Promise<PostgresPlace> {
    const server = await postgresUrl();
    const schema = emptied.pop() ?? `${prefix}_${made++}`;
    const url = `${server}?options=${encodeURIComponent(`-csearch_path=${schema}`)}`;
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    return new PostgresPlace(client, schema, url);
  }

  /** As an operator would look into it. */
  async rows<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, values)).rows;
  }

  open(): Promise<Store> {
    return this.#open('gateway');
  }

  openForOperator(): Promise<Store> {
    return this.#open('operator');
  }

  async driver(): Promise<string> {
    const [row] = await this.rows<{ version: string }>('SELECT version()');
    return row?.version.split(' ')[0] ?? 'none';
  }

  async rawParts(): Promise<readonly Buffer[]> {
    return (await this.rows<{ raw: Buffer }>('SELECT raw FROM parts ORDER BY id')).map((row) => row.raw);
  }

  async fill(): Promise<() => Promise<void>> {
    await this.client.query(fillUp);
    return async () => {
      await this.client.query(makeRoom);
    };
  }

  async remove(): Promise<void> {
    await this.client.query(emptyAll);
    emptied.push(this.schema);
    await this.client.end();
  }

  #open(role: 'gateway' | 'operator'): Promise<Store> {
    return openPostgresStore({
      urls: [this.url],
      poolMax: 6,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 10_000,
      rules: { joinParts },
      role,
    });
  }
}
