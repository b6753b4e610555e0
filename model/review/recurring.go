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
	alertsRead   = 50 // candidates of which the alerts are asked for
)

// Recurring finds earlier incidents that look like i: the same services, the same
// words in the title, the same alerts. open are the action items that are still
// open, by incident; alerts the names of an incident's alerts, nil if not known.
// The likest come first.
func Recurring(i *model.Incident, all []model.Summary, open map[string][]string, alerts func(id string) []string) []Earlier {
	mine := titleWords(i.Title)
	own := map[string]bool{}
	for _, name := range AlertNames(i) {
		own[strings.ToLower(name)] = true
	}
	declared, _ := i.At(model.Declared)
	var out []Earlier
	asked := 0
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
		theirs, service := titleWords(s.Title), titleWords(strings.Join(shared, " "))
		var words []string // that both titles have, but for the name of the service
		both := 0
		for w := range mine {
			if theirs[w] {
				if both++; !service[w] {
					words = append(words, w)
				}
			}
		}
		slices.Sort(words)
		n := max(len(mine), len(theirs))
		switch {
		case n > 0 && both == n:
			score += 0.6
			why = append(why, "title")
		case len(words) > 0 && 4*len(words) >= n:
			score += 0.6 * float64(len(words)) / float64(n)
			why = append(why, pick(len(words) == 1, "word ", "words ")+strings.Join(words, ", "))
		}
		if alerts != nil && len(own) > 0 && score > 0 && asked < alertsRead {
			asked++
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
		items := open[s.ID]
		out = append(out, Earlier{
			ID: s.ID, Title: s.Title, At: s.DeclaredAt, Why: "the same " + strings.Join(why, "; the same "),
			OpenActions: len(items), Open: append([]string{}, items[:min(openShown, len(items))]...), Score: score,
		})
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

// AlertNames are the names of the alerts that belong to i.
func AlertNames(i *model.Incident) []string {
	var out []string
	for _, a := range i.Alerts {
		if a.Detached.IsZero() {
			out = append(out, a.Title)
		}
	}
	return out
}

// titleWords are the words of a title that say what it is about.
func titleWords(s string) map[string]bool {
	out := meaning(s)
	for _, w := range []string{"incident", "outage", "issue", "problem", "again", "degraded", "degradation"} {
		delete(out, w)
	}
	return out
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
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
