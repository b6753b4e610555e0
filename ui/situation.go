package ui

import (
	"fmt"
	"strings"

	"warroom/model"
)

// drawSituation is what is known about the incident as a whole.
func (a *App) drawSituation(w, h int, focused bool) []string {
	th, inc := a.theme, a.room.inc
	out := []string{a.paneTitle(paneSituation, w, segs{{"E edit ", th.dim}})}
	const label = 13
	put := func(name, value string, lines int) {
		for i, l := range wrap(model.Visible(value), w-label-1, lines) {
			if i > 0 {
				name = ""
			}
			out = append(out, segs{{" " + pad(name, label-1), th.dim}, {l, ""}}.fit(w))
		}
	}
	if len(inc.Services) > 0 {
		put("services", strings.Join(inc.Services, ", "), 2)
	}
	if inc.Description != "" {
		put("what", strings.ReplaceAll(inc.Description, "\n", " "), 4)
	}
	put("reported by", inc.By, 1)
	for _, m := range model.Milestones {
		k, ok := inc.Milestones[m]
		if !ok {
			continue
		}
		st := style("")
		note := ""
		if k.Void {
			st, note = th.dim, " (went back)"
		}
		out = append(out, segs{{" " + pad(m.String(), 20), th.dim}, {a.stamp(k.At) + note, st}}.fit(w))
	}
	if _, ok := inc.Milestones[model.ImpactStarted]; !ok {
		out = append(out, segs{{" " + pad("impact started", 20) + "not known · E", th.dim}}.fit(w))
	}
	if n := len(inc.Todos); n > 0 {
		out = append(out, segs{{" " + pad("follow-ups", 20), th.dim}, {fmt.Sprint(n), ""}}.fit(w))
	}
	return blank(out, w, h)
}
