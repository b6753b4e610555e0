package ui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// The questions that actions ask before they can act.

func (a *App) askDeclare() tea.Cmd {
	sev := field{label: "severity", help: "not sure? take the higher, lower it later", choices: []string{"1", "2", "3", "4", "5"}, chosen: int(model.SevDefault) - 1}
	a.open(newForm("Declare an incident", []field{
		textField("what is wrong", "", "checkout returns 503", "a title is enough: enter declares"),
		sev,
		textField("services", "", "checkout, payments", "which services, separated by commas"),
		textField("since", "", "-10m or 14:03", "when users began to suffer, if known"),
		textField("details", "", "", ""),
		detectionField(""),
	}, func(a *App, v []string) (tea.Cmd, error) {
		s, err := model.ParseSeverity(v[1])
		if err != nil {
			return nil, err
		}
		c := model.Declare{Title: v[0], Severity: s, Services: []string{v[2]}, Description: v[4], Detection: detectionOf(v[5])}
		if strings.TrimSpace(v[0]) == "" {
			return nil, model.Errorf(model.Invalid, "say in a few words what is wrong")
		}
		if v[3] != "" {
			if c.ImpactStart, err = model.When(v[3], a.now, a.zone); err != nil {
				return nil, err
			}
		}
		return a.send(job{request: model.Request{Command: c}, form: a.topForm(), then: func(a *App, r model.Receipt) tea.Cmd {
			a.say(info, r.Incident.ID+" declared")
			a.write = true
			return tea.Batch(a.enter(r.Incident.ID, 0), a.seenBefore(r.Incident))
		}}), nil
	}))
	return nil
}

// detectionWords are the kinds of detection as a form has room for them, in the
// order of model.Detections, after what stands for unknown.
var detectionWords = []string{"?", "monitoring", "customer", "internal", "synthetic"}

func detectionField(d model.Detection) field {
	return field{label: "noticed by", help: "how it came to be known: an alert, customers, one of us, or a probe that plays a customer",
		choices: detectionWords, chosen: slices.Index(model.Detections, d) + 1}
}

// detectionOf is the kind that one of detectionWords stands for.
func detectionOf(word string) model.Detection {
	if i := slices.Index(detectionWords, word); i > 0 {
		return model.Detections[i-1]
	}
	return ""
}

// askDetection asks how the incident came to be known.
func (a *App) askDetection() {
	var items []item
	for _, d := range model.Detections {
		it := item{text: d.Words(), data: d}
		if d == a.room.inc.Detection {
			it.why = "is so now"
		}
		items = append(items, it)
	}
	p := newPicker("How did it come to be known?", items, func(a *App, it item) tea.Cmd {
		d := it.data.(model.Detection)
		return a.do(model.SetDetection{By: d}, "known by "+d.Words()+" · "+a.key("undo")+" takes it back")
	})
	p.digits = true
	p.foot = "1-4 sets it · esc back"
	a.open(p)
}

// topForm is the form that is being filled in.
func (a *App) topForm() *form {
	f, _ := a.dialogs[len(a.dialogs)-1].(*form)
	return f
}

// ask opens a form whose answer is one command to the open incident.
func (a *App) ask(name string, fields []field, make func(a *App, v []string) (model.Command, error)) {
	a.askThen(name, fields, make, nil)
}

// askThen is ask, with what follows once the command is in the record.
func (a *App) askThen(name string, fields []field, make func(a *App, v []string) (model.Command, error), then func(*App, model.Receipt) tea.Cmd) {
	a.open(newForm(name, fields, func(a *App, v []string) (tea.Cmd, error) {
		c, err := make(a, v)
		if err != nil {
			return nil, err
		}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, form: a.topForm(), done: "in the timeline", then: then}), nil
	}))
}

// askOrder asks for an order field by field, where its line would have to be mended
// before it could be used.
func (a *App) askOrder(name, who, task string) {
	a.ask(name, []field{
		offerField("who", who, "data-team", "one person, or the name of a team"),
		textField("task", task, "", "what to do"),
		offerField("for", "5m", "5m", "until when you come back to them"),
	}, func(_ *App, v []string) (model.Command, error) {
		span, ok := model.ParseSpan(strings.ToLower(v[2]))
		if !ok {
			return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 5m", model.Brief(v[2], 30))
		}
		return model.GiveOrder{Person: v[0], Task: v[1], For: span}, nil
	})
}

func (a *App) askSeverity() tea.Cmd {
	var items []item
	for s := model.SevWorst; s <= model.SevMildest; s++ {
		it := item{text: s.Glyph() + " " + s.String() + "  " + s.Word(), data: s}
		if s == a.room.inc.Severity {
			it.why = "is so now"
		}
		items = append(items, it)
	}
	p := newPicker("How bad is it? We do not argue now: take the higher", items, func(a *App, it item) tea.Cmd {
		return a.do(model.SetSeverity{To: it.data.(model.Severity)}, "now "+it.data.(model.Severity).String()+" · "+a.key("undo")+" takes it back")
	})
	p.digits = true
	p.foot = "1-5 sets it · esc back · /sev 2 why gives a reason"
	a.open(p)
	return nil
}

