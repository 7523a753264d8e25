import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../freePort.js';
import { waitForHttp } from '../httpProbe.js';
import { type Processes, ServerProcess } from '../processes.js';
import { gatewayConfig } from './gatewayConfig.js';

/** The built command, seen from this compiled file. */
const mainFile = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const readyWithinMs = 30_000;

export interface GatewayStart {
  /** Holds config, log and database; a gateway started again in the same folder finds its old database. */
  readonly folder: string;
  readonly trackerPort: number;
  readonly smscPorts: readonly number[];
  /** Where webhooks come in; any free port unless told. */
  readonly httpPort?: number;
  /** With a channel that takes webhooks. */
  readonly webhooks?: boolean;
  /** As in `GatewaySetting`. */
  readonly telcoPrefix?: string;
  /** A SQLite file in the folder unless told. */
  readonly storeUrl?: string;
  /** Where V8 writes a CPU profile when the gateway ends; null for none. */
  readonly profileFolder: string | null;
}

/** Why the gateway cannot be measured, or null. */
export function gatewayAbsence(): string | null {
  return existsSync(mainFile) ? null : `${mainFile} is not built`;
}

/** Starts the gateway with a config of its own and resolves when /readyz says that it takes traffic. */
export async function startGateway(start: GatewayStart, processes: Processes): Promise<ServerProcess> {
  const httpPort = start.httpPort ?? (await freePort());
  const storeUrl = start.storeUrl ?? `sqlite:${join(start.folder, 'gateway.db')}`;
  const config = gatewayConfig({ ...start, httpPort, storeUrl, controlSocket: join(start.folder, 'control') });
  return runGateway({ ...start, httpPort, config }, processes);
}

export interface GatewayRun extends Pick<GatewayStart, 'folder' | 'profileFolder'> {
  readonly httpPort: number;
  /** YAML. */
  readonly config: string;
}

/** The same with any config. */
export async function runGateway(
  { folder, httpPort, config, profileFolder }: GatewayRun,
  processes: Processes,
): Promise<ServerProcess> {
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, 'gateway.yaml');
  await writeFile(configFile, config);
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const gateway = new ServerProcess(
    'the gateway',
    process.execPath,
    [...profiling, mainFile, 'start', '--config', configFile],
    join(folder, 'gateway.log'),
    processes,
  );
  await waitForHttp(`http://127.0.0.1:${httpPort}/readyz`, (status) => status === 200, gateway.gone, readyWithinMs);
  return gateway;
}
