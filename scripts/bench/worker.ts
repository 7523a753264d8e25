import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Processes } from './processes.js';

/** What a worker process can be asked: names with one argument and one answer, both plain JSON. */
export type Commands = Record<string, (argument: never) => Promise<unknown>>;

type Argument<C extends Commands, Name extends keyof C> = Parameters<C[Name]>[0];
type Answer<C extends Commands, Name extends keyof C> = Awaited<ReturnType<C[Name]>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Return = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: string };

/** Runs in the worker: answers calls over IPC, and ends with its parent. */
export function serve<C extends Commands>(commands: C): void {
  const send = (message: Return) => process.send?.(message);
  process.on('message', (call: Call) => {
    const command = commands[call.name] as ((argument: unknown) => Promise<unknown>) | undefined;
    if (command === undefined) {
      send({ id: call.id, error: `This worker knows no command "${call.name}"` });
      return;
    }
    command(call.argument).then(
      (answer) => send({ id: call.id, answer }),
      (error: unknown) => send({ id: call.id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Runs in the parent: one worker process and the calls that wait for its answers. */
export class Worker<C extends Commands> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** `module` is the worker's compiled file, as a URL. */
  constructor(module: URL, processes: Processes) {
    this.#child = fork(fileURLToPath(module), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    processes.add(this.#child);
    this.#child.on('message', (message) => this.#settle(message as Return));
    this.#child.on('exit', (code, signal) => {
      const error = new Error(`The worker ${fileURLToPath(module)} ended (${signal ?? `exit ${code}`})`);
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The worker could not be started');
    return this.#child.pid;
  }

  call<Name extends keyof C & string>(name: Name, argument: Argument<C, Name>): Promise<Answer<C, Name>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.#child.send({ id, name, argument } satisfies Call, (error) => {
        if (error === null) return;
        this.#waiting.delete(id);
        reject(error);
      });
    });
  }

  /** Ends the worker, which holds nothing that is worth an orderly end. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #settle(message: Return): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.answer);
  }
}
