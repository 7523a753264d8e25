import { steadyNowMs } from '../../../src/domain/clock.js';
import type { PduHeader } from './codec/pdu.js';

/** What became of a request. */
export type Answer<Response extends PduHeader = PduHeader> =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed'; readonly cause: string };

/** What is looked at in a response. */
type Named = PduHeader & { readonly command: string };

interface Waiting<Response extends Named> {
  readonly command: string;
  readonly deadlineMs: number;
  readonly settle: (answer: Answer<Response>) => void;
}

const maxSequenceNumber = 0x7fff_ffff;

/**
 * Requests that wait for their response. Every one settles exactly once: by the response, by the timeout, or when the
 * link closes. One timer, for the oldest, serves all: the timeout is the same for each.
 */
export class PendingRequests<Response extends Named> {
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting<Response>>();
  #timer: NodeJS.Timeout | null = null;
  #sequenceNumber = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** @returns the sequence number that the request must carry */
  add(command: string, settle: (answer: Answer<Response>) => void): number {
    do {
      this.#sequenceNumber = this.#sequenceNumber === maxSequenceNumber ? 1 : this.#sequenceNumber + 1;
    } while (this.#waiting.has(this.#sequenceNumber));
    this.#waiting.set(this.#sequenceNumber, { command, deadlineMs: steadyNowMs() + this.#timeoutMs, settle });
    this.#timer ??= setTimeout(() => this.#expire(), this.#timeoutMs);
    return this.#sequenceNumber;
  }

  /**
   * @returns false where nothing waits for it: it came too late, was never asked for, or answers something else. A peer
   *   that mixes up its numbers must not make a reply accepted by its answer to an enquire_link.
   */
  settle(response: Response): boolean {
    const waiting = this.#waiting.get(response.sequenceNumber);
    if (waiting === undefined || !isAnswerTo(waiting.command, response.command)) return false;
    this.#waiting.delete(response.sequenceNumber);
    waiting.settle({ kind: 'response', response });
    return true;
  }

  close(cause: string): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { settle } of waiting) settle({ kind: 'closed', cause });
  }

  #expire(): void {
    this.#timer = null;
    const nowMs = steadyNowMs();
    for (const [sequenceNumber, { deadlineMs, settle }] of this.#waiting) {
      if (deadlineMs > nowMs) {
        this.#timer ??= setTimeout(() => this.#expire(), deadlineMs - nowMs);
        return;
      }
      this.#waiting.delete(sequenceNumber);
      settle({ kind: 'timeout' });
    }
  }
}

/** Some peers answer each kind of bind by the same response; what they mean is plain. */
function isAnswerTo(request: string, response: string): boolean {
  if (response.startsWith(request) && response.length === request.length + 5 && response.endsWith('_resp')) return true;
  if (response === 'generic_nack') return true;
  return request.startsWith('bind_') && response.startsWith('bind_');
}
