package review

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/template"
	"time"

	"warroom/model"
	"warroom/model/review/faulttree"
)

// Names of a team's own templates in its config folder.
const (
	TemplateMarkdown = "postmortem.md.tmpl"
	TemplateHTML     = "postmortem.html.tmpl"
)

// DefaultTemplate is the Markdown postmortem: the headings of the seed's
// template, in its order. A team's own template gets the same data, a *Document,
// and the same functions:
//
//	text S          S as text of one line      cell S       for a table
//	section D KEY   a section, as Markdown      has D KEY    whether it has text
//	duration N      "1 hour 5 minutes"          utc T        2006-01-02 15:04 UTC
//	timeline D      the table of the timeline   actions D    the table of action items
//	whys D          the whys as a list          faulttree D  the fault tree as a list
//	join LIST       with commas
const DefaultTemplate = `# Incident Postmortem: {{.ID}}

**{{if .Drill}}Drill: {{end}}{{text .Title}}**
{{- if not .Public}}

State: {{.State}}{{with .Owner}} · Owner: {{text .}}{{end}}{{with .Due}} · Due: {{utc .}}{{end}}{{if .Overdue}} · **overdue**{{end}}
{{- end}}

## Incident Summary

- **Date**: {{or .Date "unknown"}}
- **Duration**: {{if .Live}}going on{{else}}{{duration .Metrics.Total}}{{end}}
- **Severity**: {{.Severity}}
- **Services Affected**: {{with join .Services}}{{text .}}{{else}}unknown{{end}}
- **Customer Impact**: {{with .Metrics.Customer}}{{duration .}}{{else}}unknown{{end}}
{{- if not .Public}}
- **Incident Commander**: {{with .Commander}}{{text .}}{{else}}none{{end}}
{{- end}}
{{if has . "summary"}}
### Summary

{{section . "summary"}}
{{end}}
## Timeline

{{timeline .}}
## Impact Analysis

### Customer Impact

{{section . "customer_impact"}}

### Technical Impact

{{section . "technical_impact"}}

## Root Cause Analysis

### What Happened

{{section . "what_happened"}}

### Why It Happened

{{section . "why_it_happened"}}
{{whys .}}{{faulttree .}}
### Contributing Factors

{{section . "contributing_factors"}}
{{if not .Public}}
## Response Analysis

### What Went Well

{{section . "went_well"}}

### What Could Be Improved

{{section . "could_be_improved"}}

### Lucky Factors

{{section . "lucky_factors"}}
{{end}}
## Action Items

{{actions .}}
## Lessons Learned

{{section . "lessons_learned"}}

## Metrics

- Total Duration: {{with .Metrics.Total}}{{.}} minutes{{else}}unknown{{end}}
- Customer Impact: {{with .Metrics.Customer}}{{.}} minutes{{else}}unknown{{end}}
- Messages Sent: {{.Metrics.Messages}}{{if .Metrics.LateSends}} ({{.Metrics.LateSends}} late){{end}}
- Rollbacks Performed: {{.Metrics.Rollbacks}}
{{if not .Public}}
## Supporting Documentation

{{section . "supporting_documentation"}}
{{range .Runs}}- {{if .Rollback}}Rollback{{else}}Runbook{{end}}: {{text .Title}} ({{.Done}} of {{.Actions}} actions done{{with .Outcome}}, {{text .}}{{end}})
{{end}}{{range .Earlier}}- Looks like {{.ID}}: {{text .Title}} ({{text .Why}}; {{.OpenActions}} action items open)
{{end}}
---

Head of the hash chain: ` + "`{{.ID}} #{{.Seq}} {{.Head}}`" + `. Written {{utc .Generated}}.
{{end -}}
`

var funcs = template.FuncMap{
	"text": Text, "cell": Cell, "duration": Duration, "utc": utc,
	"join":     func(s []string) string { return strings.Join(s, ", ") },
	"section":  func(d *Document, k string) string { return d.markdownSection(model.SectionKey(k)) },
	"has":      func(d *Document, k string) bool { return strings.TrimSpace(d.Section(model.SectionKey(k)).Text) != "" },
	"timeline": (*Document).timelineTable, "actions": (*Document).actionTable, "whys": (*Document).whysList,
	"faulttree": (*Document).faultTreeList,
}

func utc(t any) string {
	switch t := t.(type) {
	case time.Time:
		return t.UTC().Format("2006-01-02 15:04 UTC")
	case *time.Time:
		if t != nil {
			return utc(*t)
		}
	}
	return unknown
}

// maxOutput bounds what a template of a team may write.
const maxOutput = 64 << 20

type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOutput {
		return 0, model.Errorf(model.Invalid, "the template writes more than %d MB", maxOutput>>20)
	}
	return b.Buffer.Write(p)
}

