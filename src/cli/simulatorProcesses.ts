import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { packagedFile } from '../config/env.js';
import type { GatewayConfig } from '../config/load.js';

type Sections = NonNullable<GatewayConfig['simulators']>;

const readyLimitMs = 15_000;

export interface Simulators {
  /** Resolves after the processes have ended. */
  stop(): Promise<void>;
}

/** One program under scripts/simulators. */
interface Simulator {
  readonly name: keyof Sections;
  /** As a fault speaks of it. */
  readonly what: string;
  readonly options: readonly string[];
}

/** Runs the simulators that the config asks for, as processes of their own. Resolves when all of them listen. */
export async function startSimulators(config: GatewayConfig): Promise<Simulators> {
  const children: ChildProcess[] = [];
  const stopAll = async () => {
    await Promise.all(children.map(stop));
  };
  try {
    await Promise.all(
      wanted(config.simulators ?? {}).map((simulator) => {
        const child = started(simulator);
        children.push(child);
        return untilReady(child, simulator);
      }),
    );
  } catch (error) {
    await stopAll();
    throw error;
  }
  return { stop: stopAll };
}

function wanted({ smsc, x }: Sections): readonly Simulator[] {
  return [
    ...(smsc === undefined
      ? []
      : [{ name: 'smsc', what: 'the simulated telcos', options: smscOptions(smsc) } as const]),
    ...(x === undefined ? [] : [{ name: 'x', what: 'the simulated X', options: xOptions(x) } as const]),
  ];
}

function smscOptions({ controlPort, telcos }: NonNullable<Sections['smsc']>): readonly string[] {
  const each = Object.entries(telcos).flatMap(([name, { port, systemId, password, address }]) => [
    '--telco',
    `name=${name},port=${port},systemId=${systemId},password=${password},address=${address}`,
  ]);
  return ['--control-port', String(controlPort), '--quiet', ...each];
}

function xOptions({ port, controlPort, handle, file }: NonNullable<Sections['x']>): readonly string[] {
  const kept = file === undefined ? [] : ['--file', file];
  return ['--port', String(port), '--control-port', String(controlPort), '--handle', handle, ...kept];
}

function started({ name, options }: Simulator): ChildProcess {
  const script = packagedFile('dist', 'scripts', 'simulators', name, 'main.js');
  return spawn(process.execPath, [script, '--stop-on-stdin-end', ...options], {
    // The pipe ends with this process, however it ends, and the simulators with the pipe: a kill leaves none behind.
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C at a terminal reaches every process of the group: the gateway unbinds first, then stops its peers.
    detached: true,
  });
}

/** The simulator prints one JSON line when all its ports listen. */
async function untilReady(child: ChildProcess, { name, what }: Simulator): Promise<void> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the simulator has no standard output');
  const lines = createInterface({ input: stdout });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), readyLimitMs);
  const ended = once(child, 'exit', { signal: limit.signal }).then(([code]) => {
    throw new Error(
      `${what} ended with exit code ${code}; are their ports in use? See simulators.${name} in the config`,
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
