import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { mainFile } from '../../scripts/chaos/gatewayProcess.js';
import { packagedFile } from '../../src/config/env.js';

/** Where the build keeps the list of migrations. */
const migrationsFile = join('adapters', 'stores', 'postgres', 'migrations', 'index.js');

/** What the product's build has that a gateway runs by. */
const built = ['src', 'adapters', 'scripts'];

export interface NextBuild {
  /** The command's file. */
  readonly main: string;
  remove(): Promise<void>;
}

/**
 * The version after this one, as far as the store is concerned: this build with one migration more.
 * @param sql of that migration, on which this version is said to go on working.
 */
export async function makeNextBuild(sql: string): Promise<NextBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'lapor-next-'));
  const dist = mainFile.split(`${sep}src${sep}cli${sep}`)[0] ?? '';
  const next = join(folder, 'dist');
  await mkdir(next);
  for (const part of built) await cp(join(dist, part), join(next, part), { recursive: true });
  for (const name of ['package.json', 'config', 'node_modules']) await symlink(packagedFile(name), join(folder, name));
  await cp(join(next, migrationsFile), join(next, `${migrationsFile}.before.js`));
  await writeFile(
    join(next, migrationsFile),
    `import { migrations as before } from './index.js.before.js';
export const migrations = [...before, { worksFrom: before.length, sql: ${JSON.stringify(sql)} }];
`,
  );
  const main = join(next, 'src', 'cli', 'main.js');
  return { main, remove: () => rm(folder, { recursive: true, force: true }) };
}
