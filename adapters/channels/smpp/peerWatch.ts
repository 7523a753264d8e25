import { steadyNowMs } from '../../../src/domain/clock.js';
import type { InboundFlow } from './inbound.js';
import type { Answer } from './pending.js';

/** What is watched, and what is done about it. */
export interface WatchedPeer {
  readonly inbound: () => Pick<InboundFlow, 'paused' | 'isBacklogged' | 'pauseOrResume'>;
  /** Sends enquire_link. */
  readonly enquire: (onAnswer: (answer: Pick<Answer, 'kind'>) => void) => void;
  readonly onUnanswered: () => void;
  /** Ends the link at once. */
  readonly abort: (cause: string) => void;
}

export interface WatchTimes {
  readonly enquireLinkMs: number;
  readonly responseTimeoutMs: number;
}

/** Whether the peer of a link still lives, and still reads. */
export class PeerWatch {
  /** When the last chunk came, and the last that brought a whole PDU. */
  #chunkAtMs = 0;
  #pduAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #backlogTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly peer: WatchedPeer,
    private readonly times: WatchTimes,
  ) {}

  chunkCame(): void {
    this.#chunkAtMs = steadyNowMs();
  }

  /** With the chunk that came last. */
  pduCame(): void {
    this.#pduAtMs = this.#chunkAtMs;
  }

  /** Asks a peer that has been silent for `enquireLinkMs` whether it still lives, from now on. */
  begin(): void {
    const intervalMs = this.times.enquireLinkMs;
    const silentMs = steadyNowMs() - this.#pduAtMs;
    this.#timer = setTimeout(() => this.begin(), silentMs >= intervalMs ? intervalMs : intervalMs - silentMs);
    if (silentMs >= intervalMs) this.enquire(() => undefined);
  }

  enquire(onAnswered: () => void): void {
    const askedAtMs = steadyNowMs();
    this.peer.enquire(({ kind }) => {
      if (kind === 'response') onAnswered();
      else if (kind === 'timeout') this.#onSilence(askedAtMs);
    });
  }

  /**
   * A peer that sends and does not read is as good as gone. `#onSilence` does not see it: this side has stopped reading
   * by then, lest the answers fill the memory.
   */
  backlogged(isSo: boolean): void {
    clearTimeout(this.#backlogTimer);
    if (!isSo) return;
    const cause = `the peer has not read what it was sent for ${this.times.responseTimeoutMs} ms`;
    this.#backlogTimer = setTimeout(() => {
      // Something may have left without the socket being empty, and told nobody.
      this.peer.inbound().pauseOrResume();
      if (this.peer.inbound().isBacklogged) this.peer.abort(cause);
    }, this.times.responseTimeoutMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#backlogTimer);
  }

  /**
   * A peer whose other PDUs arrive is alive, and one that this side does not read now may have answered. What keeps it
   * from reading ends by itself: the store catches up, or `backlogged` ends the link. Octets alone are no sign of life:
   * behind a command_length that is too great all answers vanish in a PDU that never ends.
   */
  #onSilence(askedAtMs: number): void {
    this.peer.onUnanswered();
    if (this.#pduAtMs > askedAtMs || this.peer.inbound().paused) return;
    this.peer.abort(`silent: no answer to enquire_link within ${this.times.responseTimeoutMs} ms`);
  }
}
