package storage

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"warroom/model"
)

// anyCommand draws a command; many are refused, as people's are.
func anyCommand(r *rapid.T, now time.Time) model.Command {
	text := rapid.OneOf(rapid.StringN(0, 20, 80), rapid.SampledFrom([]string{"lag", "\x00", "a\xffb", "\u202e", "<&>\u2028"}))
	person := rapid.SampledFrom([]string{"ann", "Bob", "bob", "çid", ""})
	role := rapid.SampledFrom(append([]model.Role{"", "nonsense"}, model.Roles...))
	at := rapid.Custom(func(r *rapid.T) time.Time {
		if rapid.Bool().Draw(r, "now") {
			return time.Time{}
		}
		return now.Add(-time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(r, "ago")))
	})
	seq := rapid.Int64Range(0, 25)
	n := rapid.IntRange(0, 4)
	yes := rapid.Bool()
	draw := func(name string) string { return text.Draw(r, name) }
	switch rapid.IntRange(0, 16).Draw(r, "command") {
	case 0, 1, 2:
		return model.AddNote{Kind: rapid.SampledFrom(append([]model.Kind{"", "declared"}, model.NoteKinds...)).Draw(r, "kind"), Text: draw("text"), Important: yes.Draw(r, "mark"), At: at.Draw(r, "at")}
	case 3, 4:
		c := model.Amend{Seq: seq.Draw(r, "seq"), At: at.Draw(r, "at")}
		if yes.Draw(r, "words") {
			s := draw("text")
			c.Text = &s
		}
		if yes.Draw(r, "strike") {
			b := yes.Draw(r, "struck")
			c.Struck = &b
		}
		if yes.Draw(r, "weigh") {
			b := yes.Draw(r, "mark")
			c.Mark = &b
		}
		return c
	case 5:
		return model.SetSeverity{To: model.Severity(rapid.IntRange(0, 6).Draw(r, "sev")), Reason: draw("reason"), At: at.Draw(r, "at")}
	case 6, 7:
		return model.SetStatus{To: rapid.SampledFrom(model.Statuses).Draw(r, "status"), Reason: draw("reason"), At: at.Draw(r, "at")}
	case 8:
		return model.SetMilestone{Name: rapid.SampledFrom(model.Milestones).Draw(r, "milestone"), At: at.Draw(r, "at"), Unknown: yes.Draw(r, "unknown")}
	case 9:
		return model.AssignRole{Role: role.Draw(r, "role"), Person: person.Draw(r, "person")}
	case 10:
		return model.HandOver{Role: role.Draw(r, "role"), To: person.Draw(r, "to")}
	case 11:
		return model.AcceptRole{Role: role.Draw(r, "role")}
	case 12:
		return model.GiveOrder{Person: person.Draw(r, "person"), Task: draw("task"), For: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(r, "for"))}
	case 13:
		return rapid.SampledFrom([]model.Command{model.AckOrder{N: 1}, model.FinishOrder{N: 1, Result: "ok"}, model.ExtendOrder{N: 2}, model.WithdrawOrder{N: n.Draw(r, "n")}, model.TakeCommand{}, model.ReleaseRole{Role: model.Commander}, model.DeclineRole{}}).Draw(r, "other")
	case 14:
		return model.Undo{}
	case 15:
		title, services := draw("title"), []string{draw("service"), "a,b"}
		return model.Describe{Title: &title, Services: &services, ImpactStart: at.Draw(r, "impact")}
	}
	return model.Cancel{Reason: draw("reason")}
}

func TestEverythingFoldsTheSame(t *testing.T) {
	dir := t.TempDir()
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		dir := filepath.Join(dir, time.Now().Format("150405.000000000"))
		defer os.RemoveAll(dir)
		c := &clock{time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)}
		open := func(name string) *Store {
			s, err := Open(bg, filepath.Join(dir, name), Options{Now: c.now})
			if err != nil {
				r.Fatal(err)
			}
			return s
		}
		s := open("a.db")
		defer func() { s.Close() }()
		var ids []string
		last := map[string]string{}
		for range rapid.IntRange(1, 2).Draw(r, "incidents") {
			rec, err := s.Do(bg, "", model.Request{Actor: "ann", Command: model.Declare{Title: "x"}})
			if err != nil {
				r.Fatal(err)
			}
			ids = append(ids, rec.Incident.ID)
			last[rec.Incident.ID] = asJSON(t, rec.Incident)
		}
		for range rapid.IntRange(0, 30).Draw(r, "steps") {
			c.t = c.t.Add(time.Duration(rapid.Int64Range(int64(-3*time.Second), int64(time.Minute)).Draw(r, "passes")))
			id := rapid.SampledFrom(ids).Draw(r, "id")
			actor := rapid.SampledFrom([]string{"ann", "Bob", "çid"}).Draw(r, "actor")
			rec, err := s.Do(bg, id, model.Request{Actor: actor, Command: anyCommand(r, c.t)})
			switch model.CodeOf(err) {
			case "":
				last[id] = asJSON(t, rec.Incident)
			case model.Invalid, model.Conflict, model.NotFound:
			default:
				r.Fatalf("%v", err)
			}
		}
		lines := map[string][]string{}
		for _, id := range ids {
			lines[id] = short(timeline(t, s, id, nil))
		}
		check := func(when string, s *Store) {
			for _, id := range ids {
				in, err := s.Incident(bg, id)
				if err != nil {
					r.Fatal(when, err)
				}
				if got := asJSON(t, in); got != last[id] {
					r.Fatalf("%s:\n%s\nwas\n%s", when, got, last[id])
				}
				tl, err := s.Timeline(bg, id, model.Window{})
				if err != nil {
					r.Fatal(when, err)
				}
				if got := short(tl); asJSON(t, got) != asJSON(t, lines[id]) {
					r.Fatalf("%s:\n%s\nwas\n%s", when, got, lines[id])
				}
			}
			if rep, err := s.Audit(bg, ""); err != nil || len(rep.Findings) > 0 {
				r.Fatalf("%s: %v, %v", when, rep.Findings, err)
			}
		}
		check("at once", s)
		s.Close()
		s = open("a.db")
		check("after opening again", s)
		if rep, err := s.Rebuild(bg); err != nil || rep.Differed != 0 {
			r.Fatalf("rebuild: %+v, %v", rep, err)
		}
		check("after a rebuild", s)
		to := open("b.db")
		defer to.Close()
		if _, err := to.Import(bg, join(export(t, s, ""))); err != nil {
			r.Fatal(err)
		}
		check("after export and import", to)
		if rep, err := to.Rebuild(bg); err != nil || rep.Differed != 0 {
			r.Fatalf("rebuild of the import: %+v, %v", rep, err)
		}
	})
	t.Logf("%d runs", round)
}
