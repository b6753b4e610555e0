package runbooks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"warroom/model"
)

// The levels of a problem.
const (
	LevelError   = "error"   // it may not be run
	LevelWarning = "warning" // it may, and should be better
)

// Problem is what is wrong with a file and where. Rule is a stable name.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Level   string `json:"level"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// String is the line that editors and people read.
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s (%s)", p.File, p.Line, p.Column, p.Level, p.Message, p.Rule)
}

// first is the first error among problems.
func first(name string, problems []Problem) error {
	for _, p := range problems {
		if p.Level == LevelError {
			return model.Errorf(model.Invalid, "%s:%d:%d: %s", name, p.Line, p.Column, p.Message)
		}
	}
	return nil
}

// verdict collects the problems of one file.
type verdict struct {
	file  string
	place *place
	list  []Problem
}

func (v *verdict) errorf(path, rule, format string, args ...any) {
	line, col := v.place.at(path)
	v.list = append(v.list, Problem{v.file, line, col, LevelError, rule, fmt.Sprintf(format, args...)})
}

// problems are the reasons why the runbook cannot be used as it is, in the order
// of the file.
func (b *Book) problems() []Problem {
	v := &verdict{file: b.File, place: b.place}
	v.head(b.APIVersion, b.Kind, "Runbook")
	if b.ID == "" && b.Title == "" {
		v.errorf("$", "no-title", "the runbook has neither a title nor an id: give it a title")
	} else if b.Title == "" {
		v.errorf("$.id", "no-title", "the runbook has no title: give it one")
	}
	v.id("$.id", b.ID, "the id of a runbook")
	if len(b.Steps) == 0 {
		v.errorf("$", "no-steps", "the runbook has no steps: give it at least one")
	}
	ids := map[string]int{}
	for i := range b.Steps {
		s := &b.Steps[i]
		at := fmt.Sprintf("$.steps[%d]", i)
		if other, twice := ids[s.ID]; twice {
			v.errorf(at+".id", "duplicate-id", "step %d has the id %q that step %d has: give it another", i+1, s.ID, other+1)
		} else {
			ids[s.ID] = i
		}
		v.id(at+".id", s.ID, "the id of a step")
		if s.Title == "" {
			v.errorf(at, "no-title", "step %d has no title: give it one", i+1)
		}
		v.oneOf(at+".phase", "phase", s.Phase, Phases)
		if s.When != "" {
			if _, err := ParseCondition(s.When); err != nil {
				v.errorf(at+".when", "when", "%s", model.Message(err))
			}
		}
		for j := range s.Actions {
			v.action(fmt.Sprintf("%s.actions[%d]", at, j), &s.Actions[j])
		}
	}
	for i := range b.Steps {
		for j := range b.Steps[i].Actions {
			o := b.Steps[i].Actions[j].OnFailure
			if o == nil {
				continue
			}
			at := fmt.Sprintf("$.steps[%d].actions[%d].on_failure", i, j)
			switch to, ok := ids[o.Goto]; {
			case o.Then == ThenEscalate && len(b.Escalation) == 0:
				v.errorf(at, "then", "on_failure escalates, and the runbook names nobody to escalate to: give it escalation")
			case o.Goto == "":
			case !ok:
				v.errorf(at, "goto", "there is no step %q to go to", model.Brief(o.Goto, 40))
			case to <= i:
				v.errorf(at, "goto-loop", "going back to step %d on failure may never end: use retry, or go forwards", to+1)
			}
		}
	}
	for i, p := range b.Params {
		if p.Options != nil {
			v.errorf(fmt.Sprintf("$.params[%d].options", i), "options", "a list to pick from is made by a guard, and a runbook has none: give values: [...], or move this into a rollback strategy")
		}
	}
	if n := b.Defaults.OutputLimit; n > 0 && (n < 4<<10 || n > 16<<20) {
		v.errorf("$.defaults.output_limit", "size", "output_limit is how much of an output stays in memory: give 4KiB to 16MiB, the file holds the rest")
	}
	for i := range b.Escalation {
		e := &b.Escalation[i]
		at := fmt.Sprintf("$.escalation[%d]", i)
		switch {
		case e.After == 0:
			v.errorf(at, "escalation", "the escalation does not say after what time: give it after: 30m")
		case e.Contact == "":
			v.errorf(at, "escalation", "the escalation names no contact: say who is told")
		}
		v.oneOf(at+".from", "from", e.From, []string{"run_start", "declared"})
		v.oneOf(at+".if", "if", e.If, []string{"not_resolved", "always"})
	}
	for i, w := range b.Severity {
		if _, _, ok := severities(w); !ok {
			v.errorf(fmt.Sprintf("$.severity[%d]", i), "severity", "%q is no severity: give 1 to 5, SEV-1 to SEV-5, critical, warning or info", model.Brief(w, 40))
		}
	}
	for i, t := range b.Triggers {
		if t.Metric == "" && t.Alert == "" && len(t.Labels) == 0 {
			v.errorf(fmt.Sprintf("$.triggers[%d]", i), "trigger", "the trigger names neither a metric nor an alert nor labels")
		}
	}
	for i, p := range b.Prerequisites {
		if p.Title == "" && p.Check == nil {
			v.errorf(fmt.Sprintf("$.prerequisites[%d]", i), "no-title", "the prerequisite says nothing: give it a title")
		}
		if p.Check != nil {
			v.check(fmt.Sprintf("$.prerequisites[%d].check", i), p.Check)
		}
	}
	if b.Recovery != nil {
		if len(b.Recovery.Checks) == 0 {
			v.errorf("$.recovery", "no-checks", "the recovery gate has no checks: give it at least one, or ask: for a person")
		}
		for i := range b.Recovery.Checks {
			v.check(fmt.Sprintf("$.recovery.checks[%d]", i), &b.Recovery.Checks[i])
		}
	}
	v.params(b.Params)
	v.shell("$.defaults.shell", b.Defaults.Shell)
	v.values(b)
	return v.list
}

