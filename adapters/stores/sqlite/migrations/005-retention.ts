/**
 * What retention passed by because it was still under way, and when to look again. Everything else is found by walking the
 * tables in the order in which they grew, so that intake pays for no index by time.
 */
export const retention = `
  CREATE TABLE retention_held (
    walk TEXT NOT NULL,
    subject INTEGER NOT NULL,
    look_ms INTEGER NOT NULL,
    PRIMARY KEY (walk, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX retention_held_due ON retention_held (walk, look_ms);
`;
