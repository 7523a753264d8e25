import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { processEnvironment } from '../../../src/config/env.js';

const mocha = join(dirname(createRequire(import.meta.url).resolve('mocha/package.json')), 'bin', 'mocha.js');

/** All of the store's tests, but for those that start a server of their own, which is not the one at hand. */
const files = ['dist/test/adapters/stores/postgres/!(tls|failover).test.js'];
const ownServer = 'PostgreSQL that fails as a server';

export interface SuiteResult {
  /** As the server calls itself. */
  readonly server: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  /** What failed, and how. */
  readonly failures: readonly string[];
}

interface Report {
  readonly stats: { readonly passes: number; readonly failures: number; readonly duration: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

/** Runs the store's tests on the database of a URL. @throws when none of them came to it. */
export async function runSuite(url: string, reportFile: string): Promise<SuiteResult> {
  const code = await runMocha(url, reportFile);
  const { stats, failures } = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
  const { server, schemas } = await lookAt(url);
  if (schemas === 0) throw new Error(`no test came to the database at hand: mocha ended with ${code}`);
  return {
    server,
    passed: stats.passes,
    failed: Math.max(stats.failures, code === 0 ? 0 : 1),
    seconds: stats.duration / 1_000,
    failures: failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message ?? 'failed'}`),
  };
}

/** @returns its exit code: how many tests failed. */
function runMocha(url: string, reportFile: string): Promise<number | null> {
  const args = [
    '--no-config',
    '--forbid-only',
    '--forbid-pending',
    '--require',
    'dist/test/setup.js',
    '--fgrep',
    ownServer,
    '--invert',
  ];
  const reporting = ['--timeout', '60000', '--reporter', 'json', '--reporter-option', `output=${reportFile}`];
  const child = spawn(process.execPath, [mocha, ...args, ...reporting, ...files], {
    env: { ...processEnvironment(), TEST_POSTGRES_URL: url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** What the server is, and how many schemas tests left in it. */
async function lookAt(url: string): Promise<{ server: string; schemas: number }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server: string; schemas: number }>(
      `SELECT current_setting('server_version') AS server,
         (SELECT count(*)::integer FROM pg_namespace WHERE nspname LIKE 'place\\_%') AS schemas`,
    );
    return rows[0] ?? { server: 'none', schemas: 0 };
  } finally {
    await client.end();
  }
}