func (a *App) askStatus() tea.Cmd {
	var items []item
	at := 0
	for i, s := range model.Statuses {
		it := item{text: string(s), note: string(s.Phase()), data: s}
		if s == a.room.inc.Status {
			it.why = "is so now"
			at = i
		}
		items = append(items, it)
	}
	p := newPicker("Move to which status?", items, func(a *App, it item) tea.Cmd {
		s := it.data.(model.Status)
		if s == model.Resolved || s == model.Closed {
			a.askResolve(s)
			return nil
		}
		return a.do(model.SetStatus{To: s}, "now "+string(s)+" · "+a.key("undo")+" takes it back")
	})
	p.sel = at + 1                 // the next one is the likely one
	if !a.room.inc.Status.Open() { // nothing follows the end but that it begins again
		p.sel = slices.Index(model.Statuses, model.Investigating)
	}
	a.open(p)
	return nil
}

func (a *App) askRole() tea.Cmd {
	var items []item
	for _, r := range model.Roles {
		it := item{text: r.String(), note: model.Visible(a.room.inc.Holder(r)), find: r.String() + " " + string(r) + " " + r.Label(), data: r}
		items = append(items, it)
	}
	a.open(newPicker("Assign which role?", items, func(a *App, it item) tea.Cmd {
		a.askPerson(it.data.(model.Role))
		return nil
	}))
	return nil
}

func (a *App) askSelectedRole() tea.Cmd {
	if r, ok := a.selectedRole(); ok {
		a.askPerson(r.role)
	}
	return nil
}

// askPerson asks who gets a role; a name not seen before may be typed.
func (a *App) askPerson(r model.Role) {
	name := "Who is " + r.String() + "?"
	if r == model.Commander && a.room.inc.Commander() != "" {
		name = "Hand command over to whom? It moves when they accept"
	}
	p := newPicker(name, a.personItems(), func(a *App, it item) tea.Cmd {
		return a.do(model.AssignRole{Role: r, Person: it.data.(string)}, "")
	})
	p.free = "assign"
	a.open(p)
}

func (a *App) personItems() []item {
	items := []item{{text: model.Visible(a.cfg.Actor), note: "you", data: a.cfg.Actor}}
	for _, n := range a.room.inc.People {
		if !model.SamePerson(n, a.cfg.Actor) {
			items = append(items, item{text: model.Visible(n), data: n})
		}
	}
	return items
}

func (a *App) askHandover() tea.Cmd {
	r := model.Commander
	if a.focus == paneRoles {
		if row, ok := a.selectedRole(); ok && row.held != nil {
			r = row.role
		}
	}
	if a.room.inc.Holder(r) == "" {
		a.say(warning, "nobody is "+r.String()+" yet: "+a.key("role")+" assigns it")
		return nil
	}
	p := newPicker("Hand over "+r.String()+" to whom? It moves when they accept", a.personItems(), func(a *App, it item) tea.Cmd {
		return a.do(model.HandOver{Role: r, To: it.data.(string)}, "offered: waiting for acceptance")
	})
	p.free = "hand over to"
	a.open(p)
	return nil
}

func (a *App) askRelease() tea.Cmd {
	var items []item
	for _, as := range a.room.inc.Roles {
		items = append(items, item{text: as.Role.String(), note: model.Visible(as.Person), data: as})
	}
	if len(items) == 0 {
		a.say(warning, "nobody holds a role yet")
		return nil
	}
	a.open(newPicker("Release whom?", items, func(a *App, it item) tea.Cmd {
		as := it.data.(model.Assignment)
		return a.do(model.ReleaseRole{Role: as.Role, Person: as.Person}, "released · "+a.key("undo")+" takes it back")
	}))
	return nil
}

func (a *App) askMilestone() tea.Cmd {
	var items []item
	for _, m := range model.Milestones {
		note := "not known"
		if t, ok := a.room.inc.At(m); ok {
			note = a.stamp(t)
		}
		items = append(items, item{text: m.String(), note: note, data: m})
	}
	a.open(newPicker("Which milestone?", items, func(a *App, it item) tea.Cmd {
		m := it.data.(model.Milestone)
		value := ""
		if t, ok := a.room.inc.At(m); ok {
			value = t.In(a.zone).Format("2006-01-02 15:04:05")
		}
		a.ask("When was it "+m.String()+"?", []field{
			textField("time", value, "now, -7m, 14:03", "in "+a.zoneName()+"; empty: not known"),
		}, func(a *App, v []string) (model.Command, error) {
			if v[0] == "" {
				return model.SetMilestone{Name: m, Unknown: true}, nil
			}
			t, err := model.When(v[0], a.now, a.zone)
			return model.SetMilestone{Name: m, At: t}, err
		})
		return nil
	}))
	return nil
}

