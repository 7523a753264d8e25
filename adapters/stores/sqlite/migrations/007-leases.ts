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

  -- What an operator has put back before what is under way goes first.
  UPDATE forward_queue SET state = 0 WHERE state = 3 AND EXISTS (
    SELECT 1 FROM forward_queue l WHERE l.state <> 0 AND l.sender_id = forward_queue.sender_id AND l.lane = forward_queue.lane
      AND l.state = 1 AND l.seq > forward_queue.seq);
  UPDATE reply_queue SET state = 0 WHERE state = 3 AND EXISTS (
    SELECT 1 FROM reply_queue l WHERE l.state <> 0 AND l.sender_id = reply_queue.sender_id AND l.lane = reply_queue.lane
      AND l.state = 1 AND l.seq > reply_queue.seq);
  -- No gateway runs on the file now: what was marked is given out again, and perhaps done.
  UPDATE forward_queue SET state = 0, uncertain_attempts = uncertain_attempts + 1 WHERE state = 1;
  UPDATE reply_queue SET state = 0, uncertain_attempts = uncertain_attempts + 1 WHERE state = 1;

  DROP INDEX forward_queue_due;
  DROP INDEX reply_queue_due;
  CREATE INDEX forward_queue_due ON forward_queue (due_ms) WHERE state = 2;
  CREATE INDEX reply_queue_due ON reply_queue (due_ms) WHERE state = 2;
`;
