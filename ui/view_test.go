package ui

import (
	"bytes"
	"fmt"
	"image"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
)

// checkout is an incident in full swing, as every golden view shows it.
func checkout(t testing.TB, w, h int) *seat {
	x := sit(t, w, h)
	search := x.command("", "probe", model.Declare{Title: "Search is slow in EU", Severity: 3, Services: []string{"search"}})
	x.wait(time.Second)
	r := x.command("", "pager", model.Declare{
		Title: "Checkout API returns 503 to one in five customers", Severity: 2, Services: []string{"checkout", "orders-db"},
		Description: "POST /checkout answers 503", ImpactStart: noon.Add(-14 * time.Minute),
	})
	id := r.Incident.ID
	for _, l := range []struct {
		after     time.Duration
		who, line string
	}{
		{27 * time.Second, "ana", "/take"},
		{31 * time.Second, "ana", "/role tl bob"},
		{5 * time.Second, "ana", "/role scribe dana"},
		{38 * time.Second, "bob", "finding: error rate 21 % on checkout, 0.1 % elsewhere"},
		{90 * time.Second, "ana", "/sev 1 revenue, majority of users"},
		{50 * time.Second, "erin", "update: customers: we are investigating failed checkouts and will post again in 20 minutes, sooner if anything changes for you"},
		{142 * time.Second, "ana", "decision: no rollback until lag is known (no objections)"},
		{43 * time.Second, "ana", "@bob check replica lag 3m"},
		{12 * time.Second, "bob", "/ack 1"},
		{133 * time.Second, "bob", "/done 1 340 s"},
		{51 * time.Second, "dana", "-20m first customer report (support)"},
		{20 * time.Second, "bob", "hypothesis: migration 0231 locks orders"},
		{10 * time.Second, "bob", "/hypothesis 1 testing"},
		{10 * time.Second, "ana", "/symptoms 503 on POST /checkout"},
		{10 * time.Second, "ana", "/scope checkout, EU; about 21 %"},
		{6 * time.Minute, "bob", "/temp imports throttled to 10 % @bob 2h"},
		{20 * time.Second, "carl", "hypothesis: the card network is down"},
		{7 * time.Minute, "bob", "! error rate 21 % → 6 %"},
		{5 * time.Second, "ana", "/trend falling"},
		{time.Minute, "ana", "/status identified"},
		{time.Minute, "frank", "payments team confrims no double charges"},
		{time.Minute, "dana", "todo write an alert on replica lag"},
		{20 * time.Second, "dana", "/hypothesis 2 out their status page is green"},
		{40 * time.Second, "ana", "@frank refund list 45m"},
		{time.Minute, "ana", "@bob restart the orders-api pods one after the other 4m"},
		{time.Minute, "ana", "/propose fail over orders-db risk: 30 s of failed writes"},
		{time.Minute, "ana", "/handover erin"},
	} {
		x.wait(l.after)
		x.doIn(id, l.who, l.line)
	}
	fixed := "payments team confirms no double charges"
	seq := int64(0)
	x.a.room = &room{inc: &model.Incident{ID: id}}
	for _, e := range events(t, x) {
		if e.Actor == "frank" {
			seq = e.Seq
		}
	}
	x.a.room = nil
	x.command(id, "frank", model.Amend{Seq: seq, Text: &fixed})
	x.doIn(search.Incident.ID, "gus", "/take")
	x.wait(30 * time.Second)
	x.run(x.a.refreshList())
	x.run(x.a.enter(id, 0))
	x.a.toast = toast{}
	return x
}

var sizes = []image.Point{{40, 10}, {80, 24}, {120, 40}, {200, 60}}

// The pictures of every screen at every size. Look at the difference before you
// accept it with -update.
func TestGoldenViews(t *testing.T) {
	views := []struct {
		name string
		keys []string
	}{
		{"room", nil},
		{"incidents", []string{"0"}},
		{"typing", []string{"i", "text:/status mi"}},
		{"selected", []string{"up", "up"}},
		{"declare", []string{"0", "d", "text:api down", "tab"}},
		{"actions", []string{"?"}},
	}
	for _, v := range views {
		for _, s := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", v.name, s.X, s.Y), func(t *testing.T) {
				x := checkout(t, s.X, s.Y)
				x.keys(v.keys...)
				golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
			})
		}
	}
}

func TestGoldenPanes(t *testing.T) {
	for p := range paneCount {
		t.Run(p.String(), func(t *testing.T) {
			x := checkout(t, 80, 24)
			x.a.focus = p
			x.a.measure()
			golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
		})
	}
}

// In colour and in mono: what colour says, shape and weight say too.
func TestGoldenColour(t *testing.T) {
	x := checkout(t, 120, 40)
	for _, p := range []struct {
		name    string
		profile colorprofile.Profile
	}{{"colour", colorprofile.ANSI}, {"mono", colorprofile.Ascii}} {
		t.Run(p.name, func(t *testing.T) {
			var b bytes.Buffer
			w := colorprofile.Writer{Forward: &b, Profile: p.profile}
			if _, err := w.WriteString(x.a.View().Content); err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, b.String())
		})
	}
}
