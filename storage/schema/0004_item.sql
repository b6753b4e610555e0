-- Which folds hold action items: the list over all incidents is read from them.
CREATE INDEX snapshot_actions ON snapshot(incident_id) WHERE json_extract(state, '$.actions') IS NOT NULL;
