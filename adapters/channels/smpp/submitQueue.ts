import { steadyNowMs } from '../../../src/domain/clock.js';
import type { TokenBucket } from '../tokenBucket.js';
import type { Pdu } from './codec/pdu.js';
import type { Answer } from './pending.js';

/** A connection that takes submit_sm. */
export interface SubmitLink<Submit> {
  /** What its session is called in counts. */
  readonly session: string;
  readonly hasRoom: boolean;
  readonly outstandingSubmits: number;
  /** Its last submit_sm got no answer; `hasRoom` then allows for one at a time. */
  readonly isDoubtful: boolean;
  submit(submit: Submit, onAnswer: (answer: Answer<Pdu>) => void): void;
}

/** What became of one submit_sm; `unwritten` is the only one that surely did not reach the peer. */
export type SubmitAnswer = Answer<Pdu> | { readonly kind: 'unwritten'; readonly cause: string };

/** What became of it, and by which session. */
export interface Submitted {
  readonly answer: SubmitAnswer;
  /** Empty where it was written to none. */
  readonly session: string;
}

interface Job<Submit> {
  readonly submit: Submit;
  readonly settle: (answer: SubmitAnswer) => void;
  /** That it was written to; empty before. */
  session: string;
  timer: NodeJS.Timeout | null;
}

/** The gateway sends from a bounded number of workers; this only guards against a caller that does not. */
const maxQueued = 10_000;
/** A longer timer of Node's fires at once. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Brings each submit_sm to the link with the most room, first come first served, within the channel's throughput.
 * Every job settles exactly once, at its deadline at the latest.
 */
export class SubmitQueue<Submit> {
  readonly #links: () => readonly SubmitLink<Submit>[];
  readonly #bucket: TokenBucket;
  readonly #queue = new Set<Job<Submit>>();
  #timer: NodeJS.Timeout | null = null;
  #closedCause: string | null = null;

  constructor(links: () => readonly SubmitLink<Submit>[], bucket: TokenBucket) {
    this.#links = links;
    this.#bucket = bucket;
  }

  /** @param deadlineMs by `steadyNowMs`; after it an unwritten job is `unwritten`, a written one a `timeout` */
  send(submit: Submit, deadlineMs: number): Promise<Submitted> {
    return new Promise((resolve) => {
      const job: Job<Submit> = {
        submit,
        session: '',
        timer: null,
        settle: (answer) => {
          if (job.timer !== null) clearTimeout(job.timer);
          this.#queue.delete(job);
          resolve({ answer, session: job.session });
        },
      };
      const leftMs = deadlineMs - steadyNowMs();
      if (this.#closedCause !== null) job.settle({ kind: 'unwritten', cause: this.#closedCause });
      else if (this.#queue.size >= maxQueued) job.settle({ kind: 'unwritten', cause: 'too many replies wait already' });
      else if (leftMs <= 0) job.settle({ kind: 'unwritten', cause: 'the deadline has passed' });
      else this.#enqueue(job, leftMs);
    });
  }

  /** Writes what can be written now: to be called whenever a link gets room. */
  pump(): void {
    for (const job of this.#queue) {
      const link = this.#roomiest();
      if (link === undefined || !this.#takeToken()) return;
      this.#queue.delete(job);
      job.session = link.session;
      link.submit(job.submit, job.settle);
    }
  }

  /** Gives nothing to any link for a while: the peer asked for less. */
  pause(forMs: number): void {
    this.#bucket.pause(steadyNowMs() + forMs);
  }

  /** Settles what was not written, and takes nothing more. */
  close(cause: string): void {
    this.#closedCause = cause;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const job of this.#queue) job.settle({ kind: 'unwritten', cause });
  }

  #enqueue(job: Job<Submit>, leftMs: number): void {
    this.#queue.add(job);
    job.timer = setTimeout(() => this.#expire(job), Math.min(leftMs, maxTimerMs));
    this.pump();
  }

  #expire(job: Job<Submit>): void {
    const cause = 'no link had room for it before the deadline';
    job.settle(job.session === '' ? { kind: 'unwritten', cause } : { kind: 'timeout' });
  }

  /** A doubtful link first: with sound ones beside it nothing else would ever show that it has come back. */
  #roomiest(): SubmitLink<Submit> | undefined {
    let best: SubmitLink<Submit> | undefined;
    for (const link of this.#links()) {
      if (link.hasRoom && link.isDoubtful) return link;
      if (link.hasRoom && (best === undefined || link.outstandingSubmits < best.outstandingSubmits)) best = link;
    }
    return best;
  }

  #takeToken(): boolean {
    const waitMs = this.#bucket.take(steadyNowMs());
    if (waitMs === 0) return true;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        this.pump();
      },
      Math.min(waitMs, maxTimerMs),
    );
    return false;
  }
}
