import type {
  ForgetRequest,
  Forgettable,
  Forgotten,
  RetentionStore,
  RetentionTerms,
} from '../../../../src/ports/retention.js';
import type { Database } from '../database.js';
import { Batches } from './batches.js';
import { SenderSweep } from './senderSweep.js';

/** What goes in time: see `RetentionStore`. */
export class Retention implements RetentionStore {
  readonly #batches = new Batches();
  readonly #sweep: SenderSweep;

  constructor(private readonly database: Database) {
    this.#sweep = new SenderSweep(database);
  }

  async forget(request: ForgetRequest): Promise<Forgotten> {
    const forgotten = await this.database.transaction((tx) => this.#batches.forget(tx, request));
    if (forgotten.more || request.recordsBeforeMs === null) return forgotten;
    const senders = await this.#sweep.next(request.nowMs);
    return senders === null ? forgotten : { ...forgotten, senders, more: true };
  }

  forgettable(terms: RetentionTerms): Promise<Forgettable> {
    return this.database.transaction((tx) => this.#batches.forgettable(tx, terms));
  }
}
