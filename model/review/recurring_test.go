package review

import (
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// What was seen before: by service, title, words and alerts, and never by the
// name of the service alone.
func TestRecurring(t *testing.T) {
	s := declared(t, model.Declare{Title: "Actions runs are delayed", Services: []string{"Actions", "runners"}})
	s.i.Alerts = []model.AttachedAlert{{AlertLine: model.AlertLine{Title: "QueueDepth"}}}
	row := func(id, title string, services ...string) model.Summary {
		return model.Summary{ID: id, Title: title, Services: services, DeclaredAt: noon.Add(-time.Hour), Status: model.Closed}
	}
	later := row("later", "Actions runs are delayed", "Actions")
	later.DeclaredAt = noon.Add(time.Hour)
	canceled := row("false", "Actions runs are delayed", "Actions")
	canceled.Status = model.Canceled
	drill := row("drill", "Actions runs are delayed", "Actions")
	drill.Drill = true
	all := []model.Summary{
		row("service", "Incident with Actions", "Actions"), row("word", "Runs are slow", "actions"), row("title", "Runs delayed in Actions"),
		row("other", "Search is down", "search"), row("alert", "Slow", "Runners"), row("both", "Delayed runs", "Actions", "runners"), later, canceled, drill, s.i.Summary(),
	}
	open := OpenItems([]model.ActionRow{
		{Incident: "alert", ActionItem: model.ActionItem{Title: "Add runners", Owner: "bob", Due: "2026-12-01", State: model.ItemOpen}},
		{Incident: "alert", ActionItem: model.ActionItem{Title: "Done", State: model.ItemDone}},
	})
	got := map[string]Earlier{}
	for _, e := range Recurring(s.i, all, open, func(id string) []string {
		return map[string][]string{"alert": {"queuedepth"}, "service": {"Disk"}}[id]
	}) {
		got[e.ID] = e
	}
	for id, why := range map[string]string{
		"word": "the same service actions; the same word run", "title": "the same title", "alert": "the same service Runners; the same alert queuedepth",
		"both": "the same service Actions, runners; the same words delayed, run",
	} {
		if got[id].Why != why {
			t.Errorf("%s: %q, want %q", id, got[id].Why, why)
		}
	}
	if len(got) != 4 {
		t.Errorf("%+v", got)
	}
	if e := got["alert"]; e.OpenActions != 1 || e.Open[0] != "Add runners, @bob, due 2026-12-01" || !strings.HasSuffix(e.Sentence(), "1 action item still open") {
		t.Errorf("%+v %q", e, e.Sentence())
	}
}
