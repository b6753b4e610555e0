package plain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/comms"
)

// told is the board of what was told: who waits for word, and what is drafted
// and was sent.
func (r *room) updates() {
	now := r.Now()
	clocks := r.inc.Clocks(r.Rules, now)
	for _, to := range model.Audiences {
		s := title(string(to)) + ": no clock runs"
		if k := slices.IndexFunc(clocks, func(c model.Clock) bool { return c.Kind == model.ClockUpdate && c.Audience == to }); k >= 0 {
			c := clocks[k]
			s = title(string(to)) + ": due in " + model.Span(c.Due.Sub(now).Truncate(time.Second))
			if c.Overdue(now) {
				s = title(string(to)) + ": overdue by " + model.Span(now.Sub(c.Due).Truncate(time.Second))
			}
			s += ", at " + r.clock(c.Due)
			if c.Snoozed {
				s += ", put off"
			}
		}
		if t, ok := r.inc.LastTold(to); ok {
			s += "; told at " + r.clock(t)
		} else {
			s += "; not told anything yet"
		}
		if late := r.inc.Late(r.Rules, to, now); late >= time.Minute {
			s += "; late by " + model.Span(late.Truncate(time.Minute)) + " in all"
		}
		r.say("%s.", s)
	}
	for _, u := range r.inc.Updates {
		if u.Step != model.UpdateIsGone {
			r.say("%s", r.updateLine(u))
		}
	}
	r.say("draft and an audience writes the message that fits; read 1, approve 1, sent 1, no change customers.")
}

func (r *room) updateLine(u model.Update) string {
	state := "draft by " + u.By
	switch u.Step {
	case model.UpdateIsApproved:
		state = "approved by " + u.Approved + ", not sent"
	case model.UpdateIsSent:
		state = "sent " + u.Via + " at " + r.clock(u.SentAt)
	}
	return fmt.Sprintf("%d, %s, %s: %s", u.N, u.Audience, state, model.Brief(strings.ReplaceAll(u.Message, "\n", " "), 100))
}

// messageTo reads an audience and the name of a template behind it.
func (r *room) messageTo(rest string) (to model.Audience, t *comms.Template, ok bool) {
	first, name, _ := strings.Cut(rest, " ")
	to, err := model.ParseAudience(first)
	if err != nil || len(first) < 3 {
		return "", nil, false
	}
	if name = strings.TrimSpace(name); name == "" {
		if r.inc == nil {
			return to, nil, true
		}
		return to, comms.Suggest(r.Templates, r.inc, to), true
	}
	t, err = comms.Find(r.Templates, name)
	return to, t, err == nil
}

func (r *room) isMessage(rest string) bool { _, _, ok := r.messageTo(rest); return ok }

// audience reports whether s is one audience.
func audience(s string) bool {
	_, err := model.ParseAudience(s)
	return err == nil && len(s) >= 3 && !strings.Contains(s, " ")
}

// draft fills the template and asks for what is not known.
func (r *room) draft(rest string) {
	to, t, _ := r.messageTo(rest)
	now := r.Now()
	var promised time.Time
	if in := r.inc.NextIn(r.Rules, to, now); in > 0 {
		promised = now.Add(in)
	}
	f := comms.Facts(r.inc, to, promised, now, r.Zone)
	if missing := t.Missing(f); len(missing) > 0 {
		r.say("%s, for %s, still needs %s. An answer begins with an equals sign; stop gives up.", title(t.Title), to, strings.ReplaceAll(strings.Join(missing, ", "), "_", " "))
	}
	r.field(to, t, f, comms.Fields{})
}

// field asks for the next field that is missing; with none left the draft is
// written and read.
func (r *room) field(to model.Audience, t *comms.Template, f, typed comms.Fields) {
	missing := t.Missing(f)
	if len(missing) == 0 {
		r.ask = nil
		text, err := t.Fill(f)
		if err != nil {
			r.refuse("", model.ID{}, err)
			return
		}
		rec, ok := r.do(model.DraftUpdate{Audience: to, Template: t.Name, Text: text})
		if !ok {
			return
		}
		for _, l := range comms.Places(typed) {
			r.do(l)
		}
		for _, e := range rec.Events {
			if b, ok := e.Body.(*model.UpdateDrafted); ok {
				r.read(strconv.Itoa(b.N))
			}
		}
		return
	}
	name := missing[0]
	r.pose(asking{
		words: []string{strings.ReplaceAll(title(name), "_", " ") + "? " + comms.AskFor(name) + ". Type = and the words."},
		take: func(r *room, text string) error {
			if text == "" {
				return model.Errorf(model.Invalid, "it needs words: nothing is sent with a blank in it")
			}
			f[name], typed[name] = text, text
			r.field(to, t, f, typed)
			return nil
		},
		skip: func(r *room) {
			r.say("Without it there is no message: draft begins again.")
		},
	})
}

