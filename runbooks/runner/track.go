package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
)

// track is a runbook or a rollback in one form: steps of items in order.
type track struct {
	id, title, desc string
	hash            string
	data            []byte
	rollback        bool
	undo            bool
	params          []runbooks.Param
	defaults        runbooks.Defaults
	steps           []step
	lock            string
	needs           []string
	book            *runbooks.Book
	strategy        *runbooks.Strategy
}

type step struct {
	id, title, phase, desc, assignee string
	links                            []runbooks.Link
	when                             string
	skippable                        bool
	approval                         *runbooks.Approval
	items                            []item
}

// item is one thing of a step.
type item struct {
	text    string
	kind    string // command, http, check, manual, link, wait
	link    string
	exec    *runbooks.Exec
	check   *runbooks.Check
	risk    runbooks.Risk
	preview *runbooks.Exec
	undo    *runbooks.Exec
	// irreversible is why there is none
	irreversible string
	criteria     string
	expect       []runbooks.Expect
	verify       []runbooks.Check
	captures     []runbooks.Capture
	onFailure    *runbooks.OnFailure
	example      string
	wait         time.Duration
	diff         string // the capture that the output is compared with
	onCancel     string // what asking it to end does: stop, ask, finish
	optional     bool
	retry        *runbooks.Retry
	// idempotent: it may be repeated
	idempotent bool
}

// Steps that every track may have: what has to be so before the first one, and
// two of a rollback.
const (
	before      = "before"
	executeStep = "execute"
	verifyStep  = "verify"
)

func trackOf(b *runbooks.Book, data []byte) *track {
	t := &track{id: b.ID, title: b.Title, desc: b.Description, hash: b.Hash, data: data, params: b.Params, defaults: b.Defaults, book: b}
	var ready []item
	for _, p := range b.Prerequisites {
		it := item{text: p.Title, kind: "manual"}
		if p.Check != nil {
			it.kind, it.check, it.risk, it.optional = "check", p.Check, runbooks.RiskRead, !p.Required || p.Check.Level == runbooks.LevelWarn
			if it.text == "" {
				it.text = p.Check.Label()
			}
		}
		ready = append(ready, it)
	}
	if len(ready) > 0 {
		t.steps = append(t.steps, step{id: before, title: "Before you start", skippable: true, items: ready})
	}
	for i := range b.Steps {
		s := &b.Steps[i]
		st := step{id: s.ID, title: s.Title, phase: s.Phase, desc: s.Description, assignee: s.Assignee, links: s.Links, when: s.When, skippable: s.MaySkip(), approval: s.Approval}
		for k := range s.Actions {
			st.items = append(st.items, itemOf(&s.Actions[k], s.Manual))
		}
		if len(st.items) == 0 {
			st.items = []item{{text: s.Title, kind: "manual"}}
		}
		t.steps = append(t.steps, st)
	}
	return t
}

func itemOf(a *runbooks.Action, manual bool) item {
	it := item{text: a.Description, link: a.Link, criteria: a.SuccessCriteria, expect: a.Expect, verify: a.Verify, captures: a.Capture,
		onFailure: a.OnFailure, example: a.Example, preview: a.Preview, undo: a.Undo, risk: a.Risk, retry: a.Retry, idempotent: a.Idempotent || a.Risk == runbooks.RiskRead, irreversible: a.Irreversible}
	switch {
	case a.Runs() && !manual:
		it.exec, it.kind = &a.Exec, "command"
		if a.HTTP != nil {
			it.kind = "http"
		}
	case a.Wait > 0:
		it.kind, it.wait = "wait", time.Duration(a.Wait)
	case a.Link != "":
		it.kind = "link"
	default:
		it.kind = "manual"
	}
	if it.text == "" {
		switch {
		case a.Text() != "":
			it.text, _, _ = strings.Cut(strings.TrimSpace(a.Text()), "\n")
		case len(a.Argv) > 0:
			it.text = strings.Join(a.Argv, " ")
		case a.HTTP != nil:
			it.text = strings.TrimSpace(a.HTTP.Method + " " + a.HTTP.URL)
		case it.wait > 0:
			it.text = "wait " + a.Wait.String()
		default:
			it.text = a.Link + a.SuccessCriteria
		}
	}
	return it
}