// problems are the reasons why the strategy cannot be used as it is.
func (s *Strategy) problems() []Problem {
	v := &verdict{file: s.File, place: s.place}
	v.head(s.APIVersion, s.Kind, "RollbackStrategy")
	if s.Title == "" {
		v.errorf("$", "no-title", "the strategy has no title: give it one")
	}
	if s.ID == "" {
		v.errorf("$", "id", "the strategy has no id: give it one, such as k8s-undo")
	}
	v.id("$.id", s.ID, "the id of a strategy")
	v.oneOf("$.type", "type", s.Type, StrategyTypes)
	v.oneOf("$.risk.level", "risk", string(s.Risk.Level), []string{string(RiskMutate), string(RiskDestructive)})
	v.oneOf("$.risk.data_loss", "data_loss", s.Risk.DataLoss, []string{"none", "possible", "certain"})
	v.oneOf("$.recovery", "recovery", s.Recovery, []string{FromRunbook})
	if s.Lock == "" {
		v.errorf("$", "lock", "the strategy has no lock: name the target, so that two rollbacks never meet there")
	}
	if s.Confirm.TypeToConfirm == "" {
		v.errorf("$.confirm", "confirm", "the confirmation asks nobody to type the target: give it type_to_confirm")
	}
	if len(s.Execute) == 0 {
		v.errorf("$", "execute", "the strategy has nothing to execute")
	}
	if len(s.Verify) == 0 {
		v.errorf("$", "verify", "the strategy does not verify what it did: a rollback that nobody looked at is no rollback")
	}
	if s.Risk.Reversible && len(s.Undo) == 0 {
		v.errorf("$.risk.reversible", "undo", "the strategy says it is reversible and has no undo")
	}
	for _, part := range []struct {
		name  string
		moves []Move
	}{{"capture", s.Capture}, {"preview", s.Preview}, {"execute", s.Execute}, {"undo", s.Undo}} {
		for i := range part.moves {
			at := fmt.Sprintf("$.%s[%d]", part.name, i)
			m := &part.moves[i]
			v.exec(at, &m.Exec, "a move")
			if !m.Runs() && m.Wait == 0 {
				v.errorf(at, "exec", "the move does nothing: give it argv or http")
			}
			if m.Text() != "" {
				v.errorf(at, "strategy-shell", "a strategy runs no shell text: write argv: [program, argument] or http")
			}
			v.resent(at, &m.Exec, m.Idempotent)
			v.oneOf(at+".on_cancel", "on_cancel", m.OnCancel, []string{CancelStop, CancelAsk, CancelFinish})
			v.oneOf(at+".from", "from", m.From, []string{"stdout", "stderr", "body"})
			v.pattern(at+".regex", m.Regex)
			if part.name == "capture" && !IsName(m.Name) {
				v.errorf(at, "name", "what is captured needs a name of letters, digits, - and _")
			}
		}
	}
	for i := range s.Guards {
		v.check(fmt.Sprintf("$.guards[%d]", i), &s.Guards[i])
	}
	for i := range s.Verify {
		v.check(fmt.Sprintf("$.verify[%d]", i), &s.Verify[i])
	}
	for i, p := range s.Params {
		if p.Options != nil && !slices.ContainsFunc(s.Guards, func(c Check) bool { return c.ID == p.Options.From }) {
			v.errorf(fmt.Sprintf("$.params[%d].options.from", i), "options", "there is no guard with the id %q to make the list", model.Brief(p.Options.From, 40))
		}
	}
	if s.OnVerifyFailed != nil {
		for i, c := range s.OnVerifyFailed.Offer {
			at := fmt.Sprintf("$.on_verify_failed.offer[%d]", i)
			v.oneOf(at, "offer", c.Do, []string{OfferUndo, OfferEscalate})
			if c.Do == OfferUndo && len(s.Undo) == 0 {
				v.errorf(at, "undo", "undo is offered, and the strategy has none")
			}
		}
	}
	v.params(s.Params)
	v.values(s)
	return v.list
}

