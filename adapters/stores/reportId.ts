import { idOfHex, idToText } from '../../src/domain/id.js';

const hexDigits = 32;

/** A report's id as it is told to others. SQLite keeps its octets, which may be read as digits; PostgreSQL has a type for it. */
export function reportIdOf(stored: Buffer | string): string {
  if (typeof stored !== 'string') return idToText(stored);
  return stored.length === hexDigits ? idOfHex(stored) : stored;
}
