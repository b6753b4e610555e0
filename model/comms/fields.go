package comms

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// Field is something that a template may name.
type Field struct {
	Name string
	Ask  string // what is asked for when it is not known
}

// FieldList is the fixed set of fields, the seed's first.
var FieldList = []Field{
	{"severity", "severity"},
	{"service", "affected service"},
	{"impact", "what users notice, in a few words"},
	{"status_url", "address of the status page"},
	{"channel", "channel of the incident"},
	{"commander", "incident commander"},
	{"incident_id", "incident id"},
	{"timestamp", "time of this message"},
	{"status", "status in a few words"},
	{"progress", "what has been found and done"},
	{"next_update", "when the next update comes"},
	{"duration", "how long it lasted"},
	{"root_cause", "root cause, as far as it is known"},
	{"customer_impact", "what customers noticed, how many and for how long"},
	{"postmortem_date", "when the postmortem is"},
	{"issue_description", "what customers notice: complete “We are currently experiencing …”"},
	{"eta", "estimated resolution"},
	{"status_page_url", "address of the status page"},
	{"title", "title"},
	{"description", "description"},
	{"started", "when the impact started"},
	{"declared", "when it was declared"},
	{"elapsed", "how long it has lasted"},
	{"scope", "scope"},
	{"symptoms", "symptoms"},
	{"trend", "trend"},
	{"reports", "number of customer reports"},
	{"technical_lead", "technical lead"},
	{"communications_lead", "communications lead"},
	{"last_update", "when they were told last"},
}

func known(name string) bool {
	return slices.ContainsFunc(FieldList, func(f Field) bool { return f.Name == name })
}

// AskFor says what to ask for when a field is not known.
func AskFor(name string) string {
	if k := slices.IndexFunc(FieldList, func(f Field) bool { return f.Name == name }); k >= 0 {
		return FieldList[k].Ask
	}
	return name
}

