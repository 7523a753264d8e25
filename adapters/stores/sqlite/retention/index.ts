import type {
  ForgetRequest,
  Forgettable,
  Forgotten,
  RetentionStore,
  RetentionTerms,
} from '../../../../src/ports/retention.js';
import type { CommitGroup } from '../commitGroup.js';
import type { Cursors } from '../cursors.js';
import type { Db } from '../database.js';
import { Batches } from './batches.js';
import { SenderSweep } from './senderSweep.js';

/** What goes in time, and that it is gone from the file as well: see `RetentionStore`. */
export class Retention implements RetentionStore {
  readonly #batches: Batches;
  readonly #sweep: SenderSweep;
  /** Whether what was taken out of the tables may still be read in the write-ahead log. */
  #logHoldsWords = false;

  constructor(
    private readonly db: Db,
    private readonly commits: CommitGroup,
    cursors: Cursors,
  ) {
    this.#batches = new Batches(db, cursors);
    this.#sweep = new SenderSweep(db, cursors);
  }

  async forget(request: ForgetRequest): Promise<Forgotten> {
    const forgotten = await this.commits.add(() => this.#batches.forget(request));
    this.#logHoldsWords ||= forgotten.more;
    if (forgotten.more) return forgotten;
    const slice = request.recordsBeforeMs === null ? null : this.#sweep.next(request.nowMs);
    if (slice !== null) {
      const senders = await this.commits.add(slice);
      this.#logHoldsWords ||= senders > 0;
      return { ...forgotten, senders, more: true };
    }
    this.#emptyLog();
    return forgotten;
  }

  async forgettable(terms: RetentionTerms): Promise<Forgettable> {
    return this.#batches.forgettable(terms);
  }

  /**
   * The write-ahead log holds old pages until new ones take their place. While somebody reads from it, it stays as it is,
   * and the next run tries again.
   */
  #emptyLog(): void {
    if (!this.#logHoldsWords) return;
    const [state] = this.db.pragma('wal_checkpoint(TRUNCATE)') as readonly { busy: number }[];
    this.#logHoldsWords = state?.busy !== 0;
  }
}
