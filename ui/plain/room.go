package plain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/triage"
)

// storeDeadline bounds every call to the record, even to a disk that hangs.
const storeDeadline = 15 * time.Second

// terminalLine is the most that a terminal passes as one line, in bytes. What is
// typed beyond that is lost before any program sees it.
const terminalLine = 4095

// room is one person's place at the record.
type room struct {
	Config
	ctx  context.Context
	out  bytes.Buffer // lines that are said in one piece
	left bool         // the person wants to go

	inc    *model.Incident // nil while none is open
	typed  string          // the line that is being dealt with
	listed []string        // ids as last listed, for open N
	top    model.Pos       // the oldest entry that was read out, for more
	failed failure
	hinted bool // that a note looked like a command was said once

	ask  *asking          // the question that is open; nil: none
	pass *pass            // answers to the severity questions that are not recorded yet
	yes  *triage.Question // of the checklist, whose action can be done

	hearing
}

// failure is the last line that was not accepted. Typed again it is sent under
// the same id, so that a write whose answer was lost is not done twice.
type failure struct {
	line, incident string
	id             model.ID
}

// Run holds the room open until the person leaves, the lines end, or ctx does.
// It returns nil, the error of ctx, or why nothing can be said any more.
func Run(ctx context.Context, c Config) error {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Local == nil {
		c.Local = time.Local
	}
	if c.Rules == (model.Rules{}) {
		c.Rules = model.Doctrine()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Doctrine == nil {
		c.Doctrine = triage.Default()
	}
	if c.Templates == nil {
		c.Templates = comms.Default()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &room{Config: c, ctx: ctx}
	changes := c.Store.Watch(ctx) // before reading, so that nothing falls in between
	lines := listen(ctx, c)
	r.enter()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if _, err := c.Out.Write(r.out.Bytes()); err != nil {
			return err
		}
		r.out.Reset()
		if r.left {
			return nil
		}
		timer.Reset(r.pause())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case l, ok := <-lines:
			switch {
			case !ok && ctx.Err() != nil:
				return ctx.Err()
			case !ok:
				r.say("The input has ended: you have left the room.")
				r.left = true
			default:
				r.line(l)
			}
		case change, ok := <-changes:
			if !ok {
				if ctx.Err() == nil {
					r.say("The record is not watched any more: what others write is not announced. Leave and come back.")
				}
				changes = nil
				continue
			}
			r.change(change)
		case <-timer.C:
			r.catchUp()
		}
		r.ring()
	}
}

// input is one line as typed.
type input struct {
	text string
	err  error
}