// theUpdate finds an update by the number in front of rest.
func (r *room) theUpdate(rest string) (u model.Update, more string, ok bool) {
	n, more := split(rest)
	if u, ok = r.inc.UpdateN(int(n)); !ok {
		r.say("There is no update %d: updates lists them.", n)
	}
	return u, more, ok
}

// read reads an update line by line, with what may be done about it.
func (r *room) read(rest string) {
	u, _, ok := r.theUpdate(rest)
	if !ok {
		return
	}
	r.say("Update %d, for %s, %s:", u.N, u.Audience, u.Step)
	for k, l := range strings.Split(u.Message, "\n") {
		r.say("Line %d: %s", k+1, l)
	}
	if !u.Pending() {
		return
	}
	for _, m := range r.remarks(u) {
		r.say("Remark, line %d: %s", m.Line, m.String())
	}
	switch {
	case u.Ready():
		if to := r.goes(u.Audience); !u.Audience.Outward() && len(to) > 0 {
			r.say("send %d sends it to %s.", u.N, strings.Join(to, ", "))
		}
		r.say("Once it is out, sent %d notes it. reword %d and words, or reword %d/2 and words for line 2, changes it.", u.N, u.N, u.N)
	case r.inc.MayApprove(r.Actor, u.Audience):
		r.say("Customers read this. approve %d approves it. reword %d/2 and words changes line 2.", u.N, u.N)
	default:
		_, err := model.ApproveUpdate{N: u.N}.Decide(model.Scene{Incident: r.inc, Actor: r.Actor, Now: r.Now()})
		r.say("%s.", title(model.Message(err)))
	}
}

func (r *room) remarks(u model.Update) []comms.Remark {
	if !u.Audience.Outward() {
		return nil
	}
	return comms.Check(u.Message, comms.ContextOf(r.inc))
}

// numbered makes fits of a word behind which the number of an update stands, and
// then something that more accepts.
func numbered(more func(string) bool) func(string) bool {
	return func(rest string) bool {
		n, tail := split(rest)
		return n > 0 && more(tail)
	}
}

// approve releases a draft. With remarks it has to be said twice, knowing them.
func (r *room) approve(rest string) {
	u, more, ok := r.theUpdate(rest)
	if !ok {
		return
	}
	found := r.remarks(u)
	if len(found) > 0 && more == "" && u.Pending() && r.inc.MayApprove(r.Actor, u.Audience) {
		for _, m := range found {
			r.say("Remark, line %d: %s", m.Line, m.String())
		}
		r.say("Not approved yet. approve %d knowing approves it all the same; reword %d/%d and words changes that line.", u.N, u.N, found[0].Line)
		return
	}
	if _, ok := r.do(model.ApproveUpdate{N: u.N, Text: u.Message, Remarks: comms.Rules(found)}); !ok {
		return
	}
	if to := r.goes(u.Audience); u.Audience.Outward() && len(to) > 0 {
		r.say("It is in the queue for %s, and is noted as sent when it has arrived. warroom outbound list shows what waits for a yes.", strings.Join(to, ", "))
		return
	}
	r.say("Once it is out, sent %d notes it.", u.N)
}

// goes lists where the queue takes an update for an audience.
func (r *room) goes(to model.Audience) []string {
	if r.Goes == nil {
		return nil
	}
	return r.Goes(r.inc, to)
}

// send hands an update for those inside to the queue.
func (r *room) send(rest string) {
	u, _, ok := r.theUpdate(rest)
	if !ok {
		return
	}
	to := r.goes(u.Audience)
	switch {
	case u.Audience.Outward() && len(to) > 0:
		r.say("What customers read goes to %s as it is approved: approve %d.", strings.Join(to, ", "), u.N)
	case len(to) == 0:
		r.say("No rule takes it anywhere: post it yourself, then sent %d notes it.", u.N)
	default:
		if _, ok := r.do(model.MarkSent{N: u.N, Text: u.Message, Via: model.ViaQueue, Next: r.inc.NextIn(r.Rules, u.Audience, r.Now())}); ok {
			r.say("The queue takes it to %s.", strings.Join(to, ", "))
			r.toldNext(u.Audience)
		}
	}
}

