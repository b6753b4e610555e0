package plain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// enter is what is said when the room is entered.
func (r *room) enter() {
	if r.Hello != "" {
		r.say("%s", r.Hello)
	}
	r.say("You are %s. Times are %s. Type help to hear what can be typed.", r.Actor, r.zoneName())
	if ro, why := r.Store.ReadOnly(); ro {
		r.say("The record is open for reading only: %s", why)
	}
	for _, f := range r.Faults {
		r.say("Attention: %s", f)
	}
	if r.Seat != nil {
		_ = r.Seat.Set(model.Presence{Person: r.Actor})
	}
	if r.Incident == "" {
		r.list("")
		return
	}
	r.goTo(r.Incident)
}

// goTo opens an incident and says what is going on.
func (r *room) goTo(id string) {
	ctx, cancel := r.call()
	defer cancel()
	id, err := r.Store.Resolve(ctx, id)
	if err != nil {
		r.trouble(err)
		return
	}
	i, err := r.Store.Incident(ctx, id)
	if err != nil {
		r.trouble(err)
		return
	}
	r.attend(i)
	now := r.Now()
	drill := ""
	if i.Drill {
		drill = "a drill, "
	}
	running := "of unknown length"
	if d, known := i.Elapsed(now); known {
		running = map[bool]string{true: "running ", false: "lasted "}[i.Status.Live()] + model.Span(d.Truncate(time.Second))
	}
	r.say("%s, %s%s %s, %s, %s: %s", i.ID, drill, i.Severity, i.Severity.Word(), i.Status, running, i.Title)
	if r.commander(); !i.Status.Open() {
		r.say("It is %s.", i.Status)
	}
	r.vacant()
	for _, o := range i.Offers {
		if r.me(o.To) {
			r.offer(o.From, o.Role)
		}
	}
	for _, o := range i.Orders {
		if o.Pending() && r.me(o.Person) {
			r.say("For you: order %d of %s: %s", o.N, o.By, o.Task)
		}
	}
	r.next(now)
	entries, ok := r.page(model.Window{Limit: opening})
	if !ok {
		return
	}
	r.say("Timeline, the last %d of %d:", len(entries), i.Lines)
	for _, e := range entries {
		r.say("%s", r.entryLine(e))
	}
}

// next says what is overdue and what comes next, in a line or two. What is
// overdue by now rings no more.
func (r *room) next(now time.Time) {
	late, told := 0, false
	for _, c := range r.inc.Clocks(r.Rules, now) {
		switch {
		case c.Overdue(now):
			r.rung[c.Key] = c.Due
			if late++; c.Alarm(now) && !told {
				told = true
				r.say("Alarm: %s", r.overdue(c, now))
			}
		case !c.Prompts():
			if late > 1 {
				r.say("%d are overdue: due reads them.", late)
			}
			r.say("Next due %s", r.coming(c, now))
			return
		}
	}
	switch late {
	case 0:
		r.say("Nothing is due.")
	case 1:
	default:
		r.say("%d are overdue: due reads them.", late)
	}
}

// overdue and coming are a clock in words.
func (r *room) overdue(c model.Clock, now time.Time) string {
	return fmt.Sprintf("overdue by %s: %s%s", model.Span(now.Sub(c.Due).Truncate(time.Second)), c.Text, clockNotes(c))
}

func (r *room) coming(c model.Clock, now time.Time) string {
	return fmt.Sprintf("in %s, at %s: %s%s", model.Span(c.Due.Sub(now).Truncate(time.Second)), r.clock(c.Due), c.Text, clockNotes(c))
}

func clockNotes(c model.Clock) string {
	s := ". Clock " + c.Key
	if c.Person != "" && c.Kind != model.ClockOrder && c.Kind != model.ClockReview && c.Kind != model.ClockItem { // they name the person
		s += ", for " + c.Person
	}
	if c.Snoozed {
		s += ", put off"
	}
	if c.Seen != "" {
		s += ", seen by " + c.Seen
	}
	return s + "."
}

func (r *room) due() {
	now := r.Now()
	clocks := r.inc.Clocks(r.Rules, now)
	for _, c := range clocks {
		s := r.coming(c, now)
		if now.After(c.Due) {
			s = r.overdue(c, now)
		}
		r.say("%s", strings.ToUpper(s[:1])+s[1:])
	}
	if len(clocks) == 0 {
		r.say("Nothing is due.")
	}
	for _, a := range r.inc.Advise(r.Rules, now) {
		r.say("Advice: %s", a.Text)
	}
}

func (r *room) commander() {
	switch ic := r.inc.Commander(); {
	case ic != "":
		r.say("Commander: %s.", ic)
	case !r.inc.Status.Live():
	case r.inc.VacantSince.IsZero():
		r.say("Nobody commands: /take makes you commander.")
	default:
		r.say("Nobody commands for %s: /take makes you commander.", model.Span(max(0, r.Now().Sub(r.inc.VacantSince)).Truncate(time.Second)))
	}
}

