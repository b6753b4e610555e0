package plain

import (
	"strings"
)

// asking is a question that waits for an answer. The room is not held up by it: a
// line that is no answer is dealt with as ever, so that a note can be written
// while a question is open.
type asking struct {
	words []string                         // the question, read again on wish
	plain func(line string) bool           // lines that are the answer as they stand; nil: none are
	take  func(r *room, text string) error // the answer; an error leaves the question open
	skip  func(r *room)                    // goes on without an answer
}

// pose asks.
func (r *room) pose(q asking) {
	r.ask = &q
	r.say("%s", strings.Join(q.words, " "))
}

// answers takes a line that answers what was asked: one that begins with =, or
// that cannot be anything else, such as a digit. It reports whether it was one.
func (r *room) answers(line string) bool {
	if r.ask == nil {
		return false
	}
	text, marked := strings.CutPrefix(line, "=")
	if !marked && (r.ask.plain == nil || !r.ask.plain(line)) {
		return false
	}
	q := r.ask
	if err := q.take(r, strings.TrimSpace(text)); err != nil {
		r.say("Not taken: %s", sentence(err))
		r.say("The question is still open: question reads it again.")
	}
	return true
}

// asked reports whether a question is open, for the words that belong to one.
func (r *room) asked(rest string) bool { return rest == "" && r.ask != nil }

func (r *room) question() { r.say("%s", strings.Join(r.ask.words, " ")) }

func (r *room) skip() {
	q := r.ask
	r.ask = nil
	q.skip(r)
}

func (r *room) stop() {
	r.ask = nil
	r.say("Nothing is asked any more. What was answered so far is kept.")
}