// Markdown writes d by a template; "" is the default.
func (d *Document) Markdown(w io.Writer, tmpl string) error {
	if tmpl == "" {
		tmpl = DefaultTemplate
	}
	t, err := template.New("postmortem").Funcs(funcs).Option("missingkey=error").Parse(tmpl)
	if err != nil {
		return model.Errorf(model.Invalid, "the template of the postmortem cannot be read: %s", model.Brief(err.Error(), 200))
	}
	var b bounded
	if err := t.Execute(&b, d); err != nil {
		return model.Errorf(model.Invalid, "the template of the postmortem cannot be filled in: %s", model.Brief(err.Error(), 200))
	}
	_, err = w.Write(b.Bytes())
	return err
}

// nothing stands where a section has no text.
const nothing = "*Nothing written yet.*"

func (d *Document) markdownSection(k model.SectionKey) string {
	s := d.Section(k)
	text := markdownOf(s.Text, 3)
	if strings.TrimSpace(text) == "" {
		return nothing
	}
	return text
}

// timelineTable is the table of the timeline, in UTC. The day stands in front of
// the time only where there is more than one.
func (d *Document) timelineTable() string {
	if len(d.Timeline) == 0 {
		return nothing + "\n"
	}
	form := "15:04"
	if first, last := d.Timeline[0].At.UTC(), d.Timeline[len(d.Timeline)-1].At.UTC(); first.Format("2006-01-02") != last.Format("2006-01-02") {
		form = "2006-01-02 15:04"
	}
	var b strings.Builder
	b.Grow(96 * len(d.Timeline))
	b.WriteString("| Time (UTC) | Event |\n|------------|-------|\n")
	for _, e := range d.Timeline {
		b.WriteString("| ")
		b.WriteString(e.At.UTC().Format(form))
		b.WriteString(" | ")
		if e.Important {
			b.WriteString("**●** ")
		}
		if e.Kind != string(model.KindNote) && model.Kind(e.Kind).Written() {
			b.WriteString("**" + e.Kind + ":** ")
		}
		b.WriteString(Cell(e.Text))
		if e.Who != "" {
			b.WriteString(" (" + Text(e.Who) + ")")
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

func (d *Document) actionTable() string {
	if len(d.Actions) == 0 {
		return nothing + "\n"
	}
	var b strings.Builder
	if d.Public {
		b.WriteString("| Action | Due Date | State |\n|--------|----------|-------|\n")
	} else {
		b.WriteString("| Action | Owner | Priority | Due Date | Type | Ticket | State |\n|--------|-------|----------|----------|------|--------|-------|\n")
	}
	for _, a := range d.Actions {
		state := string(a.State)
		switch {
		case a.Suggested:
			state = "suggested: " + Text(a.Why)
		case a.Overdue:
			state = "**overdue**"
		}
		if d.Public {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", Cell(a.Title), Text(a.Due), state)
			continue
		}
		ticket := Text(a.Ticket)
		if safe(a.Ticket) {
			ticket = "<" + a.Ticket + ">"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", Cell(a.Title), Text(a.Owner), Text(a.Priority), Text(a.Due), Text(a.Type), ticket, state)
	}
	return b.String()
}

// whysList is the tree of whys as a nested list.
func (d *Document) whysList() string {
	if d.Whys == nil || len(d.Whys.Analysis) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n**The whys**, beginning with “" + Text(d.Whys.Problem) + "”:\n\n")
	for _, s := range d.Whys.Analysis {
		fmt.Fprintf(&b, "%s- %s **%s**", strings.Repeat("  ", s.Level-1), Text(s.Question), Text(s.Answer))
		if s.Confidence != "" {
			b.WriteString(" (confidence " + Text(string(s.Confidence)) + ")")
		}
		if s.Evidence != "" {
			b.WriteString(" · evidence: " + Text(s.Evidence))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// listedBranches bounds the fault tree of a document: who wants more has the
// drawing of the page and `faulttree`.
const listedBranches = 200

// faultTreeList is the fault tree as a nested list.
func (d *Document) faultTreeList() string {
	if len(d.FaultTree) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n**The fault tree**, from the top event down:\n\n")
	for _, n := range d.FaultTree[:min(len(d.FaultTree), listedBranches)] {
		fmt.Fprintf(&b, "%s- **%s**", strings.Repeat("  ", n.Level), Text(n.Text))
		if n.Gate != "" {
			b.WriteString(" · " + Text(n.Gate))
		}
		if n.Probability != nil {
			b.WriteString(" · probability " + faulttree.Number(*n.Probability))
		}
		if n.Shared {
			b.WriteString(" · as above")
		}
		b.WriteString("\n")
	}
	if more := len(d.FaultTree) - listedBranches; more > 0 {
		fmt.Fprintf(&b, "\nand %d lines more\n", more)
	}
	return b.String()
}
