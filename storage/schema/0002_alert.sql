-- The inbox of alerts. It is no part of the record of incidents: what of it
-- becomes part of one is an event there. alert_act keeps what people did.

CREATE TABLE alert_group(
  id     INTEGER PRIMARY KEY,
  newest INTEGER NOT NULL,                               -- all times: Unix milliseconds, UTC
  live   INTEGER NOT NULL,                               -- alerts that have not ended; 0 also for noise
  incident TEXT  NOT NULL,
  state  TEXT    NOT NULL                                -- alert.Group as JSON
) STRICT;
CREATE INDEX alert_group_newest ON alert_group(newest);
CREATE INDEX alert_group_live ON alert_group(live, newest) WHERE live > 0;
CREATE INDEX alert_group_incident ON alert_group(incident) WHERE incident <> '';

CREATE TABLE alert_item(
  id       INTEGER PRIMARY KEY,
  key      TEXT    NOT NULL UNIQUE,                      -- source|id: one firing, however often it is told
  mark     TEXT    NOT NULL,                             -- source|fingerprint: one condition
  group_id INTEGER NOT NULL,
  status   TEXT    NOT NULL,
  fired    INTEGER,                                      -- NULL: unknown
  ended    INTEGER,
  received INTEGER NOT NULL,
  seen     INTEGER NOT NULL,                             -- how often it was delivered
  muted    INTEGER NOT NULL,                             -- under a silence until then; 0: under none
  acked    INTEGER,
  acked_by TEXT    NOT NULL,
  incident TEXT    NOT NULL,
  noise    TEXT    NOT NULL,
  noise_by TEXT    NOT NULL,
  why      TEXT    NOT NULL,                             -- why it stands in its group
  body     TEXT    NOT NULL                              -- alert.Alert as JSON
) STRICT;
CREATE INDEX alert_item_mark ON alert_item(mark, id);
CREATE INDEX alert_item_group ON alert_item(group_id, id);
CREATE INDEX alert_item_fired ON alert_item(fired);
CREATE INDEX alert_item_incident ON alert_item(incident) WHERE incident <> '';

CREATE TABLE alert_act(
  id    INTEGER PRIMARY KEY,
  at    INTEGER NOT NULL,
  actor TEXT    NOT NULL,
  what  TEXT    NOT NULL,
  group_id INTEGER NOT NULL,
  item_id  INTEGER NOT NULL,                             -- 0: the whole group
  text  TEXT    NOT NULL
) STRICT;
CREATE INDEX alert_act_group ON alert_act(group_id, id);

CREATE TABLE alert_silence(
  id     INTEGER PRIMARY KEY,
  until  INTEGER NOT NULL,
  state  TEXT    NOT NULL                                -- alert.Silence as JSON
) STRICT;
CREATE INDEX alert_silence_until ON alert_silence(until);

-- What could not be read or placed, as it was sent.
CREATE TABLE alert_aside(
  id       INTEGER PRIMARY KEY,
  digest   BLOB    NOT NULL UNIQUE CHECK(length(digest) = 32),
  received INTEGER NOT NULL,
  source   TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  seen     INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  body     BLOB    NOT NULL
) STRICT;

-- Counts what was written above, so that who watches reads only when it changed.
CREATE TABLE alert_rev(one INTEGER PRIMARY KEY CHECK(one = 1), rev INTEGER NOT NULL) STRICT;
INSERT INTO alert_rev VALUES(1, 0);