func (a *App) askDescribe() {
	inc := a.room.inc
	since := a.impactStart()
	a.ask("Edit "+inc.ID, []field{
		textField("title", inc.Title, "", ""),
		textField("services", strings.Join(inc.Services, ", "), "checkout, payments", "which services, separated by commas"),
		textField("what", inc.Description, "", "what is known in a sentence or two"),
		a.sinceField(since),
	}, func(a *App, v []string) (model.Command, error) {
		services := []string{v[1]}
		c := model.Describe{Title: &v[0], Services: &services, Description: &v[2]}
		var err error
		c.ImpactStart, err = a.sinceWhen(v[3], since)
		return c, err
	})
}

// impactStart is when users began to suffer, as it stands in a form.
func (a *App) impactStart() string {
	if t, ok := a.room.inc.At(model.ImpactStarted); ok {
		return t.In(a.zone).Format("2006-01-02 15:04:05")
	}
	return ""
}

func (a *App) sinceField(since string) field {
	return offerField("since", since, "-10m or 14:03", "when users began to suffer, in "+a.zoneName())
}

// sinceWhen reads what was answered to since; zero if it stands as it was.
func (a *App) sinceWhen(answer, was string) (time.Time, error) {
	if answer == "" || answer == was {
		return time.Time{}, nil
	}
	return model.When(answer, a.now, a.zone)
}

func (a *App) askCancel() {
	a.ask("Cancel this incident", []field{
		textField("why", "", "false alarm: the probe was broken", "it stays in the record; going back is one key"),
		textField("duplicate of", "", "INC-…", "the incident that goes on, if it is a duplicate"),
	}, func(a *App, v []string) (model.Command, error) {
		if v[0] == "" && v[1] == "" {
			return nil, model.Errorf(model.Invalid, "say why it is canceled, or which incident goes on")
		}
		return model.Cancel{Reason: v[0], Duplicate: v[1]}, nil
	})
}

func (a *App) askKinds() tea.Cmd {
	items := []item{{text: "all kinds", data: []model.Kind(nil)}}
	for _, k := range model.NoteKinds {
		items = append(items, item{text: string(k), data: []model.Kind{k}})
	}
	a.open(newPicker("Show which entries?", items, func(a *App, it item) tea.Cmd {
		a.room.tl.kinds = it.data.([]model.Kind)
		a.room.tl.bottom()
		return a.reload()
	}))
	return nil
}

func (a *App) askAmend() {
	e, _ := a.room.tl.selected()
	fields := []field{textField("time", e.When.In(a.zone).Format("2006-01-02 15:04:05"), "-7m or 14:03", "when it happened, in "+a.zoneName()+"; the old one is kept")}
	if e.Kind.Written() {
		fields = append([]field{textField("text", strings.ReplaceAll(e.Line, "\n", " ↵ "), "", "the old text is kept")}, fields...)
	}
	was := make([]string, len(fields))
	for i := range fields {
		was[i] = fields[i].value()
	}
	a.ask("Correct entry", fields, func(a *App, v []string) (model.Command, error) {
		c := model.Amend{Seq: e.Seq}
		if len(v) == 2 && v[0] != was[0] {
			t := strings.ReplaceAll(v[0], " ↵ ", "\n")
			c.Text = &t
		}
		if i := len(v) - 1; v[i] != was[i] {
			t, err := model.When(v[i], a.now, a.zone)
			if err != nil {
				return nil, err
			}
			c.At = t
		}
		return c, nil
	})
}

// late is where an action stands in the palette: the useful ones first, what
// cannot be done now last.
func late(it item) int {
	switch {
	case it.why != "":
		return 2
	case it.data.(*action).rank == 0:
		return 1
	}
	return 0
}

// palette lists the actions: all, or only those of this place.
func (a *App) palette(here bool) tea.Cmd {
	places := a.places()
	var items []item
	for pass := range 3 { // what can be done in this place comes first, moving about last
		for i := range a.acts {
			c := &a.acts[i]
			local := c.where&places != 0
			turn := 0
			if c.move {
				turn = 2
			} else if !local {
				turn = 1
			}
			if turn != pass || !local && here || c.id == "help" || c.id == "palette" {
				continue
			}
			it := item{text: c.words, note: strings.Join(c.keys, " "), find: c.words + " " + strings.Join(c.keys, " ") + " " + c.id, data: c}
			if it.why = c.reason(a); !local {
				it.why = "in another place"
			}
			items = append(items, it)
		}
	}
	slices.SortStableFunc(items, func(x, y item) int { return late(x) - late(y) })
	name := "What can I do here?"
	if !here {
		name = "All actions"
	}
	p := newPicker(name, items, func(a *App, it item) tea.Cmd { return it.data.(*action).run(a) })
	p.foot = "type to filter by word or key · enter does it · esc back"
	a.open(p)
	return nil
}
