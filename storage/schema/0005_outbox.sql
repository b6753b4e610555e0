-- What is to leave the room. A row is written in the transaction of the event
-- that causes it. Unlike the projections of 0001 these tables are not made from
-- the events: how far a message has come is known here only. What came of it is
-- an event again.

CREATE TABLE outbox(
  n           INTEGER PRIMARY KEY,                      -- the number people say
  uid         BLOB    NOT NULL UNIQUE CHECK(length(uid) = 16),
  incident_id INTEGER NOT NULL REFERENCES incident(id),
  seq         INTEGER NOT NULL,                         -- the event that caused it
  target      TEXT    NOT NULL,
  vendor      TEXT    NOT NULL,
  action      TEXT    NOT NULL,
  public      INTEGER NOT NULL,
  content     TEXT    NOT NULL,                         -- JSON
  state       TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  attempts    INTEGER NOT NULL,
  doubt       INTEGER,                                  -- when an attempt was made that may have arrived
  created     INTEGER NOT NULL,                         -- all times: Unix milliseconds, UTC
  person      TEXT    NOT NULL,                         -- who said yes, dropped it, sent it by hand
  since       INTEGER NOT NULL,
  due         INTEGER,
  expires     INTEGER,
  tried       INTEGER,
  remote      TEXT    NOT NULL                          -- JSON
) STRICT;
CREATE INDEX outbox_live ON outbox(n) WHERE state NOT IN ('sent', 'by_hand', 'dropped');
CREATE INDEX outbox_thread ON outbox(incident_id, target, n);

-- Every attempt, in order.
CREATE TABLE outbox_attempt(
  n       INTEGER NOT NULL REFERENCES outbox(n),
  attempt INTEGER NOT NULL,
  began   INTEGER NOT NULL,
  ended   INTEGER,                                      -- NULL: whoever sent it is gone, or still at it
  verdict TEXT    NOT NULL,
  reason  TEXT    NOT NULL,
  PRIMARY KEY(n, attempt)
) STRICT, WITHOUT ROWID;

-- What is known of each target as a whole.
CREATE TABLE outbox_gate(
  target    TEXT NOT NULL PRIMARY KEY,
  state     TEXT NOT NULL                               -- JSON
) STRICT, WITHOUT ROWID;

-- Which process sends to a target; one at a time.
CREATE TABLE outbox_lease(
  target TEXT    NOT NULL PRIMARY KEY,
  holder TEXT    NOT NULL,
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
