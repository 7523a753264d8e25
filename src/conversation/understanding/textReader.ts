import type { TextReading } from './read.js';

/** Reads what texts say. */
export interface TextReader {
  /** Rejects only when the reader itself fails: every text has a reading. */
  read(text: string): Promise<TextReading>;
  close(): Promise<void>;
}
