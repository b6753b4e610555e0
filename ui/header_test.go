package ui

import (
	"strings"
	"testing"
	"time"
)

// How late something is stands in the header at every width; its words give way.
func TestLateIsSeenWhereItIsNarrow(t *testing.T) {
	for _, s := range sizes[1:] {
		x := sit(t, s.X, s.Y)
		x.declare("api down")
		x.do("ana", "/take")
		x.do("ana", "@bob restart the orders-api pods one after the other and watch the errors 1m")
		x.wait(3 * time.Minute)
		x.run(x.a.reload())
		head := strings.Join(strings.Split(x.screen(), "\n")[:3], "\n")
		if !strings.Contains(head, "@bob restart") || !strings.Contains(head, "overdue 02:00") {
			t.Errorf("at %v the header says:\n%s", s, head)
		}
	}
}
