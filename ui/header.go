package ui

import (
	"fmt"
	"strings"

	"warroom/model"
)

// header answers, on every screen, how bad it is, how long it has been, who
// leads and what is due.
func (a *App) header() []string {
	if a.inList() || a.room == nil {
		return []string{a.listHeader()}
	}
	if a.lay.wide {
		return a.wideHeader()
	}
	return a.narrowHeader()
}

// sevBadge is glyph, word and colour, in that order of dependability.
func (th *theme) sevBadge(s model.Severity) seg {
	if !s.Valid() {
		s = 0
	}
	return seg{" " + s.Glyph() + " " + s.String() + " ", th.sev[s]}
}

// live says whether what is on the screen is true at this moment.
func (a *App) live() seg {
	if a.stale != nil {
		return seg{"✗ NOT LIVE", a.theme.badge}
	}
	if ro, _ := a.store.ReadOnly(); ro {
		return seg{"read-only", a.theme.warn}
	}
	return seg{"● live", a.theme.good}
}

func (a *App) commander(short bool) segs {
	th, inc := a.theme, a.room.inc
	ic := inc.Commander()
	if ic == "" {
		if !inc.Leaderless() {
			return segs{{"no commander", th.dim}}
		}
		t := "NO COMMANDER"
		if !inc.VacantSince.IsZero() {
			t += " for " + model.Span(max(0, a.now.Sub(inc.VacantSince)))
		}
		return segs{{" " + t + " ", th.badge}}
	}
	s := segs{{"IC ", th.dim}, {cut(model.Visible(ic), 20), th.strong}}
	if o, ok := inc.Offer(model.Commander); ok {
		to := cut(model.Visible(o.To), 12)
		if short {
			s.add(th.warn, " → "+to+"?")
		} else {
			s.add(th.warn, " → "+to+", not accepted yet")
		}
	}
	return s
}

func (a *App) wideHeader() []string {
	th, inc := a.theme, a.room.inc
	first := segs{{" ", ""}, th.sevBadge(inc.Severity), {" ", ""}}
	if inc.Drill {
		first.add(th.warn.and(th.strong), "DRILL ")
	}
	first.add(th.strong, model.Visible(inc.Title))
	right := segs{{inc.ID + "  ", th.dim}, {model.FaceOf(inc.Elapsed(a.now)), th.strong}, {"  " + a.zoneName() + " ", th.dim}}
	second := segs{{" ", ""}}
	for i, p := range model.Phases {
		if i > 0 {
			second.add(th.dim, " · ")
		}
		cur := inc.Status.Phase()
		switch {
		case p == cur:
			second.add(th.accent.and(th.strong), "● "+phaseLabel(p))
			if !strings.EqualFold(string(p), string(inc.Status)) {
				second.add("", " "+string(inc.Status))
			}
		case passed(p, cur):
			second.add(th.dim, phaseLabel(p)+" ✓")
		default:
			second.add(th.dim, phaseLabel(p))
		}
	}
	if inc.Status == model.Canceled {
		second = segs{{" ", ""}, {"canceled", th.warn}}
		if inc.DuplicateOf != "" {
			second.add("", " · duplicate of "+model.Visible(inc.DuplicateOf))
		}
	}
	third := segs{{" ", ""}}
	a.addDue(&third, 3)
	here := a.hereNote()
	if here != "" {
		here = "  " + here
	}
	leads := append(a.commander(a.w < 150), seg{here + " ", th.dim})
	live := segs{a.live(), {" ", ""}}
	if a.w >= 150 { // between the phases and the commander is room that does not change
		leads = append(a.meetNote(a.w-second.width()-leads.width()-2), leads...)
	} else {
		live = append(a.meetNote(a.w-third.width()-besideDue), live...)
	}
	return []string{spread(a.w, first, right), spread(a.w, second, leads), spread(a.w, third, live)}
}

// phaseLabel is the phase as the breadcrumb has room for it.
func phaseLabel(p model.Phase) string {
	switch p {
	case model.PhasePostmortem:
		return "Review"
	case model.PhaseActions:
		return "Actions"
	case model.PhasePrevention:
		return "Prevent"
	}
	return string(p)
}

func passed(p, cur model.Phase) bool {
	pi, ci := -1, -1
	for i, x := range model.Phases {
		if x == p {
			pi = i
		}
		if x == cur {
			ci = i
		}
	}
	return ci >= 0 && pi < ci
}

func (a *App) narrowHeader() []string {
	th, inc := a.theme, a.room.inc
	first := segs{{" ", ""}, th.sevBadge(inc.Severity), {" ", ""}}
	if inc.Drill {
		first.add(th.warn.and(th.strong), "DRILL ")
	}
	first.add(th.strong, model.Visible(inc.Title))
	right := a.commander(true)
	right.add("", " ")
	right.add(th.strong, model.FaceOf(inc.Elapsed(a.now))+" ")
	second := segs{{" ", ""}, {"● ", th.accent}, {string(inc.Status), th.strong}, {"  ", ""}}
	a.addDue(&second, 1)
	here := a.hereNote()
	if here != "" {
		here += " · "
	}
	return []string{
		spread(a.w, first, right),
		spread(a.w, second, segs{{here + a.zoneName() + " · ", th.dim}, a.live(), {" ", ""}}),
	}
}

// besideDue is what stands at the right of the clocks: who types, the zone,
// whether the record is live.
const besideDue = 16

// addDue puts the next n clocks into the header, the first one loud.
func (a *App) addDue(s *segs, n int) {
	th := a.theme
	if a.stale != nil {
		s.add(th.alarm, model.Message(a.stale))
		return
	}
	shown := 0
	for _, c := range a.clocks() {
		if shown == n {
			break
		}
		if c.Prompts() { // it asks nobody for anything
			continue
		}
		face, st := a.clockFace(c)
		mark := ""
		switch {
		case shown > 0:
			s.add("", "   ")
		case st == "":
			st, mark = th.strong, "▸ "
		default:
			mark = "▸ "
		}
		if shown > 0 && st == "" {
			st = th.dim
		}
		word := " in "
		if c.Overdue(a.now) {
			word = " "
		}
		// Where it is narrow the words give way: how late it is must be seen.
		room := a.w - s.width() - width(mark+word+face) - besideDue
		s.add(st, mark+cut(model.Brief(c.Text, 50), max(8, room))+word+face)
		shown++
	}
	if shown == 0 {
		s.add(th.dim, "nothing due")
	}
}

func (a *App) listHeader() string {
	th := a.theme
	left := segs{{" warroom ", th.strong}}
	live, major, vacant := 0, 0, 0
	for _, s := range a.list.rows {
		if s.Status.Live() {
			live++
			if s.Severity.Major() {
				major++
			}
			if s.Leaderless() {
				vacant++
			}
		}
	}
	left.add("", fmt.Sprintf("  %d live", live))
	if major > 0 {
		left.add(th.alarm, fmt.Sprintf("  ▲ %d major", major))
	}
	if vacant > 0 {
		left.add(th.warn, fmt.Sprintf("  %d without commander", vacant))
	}
	right := segs{{strings.TrimSpace(a.now.In(a.zone).Format("Mon 2 Jan 15:04")) + " " + a.zoneName() + "  ", th.dim}, a.live(), {" ", ""}}
	if a.stale != nil {
		left = segs{{" " + model.Message(a.stale), th.alarm}}
	}
	return spread(a.w, left, right)
}
