package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// onGroup carries out something on a line of the inbox, for actor, and writes
// down that it was done.
func (s *Store) onGroup(ctx context.Context, actor, what string, group int64, text string, fn func(*txn, *alert.Group, time.Time) error) (alert.Group, error) {
	var g alert.Group
	actor, err := model.ParsePerson(actor)
	if err != nil {
		return g, err
	}
	if len(text) > model.MaxText {
		return g, model.Errorf(model.Invalid, "the text is too long: at most %d bytes", model.MaxText)
	}
	text = strings.TrimSpace(model.Valid(text))
	err = s.write(ctx, func(t *txn) (err error) {
		now := model.Millis(s.now())
		if g, err = groupOf(ctx, t, group); err != nil {
			return err
		}
		if err := fn(t, &g, now); err != nil {
			return err
		}
		if err := t.deed(now, actor, what, group, 0, text); err != nil {
			return err
		}
		if err := t.saveGroup(g); err != nil {
			return err
		}
		return t.inboxChanged()
	})
	if err != nil {
		return g, err
	}
	s.written()
	return g, nil
}

// AckAlerts says that somebody looks after all alerts of a line that fire.
func (s *Store) AckAlerts(ctx context.Context, actor string, group int64) (alert.Group, error) {
	return s.onGroup(ctx, actor, "acknowledged", group, "", func(t *txn, g *alert.Group, now time.Time) error {
		switch {
		case !g.Open():
			return model.Errorf(model.Conflict, "%s has ended: there is nothing to acknowledge", model.Brief(g.Line(), 60))
		case g.Firing == 0:
			return model.Errorf(model.Conflict, "%s is acknowledged already", model.Brief(g.Line(), 60))
		}
		who, _ := model.ParsePerson(actor)
		if _, err := t.exec("UPDATE alert_item SET status = ?, acked = coalesce(acked, ?), acked_by = CASE WHEN acked IS NULL THEN ? ELSE acked_by END WHERE group_id = ? AND status = ?",
			string(alert.Acknowledged), now.UnixMilli(), who, g.N, string(alert.Firing)); err != nil {
			return err
		}
		g.Acked, g.Firing, g.Muted = g.Acked+g.Firing, 0, 0
		return nil
	})
}

// NoiseAlerts calls a line noise, with the reason: it leaves the inbox and counts
// against its rule. An empty reason takes that back.
func (s *Store) NoiseAlerts(ctx context.Context, actor string, group int64, reason string) (alert.Group, error) {
	reason = strings.TrimSpace(model.Valid(reason))
	what := "noise"
	if reason == "" {
		what = "no noise"
	}
	return s.onGroup(ctx, actor, what, group, reason, func(t *txn, g *alert.Group, _ time.Time) error {
		if reason == "" && g.Noise == "" {
			return model.Errorf(model.Invalid, "say why it is noise: whoever mends the rule needs to know")
		}
		who, _ := model.ParsePerson(actor)
		if reason == "" {
			who = ""
		}
		g.Noise, g.NoiseBy = reason, who
		_, err := t.exec("UPDATE alert_item SET noise = ?, noise_by = ? WHERE group_id = ?", reason, who, g.N)
		return err
	})
}

// NoteAlerts writes a note to a line.
func (s *Store) NoteAlerts(ctx context.Context, actor string, group int64, text string) (alert.Group, error) {
	if strings.TrimSpace(text) == "" {
		return alert.Group{}, model.Errorf(model.Invalid, "the note is empty: write a sentence")
	}
	return s.onGroup(ctx, actor, "note", group, text, func(*txn, *alert.Group, time.Time) error { return nil })
}

// SplitAlert takes one condition out of a line into a line of its own: the alert
// and all others of the line with its fingerprint. It returns the new line.
func (s *Store) SplitAlert(ctx context.Context, actor string, item int64) (alert.Group, error) {
	var own alert.Group
	actor, err := model.ParsePerson(actor)
	if err != nil {
		return own, err
	}
	err = s.write(ctx, func(t *txn) error {
		now := model.Millis(s.now())
		i, err := readItem(t.row(ctx, "SELECT "+scanItem+" FROM alert_item WHERE id = ?", item))
		if err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return model.Errorf(model.NotFound, "there is no alert %d in the inbox", item)
			}
			return err
		}
		g, err := groupOf(ctx, t, i.Group)
		if err != nil {
			return err
		}
		mark := i.Source + "|" + i.Fingerprint
		var rest int
		if err := t.row(ctx, "SELECT count(*) FROM alert_item WHERE group_id = ? AND mark <> ?", g.N, mark).Scan(&rest); err != nil {
			return err
		}
		if rest == 0 {
			return model.Errorf(model.Conflict, "%s is one condition only: there is nothing to take out", model.Brief(g.Line(), 60))
		}
		own = alert.Group{Lead: alert.LeadOf(i.Alert), Incident: g.Incident}
		if err := t.row(ctx, "SELECT coalesce(max(id), 0) + 1 FROM alert_group").Scan(&own.N); err != nil {
			return err
		}
		if _, err := t.exec("UPDATE alert_item SET group_id = ?, why = ? WHERE group_id = ? AND mark = ?", own.N, "taken out of another line by "+actor, g.N, mark); err != nil {
			return err
		}
		g.Title = ""
		for _, x := range []*alert.Group{&g, &own} {
			if err := t.recount(ctx, x); err != nil {
				return err
			}
			if err := t.saveGroup(*x); err != nil {
				return err
			}
			if err := t.deed(now, actor, "split", x.N, item, i.Name()); err != nil {
				return err
			}
		}
		return t.inboxChanged()
	})
	if err == nil {
		s.written()
	}
	return own, err
}