// roles is the role board: the usual five always, others while held.
func (r *room) roles() {
	now := r.Now()
	vacant := r.Doctrine.Vacant(r.inc)
	for _, role := range model.Roles {
		held := false
		for _, a := range r.inc.Roles {
			if a.Role == role {
				held = true
				r.say("%s: %s, for %s", role, a.Person, model.Span(max(0, now.Sub(a.Since))))
			}
		}
		switch needed := slices.Contains(vacant, role); {
		case held:
		case needed:
			r.say("%s: nobody, and %s requires it", role, r.inc.Severity)
		case slices.Contains(model.BoardRoles, role):
			r.say("%s: nobody", role)
		}
	}
	for _, o := range r.inc.Offers {
		r.say("%s is offered by %s to %s and not accepted yet", o.Role, o.From, o.To)
	}
	for _, t := range r.inc.Teams {
		r.say("%s", teamLine(t))
	}
	ctx, cancel := r.call()
	defer cancel()
	present, err := r.Store.Present(ctx)
	if err != nil {
		r.trouble(err)
		return
	}
	var here []string
	for _, p := range present {
		if p.Incident == r.inc.ID && !slices.ContainsFunc(here, func(h string) bool { return model.SamePerson(h, p.Person) }) {
			here = append(here, p.Person)
		}
	}
	if len(here) > 0 {
		r.say("Here now: %s", strings.Join(here, ", "))
	}
}

func teamLine(t model.Team) string {
	s := "team " + t.Name + ": " + t.Leader + " leads"
	if len(t.Members) > 0 {
		s += " " + strings.Join(t.Members, ", ")
	}
	if t.Task != "" {
		s += ": " + t.Task
	}
	return s
}

func (r *room) status(rest string) {
	text := r.inc.Sentence(r.Rules, r.Now(), r.Zone)
	if rest == "" {
		r.say("%s", text)
		return
	}
	if _, ok := r.do(model.AddNote{Kind: model.KindUpdate, Text: text}); ok {
		r.say("%s", text)
	}
}

func (r *room) brief() {
	for _, l := range r.inc.Handover(r.Rules, r.Now(), r.Zone) {
		if l != "" {
			r.say("%s", l)
		}
	}
}

func (r *room) list(rest string) {
	f := model.Filter{Open: true}
	if rest != "" {
		f = model.Filter{Limit: mostRead}
	}
	ctx, cancel := r.call()
	defer cancel()
	rows, err := r.Store.List(ctx, f)
	if err != nil {
		r.trouble(err)
		return
	}
	r.listed = r.listed[:0]
	for n, s := range rows {
		r.listed = append(r.listed, s.ID)
		ic := "commander " + s.Commander
		if s.Commander == "" {
			ic = "no commander"
		}
		drill := ""
		if s.Drill {
			drill = "a drill, "
		}
		r.say("%d: %s, %s%s, %s, %s: %s", n+1, s.ID, drill, s.Severity, s.Status, ic, s.Title)
	}
	switch {
	case len(rows) == 0:
		r.say("No incident is open. declare and a title begins one.")
	case r.inc == nil:
		r.say("open and a number goes to one; declare and a title begins another.")
	}
}

func (r *room) open(rest string) {
	n, _ := split(rest)
	switch {
	case n == 0:
		r.goTo(rest)
	case int(n) <= len(r.listed):
		r.goTo(r.listed[n-1])
	case len(r.listed) == 0:
		r.say("There is no list yet: type list first.")
	default:
		r.say("There is no number %d in the list: it has %d.", n, len(r.listed))
	}
}

func (r *room) declare(title string) {
	c := model.Declare{Title: title}
	if r.inc == nil && r.pass != nil && r.outcome().Answered() {
		a := r.Doctrine.Command(r.pass.answers, r.pass.unsure, nil)
		c.Severity, c.Triage = a.Severity, &a
	}
	rec, ok := r.do(c)
	if ok {
		r.say("Declared, %s.", rec.Incident.ID)
		r.goTo(rec.Incident.ID)
	}
}

func (r *room) hush(rest string) {
	if r.quiet = strings.EqualFold(rest, "on"); r.quiet {
		r.say("Entries of others are not read out. Alarms are.")
		return
	}
	r.say("Entries of others are read out.")
	if r.held > 0 {
		r.sayHeld()
	}
}

func (r *room) setZone(rest string) {
	r.Zone = time.UTC
	if strings.EqualFold(rest, "local") {
		r.Zone = r.Local
	}
	r.say("Times are %s.", r.zoneName())
}

func (r *room) zoneName() string { return r.Now().In(r.Zone).Format("MST") }

// inZone is a moment in full.
func (r *room) inZone(t time.Time) string { return t.In(r.Zone).Format("2006-01-02 15:04:05 MST") }
