package model

import (
	"strings"
	"testing"
	"time"
)

func TestAlertsOfAnIncident(t *testing.T) {
	b := open(t, Declare{})
	line := AlertLine{Group: 7, IDs: []string{"alertmanager|a@1"}, Title: "Checkout 5xx above 5 %", Services: []string{"a", "b", "c", "d"}, Severity: 1, Source: "alertmanager", Count: 14, Fired: noon.Add(-time.Minute)}
	ev, err := b.do("ana", AttachAlert{line})
	if err != nil {
		t.Fatal(err)
	}
	if got := ev[0].Text(); got != "alert attached: 14 × Checkout 5xx above 5 % (a, b, c and 1 more), from alertmanager" || !ev[0].Important() {
		t.Errorf("%q", got)
	}
	if _, err := b.do("bob", AttachAlert{line}); CodeOf(err) != Conflict {
		t.Errorf("attached twice: %v", err)
	}
	line.Group = 8
	if _, err := b.do("ana", AttachAlert{line}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.do("alertmanager", ClearAlert{Group: 7, Count: 15, At: b.now}); err != nil {
		t.Fatal(err)
	}
	ev, err = b.do("ana", DetachAlert{N: 2, Reason: "another service"})
	if err != nil || !strings.HasSuffix(ev[0].Text(), "does not belong here: Checkout 5xx above 5 %: another service") {
		t.Errorf("%v %v", ev, err)
	}
	a := b.inc.Alerts
	if len(a) != 2 || a[0].Cleared.IsZero() || a[0].Count != 15 || !a[0].Detached.IsZero() || a[1].Detached.IsZero() || a[1].N != 2 {
		t.Errorf("%+v", a)
	}
	if _, err := b.do("ana", DetachAlert{N: 2}); CodeOf(err) != Conflict {
		t.Errorf("detached twice: %v", err)
	}
	if _, err := b.do("ana", DetachAlert{N: 3}); CodeOf(err) != NotFound {
		t.Errorf("detached what is not there: %v", err)
	}
	if _, err := b.do("x", ClearAlert{Group: 8}); CodeOf(err) != Conflict {
		t.Errorf("cleared what was detached: %v", err)
	}
	if _, err := b.do("ana", AttachAlert{line}); err != nil {
		t.Errorf("attached again after a slip: %v", err)
	}
	if _, err := b.do("ana", AttachAlert{AlertLine{Title: " "}}); CodeOf(err) != Invalid {
		t.Errorf("an alert without a title: %v", err)
	}
}

func TestDetection(t *testing.T) {
	b := open(t, Declare{Detection: ByCustomer})
	if b.inc.Detection != ByCustomer {
		t.Errorf("%q", b.inc.Detection)
	}
	ev, err := b.do("ana", SetDetection{"synth"})
	if err != nil || b.inc.Detection != BySynthetic || ev[0].Text() != "detected by synthetic monitoring" {
		t.Errorf("%v %v", ev, err)
	}
	if _, err := b.do("ana", SetDetection{BySynthetic}); CodeOf(err) != Conflict {
		t.Errorf("said twice: %v", err)
	}
	for _, bad := range []string{"", "magic", "_"} {
		if _, err := b.do("ana", SetDetection{Detection(bad)}); CodeOf(err) != Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if open(t, Declare{}).inc.Detection != "" {
		t.Error("what nobody said is not unknown")
	}
}

func TestDetectionIsTakenBack(t *testing.T) {
	b := open(t, Declare{Detection: ByCustomer})
	if _, err := b.do("ana", SetDetection{ByTeam}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.do("ana", Undo{}); err != nil || b.inc.Detection != ByCustomer {
		t.Errorf("%q %v", b.inc.Detection, err)
	}
	if _, err := b.do("ana", SetDetection{ByTeam}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.do("bob", SetDetection{ByMonitoring}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.do("ana", Undo{}); CodeOf(err) != Conflict || b.inc.Detection != ByMonitoring {
		t.Errorf("what bob has said since: %q %v", b.inc.Detection, err)
	}
}
