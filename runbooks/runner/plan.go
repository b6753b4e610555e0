package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/call"
	"warroom/runbooks/proc"
	"warroom/runbooks/shell"
)

// planOf writes down everything that is known before something runs. Secrets are
// named, not read.
func (r *Runner) planOf(t *track, inc *model.Incident, run *model.Run, given map[string]string) *play.Plan {
	values := r.fill(t, inc, given)
	unread := map[string]string{} // in place of secrets: a plan needs to know only that they are there
	for _, v := range values {
		if v.Secret && v.Known {
			unread[v.Name] = "****"
		}
	}
	sc := r.scope(t, inc, run, values, unread, nil)
	p := &play.Plan{Ref: play.Ref{ID: t.id, Rollback: t.rollback}, Title: t.title, Description: t.desc, Hash: t.hash, Values: values}
	if run != nil {
		p.Run = run.N
	}
	for _, n := range append(slices.Clone(t.needs), programs(t)...) {
		if slices.ContainsFunc(p.Needs, func(x play.Need) bool { return x.Program == n }) {
			continue
		}
		path, _ := proc.Look(n, sc.Environ)
		p.Needs = append(p.Needs, play.Need{Program: n, Path: path})
	}
	for k := range t.steps {
		st := r.planStep(t, &t.steps[k], sc, run)
		if st.Number = k + 1; len(t.steps) > 0 && t.steps[0].id == before {
			st.Number = k
		}
		p.Steps = append(p.Steps, st)
	}
	if t.lock != "" {
		p.Lock = fillIn(t.lock, sc)
	}
	if s := t.strategy; s != nil {
		p.Notes = slices.Clone(s.Notes)
		if s.Risk.Expected > 0 {
			p.Notes = append([]string{"it usually takes " + s.Risk.Expected.String()}, p.Notes...)
		}
		if s.Risk.BlastRadius != "" {
			p.Notes = append([]string{"it reaches " + s.Risk.BlastRadius}, p.Notes...)
		}
		if s.Risk.DataLoss != "" && s.Risk.DataLoss != "none" {
			p.DataLoss = s.Risk.DataLoss
		}
		if !s.Risk.Reversible {
			p.Irrevocable = noUndo
		}
		for _, m := range s.Undo {
			p.Undo = append(p.Undo, moveItem(&m, s.Risk.Level).text)
		}
	}
	if b := t.book; b != nil {
		p.Rollbacks = b.Rollback
		if b.Recovery != nil {
			for _, c := range b.Recovery.Checks {
				p.Gate = append(p.Gate, c.Label())
			}
		}
	}
	needed := map[string]bool{}
	for _, st := range p.Steps {
		for _, a := range st.Actions {
			for _, n := range a.Unfilled {
				needed[n] = true
			}
		}
	}
	for k := range p.Values {
		p.Values[k].Needed = needed[p.Values[k].Name]
	}
	return p
}

// fillIn fills a text that is only shown; a name without value stays as it is.
func fillIn(text string, sc *call.Scope) string {
	var have []string
	for n := range sc.Values {
		have = append(have, n)
	}
	return shell.Fill(text, sc.Values, have, func(v string) string { return v })
}

// programs are the programs that argv actions name.
func programs(t *track) []string {
	var out []string
	for k := range t.steps {
		for j := range t.steps[k].items {
			for _, e := range t.steps[k].items[j].execs() {
				if len(e.Argv) > 0 && !slices.Contains(out, e.Argv[0]) {
					out = append(out, e.Argv[0])
				}
			}
		}
	}
	return out
}

func (r *Runner) planStep(t *track, s *step, sc *call.Scope, run *model.Run) play.Step {
	out := play.Step{ID: s.id, Title: fillIn(s.title, sc), Phase: s.phase, Description: s.desc, Assignee: s.assignee, Skippable: s.skippable}
	for _, l := range s.links {
		out.Links = append(out.Links, strings.TrimSpace(l.Title+" "+fillIn(l.URL, sc)))
	}
	if s.when != "" {
		if c, err := runbooks.ParseCondition(s.when); err == nil && !c.Holds(valueOf(sc, run)) {
			out.Off = "only if " + s.when
		}
	}
	for k := range s.items {
		out.Actions = append(out.Actions, r.planAction(&s.items[k], sc))
	}
	if a := s.approval; a != nil {
		ap := &play.Approval{Required: max(1, a.Required), Prompt: fillIn(a.Prompt, sc), Type: fillIn(a.TypeToConfirm, sc), Roles: a.Roles, Expires: a.Expires.Or(10 * time.Minute)}
		for _, n := range a.Show {
			v := sc.Values[n]
			if v == "" {
				v = sc.Values["captured."+n]
			}
			if v == "" {
				v = "unknown"
			}
			ap.Show = append(ap.Show, n+" = "+v)
		}
		ap.Hash = r.stepHash(s, out.Actions, sc, run)
		if run != nil {
			ap.Have = run.Approved(s.id, ap.Hash, ap.Type, r.cfg.Now())
		}
		out.Approval = ap
	}
	return out
}

