/** What operators do: the trail of their acts, and the holds on channels that outlive the process. */
export const operations = `
  -- Append-only but for its end: a row without one is an act that the gateway did not live to finish.
  CREATE TABLE acts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT,
    ended_ms INTEGER,
    result TEXT,
    detail TEXT
  ) STRICT;
  CREATE INDEX acts_by_subject ON acts (subject, id);

  -- By name: a channel by which nothing ever came has no number yet.
  CREATE TABLE channel_holds (
    channel TEXT PRIMARY KEY,
    hold TEXT NOT NULL,
    act_id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
