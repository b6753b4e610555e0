package lint

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/shell"
)

func (l *linter) book(b *runbooks.Book) {
	l.params = b.Params
	if b.ID == "" {
		l.warnf("$", "no-id", "the runbook has no id, so its file's name is used: give it one")
	}
	if b.Owner == "" {
		l.warnf("$", "no-owner", "nobody owns the runbook: name the team that keeps it true, owner: TEAM")
	}
	if len(b.Triggers) == 0 && len(b.Services) == 0 && len(b.Tags) == 0 {
		l.warnf("$", "no-trigger", "nothing says when the runbook fits: give it triggers, services or tags, so that it is suggested")
	}
	l.review(b)
	for i, lk := range b.Links {
		l.link(fmt.Sprintf("$.links[%d].url", i), lk.URL)
	}
	for i := range b.Prerequisites {
		if c := b.Prerequisites[i].Check; c != nil {
			l.check(fmt.Sprintf("$.prerequisites[%d].check", i), c, b.Defaults, "a prerequisite")
		}
	}
	seen := captured{}
	for i := range b.Steps {
		s := &b.Steps[i]
		at := fmt.Sprintf("$.steps[%d]", i)
		for j, lk := range s.Links {
			l.link(fmt.Sprintf("%s.links[%d].url", at, j), lk.URL)
		}
		for j := range s.Actions {
			a := &s.Actions[j]
			here := fmt.Sprintf("%s.actions[%d]", at, j)
			l.action(here, b, s, a, seen)
			if o := a.OnFailure; o != nil {
				l.known(here+".on_failure", o.Rollback)
			}
		}
	}
	for i, id := range b.Rollback {
		l.known(fmt.Sprintf("$.rollback[%d]", i), id)
	}
	if b.Recovery != nil {
		for i := range b.Recovery.Checks {
			at := fmt.Sprintf("$.recovery.checks[%d]", i)
			c := &b.Recovery.Checks[i]
			l.check(at, c, b.Defaults, "a recovery check")
			seen.use(l, at, append(textsOf(&c.Exec), c.PromQL, c.TCP)...)
		}
	}
	l.care(b, b.Params)
}

func (l *linter) action(at string, b *runbooks.Book, s *runbooks.Step, a *runbooks.Action, seen captured) {
	l.link(at+".link", a.Link)
	seen.use(l, at, textsOf(&a.Exec)...)
	guess := l.exec(at, &a.Exec, b.Defaults, "")
	if a.Preview != nil {
		l.exec(at+".preview", a.Preview, b.Defaults, "a preview")
	}
	if a.Undo != nil {
		l.exec(at+".undo", a.Undo, b.Defaults, "")
	}
	for i := range a.Verify {
		l.check(fmt.Sprintf("%s.verify[%d]", at, i), &a.Verify[i], b.Defaults, "a verification")
	}
	for _, c := range a.Capture {
		seen[c.Name] = true
	}
	if a.Note != "" {
		l.warnf(at+".note", "import-note", "the importer asks to look at this: %s", model.Brief(a.Note, 120))
	}
	if !a.Runs() {
		return
	}
	if s.Manual {
		return
	}
	switch {
	case a.Risk == "" || a.Risk == runbooks.RiskUnknown:
		l.warnf(at, "no-risk", "nothing says what this may do to the system: give it risk: read, mutate or destructive")
	case a.Risk == runbooks.RiskRead && (guess == shell.Mutate || guess == shell.Destructive):
		l.errorf(at+".risk", "risk-read", "this is called read and changes something: its risk is %s", guess)
	}
	if a.Risk == runbooks.RiskMutate || a.Risk == runbooks.RiskDestructive {
		if a.Timeout == 0 && b.Defaults.Timeout == 0 {
			l.errorf(at, "mutate-timeout", "this changes something and has no time limit: give it timeout: 2m")
		}
		if a.SuccessCriteria == "" && len(a.Expect) == 0 && len(a.Verify) == 0 {
			l.warnf(at, "no-criteria", "nothing says how to know that this worked: give it expect, verify or success_criteria")
		}
		if a.Undo == nil && a.Irreversible == "" && a.Risk == runbooks.RiskMutate && len(b.Rollback) == 0 {
			l.warnf(at, "no-undo", "nothing says how to undo this: give it undo, name a strategy under rollback, or say why not with irreversible")
		}
	}
	if a.Risk == runbooks.RiskDestructive && s.Approval == nil {
		l.errorf(at, "approval", "this destroys something and nobody is asked: give its step approval: {required: 1, type_to_confirm: TARGET}")
	}
}