// sent notes that an update was sent, with when the next one comes and by which
// way if they were given.
func (r *room) sent(rest string) {
	u, more, ok := r.theUpdate(rest)
	if !ok {
		return
	}
	c := model.MarkSent{N: u.N, Text: u.Message, Next: r.inc.NextIn(r.Rules, u.Audience, r.Now())}
	if first, tail, _ := strings.Cut(more, " "); first != "" {
		if in, ok := model.ParseSpan(strings.ToLower(first)); ok {
			c.Next, more = in, strings.TrimSpace(tail)
		}
	}
	c.Via = strings.TrimSpace(strings.TrimPrefix(more, "via "))
	if _, ok := r.do(c); ok {
		r.toldNext(u.Audience)
	}
}

// sentTail reports whether s may stand behind sent and a number: 20m, via mail, or
// both.
func sentTail(s string) bool {
	first, tail, _ := strings.Cut(s, " ")
	if _, ok := model.ParseSpan(strings.ToLower(first)); ok {
		s = strings.TrimSpace(tail)
	}
	return s == "" || strings.HasPrefix(s, "via ")
}

// toldNext says when an audience hears next.
func (r *room) toldNext(to model.Audience) {
	if due, _, ok := r.inc.UpdateDue(r.Rules, to, r.Now()); ok && r.inc.Status.Live() {
		r.say("%s hear next at %s.", title(string(to)), r.clock(due))
	}
}

func (r *room) reword(rest string) {
	head, text, _ := strings.Cut(rest, " ")
	number, line, whole := strings.Cut(head, "/")
	u, _, ok := r.theUpdate(number)
	if !ok {
		return
	}
	if text = strings.TrimSpace(text); whole {
		lines := strings.Split(u.Message, "\n")
		k, _ := strconv.Atoi(line)
		if k < 1 || k > len(lines) {
			r.say("Update %d has the lines 1 to %d.", u.N, len(lines))
			return
		}
		lines[k-1] = text
		text = strings.Join(lines, "\n")
	}
	if _, ok := r.do(model.DraftUpdate{N: u.N, Text: text}); ok {
		r.read(number)
	}
}

// isReword reports whether s is the number of an update, or of it and a line,
// and words.
func isReword(s string) bool {
	head, text, _ := strings.Cut(s, " ")
	n, line, whole := strings.Cut(head, "/")
	return number(n) && (!whole || number(line)) && strings.TrimSpace(text) != ""
}

func (r *room) withdraw(rest string) {
	if u, why, ok := r.theUpdate(rest); ok {
		r.do(model.WithdrawUpdate{N: u.N, Reason: strings.TrimPrefix(why, "because ")})
	}
}

// noChange tells an audience in one line that nothing has changed.
func (r *room) noChange(rest string) {
	to, _ := model.ParseAudience(strings.TrimPrefix(rest, "change "))
	t, err := comms.Find(r.Templates, "no_change")
	if err != nil {
		r.trouble(err)
		return
	}
	now := r.Now()
	in := r.inc.NextIn(r.Rules, to, now)
	var promised time.Time
	if in > 0 {
		promised = now.Add(in)
	}
	f := comms.Facts(r.inc, to, promised, now, r.Zone)
	if missing := t.Missing(f); slices.Contains(missing, "last_update") {
		r.say("%s have not been told anything yet: draft %s writes the first message.", title(string(to)), to)
		return
	} else if len(missing) > 0 {
		r.draft(string(to) + " no_change")
		return
	}
	text, err := t.Fill(f)
	if err != nil {
		r.refuse("", model.ID{}, err)
		return
	}
	may, via := r.inc.MayApprove(r.Actor, to), ""
	goes := r.goes(to)
	if len(goes) > 0 {
		via = model.ViaQueue
	}
	if _, ok := r.do(model.TellAudience{Audience: to, Template: t.Name, Text: text, Via: via, Next: in}); !ok {
		return
	}
	if !may {
		r.say("It is a draft: the commander or the communications lead approves it.")
		return
	}
	if via != "" {
		r.say("The queue takes it to %s.", strings.Join(goes, ", "))
		return
	}
	r.say("Post it now: it is noted as sent by hand.")
	for _, l := range strings.Split(text, "\n") {
		r.say("%s", l)
	}
	r.toldNext(to)
}

// promise says when an audience hears next: customers 20m.
func (r *room) promise(rest string) {
	first, span, _ := strings.Cut(rest, " ")
	to, _ := model.ParseAudience(first)
	in, _ := model.ParseSpan(strings.ToLower(strings.TrimSpace(span)))
	if _, ok := r.do(model.PromiseUpdate{In: in, Audience: to}); ok {
		r.toldNext(to)
	}
}

func isPromise(rest string) bool {
	first, span, _ := strings.Cut(rest, " ")
	_, ok := model.ParseSpan(strings.ToLower(strings.TrimSpace(span)))
	return ok && audience(first)
}