// AddSilence begins a silence. What it matches is shown as suppressed from now
// on.
func (s *Store) AddSilence(ctx context.Context, q alert.Silence) (alert.Silence, error) {
	err := s.write(ctx, func(t *txn) error {
		raw, err := json.Marshal(q)
		if err != nil {
			return model.Wrap(model.Internal, err, "cannot encode a silence")
		}
		res, err := t.exec("INSERT INTO alert_silence(until, state) VALUES(?,?)", q.Until.UnixMilli(), string(raw))
		if err != nil {
			return err
		}
		if q.N, err = res.LastInsertId(); err != nil {
			return err
		}
		now := model.Millis(s.now())
		if err := t.deed(now, q.By, "silence", 0, q.N, q.Words()+": "+q.Reason); err != nil {
			return err
		}
		return t.mute(ctx, now)
	})
	if err == nil {
		s.written()
	}
	return q, err
}

// EndSilence ends a silence before its time.
func (s *Store) EndSilence(ctx context.Context, actor string, n int64) (alert.Silence, error) {
	var gone alert.Silence
	err := s.write(ctx, func(t *txn) error {
		now := model.Millis(s.now())
		all, err := silences(ctx, t, now)
		if err != nil {
			return err
		}
		gone = alert.Silence{}
		for _, q := range all {
			if q.N == n {
				gone = q
			}
		}
		if gone.N == 0 {
			return model.Errorf(model.NotFound, "no silence %d is in force: warroom alert silence list shows them", n)
		}
		gone.Until = now
		raw, err := json.Marshal(gone)
		if err != nil {
			return model.Wrap(model.Internal, err, "cannot encode a silence")
		}
		if _, err := t.exec("UPDATE alert_silence SET until = ?, state = ? WHERE id = ?", now.UnixMilli(), string(raw), n); err != nil {
			return err
		}
		if err := t.deed(now, actor, "silence ended", 0, n, gone.Words()); err != nil {
			return err
		}
		return t.mute(ctx, now)
	})
	if err == nil {
		s.written()
	}
	return gone, err
}

// mute sets the silences of all alerts that fire right, and their lines.
func (t *txn) mute(ctx context.Context, now time.Time) error {
	quiet, err := silences(ctx, t, now)
	if err != nil {
		return err
	}
	var changed []alert.Item
	touched := map[int64]bool{}
	rows, err := t.query(ctx, "SELECT "+scanItem+" FROM alert_item WHERE group_id IN (SELECT id FROM alert_group WHERE live > 0) AND status = ?", string(alert.Firing))
	err = each(rows, err, func() error {
		i, err := readItem(rows)
		if err != nil {
			return err
		}
		until := time.Time{}
		for _, q := range quiet {
			if q.Matches(i.Alert) && q.Until.After(until) {
				until = q.Until
			}
		}
		if !until.Equal(i.Muted) {
			i.Muted = until
			changed = append(changed, i)
			touched[i.Group] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, i := range changed {
		if _, err := t.exec("UPDATE alert_item SET muted = ? WHERE id = ?", millisOr0(i.Muted), i.N); err != nil {
			return err
		}
	}
	for n := range touched {
		g, err := groupOf(ctx, t, n)
		if err != nil {
			return err
		}
		if err := t.recount(ctx, &g); err != nil {
			return err
		}
		if err := t.saveGroup(g); err != nil {
			return err
		}
	}
	return t.inboxChanged()
}

// linkAlerts follows an event that made a line of the inbox part of an incident,
// or took it out, in the inbox.
func (t *txn) linkAlerts(ctx context.Context, e model.Event) error {
	var group int64
	was, is := "", e.Incident
	switch b := e.Body.(type) {
	case *model.AlertAttached:
		group = b.Group
	case *model.AlertDetached:
		group, was, is = b.Group, e.Incident, ""
	default:
		return nil
	}
	if group == 0 {
		return nil
	}
	g, err := groupOf(ctx, t, group)
	if model.CodeOf(err) == model.NotFound || err == nil && was != "" && g.Incident != was {
		return nil // of another record, or attached elsewhere since
	}
	if err != nil {
		return err
	}
	what := "attached to " + e.Incident
	if is == "" {
		what = "detached from " + e.Incident
	}
	if _, err := t.exec("UPDATE alert_item SET incident = ? WHERE group_id = ?", is, group); err != nil {
		return err
	}
	g.Incident = is
	if err := t.deed(e.Recorded, e.Actor, what, group, 0, ""); err != nil {
		return err
	}
	if err := t.saveGroup(g); err != nil {
		return err
	}
	return t.inboxChanged()
}
