package outbox

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// Thread is what is known of an incident's messages to one target.
type Thread struct {
	Opened  bool // something was, or is to be, opened there
	Waiting bool // and it has not left yet: a person has not said yes, or it failed
	Closed  bool // it was closed again, or is to be
}

// Scene is what a plan is made on.
type Scene struct {
	Incident *model.Incident   // as it stands after the events
	Events   []model.Event     // of one transaction
	Threads  map[string]Thread // by target
	Now      time.Time
}

// Plan is what follows from the events of one transaction.
type Plan struct {
	Messages  []Message
	Pointless []string // targets whose waiting messages have lost their point
	// Recalled are the numbers of updates whose words are not to be said as they
	// stood, and why: what waits with them does not leave.
	Recalled map[int]string
}

// pastHour is how long ago something may have happened and still concern the
// outside: what a scribe enters from history pages nobody.
const pastHour = time.Hour

// batch is how long a ticket's comment waits for more lines.
const batch = 15 * time.Second

// Plan says what is to leave because of the events. It knows nothing of the
// world: the same scene always gives the same messages with the same ids, so that
// a transaction that is repeated writes them once.
func (c Config) Plan(s Scene) Plan {
	var p Plan
	if c.Empty() || s.Incident == nil {
		return p
	}
	threads := maps.Clone(s.Threads)
	if threads == nil {
		threads = map[string]Thread{}
	}
	p.Recalled = recalled(s)
	for _, e := range s.Events {
		if s.Now.Sub(e.At) > pastHour || e.Body == nil {
			continue
		}
		for _, m := range moments(e) {
			for _, name := range c.Names() {
				c.one(&p, s, threads, e, m, name)
			}
		}
	}
	return p
}

// recalled are the updates that were withdrawn, or changed after somebody had
// said yes to them.
func recalled(s Scene) map[int]string {
	out := map[int]string{}
	for _, e := range s.Events {
		switch e.Body.(type) {
		case *model.UpdateDrafted, *model.UpdateWithdrawn, *model.Undone:
		default:
			continue
		}
		for _, u := range s.Incident.Updates {
			switch u.Step {
			case model.UpdateIsGone:
				out[u.N] = fmt.Sprintf("update %d was withdrawn", u.N)
			case model.UpdateIsDraft:
				out[u.N] = fmt.Sprintf("the words of update %d were changed: it leaves when they are approved", u.N)
			}
		}
	}
	return out
}

// one plans what a moment means for one target.
func (c Config) one(p *Plan, s Scene, threads map[string]Thread, e model.Event, m Moment, name string) {
	t, i, th := c.Targets[name], s.Incident, threads[name]
	defer func() { threads[name] = th }()
	if m == OnResolved || m == OnClosed {
		if th.Waiting {
			p.Pointless, th = append(p.Pointless, name), Thread{}
			return
		}
	}
	who, n, meant := audience(e, t)
	if !meant {
		return
	}
	r, ok := c.match(name, m, i, who)
	opens := t.Vendor.Opens() && t.Channel == ""
	if opens && !th.Opened {
		// It may only now have become bad enough for this target.
		switch m {
		case OnDeclared:
		case OnSeverity, OnStatus:
			if r, ok = c.match(name, OnDeclared, i, ""); !ok || !i.Status.Live() {
				return
			}
			m = OnDeclared
		default:
			return
		}
	}
	if opens && th.Closed && t.Vendor == PagerDuty && m == OnStatus && i.Status.Live() {
		if r, ok = c.match(name, OnDeclared, i, ""); ok { // open again: the old page is over
			m = OnDeclared
		}
	}
	if !ok && opens && th.Opened && !th.Closed && (m == OnResolved || m == OnClosed) {
		// What was opened is closed, even if it has become too mild since.
		r, ok = Rule{To: name}, len(does[t.Vendor][m]) > 0
	}
	if !ok {
		return
	}
	if m == OnAck && (!slices.Contains(r.On, OnAck) || th.Waiting) {
		return // it would silence the phones that are to ring; who wants that says so
	}
	if e.Kind == model.KindEscalated && !slices.Contains(r.On, OnEscalated) {
		return // the clocks of the room are loud enough, unless the team says so
	}
	for _, a := range does[t.Vendor][m] {
		switch {
		case t.Channel != "" && t.Vendor == Slack && (a == Open || a == Update || a == Invite || a == Close):
			if a != Open {
				continue
			}
			a = Post
		case t.Vendor == PagerDuty && (a == Post || a == Invite) && t.Service == "":
			continue // Events v2 has no place for words or people
		case m == OnLinked && opened(e) == name:
			continue
		case a == Close && th.Closed:
			continue
		case a == Invite && len(t.known(invited(e))) == 0:
			continue
		}
		msg := Message{
			Incident: i.ID, Seq: e.Seq, Target: name, Vendor: t.Vendor, Action: a, Public: t.Public,
			Content: c.content(t, i, e, m, a), State: Queued, Created: model.Millis(s.Now), Since: model.Millis(s.Now),
		}
		msg.Content.Audience, msg.Content.Update = who, n
		msg.ID = messageID(e.ID, name, a, m)
		if r.asks(t, m, a) {
			msg.State = Drafted
		} else {
			msg.Expires = msg.Created.Add(Patience(t.Vendor, a))
			if t.Vendor == Jira && a == Post {
				msg.Due = msg.Created.Add(batch)
			}
		}
		switch a {
		case Open:
			th = Thread{Opened: true, Waiting: msg.State == Drafted}
		case Close:
			th.Closed = true
		}
		p.Messages = append(p.Messages, msg)
	}
}

