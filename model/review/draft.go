package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// section is a part as people wrote it, or as the record begins it.
func section(r Record, d *Document, k model.SectionKey) Section {
	s := Section{Key: k, Title: PartFor(k).Title}
	if k == model.SecProblem {
		s.Title = "Problem"
	}
	if w := r.Incident.Writeup.Section(k); w.Seq > 0 {
		at := w.At
		s.Text, s.By, s.At, s.Seq = w.Text, w.By, &at, w.Seq
		return s
	}
	s.Text = strings.TrimRight(begin(r, d, k), "\n")
	switch k {
	case model.SecSummary:
		s.outside = beginSummary(r.Incident, &Document{Metrics: d.Metrics})
	case model.SecCustomer, model.SecTechnical:
		s.outside = withoutUnknown(s.Text)
	}
	s.Drafted = s.Text != ""
	return s
}

// unknown stands where the record knows nothing; the score looks for it.
const unknown = "unknown"

// begin writes the first draft of a section from what the record knows, "" where
// only people can know.
func begin(r Record, d *Document, k model.SectionKey) string {
	i := r.Incident
	switch k {
	case model.SecProblem:
		return i.Title
	case model.SecSummary:
		return beginSummary(i, d)
	case model.SecCustomer:
		reports := unknown
		if i.Reports > 0 {
			reports = fmt.Sprintf("%d customers reported it", i.Reports)
		}
		return fmt.Sprintf("- Number of affected users: %s\n- Types of errors experienced: %s\n- Business impact: %s", or(i.SizeUp.Scope), or(i.SizeUp.Symptoms), reports)
	case model.SecTechnical:
		return fmt.Sprintf("- Services degraded: %s\n- Data loss/corruption: %s\n- SLA/SLO violations: %s", or(strings.Join(i.Services, ", ")), unknown, unknown)
	case model.SecHappened:
		return beginStory(d)
	case model.SecWhy:
		return beginCause(d)
	case model.SecFactors:
		return beginFactors(r, d)
	case model.SecWell:
		return bullets(wentWell(r, d))
	case model.SecImprove:
		return bullets(harder(r, d))
	case model.SecDocs:
		var lines []string
		for _, l := range i.Links {
			lines = append(lines, fmt.Sprintf("%s: %s", model.Visible(l.Name), l.URL))
		}
		return bullets(lines)
	}
	return ""
}

// withoutUnknown leaves out the lines of a draft in which the record knows nothing.
func withoutUnknown(text string) string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if !strings.HasSuffix(l, ": "+unknown) {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func or(s string) string {
	if strings.TrimSpace(s) == "" {
		return unknown
	}
	return model.Visible(s)
}

func bullets(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("- " + l + "\n")
	}
	return b.String()
}

func beginSummary(i *model.Incident, d *Document) string {
	var b strings.Builder
	if i.Description != "" {
		b.WriteString(strings.Join(model.VisibleLines(i.Description), "\n") + "\n\n")
	}
	b.WriteString(asSentence(i.Title))
	if start := i.Started(); !start.IsZero() {
		fmt.Fprintf(&b, " It began at %s UTC", start.UTC().Format("2006-01-02 15:04"))
		if d.Metrics.Total != nil {
			fmt.Fprintf(&b, " and lasted %s", Duration(d.Metrics.Total))
		}
		b.WriteString(".")
	}
	if len(i.Services) > 0 {
		fmt.Fprintf(&b, " Services: %s.", model.Visible(strings.Join(i.Services, ", ")))
	}
	if t := i.Triage; t.Why != "" && d.ID != "" { // the public version has no id, and no word of it
		fmt.Fprintf(&b, " Triage said %s: %s.", t.Severity, model.Visible(t.Why))
	}
	for _, h := range d.Hypotheses {
		if h.State == model.HypothesisConfirmed {
			b.WriteString(" Found: " + asSentence(h.Text))
		}
	}
	for _, c := range d.Decisions {
		if c.Worked == "yes" {
			b.WriteString(" What helped: " + asSentence(c.Text))
		}
	}
	return b.String()
}

// asSentence ends with one full stop, whatever it ended with.
func asSentence(s string) string { return strings.TrimRight(model.Visible(s), " .") + "." }

// storyLines is how many lines the story begins with at most; the timeline has
// them all.
const storyLines = 25

// beginStory tells what stood out: what was marked, found, decided and changed.
func beginStory(d *Document) string {
	var lines []string
	for _, l := range d.Timeline {
		told := l.Important || l.Kind == string(model.KindFinding) || l.Kind == string(model.KindChange) || l.Kind == string(model.KindDecision)
		if !told || dull(l) {
			continue
		}
		if len(lines) == storyLines {
			lines = append(lines, "… see the timeline")
			break
		}
		lines = append(lines, l.At.UTC().Format("15:04")+" "+model.Brief(l.Text, 300))
	}
	if lines == nil { // nothing but what those who wait were told, as of an imported one
		for _, u := range d.Updates[:min(storyLines, len(d.Updates))] {
			lines = append(lines, u.At.UTC().Format("15:04")+" "+model.Brief(u.Text, 300))
		}
	}
	return bullets(lines)
}

// dull are lines that the story does not need: who held which role, and a change
// of the status without a word why.
func dull(l Entry) bool {
	switch model.Kind(l.Kind) {
	case model.KindDeclared, model.KindSeverityChanged, model.KindMilestoneSet:
		return true
	case model.KindStatusChanged:
		return !strings.Contains(l.Text, ": ")
	}
	return strings.HasPrefix(l.Kind, "role_")
}

