import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { packagedFile } from '../config/env.js';
import type { GatewayConfig } from '../config/load.js';

type SmscSection = NonNullable<NonNullable<GatewayConfig['simulators']>['smsc']>;

const readyLimitMs = 15_000;

export interface Simulators {
  /** Resolves after the processes have ended. */
  stop(): Promise<void>;
}

/** Runs the simulators that the config asks for, as processes of their own. Resolves when they listen. */
export async function startSimulators(config: GatewayConfig): Promise<Simulators> {
  const smsc = config.simulators?.smsc;
  if (smsc === undefined) return { stop: async () => {} };
  const child = spawn(
    process.execPath,
    [packagedFile('dist', 'scripts', 'simulators', 'smsc', 'main.js'), ...argumentsOf(smsc)],
    {
      // The pipe ends with this process, however it ends, and the simulators with the pipe: a kill leaves none behind.
      stdio: ['pipe', 'pipe', 'inherit'],
      // Ctrl-C at a terminal reaches every process of the group: the gateway unbinds first, then stops its peers.
      detached: true,
    },
  );
  try {
    await untilReady(child);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { stop: () => stop(child) };
}

function argumentsOf({ controlPort, telcos }: SmscSection): string[] {
  const each = Object.entries(telcos).flatMap(([name, { port, systemId, password, address }]) => [
    '--telco',
    `name=${name},port=${port},systemId=${systemId},password=${password},address=${address}`,
  ]);
  return ['--control-port', String(controlPort), '--quiet', '--stop-on-stdin-end', ...each];
}

/** The simulator prints one JSON line when all its ports listen. */
async function untilReady(child: ChildProcess): Promise<void> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the simulator has no standard output');
  const lines = createInterface({ input: stdout });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), readyLimitMs);
  const ended = once(child, 'exit', { signal: limit.signal }).then(([code]) => {
    throw new Error(
      `the simulated telcos ended with exit code ${code}; are their ports in use? See simulators.smsc in the config`,
    );
  });
  try {
    await Promise.race([once(lines, 'line', { signal: limit.signal }), ended]);
  } finally {
    clearTimeout(timer);
    limit.abort();
    ended.catch(() => {});
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(timer);
}
