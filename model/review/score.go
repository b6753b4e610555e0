package review

import (
	"regexp"
	"strings"

	"warroom/model"
)

// Progress is how far a part is.
type Progress string

// The progress of a part. What the record drafted counts half: a person has not
// read it yet.
const (
	Written Progress = "written"
	Drafted Progress = "drafted"
	Empty   Progress = "empty"
)

// Mark is the progress of one part.
type Mark struct {
	ID       string   `json:"part"`
	Title    string   `json:"title"`
	Progress Progress `json:"progress"`
	Weight   int      `json:"weight"`
	Missing  string   `json:"missing,omitempty"` // what to do about it
}

// Score is how complete a postmortem is: the weighted share of its parts, where
// what is written counts full and what is drafted half.
type Score struct {
	Percent int    `json:"percent"`
	Parts   []Mark `json:"parts"`
}

func total(marks []Mark) Score {
	s := Score{Parts: marks}
	have, all := 0, 0
	for _, m := range marks {
		all += 2 * m.Weight
		switch m.Progress {
		case Written:
			have += 2 * m.Weight
		case Drafted:
			have += m.Weight
		}
	}
	if all > 0 {
		s.Percent = have * 100 / all
	}
	return s
}

var openEnd = regexp.MustCompile(`(?mi):\s*(unknown|tbd|todo|\[[^\]xX ][^\]]*\])?\s*$`)

// complete scores a document.
func (d *Document) complete(i *model.Incident) Score {
	var marks []Mark
	for _, p := range Parts {
		m := Mark{ID: p.ID, Title: p.Title, Weight: p.Weight}
		switch p.ID {
		case PartFacts:
			m.Progress, m.Missing = d.factsMark()
		case PartTimeline:
			m.Progress, m.Missing = timelineMark(len(d.Timeline), d)
		case PartActions:
			m.Progress, m.Missing = actionsMark(d.Actions)
		default:
			m.ID = string(p.Key)
			m.Progress, m.Missing = sectionMark(d.Section(p.Key), p)
		}
		marks = append(marks, m)
	}
	return total(marks)
}

// Section returns a section of the document.
func (d *Document) Section(k model.SectionKey) Section {
	for _, s := range d.Sections {
		if s.Key == k {
			return s
		}
	}
	return Section{Key: k, Title: PartFor(k).Title}
}

func (d *Document) factsMark() (Progress, string) {
	var missing []string
	if d.Commander == "" {
		missing = append(missing, "who commanded")
	}
	if len(d.Services) == 0 {
		missing = append(missing, "which services")
	}
	if d.Owner == "" {
		missing = append(missing, "who writes this")
	}
	if missing == nil {
		return Written, ""
	}
	return Drafted, "say " + strings.Join(missing, ", ")
}

func timelineMark(lines int, d *Document) (Progress, string) {
	known := map[model.Milestone]bool{}
	for _, m := range d.Milestones {
		known[m.Name] = m.At != nil
	}
	switch {
	case lines == 0:
		return Empty, "write what happened when"
	case !known[model.ImpactStarted]:
		return Drafted, "when did the impact start? set the milestone impact_started"
	case !known[model.WasResolved]:
		return Drafted, "it is not resolved yet"
	}
	return Written, ""
}

func actionsMark(list []Action) (Progress, string) {
	real, bad := 0, ""
	suggested := false
	for _, a := range list {
		if a.Suggested {
			suggested = true
			continue
		}
		if a.State == model.ItemDropped {
			continue
		}
		real++
		switch {
		case bad != "":
		case a.Owner == "":
			bad = "an action item has no owner: " + model.Brief(a.Title, 40)
		case a.Due == "":
			bad = "an action item has no due date: " + model.Brief(a.Title, 40)
		}
	}
	switch {
	case real == 0 && suggested:
		return Drafted, "accept what is suggested, or add your own"
	case real == 0:
		return Empty, "add what shall be done"
	case bad != "":
		return Drafted, bad
	}
	return Written, ""
}

func sectionMark(s Section, p Part) (Progress, string) {
	text := strings.TrimSpace(comment.ReplaceAllString(s.Text, ""))
	switch {
	case text == "":
		return Empty, p.Ask
	case s.Drafted:
		return Drafted, "the record drafted this: read it, complete it"
	case p.Key == model.SecFactors && !strings.Contains(strings.ToLower(text), "[x]") && strings.Contains(text, "[ ]"):
		return Drafted, "nothing is ticked"
	case p.Key != model.SecFactors && openEnd.MatchString(text):
		return Drafted, "something is still open: " + model.Brief(strings.TrimSpace(openEnd.FindString(line(text))), 30)
	}
	return Written, ""
}

// line is the first line of text that has an open end.
func line(text string) string {
	for l := range strings.Lines(text) {
		if openEnd.MatchString(strings.TrimRight(l, "\n")) {
			return l
		}
	}
	return text
}

// ScoreMarkdown scores a postmortem that was written elsewhere, by the headings
// it has under any of the usual names. It has no record, so a part is written or
// it is not.
func ScoreMarkdown(text string) Score {
	in := Import(text)
	var marks []Mark
	for _, p := range Parts {
		id := p.ID
		if p.Key != "" {
			id = string(p.Key)
		}
		m := Mark{ID: id, Title: p.Title, Weight: p.Weight, Progress: Empty, Missing: "there is no such heading, or nothing under it"}
		if strings.TrimSpace(in.Parts[id]) != "" {
			m.Progress, m.Missing = Written, ""
			if p.Key != model.SecFactors && openEnd.MatchString(strings.TrimSpace(in.Parts[id])) {
				m.Progress, m.Missing = Drafted, "something is still open"
			}
		}
		marks = append(marks, m)
	}
	return total(marks)
}