// Trigger is the plan that opens whatever an incident may open, at every target
// whether a rule asks for it or not, except where something is open already and
// on a public page for an incident that is not major.
func (c Config) Trigger(s Scene, by model.Event) Plan {
	var p Plan
	for _, name := range c.Names() {
		t, th := c.Targets[name], s.Threads[name]
		if !t.Vendor.Opens() || t.Channel != "" || th.Opened && !th.Closed || t.Vendor == Statuspage && !s.Incident.Severity.Major() {
			continue
		}
		for _, a := range does[t.Vendor][OnDeclared] {
			msg := Message{
				Incident: s.Incident.ID, Seq: by.Seq, Target: name, Vendor: t.Vendor, Action: a, Public: t.Public,
				Content: c.content(t, s.Incident, by, OnDeclared, a), State: Drafted, Created: model.Millis(s.Now), Since: model.Millis(s.Now),
			}
			msg.ID = messageID(by.ID, name, a, "trigger")
			p.Messages = append(p.Messages, msg)
		}
	}
	return p
}

// Merge finds the row of the same line that next can go along with, and changes
// it: comments of a ticket that have not left yet become one, of two states only
// the newer one counts, and public words that nobody has approved yet give way to
// newer ones. rows are those of the line that are not final.
func Merge(rows []Message, next Message) (n int64, ok bool) {
	for k := len(rows) - 1; k >= 0; k-- {
		m := &rows[k]
		if m.State != next.State || m.Attempts > 0 || m.Vendor != next.Vendor {
			return 0, false
		}
		if m.Vendor == Statuspage && m.State == Drafted && (m.Action == Open || m.Action == Post && m.Content.Kind == model.KindStatusChanged) && (next.Action == Post || next.Action == Update) {
			// Nobody has said yes to the older words: they are out of date.
			text, kind := m.Content.Text, m.Content.Kind
			if next.Content.Text != "" {
				text, kind = next.Content.Text, next.Content.Kind
			}
			m.Content = next.Content
			m.Content.Text, m.Content.Kind = text, kind
			return m.N, true
		}
		switch {
		case m.Action == Update && next.Action == Update:
			next.Content.Links = union(next.Content.Links, m.Content.Links)
			m.Content = next.Content
			return m.N, true
		case next.Action == Post && m.Action == Post && next.Vendor == Jira && len(m.Content.Text)+len(next.Content.Text) < MaxText:
			m.Content.Text += "\n" + next.Content.Text
			return m.N, true
		case next.Action != Update:
			return 0, false
		}
	}
	return 0, false
}

