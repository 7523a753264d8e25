import type { RetentionStore, RetentionTerms } from '../../../src/ports/retention.js';

const dayMs = 86_400_000;
/** As retention itself asks. */
const messagesPerSlice = 100;

/** Slices of each kind, and the sweep for senders of whom nothing is left. */
export async function forgetInSlices(retention: RetentionStore, nowMs: number, slices: number): Promise<void> {
  const keepAll: RetentionTerms = {
    wordsBeforeMs: nowMs - 2_000 * dayMs,
    recordsBeforeMs: nowMs - 2_000 * dayMs,
    quietSinceMs: nowMs - dayMs,
    openSinceMs: nowMs - dayMs,
  };
  const words = { ...keepAll, wordsBeforeMs: nowMs - 30 * dayMs, recordsBeforeMs: null };
  const records = { ...keepAll, wordsBeforeMs: null, recordsBeforeMs: nowMs - 200 * dayMs };
  for (const terms of [words, records, keepAll]) {
    for (let slice = 0; slice < slices; slice += 1) {
      const { more } = await retention.forget({ ...terms, limit: messagesPerSlice, nowMs });
      if (!more) break;
    }
  }
  await retention.forgettable(words);
}