func (l *linter) known(path, strategy string) {
	if strategy != "" && l.opt.Strategy != nil && !l.opt.Strategy(strategy) {
		l.errorf(path, "rollback", "there is no rollback strategy %q", model.Brief(strategy, 40))
	}
}

func (l *linter) review(b *runbooks.Book) {
	if b.Reviewed == "" {
		return
	}
	day, err := time.Parse(time.DateOnly, b.Reviewed)
	if err != nil {
		l.errorf("$.reviewed", "reviewed", "%q is no day: write 2006-01-02", model.Brief(b.Reviewed, 40))
		return
	}
	if b.ReviewEvery > 0 && !l.opt.Now.IsZero() && l.opt.Now.After(day.Add(time.Duration(b.ReviewEvery))) {
		l.warnf("$.reviewed", "review-overdue", "the runbook was last reviewed on %s and was to be again after %s", b.Reviewed, b.ReviewEvery)
	}
}

func (l *linter) strategy(s *runbooks.Strategy) {
	l.params = s.Params
	if s.Owner == "" {
		l.warnf("$", "no-owner", "nobody owns the strategy: name the team that keeps it true, owner: TEAM")
	}
	seen := captured{}
	for i := range s.Guards {
		at := fmt.Sprintf("$.guards[%d]", i)
		seen.use(l, at, textsOf(&s.Guards[i].Exec)...)
		l.check(at, &s.Guards[i], runbooks.Defaults{}, "a guard")
		for _, c := range s.Guards[i].Capture {
			seen[c.Name] = true
		}
	}
	l.moves("capture", s.Capture, seen, "a capture")
	l.moves("preview", s.Preview, seen, "a preview")
	l.moves("execute", s.Execute, seen, "")
	for i := range s.Verify {
		at := fmt.Sprintf("$.verify[%d]", i)
		seen.use(l, at, textsOf(&s.Verify[i].Exec)...)
		l.check(at, &s.Verify[i], runbooks.Defaults{}, "a verification")
	}
	l.moves("undo", s.Undo, seen, "")
	if o := s.OnVerifyFailed; o != nil {
		for i, c := range o.Offer {
			l.known(fmt.Sprintf("$.on_verify_failed.offer[%d]", i), c.Strategy)
		}
	}
	l.care(s, s.Params)
}

func (l *linter) moves(part string, moves []runbooks.Move, seen captured, look string) {
	for i := range moves {
		m := &moves[i]
		at := fmt.Sprintf("$.%s[%d]", part, i)
		seen.use(l, at, textsOf(&m.Exec)...)
		l.exec(at, &m.Exec, runbooks.Defaults{}, look)
		if look == "" && m.Timeout == 0 && m.Wait == 0 {
			l.errorf(at, "mutate-timeout", "this changes something and has no time limit: give it timeout: 2m")
		}
		if m.Name != "" {
			seen[m.Name] = true
		}
		if m.Diff != "" && !seen[m.Diff] {
			l.errorf(at+".diff", "no-capture", "%q is compared with and is not captured", model.Brief(m.Diff, 40))
		}
	}
}

// care holds for both formats: values, and secrets that stand in the file.
func (l *linter) care(of any, params []runbooks.Param) {
	used := map[string]bool{}
	where := map[string]string{} // the first use
	runbooks.Walk(of, func(path, field string, v reflect.Value) {
		if v.Kind() != reflect.String {
			return
		}
		s := v.String()
		for _, n := range runbooks.Placeholders(s) {
			used[n] = true
			if where[n] == "" && runbooks.Filled(field) {
				where[n] = path
			}
		}
		if field == "secrets" || field == "secret" || field == "show" {
			used[s] = true
		}
		if field == "when" {
			for _, p := range params {
				if strings.Contains(s, "params."+p.Name) {
					used[p.Name] = true
				}
			}
		}
		for _, re := range secretRes {
			if m := re.FindString(s); m != "" && field != "pattern" {
				l.errorf(path, "secret-literal", "a secret seems to stand here: take it out, and say where it comes from with a param of type secret")
				break
			}
		}
	})
	for i, p := range params {
		at := fmt.Sprintf("$.params[%d]", i)
		switch {
		case p.Implied:
			l.warnf(where[p.Name], "implied-param", "<%s> is not declared among params: say what it is, so that its value can be checked", p.Name)
		case !used[p.Name]:
			l.warnf(at, "unused-param", "%s is used nowhere", p.Name)
		}
		if p.Pattern != "" && (!strings.HasPrefix(p.Pattern, "^") || !strings.HasSuffix(p.Pattern, "$")) {
			l.warnf(at+".pattern", "open-pattern", "the pattern holds anywhere in a value: anchor it with ^ and $")
		}
	}
}