// strategyTrack makes the flow of a rollback: guards, capture, preview, execute,
// verify; or, for its undo, only the way back.
func strategyTrack(s *runbooks.Strategy, data []byte, undo bool) *track {
	t := &track{id: s.ID, title: s.Title, desc: s.Description, hash: s.Hash, data: data, rollback: true, undo: undo, params: s.Params, lock: s.Lock, needs: s.Needs, strategy: s}
	confirm := s.Confirm
	if confirm.Required == 0 {
		confirm.Required = 1
	}
	if undo {
		t.title = "Undo: " + s.Title
		t.steps = []step{{id: executeStep, title: "Undo", phase: runbooks.PhaseMitigate, approval: &confirm, items: moves(s.Undo, s.Risk.Level)}}
		return t
	}
	add := func(id, title, phase string, items []item) {
		if len(items) > 0 {
			t.steps = append(t.steps, step{id: id, title: title, phase: phase, items: items, skippable: true})
		}
	}
	var guards []item
	for k := range s.Guards {
		g := &s.Guards[k]
		guards = append(guards, item{text: g.Label(), kind: "check", check: g, risk: runbooks.RiskRead, captures: g.Capture, optional: g.Level == runbooks.LevelWarn})
	}
	add("guards", "May it be done?", runbooks.PhaseDiagnose, guards)
	var captures []item
	for k := range s.Capture {
		captures = append(captures, moveItem(&s.Capture[k], runbooks.RiskRead))
	}
	add("capture", "How is it now?", runbooks.PhaseDiagnose, captures)
	add("preview", "What would change?", runbooks.PhaseDiagnose, moves(s.Preview, runbooks.RiskRead))
	t.steps = append(t.steps, step{id: executeStep, title: "Roll back", phase: runbooks.PhaseMitigate, approval: &confirm, items: moves(s.Execute, s.Risk.Level)})
	var verify []item
	for k := range s.Verify {
		verify = append(verify, item{text: s.Verify[k].Label(), kind: "check", check: &s.Verify[k], risk: runbooks.RiskRead, optional: s.Verify[k].Level == runbooks.LevelWarn})
	}
	add(verifyStep, "Did it work?", runbooks.PhaseVerify, verify)
	return t
}

func moves(list []runbooks.Move, r runbooks.Risk) []item {
	var out []item
	for k := range list {
		out = append(out, moveItem(&list[k], r))
	}
	return out
}

func moveItem(m *runbooks.Move, r runbooks.Risk) item {
	it := item{text: m.Title, kind: "command", exec: &m.Exec, expect: m.Expect, risk: r.Or(), diff: m.Diff, onCancel: m.OnCancel, idempotent: m.Idempotent, optional: m.Optional, wait: time.Duration(m.Wait)}
	if m.Name != "" {
		it.captures = []runbooks.Capture{{Name: m.Name, From: m.From, JSON: m.JSON, Regex: m.Regex, File: m.File}}
	}
	if m.HTTP != nil {
		it.kind = "http"
	}
	if !m.Runs() && m.Wait > 0 {
		it.kind, it.exec = "wait", nil
	}
	for _, s := range []string{m.Name, m.ID, strings.Join(m.Argv, " ")} {
		if it.text == "" {
			it.text = s
		}
	}
	if it.text == "" && m.HTTP != nil {
		it.text = strings.TrimSpace(m.HTTP.Method + " " + m.HTTP.URL)
	}
	return it
}

// done is an action of a runbook that was carried out, or may have been.
type done struct {
	step   string
	action int
}

// begun: it was carried out, or may have been.
func begun(a model.RunAction) bool {
	return a.State != model.ActionPending && a.State != model.ActionSkipped
}

// undoable lists, newest first, what a run did and its runbook says how to undo.
func undoable(b *runbooks.Book, run *model.Run) []done {
	var out []done
	for _, s := range slices.Backward(b.Steps) {
		st, ok := run.Step(s.ID)
		for k := len(s.Actions) - 1; k >= 0; k-- {
			if ok && k < len(st.Actions) && s.Actions[k].Undo != nil && begun(st.Actions[k]) {
				out = append(out, done{s.ID, k})
			}
		}
	}
	return out
}

// undoTrack takes back what was done, one step each, newest first.
func undoTrack(b *runbooks.Book, data []byte, list []done) *track {
	t := trackOf(b, data)
	t.title, t.undo, t.steps = "Undo: "+b.Title, true, nil
	for _, d := range list {
		s, ok := b.Step(d.step)
		if !ok || d.action >= len(s.Actions) || s.Actions[d.action].Undo == nil {
			continue
		}
		was := itemOf(&s.Actions[d.action], s.Manual)
		it := item{text: "Undo: " + was.text, kind: "command", exec: was.undo, risk: runbooks.RiskMutate}
		if was.undo.HTTP != nil {
			it.kind = "http"
		}
		t.steps = append(t.steps, step{id: fmt.Sprintf("undo-%s-%d", d.step, d.action+1), title: "Undo: " + s.Title, phase: runbooks.PhaseMitigate, skippable: true, approval: s.Approval, items: []item{it}})
	}
	return t
}

// undone reads the ids of the steps of an undo.
func undone(run *model.Run) []done {
	var out []done
	for _, s := range run.Steps {
		id, ok := strings.CutPrefix(s.ID, "undo-")
		cut := strings.LastIndexByte(id, '-')
		if n, err := strconv.Atoi(id[cut+1:]); ok && cut > 0 && err == nil {
			out = append(out, done{id[:cut], n - 1})
		}
	}
	return out
}

func (t *track) step(id string) (*step, bool) {
	for k := range t.steps {
		if t.steps[k].id == id {
			return &t.steps[k], true
		}
	}
	return nil, false
}

func (t *track) item(id string, k int) (*item, error) {
	s, ok := t.step(id)
	if !ok || k < 0 || k >= len(s.items) {
		return nil, fmt.Errorf("no action %d in step %q", k+1, id)
	}
	return &s.items[k], nil
}

// texts are all texts of the track that hold placeholders, for what it still
// needs.
func (it *item) execs() []*runbooks.Exec {
	var out []*runbooks.Exec
	if it.exec != nil {
		out = append(out, it.exec)
	}
	if it.check != nil {
		out = append(out, &it.check.Exec)
	}
	return out
}
