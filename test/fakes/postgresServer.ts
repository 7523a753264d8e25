import { tmpdir } from 'node:os';
import { PostgresServer } from '../../scripts/postgres/server.js';
import { processEnvironment } from '../../src/config/env.js';

/**
 * One server for a whole run of the tests, started when the first test asks for it: `TEST_POSTGRES_URL` names one that
 * runs already (a database that the tests may fill and empty), else it is a server of our own.
 */
let own: Promise<PostgresServer> | null = null;

export async function postgresUrl(): Promise<string> {
  const given = processEnvironment().TEST_POSTGRES_URL;
  if (given !== undefined && given !== '') return given;
  own ??= PostgresServer.start({ parentFolder: tmpdir() });
  return (await own).url();
}

export async function stopPostgres(): Promise<void> {
  await (await own)?.stop();
  own = null;
}
