import { steadyNowMs } from '../../../src/domain/clock.js';
import type { TokenBucket } from '../tokenBucket.js';
import type { Pdu } from './codec/pdu.js';
import { Deadlines, maxTimerMs } from './deadlines.js';
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

/** One of the channel's binds; it has a link while it is connected. */
export interface SubmitSession<Submit> {
  readonly link: SubmitLink<Submit> | null;
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
  readonly deadlineMs: number;
  readonly settle: (answer: SubmitAnswer) => void;
  /** That it was written to; empty before. */
  session: string;
}

/** The gateway sends from a bounded number of workers; this only guards against a caller that does not. */
const maxQueued = 10_000;

/**
 * Brings each submit_sm to the link with the most room, first come first served, within the channel's throughput.
 * Every job settles exactly once, at its deadline at the latest.
 */
export class SubmitQueue<Submit> {
  readonly #sessions: readonly SubmitSession<Submit>[];
  readonly #bucket: TokenBucket;
  readonly #queue = new Set<Job<Submit>>();
  /** Of all that is not settled. */
  readonly #deadlines = new Deadlines<Job<Submit>>((job) => this.#expire(job));
  #timer: NodeJS.Timeout | null = null;
  #closedCause: string | null = null;

  constructor(sessions: readonly SubmitSession<Submit>[], bucket: TokenBucket) {
    this.#sessions = sessions;
    this.#bucket = bucket;
  }

  /** @param deadlineMs by `steadyNowMs`; after it an unwritten job is `unwritten`, a written one a `timeout` */
  send(submit: Submit, deadlineMs: number): Promise<Submitted> {
    return new Promise((resolve) => {
      const job: Job<Submit> = {
        submit,
        deadlineMs,
        session: '',
        settle: (answer) => {
          this.#deadlines.delete(job);
          if (job.session === '') this.#queue.delete(job);
          resolve({ answer, session: job.session });
        },
      };
      if (this.#closedCause !== null) job.settle({ kind: 'unwritten', cause: this.#closedCause });
      else if (this.#queue.size >= maxQueued) job.settle({ kind: 'unwritten', cause: 'too many replies wait already' });
      else if (deadlineMs <= steadyNowMs()) job.settle({ kind: 'unwritten', cause: 'the deadline has passed' });
      else this.#enqueue(job);
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

  #enqueue(job: Job<Submit>): void {
    this.#queue.add(job);
    this.#deadlines.add(job);
    this.pump();
  }

  #expire(job: Job<Submit>): void {
    const cause = 'no link had room for it before the deadline';
    job.settle(job.session === '' ? { kind: 'unwritten', cause } : { kind: 'timeout' });
  }

  /** A doubtful link first: with sound ones beside it nothing else would ever show that it has come back. */
  #roomiest(): SubmitLink<Submit> | undefined {
    let best: SubmitLink<Submit> | undefined;
    for (const { link } of this.#sessions) {
      if (link === null || !link.hasRoom) continue;
      if (link.isDoubtful) return link;
      if (best === undefined || link.outstandingSubmits < best.outstandingSubmits) best = link;
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