func listen(ctx context.Context, c Config) <-chan input {
	ch := make(chan input)
	go func() {
		defer close(ch)
		for text, err := range c.Lines {
			select {
			case ch <- input{text, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch
}

// say puts out one line. Whatever is in it, it stays one line and no terminal
// obeys it.
func (r *room) say(format string, args ...any) {
	r.out.WriteString(model.Visible(fmt.Sprintf(format, args...)) + "\n")
}

// call bounds one call to the record.
func (r *room) call() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.ctx, storeDeadline)
}

// line deals with what was typed.
func (r *room) line(l input) {
	if l.err != nil {
		r.say("Not written: %s", sentence(l.err))
		return
	}
	text := strings.TrimRight(l.text, " \t\r\n")
	if text == "" {
		return
	}
	if len(l.text) == terminalLine {
		r.say("This line is %d bytes long, which is all that a terminal passes: its end may be cut off.", terminalLine)
	}
	r.typed = text
	if r.answers(text) {
		return
	}
	if w, rest, ok := r.word(text); ok {
		if r.inc == nil && !w.lobby {
			r.say("No incident is open here. list and open choose one, declare begins one.")
			return
		}
		w.run(r, rest)
		return
	}
	if text == "/" {
		r.slashes()
		return
	}
	if r.inc == nil {
		r.say("Not written: no incident is open here. list and open choose one, declare and a title begins one.")
		r.say("Your line was: %s", text)
		return
	}
	r.compose(text)
}

// compose writes a line in the grammar of the input line.
func (r *room) compose(text string) {
	c, err := model.ComposeTyped(text, r.Now(), r.Zone)
	if err != nil {
		r.refuse("", model.ID{}, err)
		return
	}
	ends := ending(c)
	if ends {
		for _, l := range r.inc.LooseEnds() {
			r.say("Still open: %s %s", l.What, l.Text)
		}
	}
	if _, ok := r.do(c); !ok {
		return
	}
	if ends && r.inc.Review.Owner == "" {
		r.say("Nobody writes the postmortem yet: /review @name 48h")
	}
	if n, ok := c.(model.AddNote); ok && !r.hinted {
		if first, _, _ := strings.Cut(strings.ToLower(n.Text), " "); first == "search" || first == "declare" {
			r.hinted = true
			r.say("That was written as a note. To %s, type %s: and the words behind it.", first, first)
		}
	}
}

// ending reports whether c says that it is over.
func ending(c model.Command) bool {
	switch c := c.(type) {
	case model.Resolve:
		return true
	case model.SetStatus:
		return c.To == model.Resolved || c.To == model.Closed
	}
	return false
}

// do carries out the command that was typed and acknowledges what was written.
func (r *room) do(c model.Command) (model.Receipt, bool) {
	incident := ""
	if _, declare := c.(model.Declare); !declare {
		incident = r.inc.ID
	}
	id := r.Store.NewID()
	if r.failed.line == r.typed && r.failed.incident == incident && r.failed.id != (model.ID{}) {
		id = r.failed.id
	}
	ctx, cancel := r.call()
	defer cancel()
	rec, err := r.Store.Do(ctx, incident, model.Request{ID: id, Actor: r.Actor, Command: model.Ruled(c, r.Rules)})
	if err != nil {
		r.refuse(incident, id, err)
		return rec, false
	}
	r.failed = failure{}
	if incident != "" {
		r.inc = rec.Incident
		r.wrote(rec)
		for _, e := range rec.Events {
			r.acknowledge(e)
		}
	}
	return rec, true
}

// acknowledge says that an event of this room's own is in the record.
func (r *room) acknowledge(e model.Event) {
	switch b := e.Body.(type) {
	case *model.MilestoneMark:
		if b.Auto {
			return // follows from the line before
		}
	case *model.Note:
		what := string(e.Kind)
		if b.Mark {
			what = "important " + what
		}
		if e.Recorded.Sub(e.At) >= time.Second {
			what += ", at " + r.clock(e.At)
		}
		r.say("Written, #%d, %s.", e.Seq, what)
		return
	case *model.Amendment:
		if b.Line != nil { // so that a slip can be set right
			r.say("Written, #%d: %s. Before: %s", e.Seq, e.Text(), b.Was)
			return
		}
	}
	r.say("Written, #%d: %s", e.Seq, e.Text())
}

// refuse says why the line that was typed is not accepted, and gives it back.
func (r *room) refuse(incident string, id model.ID, err error) {
	r.failed = failure{r.typed, incident, id}
	r.say("Not written: %s", sentence(err))
	r.say("Your line was: %s", r.typed)
	switch model.CodeOf(err) {
	case model.Invalid, model.Conflict, model.NotFound, model.ReadOnly:
	default: // the line itself is right
		r.say("Type again to send it once more.")
	}
}

// trouble says that something could not be read.
func (r *room) trouble(err error) { r.say("That did not work: %s", sentence(err)) }

// sentence is an error for people.
func sentence(err error) string {
	s := model.Message(err)
	if errors.Is(err, context.DeadlineExceeded) {
		s = "the record did not answer in " + model.Span(storeDeadline)
	}
	return s
}

// clock is the time of day at t, with the date unless it is today.
func (r *room) clock(t time.Time) string { return model.TimeOfDay(t, r.Now(), r.Zone) }

// me reports whether a name is the person's own.
func (r *room) me(person string) bool { return model.SamePerson(person, r.Actor) }
