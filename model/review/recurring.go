package review

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
)

// How much two incidents must share to be called the same trouble.
const (
	alikeAtLeast = 0.4
	alikeShown   = 5
	openShown    = 10 // open action items of each
)

// Recurring finds earlier incidents that look like i: the same services, the same
// words in the title, the same alerts. open are the action items that are still
// open, by incident; alerts the names of an incident's alerts, nil if not known.
// The likest come first.
func Recurring(i *model.Incident, all []model.Summary, open map[string][]string, alerts func(id string) []string) []Earlier {
	mine := meaning(i.Title)
	own := map[string]bool{}
	for _, a := range i.Alerts {
		own[strings.ToLower(a.Title)] = true
	}
	declared, _ := i.At(model.Declared)
	var out []Earlier
	for _, s := range all {
		if s.ID == i.ID || s.Status == model.Canceled || s.Drill != i.Drill || s.DeclaredAt.After(declared) {
			continue
		}
		var why []string
		score := 0.0
		var shared []string
		for _, v := range s.Services {
			if slices.ContainsFunc(i.Services, func(o string) bool { return strings.EqualFold(o, v) }) {
				shared = append(shared, v)
			}
		}
		if shared != nil {
			score += 0.3 + 0.1*float64(min(2, len(shared)-1))
			why = append(why, "service "+strings.Join(shared, ", "))
		}
		theirs := meaning(s.Title)
		var words []string
		for w := range mine {
			if theirs[w] && !slices.ContainsFunc(shared, func(v string) bool { return strings.EqualFold(v, w) }) {
				words = append(words, w)
			}
		}
		slices.Sort(words)
		if n := max(len(mine), len(theirs)); n > 0 && len(words) > 0 {
			if part := float64(len(words)) / float64(n); part >= 0.25 {
				score += 0.6 * part
				why = append(why, "words "+strings.Join(words, ", "))
			}
		}
		if alerts != nil && len(own) > 0 && score > 0 {
			for _, name := range alerts(s.ID) {
				if own[strings.ToLower(name)] {
					score += 0.4
					why = append(why, "alert "+name)
					break
				}
			}
		}
		if score < alikeAtLeast {
			continue
		}
		out = append(out, Earlier{ID: s.ID, Title: s.Title, At: s.DeclaredAt, Why: "the same " + strings.Join(why, "; the same "), OpenActions: len(open[s.ID]), Open: open[s.ID][:min(openShown, len(open[s.ID]))], Score: score})
	}
	slices.SortStableFunc(out, func(a, b Earlier) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return b.At.Compare(a.At)
	})
	if len(out) > alikeShown {
		out = out[:alikeShown]
	}
	return out
}

// OpenItems are the action items that are open, by incident: what is to be done,
// by whom and until when, in the order of rows.
func OpenItems(rows []model.ActionRow) map[string][]string {
	out := map[string][]string{}
	for _, r := range rows {
		if r.Open() {
			s := r.ActionItem.Title
			if r.Owner != "" {
				s += ", @" + r.Owner
			}
			if r.Due != "" {
				s += ", due " + string(r.Due)
			}
			out[r.Incident] = append(out[r.Incident], s)
		}
	}
	return out
}

// Sentence is an earlier incident in one line.
func (e Earlier) Sentence() string {
	s := fmt.Sprintf("%s %s (%s)", e.ID, model.Brief(e.Title, 60), model.Brief(e.Why, 80))
	if e.OpenActions == 1 {
		s += ", 1 action item still open"
	} else if e.OpenActions > 1 {
		s += fmt.Sprintf(", %d action items still open", e.OpenActions)
	}
	return s
}
