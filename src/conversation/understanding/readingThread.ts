import { Worker } from 'node:worker_threads';
import type { Log } from '../../ports/log.js';
import type { KnowledgeData } from './knowledge.js';
import type { TextReading } from './read.js';
import type { Answer } from './readingWorker.js';
import type { TextReader } from './textReader.js';

interface Asked {
  readonly text: string;
  readonly resolve: (reading: TextReading) => void;
  readonly reject: (error: Error) => void;
}

/** A batch of some hundred texts takes 10 ms, the list of places a second: past this the thread hangs over a text. */
const patienceMs = 60_000;

/**
 * In MB. What stays is some 15 MB, the list of places; loading it leaves twice that in garbage, and a reading is garbage
 * at once. With these limits V8 clears up early: the thread adds 38 MB to the process, without them 90.
 */
const heapLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

/** Bounds what a batch takes of the thread's heap, however long its texts are. */
const batchCharacters = 200_000;

/**
 * Reads texts in a thread of its own. A reading needs nothing but the text, and took 18 % of the one thread that the
 * sockets and the store share (docs/performance.md). Texts that are asked for in one turn of the event loop go over
 * together, as one string each way.
 *
 * The thread starts with the first text, so that a start is ready sooner. If it dies, or hangs over a text, what it was
 * asked rejects, and the next text starts a new one: no text can take the gateway with it.
 */
export class ReadingThread implements TextReader {
  #worker: Worker | null = null;
  /** Asked in this turn; goes over when it ends. */
  #gathered: Asked[] = [];
  #gatheredCharacters = 0;
  /** Batches with the worker, in the order in which it answers them. */
  readonly #under: Asked[][] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly knowledge: KnowledgeData,
    private readonly log: Log,
    private readonly workerFile = new URL('./readingWorker.js', import.meta.url),
    private readonly waitMs = patienceMs,
  ) {}

  read(text: string): Promise<TextReading> {
    return new Promise((resolve, reject) => {
      if (this.#gatheredCharacters + text.length > batchCharacters) this.#handOver();
      if (this.#gathered.length === 0) queueMicrotask(() => this.#handOver());
      this.#gathered.push({ text, resolve, reject });
      this.#gatheredCharacters += text.length;
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#giveUp('closed');
    await worker?.terminate();
  }

  #handOver(): void {
    if (this.#gathered.length === 0) return;
    const batch = this.#gathered;
    this.#gathered = [];
    this.#gatheredCharacters = 0;
    this.#worker ??= this.#start();
    this.#under.push(batch);
    if (this.#under.length === 1) this.#watch();
    this.#worker.postMessage(JSON.stringify(batch.map(({ text }) => text)));
  }

  #start(): Worker {
    const worker = new Worker(this.workerFile, {
      name: 'understanding',
      workerData: this.knowledge,
      resourceLimits: heapLimits,
    });
    worker.on('message', (answer: Answer) => this.#take(worker, answer));
    worker.on('error', (error) => this.#lost(worker, error.name));
    worker.on('exit', () => this.#lost(worker, 'ended'));
    // What it works on is awaited by somebody who holds the process; at rest it must not.
    worker.unref();
    return worker;
  }

  #take(worker: Worker, answer: Answer): void {
    if (worker !== this.#worker) return;
    if (answer.kind === 'fault') {
      this.log.error({ error: answer.cause }, 'reports will have no places');
      return;
    }
    const batch = this.#under.shift() ?? [];
    this.#watch();
    const readings = JSON.parse(answer.readings) as TextReading[];
    for (const [index, { resolve, reject }] of batch.entries()) {
      const reading = readings[index];
      if (reading === undefined) reject(new Error('the reading thread gave no reading'));
      else resolve(reading);
    }
  }

  /** The oldest batch has the whole time for itself. */
  #watch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#under.length === 0) return;
    this.#timer = setTimeout(() => this.#hangs(), this.waitMs);
  }

  #hangs(): void {
    const worker = this.#worker;
    this.log.error({ waitMs: this.waitMs }, 'the reading of texts hangs; it begins anew');
    this.#giveUp('hangs');
    void worker?.terminate();
  }

  #lost(worker: Worker, cause: string): void {
    if (worker !== this.#worker) return;
    this.log.error({ cause }, 'the reading of texts broke off; it begins anew');
    this.#giveUp(cause);
  }

  #giveUp(cause: string): void {
    this.#worker = null;
    for (const { reject } of this.#under.splice(0).flat()) reject(new Error(`the reading thread ${cause}`));
    this.#watch();
  }
}
