import type { Migration } from './migration.js';

/**
 * What retention passed by because it was still under way, and when to look again. Everything else is found by walking the
 * tables in the order in which they grew, so that intake pays for no index by time.
 */
export const retention: Migration = {
  worksFrom: 1,
  sql: `
  CREATE TABLE retention_held (
    walk text NOT NULL,
    subject bigint NOT NULL,
    look_ms bigint NOT NULL,
    PRIMARY KEY (walk, subject)
  );
  CREATE INDEX retention_held_due ON retention_held (walk, look_ms);
`,
};
