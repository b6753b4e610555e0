-- What the statistics need of every incident, and by what an imported one is
-- recognised. Projections, as everything in this table.
ALTER TABLE incident ADD COLUMN ref BLOB;                        -- digest of its place in a history; NULL: not imported
ALTER TABLE incident ADD COLUMN minutes REAL;                    -- how long it took; NULL: not known, or not over
ALTER TABLE incident ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN facts INTEGER NOT NULL DEFAULT 0; -- 1 not over, 2 maintenance, 4 only the day is known
ALTER TABLE incident ADD COLUMN conduct TEXT;                    -- how it was led, as JSON; NULL: nothing to say
CREATE INDEX incident_ref ON incident(ref) WHERE ref IS NOT NULL;
