import { idToText } from '../../src/domain/id.js';

/** A report's id as it is told to others: SQLite keeps its octets, PostgreSQL has a type for it. */
export function reportIdOf(stored: Buffer | string): string {
  return typeof stored === 'string' ? stored : idToText(stored);
}
