import type { Answer } from './pending.js';

/** One may be a message that the peer fell over, two a coincidence. */
const doubtfulAfter = 3;

/**
 * Whether the peer still answers submit_sm. An SMSC whose part for outbound traffic hangs answers enquire_link and
 * delivers texts all the same, so that the link looks up while each reply on it ends as perhaps sent.
 *
 * A link that is doubtful gets one submit_sm at a time: the fewest replies are spent on it, and the first answer, be it
 * a late one, shows that it is sound again.
 */
export class SubmitDoubt {
  #unanswered = 0;

  get isDoubtful(): boolean {
    return this.#unanswered >= doubtfulAfter;
  }

  /** For a person; empty where nothing is wrong. */
  get detail(): string {
    if (!this.isDoubtful) return '';
    return `no answer to the last ${this.#unanswered} submit_sm, though the peer lives; one at a time is tried until it answers, \`channel rebind\` may help`;
  }

  /** @returns what it changed; null where the link is taken for what it was */
  note(kind: Answer['kind']): 'doubtful' | 'sound' | null {
    const before = this.isDoubtful;
    if (kind === 'timeout') this.#unanswered += 1;
    else if (kind === 'response') this.#unanswered = 0;
    if (this.isDoubtful === before) return null;
    return before ? 'sound' : 'doubtful';
  }
}
