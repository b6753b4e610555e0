-- The record: events, in order, never edited. Everything else in this file of
-- the database is a projection that Rebuild can make anew from them.

CREATE TABLE incident(
  id       INTEGER PRIMARY KEY,
  key      TEXT    NOT NULL UNIQUE,                      -- INC-YYYYMMDD-HHMMSS
  seq      INTEGER NOT NULL,                             -- of the newest event
  head     BLOB    NOT NULL CHECK(length(head) = 32),    -- its hash
  recorded INTEGER NOT NULL,                             -- when it was written
  fold     INTEGER NOT NULL,                             -- version of the fold below
  rank     INTEGER NOT NULL,                             -- severity while open, 9 after: the order of lists
  title     TEXT    NOT NULL,
  services  TEXT    NOT NULL,                            -- JSON array
  severity  INTEGER NOT NULL,
  status    TEXT    NOT NULL,
  drill     INTEGER NOT NULL,
  commander TEXT    NOT NULL,
  started   INTEGER,                                     -- all times: Unix milliseconds, UTC
  ended     INTEGER,
  vacant    INTEGER,                                     -- nobody commands since then
  lines     INTEGER NOT NULL,
  last      TEXT    NOT NULL,
  last_at   INTEGER,
  -- milestones; NULL is unknown or no longer true
  m_impact_started INTEGER, m_detected INTEGER, m_acknowledged INTEGER, m_declared INTEGER,
  m_commander_assigned INTEGER, m_first_update INTEGER, m_identified INTEGER, m_mitigated INTEGER,
  m_recovered INTEGER, m_resolved INTEGER, m_postmortem_published INTEGER, m_closed INTEGER
) STRICT;
CREATE INDEX incident_list ON incident(rank, m_declared DESC, id DESC);
CREATE INDEX incident_fold ON incident(fold);

-- The fold as JSON, apart from the row above so that lists need not step over it.
CREATE TABLE snapshot(
  incident_id INTEGER PRIMARY KEY REFERENCES incident(id),
  state TEXT NOT NULL
) STRICT;

CREATE TABLE event(
  id          INTEGER PRIMARY KEY,                       -- order of the whole record
  incident_id INTEGER NOT NULL REFERENCES incident(id),
  seq         INTEGER NOT NULL CHECK(seq > 0),
  uid         BLOB    NOT NULL UNIQUE CHECK(length(uid) = 16),
  at          INTEGER NOT NULL,
  recorded    INTEGER NOT NULL,
  actor       TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  body        TEXT,                                      -- JSON as hashed; NULL: redacted
  salt        BLOB    NOT NULL,
  sum         BLOB    NOT NULL CHECK(length(sum) = 32),
  hash        BLOB    NOT NULL CHECK(length(hash) = 32),
  UNIQUE(incident_id, seq)
) STRICT;

-- The timeline: one row an event that has a line, under the time it now has.
CREATE TABLE entry(
  incident_id INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  event_id    INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  amended     INTEGER NOT NULL,                          -- how often it was corrected
  PRIMARY KEY(incident_id, at, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_kind ON entry(incident_id, kind, at, seq);

-- Which events correct which entry.
CREATE TABLE amendment(
  incident_id INTEGER NOT NULL,
  target      INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  event_id    INTEGER NOT NULL,
  PRIMARY KEY(incident_id, target, seq)
) STRICT, WITHOUT ROWID;

-- The words of the timeline as it now reads; the texts themselves are in event.
CREATE VIRTUAL TABLE entry_text USING fts5(
  line, content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);


-- How far entry_text goes: words are put there many at a time, since each time
-- costs as much as many words do. Events after it, and earlier entries that were
-- corrected since (pending), are looked through one by one.
CREATE TABLE indexed(one INTEGER PRIMARY KEY CHECK(one = 1), upto INTEGER NOT NULL) STRICT;
INSERT INTO indexed VALUES(1, 0);
CREATE TABLE pending(event_id INTEGER PRIMARY KEY) STRICT;

-- Every word of entry_text, so that the beginning of a long word can be searched
-- as the few words that begin so; FTS5's own way would read all they occur in.
CREATE TABLE term(term TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TRIGGER event_no_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER event_no_edit
  BEFORE UPDATE OF id, incident_id, seq, uid, at, recorded, actor, kind, salt, sum, hash ON event
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
-- REPLACE deletes without asking the trigger above.
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
  WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM event WHERE uid = NEW.uid)
    OR EXISTS (SELECT 1 FROM event WHERE incident_id = NEW.incident_id AND seq = NEW.seq)
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER event_redact_only BEFORE UPDATE OF body ON event WHEN NEW.body IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER event_redacted AFTER UPDATE OF body ON event
  BEGIN DELETE FROM entry_text WHERE rowid = OLD.id; END;
