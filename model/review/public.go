package review

import (
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

// Someone stands for a name in the public version.
const Someone = "a responder"

var (
	webLink = regexp.MustCompile(`\[([^\[\]]*)\]\([^()\s]+\)|https?://\S+`)
	begins  = regexp.MustCompile(`(?:^|[.!?]\s+|\n(?:[-*] +)?)` + Someone + `\b`)
	mail    = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
)

// ForPublic is a copy of d that may leave the house: without the parts that are
// internal, without names, handles, addresses and links, with a timeline of
// milestones and of what customers were told, and with action items as words
// only. Severity and ids stay.
func (d *Document) ForPublic(people []string) *Document {
	hide := masker(people)
	p := *d
	p.Public = true
	p.Owner, p.Commander, p.People = "", "", nil
	p.Decisions, p.Hypotheses, p.Mitigations, p.Links, p.Whys, p.FaultTree, p.Earlier, p.Runs, p.Alerts = nil, nil, nil, nil, nil, nil, nil, nil, 0
	p.Due, p.Overdue, p.Head, p.Seq, p.Score = nil, false, "", 0, Score{}
	p.Title = hide(d.Title)
	p.Metrics.Basis, p.Metrics.LateSends = nil, 0
	p.Sections = nil
	for _, s := range d.Sections {
		if PartFor(s.Key).Private || s.Key == model.SecProblem {
			continue
		}
		if s.Drafted { // what the record took from the talk of the room was read by nobody yet
			s.Text = s.outside
		}
		s.Text, s.By, s.At, s.Seq = hide(s.Text), "", nil, 0
		p.Sections = append(p.Sections, s)
	}
	p.Timeline = nil
	for _, m := range d.Milestones {
		if m.At != nil && m.Name != model.CommanderAssigned && m.Name != model.PostmortemPublished && m.Name != model.WasClosed {
			p.Timeline = append(p.Timeline, Entry{At: *m.At, Kind: string(model.KindMilestoneSet), Text: sentenceCase(m.Name.String()), Important: true})
		}
	}
	p.Updates = nil
	for _, u := range d.Updates {
		u.By, u.Text, u.Late = "", hide(u.Text), nil
		p.Updates = append(p.Updates, u)
		p.Timeline = append(p.Timeline, Entry{At: u.At, Kind: string(model.KindUpdate), Text: u.Text})
	}
	slices.SortStableFunc(p.Timeline, func(a, b Entry) int { return a.At.Compare(b.At) })
	p.Actions = nil
	for _, a := range d.Actions {
		if !a.Suggested && a.State != model.ItemDropped {
			p.Actions = append(p.Actions, Action{N: a.N, Title: hide(a.Title), Due: a.Due, Type: a.Type, State: a.State})
		}
	}
	p.list()
	return &p
}

// masker hides names and what leads to persons or inside.
func masker(people []string) func(string) string {
	var names []string
	for _, n := range people {
		if n = strings.TrimPrefix(strings.TrimSpace(n), "@"); len(n) > 1 {
			names = append(names, regexp.QuoteMeta(n))
		}
	}
	// Longer names first, so that "ana-maria" is not left as "a responder-maria".
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	var named *regexp.Regexp
	if names != nil {
		named = regexp.MustCompile(`(?i)(^|[^\pL\pN_])@?(?:` + strings.Join(names, "|") + `)([^\pL\pN_]|$)`)
	}
	return func(s string) string {
		s = webLink.ReplaceAllString(s, "$1")
		s = mail.ReplaceAllString(s, Someone)
		if named != nil {
			for range 3 { // names side by side share the sign between them
				t := named.ReplaceAllString(s, "${1}"+Someone+"${2}")
				if t == s {
					break
				}
				s = t
			}
		}
		s = handle.ReplaceAllString(s, Someone)
		return begins.ReplaceAllStringFunc(s, func(m string) string { return m[:len(m)-len(Someone)] + sentenceCase(Someone) })
	}
}
