import type { Migration } from './migration.js';

/** Of which tickets nothing but the status is told where all can read it. */
export const secrecy: Migration = {
  worksFrom: 1,
  sql: 'ALTER TABLE tickets ADD COLUMN secret boolean NOT NULL DEFAULT false;',
};
