/**
 * What is under way, a row for each claim. To mark the items themselves moved each from one index to two others and back:
 * a third of all that was written for a message. Of a claim's items those count that are still in the queue.
 */
export const leases = `
  CREATE TABLE leases (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    seqs TEXT NOT NULL
  ) STRICT;

  -- No gateway runs on the file now: what was marked is given out again, and perhaps done.
  UPDATE forward_queue SET state = 0, uncertain_attempts = uncertain_attempts + 1 WHERE state = 1;
  UPDATE reply_queue SET state = 0, uncertain_attempts = uncertain_attempts + 1 WHERE state = 1;

  DROP INDEX forward_queue_due;
  DROP INDEX reply_queue_due;
  CREATE INDEX forward_queue_due ON forward_queue (due_ms) WHERE state = 2;
  CREATE INDEX reply_queue_due ON reply_queue (due_ms) WHERE state = 2;
`;
