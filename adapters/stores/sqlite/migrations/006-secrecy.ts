/** Of which tickets nothing but the status is told where all can read it. */
export const secrecy = 'ALTER TABLE tickets ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;';