// suggest lists the fields, or the one that was probably meant.
func suggest(name string) string {
	var all []string
	best := ""
	w := strings.ToLower(strings.NewReplacer(" ", "_", "-", "_", ".", "").Replace(strings.TrimSpace(name)))
	for _, f := range FieldList {
		all = append(all, f.Name)
		if w != "" && (f.Name == w || strings.HasPrefix(f.Name, w) || strings.HasPrefix(w, f.Name)) && len(f.Name) > len(best) {
			best = f.Name
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "there are " + strings.Join(all, ", ")
}

// Fields are the values for a message, by name. An unknown one is not in it.
type Fields map[string]string

// NoEstimate stands where a template asks for an estimate that nobody has
// given. Doctrine: no time estimates, never guess.
const NoEstimate = "not known yet"

// Facts takes from an incident what is known for a message to a. Next, if not
// zero, is when the next update is promised.
func Facts(i *model.Incident, a model.Audience, next, now time.Time, loc *time.Location) Fields {
	f := Fields{}
	put := func(name, v string) {
		if v = strings.TrimSpace(v); v != "" {
			f[name] = v
		}
	}
	at := func(t time.Time) string { return Moment(t, now, loc) }
	put("severity", i.Severity.String())
	put("service", strings.Join(i.Services, ", "))
	put("incident_id", i.ID)
	put("timestamp", at(now))
	put("status", string(i.Status))
	if a.Outward() { // what we call a stage is no word for them
		put("status", i.Status.Public())
	}
	put("title", i.Title)
	put("description", i.Description)
	put("commander", i.Commander())
	put("technical_lead", i.Holder(model.TechnicalLead))
	put("communications_lead", i.Holder(model.CommsLead))
	put("scope", i.SizeUp.Scope)
	put("symptoms", i.SizeUp.Symptoms)
	put("trend", i.SizeUp.Trend)
	put("impact", first(i.SizeUp.Scope, i.SizeUp.Symptoms))
	put("issue_description", i.SizeUp.Symptoms)
	put("customer_impact", i.SizeUp.Scope)
	put("eta", NoEstimate)
	for _, l := range i.Links {
		switch l.Name {
		case "status", "statuspage", "status_page", "status-page":
			put("status_url", l.URL)
			put("status_page_url", l.URL)
		case "channel", "chat", "slack", "room":
			put("channel", l.URL)
		}
	}
	for _, h := range i.Hypotheses {
		if h.State == model.HypothesisConfirmed {
			put("root_cause", h.Text)
		}
	}
	if n := len(i.LastDecisions); n > 0 && !i.LastDecisions[n-1].Struck {
		put("progress", i.LastDecisions[n-1].Text)
	}
	if i.Reports > 0 {
		put("reports", strconv.Itoa(i.Reports))
	}
	if !i.Review.Due.IsZero() {
		put("postmortem_date", i.Review.Due.In(zone(loc)).Format("Monday 2 January 2006"))
	}
	if t, ok := i.At(model.ImpactStarted); ok {
		put("started", at(t))
	}
	if t, ok := i.At(model.Declared); ok {
		put("declared", at(t))
	}
	if t, ok := i.LastTold(a); ok {
		put("last_update", at(t))
	}
	switch d, known := i.Elapsed(now); {
	case i.Status.Live():
		put("elapsed", model.Span(d))
	case known:
		put("duration", model.Span(d))
	}
	if !next.IsZero() {
		put("next_update", at(next))
	}
	return f
}

// Places are the addresses among values that were typed for a message, as links
// of the incident, so that the next message need not ask for them again.
func Places(typed Fields) []model.SetLink {
	var out []model.SetLink
	for _, l := range []struct{ field, name string }{{"status_page_url", "status"}, {"status_url", "status"}, {"channel", "channel"}} {
		v := strings.TrimSpace(typed[l.field])
		if strings.Contains(v, "://") && !slices.ContainsFunc(out, func(o model.SetLink) bool { return o.Name == l.name }) {
			out = append(out, model.SetLink{Name: l.name, URL: v})
		}
	}
	return out
}

func zone(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

func first(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// Moment is a time as readers far away understand it: with its zone, and with
// its day unless that is today.
func Moment(t, now time.Time, loc *time.Location) string {
	t, now = t.In(zone(loc)), now.In(zone(loc))
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04 MST")
	}
	return t.Format("2 Jan 15:04 MST")
}

// Missing lists the fields of t that have no value.
func (t *Template) Missing(f Fields) []string {
	var out []string
	for _, name := range t.Fields {
		if strings.TrimSpace(f[name]) == "" {
			out = append(out, name)
		}
	}
	return out
}

// Fill writes the message. With a field missing it is refused: the error lists
// all of them.
func (t *Template) Fill(f Fields) (string, error) {
	if missing := t.Missing(f); len(missing) > 0 {
		return "", model.Errorf(model.Invalid, "%s needs %s", t.Name, strings.Join(missing, ", "))
	}
	for name := range f {
		if !known(name) {
			return "", model.Errorf(model.Invalid, "%q is no field: %s", model.Brief(name, 40), suggest(name))
		}
	}
	data := map[string]string{}
	for _, d := range FieldList { // a field that is only tested for must be there
		data[d.Name] = strings.TrimSpace(model.Valid(f[d.Name]))
	}
	b := bounded{left: maxMessage}
	if err := t.tree.Execute(&b, data); err != nil {
		if b.over {
			return "", model.Errorf(model.Invalid, "the message is too long: at most %d bytes", maxMessage)
		}
		return "", model.Wrap(model.Invalid, err, "%s cannot be filled", t.Name)
	}
	return strings.Trim(b.text.String(), "\n"), nil
}

// bounded collects at most so many bytes.
type bounded struct {
	text strings.Builder
	left int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		b.over = true
		return 0, model.Errorf(model.Invalid, "too long")
	}
	return b.text.Write(p)
}
