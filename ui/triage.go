package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/triage"
)

// triageDesk is the screen that says how bad it is: four questions of one key
// each, the checklist, what the severity requires. It works before an incident is
// declared and at any time after; a second pass starts from the first.
type triageDesk struct {
	incident string         // whose answers these are; "" before declaring
	answers  triage.Answers // as chosen here
	unsure   triage.Answers // the milder level that could not be told apart
	changed  bool           // something was chosen that is not recorded
	at       int            // the row in focus: criteria, then questions, then metrics; -1: none, since all is recorded
	between  *triage.Level  // not sure: the first of the two levels, once chosen
	doubt    bool           // not sure: two levels are being chosen
}

func newTriageDesk() *triageDesk {
	return &triageDesk{answers: triage.Answers{}, unsure: triage.Answers{}}
}

func (a *App) triage() *triageDesk { d, _ := a.desks[screenTriage].(*triageDesk); return d }

// doctrine is what the team has agreed on.
func (a *App) doctrine() *triage.Doctrine { return cmp.Or(a.cfg.Doctrine, triage.Default()) }

func (d *triageDesk) open(a *App) tea.Cmd { d.follow(a); return nil }

func (d *triageDesk) take(*App, tea.Msg) (tea.Cmd, bool) { return nil, false }

func (d *triageDesk) news(a *App, _ []model.Event) tea.Cmd { d.follow(a); return nil }

// follow takes the recorded answers, unless some were chosen here that are not
// recorded yet. Answers chosen before the declaration stay until then.
func (d *triageDesk) follow(a *App) {
	id := ""
	if a.room != nil {
		id = a.room.inc.ID
	}
	if d.incident == id && d.changed {
		return
	}
	another := d.incident != id
	if another {
		d.at, d.doubt, d.between = 0, false, nil
	}
	d.incident, d.changed = id, false
	d.answers, d.unsure = triage.Answers{}, triage.Answers{}
	if a.room != nil {
		d.answers, d.unsure = a.doctrine().Recorded(a.room.inc.Triage)
	}
	if another && len(d.answers) > 0 {
		d.at = -1
	}
}

// again puts the first question into focus.
func (d *triageDesk) again() { d.at, d.doubt, d.between = 0, false, nil }

func (d *triageDesk) metrics(a *App) []model.MetricValue {
	if a.room == nil {
		return nil
	}
	return a.room.inc.Triage.Metrics
}

// outcome is the severity as answered so far.
func (d *triageDesk) outcome(a *App) triage.Outcome {
	return a.doctrine().Outcome(d.answers, d.metrics(a))
}

// What is in focus; nil for the other two.
func (d *triageDesk) focus(a *App) (*triage.Criterion, *triage.Question, *triage.Metric) {
	doc, n := a.doctrine(), d.at
	if n < 0 {
		return nil, nil, nil
	}
	if n < len(doc.Criteria) {
		return &doc.Criteria[n], nil, nil
	}
	if n -= len(doc.Criteria); n < len(doc.Questions) {
		return nil, &doc.Questions[n], nil
	}
	if n -= len(doc.Questions); n < len(doc.Metrics) {
		return nil, nil, &doc.Metrics[n]
	}
	return nil, nil, nil
}

func (d *triageDesk) rows(a *App) int {
	doc := a.doctrine()
	if a.room == nil { // the checklist belongs to an incident
		return len(doc.Criteria)
	}
	return len(doc.Criteria) + len(doc.Questions) + len(doc.Metrics)
}

func (d *triageDesk) move(a *App, n int) {
	d.at = min(max(d.at+n, 0), d.rows(a)-1)
	d.doubt, d.between = false, nil
}

// choose answers the criterion in focus with its level n, from 1, and goes on to
// the next one that is open.
func (d *triageDesk) choose(a *App, n int) {
	c, _, _ := d.focus(a)
	if c == nil || n < 1 || n > len(c.Levels) {
		return
	}
	l := c.Levels[n-1]
	if d.doubt {
		if d.between == nil {
			d.between = &l
			return
		}
		c.Answer(d.answers, d.unsure, *d.between, l)
	} else {
		c.Answer(d.answers, d.unsure, l, l)
	}
	d.doubt, d.between, d.changed = false, nil, true
	for k := 1; k < len(a.doctrine().Criteria); k++ {
		next := (d.at + k) % len(a.doctrine().Criteria)
		if _, ok := d.answers[a.doctrine().Criteria[next].Name]; !ok {
			d.at = next
			return
		}
	}
}

// clear takes the answer of the criterion in focus back.
func (d *triageDesk) clear(a *App) {
	if c, _, _ := d.focus(a); c != nil {
		delete(d.answers, c.Name)
		delete(d.unsure, c.Name)
		d.changed, d.doubt, d.between = true, false, nil
	}
}

