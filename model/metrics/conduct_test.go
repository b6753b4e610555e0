package metrics

import (
	"fmt"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// What is beside the incidents is counted as of now, of those selected only, and
// not before something is known of it.
func TestLedger(t *testing.T) {
	table := NewTable(0)
	day := func(d int) time.Time { return testNow.Add(time.Duration(d) * 24 * time.Hour) }
	for i, service := range []string{"api", "db"} {
		table.Put(Row{Row: int64(i + 1), ID: service, Start: day(-60), Minutes: 30, Services: []string{service}})
	}
	item := func(incident string, due int, state model.ItemState, ended int) model.ActionRow {
		return model.ActionRow{Incident: incident, ActionItem: model.ActionItem{Due: model.DateOf(day(due)), State: state, Ended: day(ended)}}
	}
	undated := item("api", 0, model.ItemDone, -3)
	undated.Due = ""
	l := Ledger{
		Actions: []model.ActionRow{
			item("api", -10, model.ItemDone, -12), item("api", -10, model.ItemDone, -10), item("api", 10, model.ItemDone, -1), // in time
			item("api", -10, model.ItemDone, -2), item("api", -10, model.ItemDone, 1), item("api", -1, model.ItemOpen, 0), // not
			item("api", 3, model.ItemOpen, 0), item("api", -10, model.ItemDropped, -9), undated, // nobody can tell
			item("db", -10, model.ItemDone, -12), item("elsewhere", -10, model.ItemDone, -1),
		},
		Alerts: []alert.Group{
			{First: day(-5), Incident: "api", Firing: 2, Services: []string{"API"}}, {First: day(-5), Services: []string{"api"}}, // over by itself
			{First: day(-5), Noise: "flaps", Firing: 1, Services: []string{"api"}}, {First: day(-5), Firing: 1, Services: []string{"api"}}, // nobody has said yet
			{First: day(1), Incident: "api", Services: []string{"api"}}, {First: day(-5), Incident: "db", Services: []string{"db"}},
			{First: day(-4), Incident: "api", Services: []string{"api"}}, {First: day(-3), Incident: "api", Services: []string{"api"}},
		},
	}
	share := func(n Number) string {
		if !n.Known() {
			return "unknown, n = " + fmt.Sprint(n.N)
		}
		return fmt.Sprintf("%.2f of %d", *n.Value, n.N)
	}
	for _, c := range []struct {
		f               Filter
		actions, alerts string
	}{
		{Filter{Service: "api"}, "0.50 of 6", "0.60 of 5"},
		{Filter{}, "0.57 of 7", "0.67 of 6"},
		{Filter{Service: "db"}, "unknown, n = 1", "unknown, n = 1"},
		{Filter{Service: "nothing"}, "unknown, n = 0", "unknown, n = 0"},
		{Filter{From: day(-90), To: day(-20)}, "0.57 of 7", "unknown, n = 0"},
	} {
		c.f.Now = testNow
		got := table.Select(c.f).Analyse(Options{Ledger: l}).Conduct
		if share(got.Actions) != c.actions || share(got.Precision) != c.alerts {
			t.Errorf("%+v: actions %s, alerts %s; want %s, %s", c.f, share(got.Actions), share(got.Precision), c.actions, c.alerts)
		}
		if got.Tardy("db") || got.Tardy("api") != (got.Actions.N >= 6) {
			t.Errorf("%+v: who was late is wrong", c.f)
		}
	}
}
