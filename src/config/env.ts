import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './interpolate.js';

/** The only place that reads the environment of the process: everything else is given it. */
export function processEnvironment(): Environment {
  // biome-ignore lint/style/noProcessEnv: see above
  return process.env;
}

/** `--config FILE`, else `GATEWAY_CONFIG`, else the packaged demonstration of `config/default.yaml`. */
export function configFile(option: string | undefined, env: Environment): string {
  return option || env.GATEWAY_CONFIG || packagedFile('config', 'default.yaml');
}

/** A file that ships with the package, wherever the process was started. */
export function packagedFile(...names: string[]): string {
  return join(packageRoot(), ...names);
}

/** The nearest folder above this file that has a package.json: the build puts this file some levels down. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error('the package.json of lapor-gateway is missing: the package is incomplete');
    directory = parent;
  }
  return directory;
}
