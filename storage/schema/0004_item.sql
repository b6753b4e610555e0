-- Which folds may hold action items: the list over all incidents is read from
-- them. Steps of runs have actions too, so a few more are looked into than need
-- be; a quote inside a text is escaped and does not count.
CREATE INDEX snapshot_actions ON snapshot(incident_id) WHERE instr(state, '"actions":[') > 0;