// stepHash is what an approval is bound to: the step's text, everything that will
// run with its values, the values by which it is judged or that were shown, and who
// will run it. What the step itself captures is none of them: it comes later.
func (r *Runner) stepHash(s *step, actions []play.Action, sc *call.Scope, run *model.Run) string {
	parts := []string{s.id, s.title}
	for k, a := range actions {
		text, _ := json.Marshal(s.items[k].exec)
		parts = append(parts, a.Text, a.Hash, a.Blocked, string(text))
		judged, _ := json.Marshal([]any{s.items[k].verify, s.items[k].expect, s.items[k].check})
		parts = append(parts, valuesIn(string(judged), sc)...)
	}
	if s.approval != nil {
		parts = append(parts, valuesIn("<"+strings.Join(s.approval.Show, "><")+">"+s.approval.Prompt, sc)...)
	}
	if run != nil {
		parts = append(parts, run.Runner.Person, fmt.Sprint(run.N))
	}
	return call.Digest(parts...)
}

// valuesIn are the parameters that a text names, with their values.
func valuesIn(text string, sc *call.Scope) []string {
	var out []string
	for _, n := range runbooks.Placeholders(unescaped.Replace(text)) {
		if v := sc.Values[n]; v != "" && !runbooks.Given(n) {
			out = append(out, n+"="+v)
		}
	}
	return out
}

// unescaped undoes what JSON does to the brackets of a placeholder.
var unescaped = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">")

func valueOf(sc *call.Scope, run *model.Run) func(family, name string) string {
	return func(family, name string) string {
		switch family {
		case "captured":
			return sc.Values["captured."+name]
		case "steps":
			if run != nil {
				if st, ok := run.Step(name); ok {
					return string(st.State())
				}
			}
			return ""
		}
		return sc.Values[name]
	}
}

func (r *Runner) planAction(it *item, sc *call.Scope) play.Action {
	a := play.Action{Repeatable: it.idempotent, Text: fillIn(it.text, sc), Kind: it.kind, Link: fillIn(it.link, sc), Criteria: fillIn(it.criteria, sc), Example: it.example, Wait: it.wait, Risk: string(it.risk)}
	for i := range it.expect {
		a.Expect = append(a.Expect, fillIn(expectText(&it.expect[i]), sc))
	}
	for i := range it.verify {
		a.Verify = append(a.Verify, it.verify[i].Label())
	}
	if o := it.onFailure; o != nil {
		a.Then = strings.TrimSpace(o.Then + " " + o.Goto + o.Rollback)
	}
	show := func(e *runbooks.Exec) string {
		if e == nil {
			return ""
		}
		c, err := call.Prepare(e, sc)
		if err != nil {
			return ""
		}
		return c.Shown
	}
	if it.retry != nil {
		a.Attempts = it.retry.Attempts
	}
	a.Preview, a.Undo = show(it.preview), show(it.undo)
	if it.irreversible != "" {
		a.Undo = "there is none: " + it.irreversible
	}
	switch {
	case it.exec != nil:
		a.Terminal = it.exec.Interactive
		c, err := call.Prepare(it.exec, sc)
		if err != nil {
			a.Blocked, a.Unfilled, a.Command = reason(err), unfilled(err), rawText(it.exec, sc)
			break
		}
		a.Command, a.Bound, a.Hash, a.Timeout = c.Shown, c.Bound, c.Hash, c.Timeout
		if a.Risk == "" || a.Risk == string(runbooks.RiskUnknown) {
			a.Risk = string(c.Risk.Or())
		}
	case it.check != nil:
		a.Risk, a.Then = string(runbooks.RiskRead), it.check.Message
		if it.check.Ask != "" && it.check.Source() == "ask" {
			a.Kind, a.Criteria = "manual", fillIn(it.check.Ask, sc)
			break
		}
		if it.check.Runs() {
			c, err := call.Prepare(&it.check.Exec, sc)
			if err != nil {
				a.Blocked, a.Unfilled, a.Command = reason(err), unfilled(err), rawText(&it.check.Exec, sc)
				break
			}
			a.Command, a.Bound, a.Hash = c.Shown, c.Bound, c.Hash
		} else {
			a.Command = fillIn(it.check.TCP+it.check.PromQL, sc)
		}
	}
	return a
}

func reason(err error) string {
	if u, ok := errors.AsType[*call.Unfilled](err); ok {
		return u.Error()
	}
	return model.Message(err)
}

func unfilled(err error) []string {
	if u, ok := errors.AsType[*call.Unfilled](err); ok {
		return u.Names
	}
	return nil
}

// rawText is a call that cannot be made yet, as its author wrote it: with what is
// known filled in, except in the text of a shell, which is not what it seems then.
func rawText(e *runbooks.Exec, sc *call.Scope) string {
	if e.Text() != "" {
		return strings.TrimRight(e.Text(), "\n")
	}
	s := strings.Join(e.Argv, " ")
	if e.HTTP != nil {
		s = strings.TrimSpace(e.HTTP.Method + " " + e.HTTP.URL)
	}
	if e.Stdin != "" {
		s = strings.TrimRight(s, "\n") + "\n(reads)\n" + e.Stdin
	}
	return fillIn(strings.TrimRight(s, "\n"), sc)
}

func expectText(e *runbooks.Expect) string {
	o := &call.Outcome{}
	var parts []string
	for _, v := range call.Judge([]runbooks.Expect{*e}, o) {
		parts = append(parts, v.Name)
	}
	return strings.Join(parts, ", ")
}