func union(a, b []model.Place) []model.Place {
	for _, p := range b {
		if !slices.Contains(a, p) {
			a = append(a, p)
		}
	}
	return a
}

// messageID is the id of a message: it follows from what caused it.
func messageID(event model.ID, target string, a Action, m Moment) model.ID {
	h := sha256.Sum256(fmt.Appendf(nil, "warroom/outbox/v1\x00%s\x00%s\x00%s\x00%s", event, target, a, m))
	id := model.ID(h[:16])
	copy(id[:6], event[:6])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// moments says what an event means to the outside.
func moments(e model.Event) []Moment {
	switch b := e.Body.(type) {
	case *model.Declaration:
		return []Moment{OnDeclared}
	case *model.SeverityChange:
		return []Moment{OnSeverity}
	case *model.StatusChange:
		var out []Moment
		if b.From == model.Triage && b.To != model.Canceled {
			out = append(out, OnAck)
		}
		switch {
		case b.To == model.Closed, b.To == model.Canceled && !b.From.Live():
			return append(out, OnClosed)
		case b.From.Live() && !b.To.Live():
			out = append(out, OnResolved)
			if b.To == model.Canceled {
				out = append(out, OnClosed)
			}
			return out
		case b.To.Live():
			return append(out, OnStatus)
		}
		return out // from resolved on, the lifecycle is the team's own business
	case *model.RoleAssignment, *model.RoleAcceptance, *model.RoleRelease:
		out := []Moment{}
		if role(e) == model.Commander {
			out = append(out, OnCommander)
		}
		if holder(e) != "" {
			out = append(out, OnRole)
		}
		return out
	case *model.Delivered:
		if b.Action == string(Open) && b.URL != "" {
			return []Moment{OnLinked}
		}
	case *model.UpdateApproved, *model.UpdateSent:
		return []Moment{OnUpdate}
	case *model.RunEscalated:
		return []Moment{OnEscalated}
	case *model.Escalated:
		if len(b.Notify) > 0 {
			return []Moment{OnEscalated}
		}
	case *model.Note:
		if e.Kind == model.KindUpdate {
			return []Moment{OnUpdate}
		}
		if b.Important() {
			return []Moment{OnImportant}
		}
	}
	return nil
}

// audience says whom an update is for, its number, and whether it is meant for a
// target: what customers are told is published when it is approved, and the team
// hears of it when it was; what others are told goes where the rules say, unless a
// person has sent it by hand.
func audience(e model.Event, t Target) (who string, n int, meant bool) {
	switch b := e.Body.(type) {
	case *model.UpdateApproved:
		return string(b.Audience), b.N, t.Public && b.Audience.Outward()
	case *model.UpdateSent:
		if b.Audience.Outward() {
			return string(b.Audience), b.N, !t.Public
		}
		return string(b.Audience), b.N, !t.Public && b.Via != model.ByHand
	}
	return "", 0, true
}

func role(e model.Event) model.Role {
	switch b := e.Body.(type) {
	case *model.RoleAssignment:
		return b.Role
	case *model.RoleAcceptance:
		return b.Role
	case *model.RoleRelease:
		return b.Role
	}
	return ""
}

// holder is who got a role by e; "" if nobody did.
func holder(e model.Event) string {
	switch b := e.Body.(type) {
	case *model.RoleAssignment:
		return b.Person
	case *model.RoleAcceptance:
		return b.To
	}
	return ""
}

// invited are those whom e is to bring in: who got a role, or whom an escalation
// names.
func invited(e model.Event) []string {
	switch b := e.Body.(type) {
	case *model.RunEscalated:
		return []string{b.Contact}
	case *model.Escalated:
		return b.Notify
	}
	if who := holder(e); who != "" {
		return []string{who}
	}
	return nil
}

// known are those of the people whom the target knows.
func (t Target) known(people []string) []string {
	var out []string
	for _, p := range people {
		if t.People[strings.ToLower(p)] != "" {
			out = append(out, p)
		}
	}
	return out
}

// opened is the target at which e opened something.
func opened(e model.Event) string {
	if b, ok := e.Body.(*model.Delivered); ok {
		return b.Target
	}
	return ""
}
