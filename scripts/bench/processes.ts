import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Everything the bench started, so that nothing outlives it, whichever way it ends. */
export class Processes {
  readonly #running = new Set<ChildProcess>();

  add(child: ChildProcess): void {
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
  }

  /** For the end of the bench: at once and without asking. */
  killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

/** How long a server may take for an orderly end before it is killed. */
const stopMs = 20_000;
const loggedLines = 15;

/** A measured server: its output goes to a file, and its end is noticed. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #logFile: string;
  readonly #failure = new AbortController();

  constructor(name: string, command: string, args: readonly string[], logFile: string, processes: Processes) {
    this.#name = name;
    this.#logFile = logFile;
    const log = openSync(logFile, 'a');
    this.#child = spawn(command, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    processes.add(this.#child);
    this.#child.once('error', (error) =>
      this.#failure.abort(new Error(`${name} could not be started: ${error.message}`)),
    );
    this.#child.once('exit', (code, signal) => this.#failure.abort(this.#ended(code, signal)));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} could not be started`);
    return this.#child.pid;
  }

  /** Aborted, with the reason and the last lines of the log, when the process is gone. */
  get gone(): AbortSignal {
    return this.#failure.signal;
  }

  /** SIGTERM, and SIGKILL when that is not heard. */
  async stop(): Promise<void> {
    if (this.#failure.signal.aborted) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => {
      process.stderr.write(`  ${this.#name} did not end within ${stopMs} ms of SIGTERM and was killed\n`);
      this.#child.kill('SIGKILL');
    }, stopMs);
    await exit;
    clearTimeout(timer);
  }

  /** For a server whose orderly end nobody measures. */
  async kill(): Promise<void> {
    if (this.#failure.signal.aborted) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): Error {
    const lines = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-loggedLines);
    return new Error(`${this.#name} ended (${signal ?? `exit ${code}`}); its log ends with:\n${lines.join('\n')}`);
  }
}