func (v *verdict) head(version, kind, want string) {
	if version != "" && version != "warroom/v1" {
		v.errorf("$.apiVersion", "api-version", "the format %q is not known: this version reads warroom/v1", model.Brief(version, 40))
	}
	if kind != "" && kind != want {
		v.errorf("$.kind", "kind", "the kind is %q, and %s is expected here", model.Brief(kind, 40), want)
	}
}

func (v *verdict) id(path, id, what string) {
	if id != "" && !IsID(id) {
		v.errorf(path, "id", "%q cannot be %s: use small letters, digits and -, 2 to 63 of them", model.Brief(id, 40), what)
	}
}

func (v *verdict) oneOf(path, field, value string, allowed []string) {
	if value != "" && !slices.Contains(allowed, value) {
		v.errorf(path, field, "%s is %q: give one of %s", field, model.Brief(value, 40), strings.Join(allowed, ", "))
	}
}

func (v *verdict) shell(path, shell string) {
	v.oneOf(path, "shell", shell, []string{"sh", "bash", "bash-strict"})
}

// values finds the scalars that could not be read.
func (v *verdict) values(of any) {
	Walk(of, func(path, field string, x reflect.Value) {
		switch x := x.Interface().(type) {
		case Duration:
			if x == badDuration {
				v.errorf(path, "duration", "%s is no length of time: write 90s, 5m, 1h30m, \"30 minutes\" or 2d", field)
			}
		case Size:
			if x == badSize {
				v.errorf(path, "size", "%s is no number of bytes: write 4096, 64KiB or 1MiB", field)
			}
		}
	})
	slices.SortStableFunc(v.list, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}