func beginCause(d *Document) string {
	var lines []string
	for _, h := range d.Hypotheses {
		if h.State == model.HypothesisConfirmed {
			lines = append(lines, "Confirmed: "+model.Visible(h.Text)+evidence(h))
		}
	}
	if d.Whys != nil {
		for _, c := range d.Whys.Causes {
			if slices.ContainsFunc(d.Hypotheses, func(h Hypothesis) bool { return h.State == model.HypothesisConfirmed && h.Text == c }) {
				continue // it stands there already
			}
			lines = append(lines, "Contributing: "+model.Visible(c))
		}
	}
	for _, h := range d.Hypotheses {
		if h.State == model.HypothesisRuledOut {
			lines = append(lines, "Ruled out: "+model.Visible(h.Text)+evidence(h))
		}
	}
	return bullets(lines)
}

func evidence(h Hypothesis) string {
	if len(h.Evidence) == 0 {
		return ""
	}
	return " (" + model.Visible(strings.Join(h.Evidence, "; ")) + ")"
}

// beginFactors ticks what a confirmed hypothesis, a finding or a change speaks of.
func beginFactors(r Record, d *Document) string {
	var said strings.Builder
	for _, h := range d.Hypotheses {
		if h.State == model.HypothesisConfirmed {
			said.WriteString(strings.ToLower(h.Text) + " \n")
		}
	}
	for _, l := range d.Timeline {
		if l.Kind == string(model.KindFinding) {
			said.WriteString(strings.ToLower(l.Text) + " \n")
		}
	}
	var b strings.Builder
	for _, f := range Factors {
		tick := " "
		for _, w := range f.words {
			if strings.Contains(said.String(), w) {
				tick = "x"
			}
		}
		fmt.Fprintf(&b, "- [%s] %s\n", tick, f.Title)
	}
	return b.String() + "- [ ] Other:"
}

// wentWell are good signs that the record can prove.
func wentWell(r Record, d *Document) []string {
	var out []string
	i := r.Incident
	if m := d.Metrics.Detect; m != nil && *m <= 5 {
		out = append(out, fmt.Sprintf("It was detected %s after the impact began", Duration(m)))
	}
	if within, ok := respond(r); ok {
		a, known := i.At(model.Acknowledged)
		dec, _ := i.At(model.Declared)
		if took := a.Sub(dec); known && took >= 0 && took <= within {
			out = append(out, fmt.Sprintf("Somebody took it %s after it was declared; %s is asked for", model.Span(took), model.Span(within)))
		}
	}
	if n := len(d.Updates); n > 1 && d.Metrics.LateSends == 0 && d.Updates[0].Late != nil {
		out = append(out, fmt.Sprintf("All %d updates went out in time", n))
	}
	for _, dec := range d.Decisions {
		if dec.Worked == "yes" {
			out = append(out, "Decision "+fmt.Sprint(dec.N)+" worked: "+model.Visible(dec.Text))
		}
	}
	if usedRunbook(r) {
		out = append(out, "A runbook was at hand")
	}
	return out
}

func respond(r Record) (time.Duration, bool) {
	if !r.Incident.Severity.Valid() {
		return 0, false
	}
	d := r.Rules.Respond[r.Incident.Severity]
	return d, d > 0
}

// harder are things that the record shows to have been harder than they had to be.
func harder(r Record, d *Document) []string {
	var out []string
	i := r.Incident
	if m := d.Metrics.Detect; m != nil && *m > 5 {
		out = append(out, fmt.Sprintf("It took %s to detect it", Duration(m)))
	}
	if within, ok := respond(r); ok {
		a, known := i.At(model.Acknowledged)
		dec, _ := i.At(model.Declared)
		if took := a.Sub(dec); known && took > within {
			out = append(out, fmt.Sprintf("It took %s until somebody had it; %s is asked for", model.Span(took), model.Span(within)))
		}
	}
	if n := d.Metrics.LateSends; n > 0 {
		out = append(out, fmt.Sprintf("%d of %d updates came late", n, len(d.Updates)))
	}
	for _, to := range model.Audiences {
		if late := i.Late(r.Rules, to, r.Now); late >= time.Minute {
			out = append(out, fmt.Sprintf("Word for %s was overdue for %s in all", to, model.Span(late.Truncate(time.Minute))))
		}
	}
	for _, e := range i.Triage.Escalations {
		out = append(out, fmt.Sprintf("A response target of %s passed at %s UTC", e.Severity, e.Due.UTC().Format("15:04")))
	}
	for _, dec := range d.Decisions {
		if dec.Worked == "no" {
			out = append(out, "Decision "+fmt.Sprint(dec.N)+" did not work: "+model.Visible(dec.Text))
		}
	}
	late := 0
	for _, o := range i.Orders {
		if !o.Ended.IsZero() && o.Ended.After(o.Due) {
			late++
		}
	}
	if late > 0 {
		out = append(out, fmt.Sprintf("%d of %d orders took longer than their time box", late, len(i.Orders)))
	}
	if !usedRunbook(r) {
		out = append(out, "No runbook was used")
	}
	for _, m := range []model.Milestone{model.ImpactStarted, model.Detected} {
		if _, ok := i.At(m); !ok && !d.Live {
			out = append(out, fmt.Sprintf("Nobody noted when %s", map[model.Milestone]string{model.ImpactStarted: "the impact began", model.Detected: "it was detected"}[m]))
		}
	}
	return out
}

// Duration writes whole minutes as the seed's template does, "2 hours 5 minutes".
func Duration(m *int) string {
	if m == nil {
		return unknown
	}
	h, min := *m/60, *m%60
	count := func(n int, what string) string {
		if n == 1 {
			return "1 " + what
		}
		return fmt.Sprintf("%d %ss", n, what)
	}
	switch {
	case h == 0:
		return count(min, "minute")
	case min == 0:
		return count(h, "hour")
	}
	return count(h, "hour") + " " + count(min, "minute")
}
