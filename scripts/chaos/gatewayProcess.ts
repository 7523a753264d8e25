import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fact } from './fact.js';

/** The built command, seen from this compiled file. */
export const mainFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

const keptCharacters = 64 * 1024;
const toldCharacters = 3_000;

export interface Ending {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A built gateway as an operator runs it: a process of its own, in a folder of its own. */
export class GatewayProcess {
  /** The last of what it printed. */
  output = '';
  /** The last of what it logged. */
  log = '';
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #gone = new AbortController();

  /**
   * @param folder the working directory, to which the config's store is relative.
   * @param launcher a command to put before the gateway's own; it must become the gateway by `exec`.
   * @param main the command's file, of another build than this one.
   */
  constructor(configFile: string, folder: string, launcher: readonly string[] = [], main = mainFile) {
    const [command = process.execPath, ...args] = [...launcher, process.execPath, main];
    this.#child = spawn(command, [...args, 'start', '--config', configFile], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output = (this.output + text).slice(-keptCharacters);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-keptCharacters);
    });
    this.ended = new Promise((resolve) => {
      // Not `close`: that waits for whoever inherited its standard error.
      this.#child.once('exit', (code, signal) => {
        this.#gone.abort(
          new Error(`the gateway ended (${signal ?? `exit ${code}`}); its log ends:\n${this.lastWords}`),
        );
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the gateway could not be started');
    return this.#child.pid;
  }

  /** Aborted when the process has ended, with its exit code and its last words as the reason. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get lastWords(): string {
    return this.log.slice(-toldCharacters);
  }

  /** Waits for something on the console. */
  printed(pattern: RegExp, limitMs: number): Promise<RegExpExecArray> {
    return fact(`the gateway prints ${pattern}`, () => pattern.exec(this.output) ?? undefined, limitMs, this.gone);
  }

  /** SIGKILL, now: nothing in the process gets another turn. */
  strike(): void {
    this.#child.kill('SIGKILL');
  }

  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<Ending> {
    this.strike();
    return this.ended;
  }

  /** SIGTERM; resolves when the process has drained and ended. */
  stop(): Promise<Ending> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}
