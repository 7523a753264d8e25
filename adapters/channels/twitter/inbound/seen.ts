import { Remembered } from '../../../../src/domain/remembered.js';
import { compareIds } from '../ids.js';

/**
 * The posts that were taken lately, each with its newest version. Saves the store from duplicates and tells an edit from
 * a new post; the store's own index is what counts after a restart, and for what was forgotten here.
 */
export class Seen {
  readonly #latest = new Remembered<string, string>(25_000);

  /** The newest version that was taken of a post, by its first id. */
  latestOf(firstId: string): string | undefined {
    return this.#latest.get(firstId);
  }

  note(firstId: string, version: string): void {
    const known = this.#latest.get(firstId);
    if (known !== undefined && compareIds(known, version) >= 0) return;
    this.#latest.set(firstId, version);
  }
}