// apply records the answers and sets the severity. Take the higher: a milder one
// is asked about.
func (d *triageDesk) apply(a *App) tea.Cmd {
	o := d.outcome(a)
	c := a.doctrine().Command(d.answers, d.unsure, d.metrics(a))
	recorded := func(a *App, _ model.Receipt) tea.Cmd {
		d.changed = false
		d.follow(a)
		d.at = -1 // the digits go to the screens again
		return nil
	}
	send := func(a *App, c model.Assess, done string) tea.Cmd {
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, done: done, then: recorded})
	}
	now := a.room.inc.Severity
	switch {
	case o.Severity < now:
		c.Set = true
		return send(a, c, "now "+o.Severity.String()+" · "+a.key("undo")+" takes it back")
	case o.Severity == now:
		return send(a, c, "recorded: it stays "+now.String())
	}
	items := []item{
		{text: "Stay at " + now.String() + ", record the answers", note: "take the higher", data: false},
		{text: "Lower to " + o.Severity.String() + " " + o.Severity.Word(), data: true},
	}
	p := newPicker("The answers say "+o.Severity.String()+", it is "+now.String()+". We do not argue now", items, func(a *App, it item) tea.Cmd {
		if it.data.(bool) {
			c.Set, c.Lower = true, true
			return send(a, c, "lowered to "+o.Severity.String())
		}
		return send(a, c, "recorded: it stays "+now.String())
	})
	p.digits = true
	a.open(p)
	return nil
}

// declare asks for a title and opens the incident with the answers.
func (d *triageDesk) declare(a *App) tea.Cmd {
	c := a.doctrine().Command(d.answers, d.unsure, nil)
	a.open(newForm("Declare "+c.Severity.String()+" "+c.Severity.Word(), []field{
		textField("what is wrong", "", "checkout returns 503", "a title is enough: enter declares"),
		textField("services", "", "checkout, payments", "which services, separated by commas"),
		textField("since", "", "-10m or 14:03", "when users began to suffer, if known"),
	}, func(a *App, v []string) (tea.Cmd, error) {
		if strings.TrimSpace(v[0]) == "" {
			return nil, model.Errorf(model.Invalid, "say in a few words what is wrong")
		}
		m := model.Declare{Title: v[0], Severity: c.Severity, Services: []string{v[1]}, Triage: &c}
		if v[2] != "" {
			var err error
			if m.ImpactStart, err = model.When(v[2], a.now, a.zone); err != nil {
				return nil, err
			}
		}
		return a.send(job{request: model.Request{Command: m}, form: a.topForm(), then: func(a *App, r model.Receipt) tea.Cmd {
			a.say(info, r.Incident.ID+" declared "+r.Incident.Severity.String())
			d.changed = false
			a.landing = screenTriage
			return tea.Batch(a.enter(r.Incident.ID, 0), a.seenBefore(r.Incident))
		}}), nil
	}))
	return nil
}

// answer answers the question in focus.
func (d *triageDesk) answer(a *App, word string) tea.Cmd {
	_, q, _ := d.focus(a)
	if q == nil {
		return nil
	}
	done := ""
	if word == model.CheckYes {
		done = "yes · " + a.key("triage.act") + " " + q.Action.Words()
	}
	cmd := a.do(q.Command(word), done)
	if word != model.CheckYes {
		d.move(a, 1)
	}
	return cmd
}

// act does what the checklist asks for after a yes.
func (d *triageDesk) act(a *App) tea.Cmd {
	_, q, _ := d.focus(a)
	if q == nil {
		return nil
	}
	switch q.Action.Kind {
	case triage.ActSeverity:
		return a.do(model.SetSeverity{To: q.Action.Severity, Reason: q.Ask + " yes"}, "now "+q.Action.Severity.String())
	case triage.ActScope:
		a.askSizeUp(sizeUpAsks)
	case triage.ActOrder:
		a.askOrder("Order: "+model.Brief(q.Yes, 60), q.Action.To, q.Ask+" "+q.Yes)
	default:
		a.askLine("@ " + q.Yes)
	}
	return nil
}

// measure asks for the value of the metric in focus.
func (d *triageDesk) measure(a *App) tea.Cmd {
	_, _, m := d.focus(a)
	if m == nil {
		return nil
	}
	was, _ := a.room.inc.Triage.Metric(m.Name)
	metric := *m
	a.ask(metric.Name, []field{
		offerField("value", was.Value, strings.Trim(metric.Threshold.String(), "<>= "), metric.Threshold.Words()+": "+metric.Gain()+" · empty: not known"),
	}, func(_ *App, v []string) (model.Command, error) {
		return metric.Command(v[0])
	})
	return nil
}

// fillRoles offers the vacant roles that the severity requires.
func (d *triageDesk) fillRoles(a *App) tea.Cmd {
	var items []item
	for _, r := range a.doctrine().Vacant(a.room.inc) {
		items = append(items, item{text: r.String(), data: r})
	}
	if len(items) == 1 {
		a.askPerson(items[0].data.(model.Role))
		return nil
	}
	p := newPicker("Vacant, and "+a.room.inc.Severity.String()+" requires them. Fill which?", items, func(a *App, it item) tea.Cmd {
		a.askPerson(it.data.(model.Role))
		return nil
	})
	p.digits = true
	a.open(p)
	return nil
}

// tag marks the screen while answers wait to be recorded.
func (d *triageDesk) tag(a *App) (string, style) {
	if d.changed && len(d.answers) > 0 {
		return "…", a.theme.warn
	}
	return "", ""
}
