import { InvalidArgumentError } from 'commander';

/** How a simulator lives as a process: says when it is ready, goes politely when told to. */

export const stopOnStdinEndHelp =
  'stop when standard input ends: with a pipe, the simulator cannot outlive the process that started it';

/** One line of JSON on stdout, so that whoever started the simulator learns the ports that were chosen. */
export function announceReady(ports: object): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`);
}

/** Resolves on SIGTERM, SIGINT or (if asked) the end of stdin. A second signal ends the process at once. */
export function told(stopOnStdinEnd: boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(130));
      resolve();
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
    if (stopOnStdinEnd) process.stdin.once('end', stop).resume();
  });
}

/** Starts, announces, waits to be told, closes. Exit code 0, or 1 with the reason when it could not start. */
export async function live<Peer>(life: {
  readonly start: () => Promise<Peer>;
  readonly ports: (peer: Peer) => object;
  readonly close: (peer: Peer) => Promise<void>;
  readonly stopOnStdinEnd: boolean;
}): Promise<void> {
  let peer: Peer;
  try {
    peer = await life.start();
  } catch (error) {
    process.stderr.write(`${startFault(error)}\n`);
    process.exitCode = 1;
    return;
  }
  const stop = told(life.stopOnStdinEnd);
  announceReady(life.ports(peer));
  await stop;
  await life.close(peer);
  process.stdin.destroy();
}

function startFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== 'EADDRINUSE') return error.message;
  return `Port ${port} on ${address} is taken, perhaps by another simulator. Stop that one, or choose another port (0: any).`;
}

/** For commander: a TCP port, 0 for any. */
export function portOption(given: string): number {
  const port = Number(given);
  if (/^\d{1,5}$/.test(given) && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port, 0 to 65535 (0: any free one).');
}

/** For commander: a whole number. */
export function wholeOption(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new InvalidArgumentError('Expected a whole number.');
}
