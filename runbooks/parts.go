package runbooks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

func (v *verdict) action(at string, a *Action) {
	v.exec(at, &a.Exec, "an action")
	v.oneOf(at+".risk", "risk", string(a.Risk), []string{string(RiskRead), string(RiskMutate), string(RiskDestructive), string(RiskUnknown)})
	if a.Runs() && a.Wait != 0 {
		v.errorf(at+".wait", "exec", "an action waits or runs something, not both: make two of it")
	}
	if a.Description == "" && a.Link == "" && a.SuccessCriteria == "" && !a.Runs() && a.Wait == 0 && a.Example == "" && len(a.Verify) == 0 {
		v.errorf(at, "exec", "the action says and does nothing: give it a description")
	}
	if a.Preview != nil {
		v.exec(at+".preview", a.Preview, "a preview")
	}
	if a.Undo != nil {
		v.exec(at+".undo", a.Undo, "an undo")
	}
	for i := range a.Verify {
		v.check(fmt.Sprintf("%s.verify[%d]", at, i), &a.Verify[i])
	}
	for i, e := range a.Expect {
		v.expect(fmt.Sprintf("%s.expect[%d]", at, i), &e)
	}
	for i, c := range a.Capture {
		v.capture(fmt.Sprintf("%s.capture[%d]", at, i), &c)
	}
	if r := a.Retry; r != nil {
		if r.Attempts < 1 || r.Attempts > 100 {
			v.errorf(at+".retry.attempts", "retry", "a retry needs attempts from 1 to 100, the first included")
		}
		switch {
		case !a.Runs():
			v.errorf(at+".retry", "retry", "there is nothing to repeat: an action with retry runs something")
		case !a.Idempotent && a.Risk != RiskRead:
			v.errorf(at+".retry", "retry", "only what may be done twice is repeated by itself: say idempotent: true if it may, or take retry out")
		}
	}
	v.resent(at, &a.Exec, a.Idempotent || a.Risk == RiskRead)
	if o := a.OnFailure; o != nil {
		v.oneOf(at+".on_failure", "then", o.Then, Thens)
		if o.Then == "" {
			v.errorf(at+".on_failure", "then", "on_failure says nothing: give stop, continue, escalate, {goto: STEP} or {rollback: STRATEGY}")
		}
		if (o.Then == ThenGoto) != (o.Goto != "") || (o.Then == ThenRollback) != (o.Rollback != "") {
			v.errorf(at+".on_failure", "then", "on_failure says more than one thing: goto belongs to then: goto, rollback to then: rollback")
		}
	}
}

// resent refuses to send again what may have been carried out: a server that
// answers 429 has done nothing, one that fails or does not answer may have.
func (v *verdict) resent(at string, e *Exec, idempotent bool) {
	if e.HTTP == nil || e.HTTP.Retry == nil || idempotent {
		return
	}
	switch strings.ToUpper(e.HTTP.Method) {
	case "POST", "PATCH":
		on := e.HTTP.Retry.On
		if len(on) == 0 || slices.ContainsFunc(on, func(s string) bool { return s != "429" }) {
			v.errorf(at+".http.retry", "retry", "this request is sent again after an answer that does not say whether it was carried out: say idempotent: true if it may be, or retry only on: [429]")
		}
	}
}

func (v *verdict) exec(at string, e *Exec, what string) {
	n := 0
	for _, has := range []bool{len(e.Argv) > 0, e.Command != "", e.Script != "", e.HTTP != nil} {
		if has {
			n++
		}
	}
	if n > 1 {
		v.errorf(at, "exec", "%s has more than one of argv, command, script and http: give one", what)
	}
	if len(e.Argv) > 0 && (e.Argv[0] == "" || strings.HasPrefix(e.Argv[0], "-") || len(Spans(e.Argv[0])) > 0) {
		v.errorf(at+".argv[0]", "argv", "argv begins with %q: its first element is the name of a program, and never a value", model.Brief(e.Argv[0], 40))
	}
	v.shell(at+".shell", e.Shell)
	if e.Stop != nil {
		v.oneOf(at+".stop.signal", "signal", e.Stop.Signal, []string{"INT", "TERM", "HUP", "QUIT", "KILL"})
	}
	if e.HTTP != nil {
		v.http(at+".http", e.HTTP)
	}
}

func (v *verdict) http(at string, h *HTTP) {
	v.oneOf(at+".method", "method", strings.ToUpper(h.Method), []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PURGE"})
	switch {
	case h.URL == "":
		v.errorf(at, "url", "the request has no url")
	case strings.HasPrefix(h.URL, "http://") && !h.Plain:
		v.errorf(at+".url", "url", "the address is not encrypted: use https://, or say allow_http: true")
	case !strings.HasPrefix(h.URL, "https://") && !strings.HasPrefix(h.URL, "http://") && !strings.HasPrefix(h.URL, "<"):
		v.errorf(at+".url", "url", "the address must begin with https://")
	}
	if h.Auth != nil && h.Auth.Secret == "" {
		v.errorf(at+".auth", "auth", "auth names no secret: give it the name of a param of type secret")
	}
	if h.Expect != nil {
		v.expect(at+".expect", h.Expect)
	}
}

func (v *verdict) check(at string, c *Check) {
	v.exec(at, &c.Exec, "a check")
	n := 0
	for _, has := range []bool{c.Runs(), c.TCP != "", c.PromQL != "", c.Ask != ""} {
		if has {
			n++
		}
	}
	switch {
	case n == 0:
		v.errorf(at, "check", "the check has no source: give it argv, command, http, tcp, promql or ask")
	case n > 1:
		v.errorf(at, "check", "the check has more than one source: make two of it")
	}
	v.oneOf(at+".severity", "severity", c.Level, []string{LevelBlock, LevelWarn})
	if c.Success != "" {
		if _, err := ParseComparison(c.Success); err != nil {
			v.errorf(at+".success", "success", "%s", model.Message(err))
		}
	}
	if c.PromQL != "" && c.Success == "" {
		v.errorf(at, "success", "the query says nothing about what is good: give success: \"< 0.01\"")
	}
	if c.Consecutive > 0 && c.Count > 0 && c.Consecutive > c.Count {
		v.errorf(at+".consecutive", "check", "%d samples in a row cannot pass when only %d are taken", c.Consecutive, c.Count)
	}
	for i := range c.Expect {
		v.expect(fmt.Sprintf("%s.expect[%d]", at, i), &c.Expect[i])
	}
	for i := range c.Capture {
		v.capture(fmt.Sprintf("%s.capture[%d]", at, i), &c.Capture[i])
	}
}

func (v *verdict) expect(at string, e *Expect) {
	v.oneOf(at+".result", "result", e.Result, []string{"pass", "fail"})
	if e.Number != "" {
		if _, err := ParseComparison(e.Number); err != nil {
			v.errorf(at+".number", "number", "%s", model.Message(err))
		}
	}
	match := func(at string, m *Match) {
		if m != nil {
			v.pattern(at+".matches", m.Matches)
			v.pattern(at+".not_matches", m.NotMatches)
		}
	}
	match(at+".stdout", e.Stdout)
	match(at+".stderr", e.Stderr)
	match(at+".body", e.Body)
	for _, k := range names(e.Headers) {
		m := e.Headers[k]
		match(at+".headers."+k, &m)
	}
	for _, path := range names(e.JSON) {
		if _, err := ParseJSONPath(path); err != nil {
			v.errorf(at+".json", "json", "%s", model.Message(err))
		}
	}
}

func (v *verdict) capture(at string, c *Capture) {
	if !IsName(c.Name) {
		v.errorf(at, "name", "what is captured needs a name of letters, digits, - and _")
	}
	v.oneOf(at+".from", "from", c.From, []string{"stdout", "stderr", "body"})
	v.pattern(at+".regex", c.Regex)
	if c.JSON != "" {
		if _, err := ParseJSONPath(c.JSON); err != nil {
			v.errorf(at+".json", "json", "%s", model.Message(err))
		}
	}
}

func (v *verdict) pattern(path, re string) {
	if _, err := regexp.Compile(re); err != nil {
		v.errorf(path, "pattern", "this pattern cannot be read: %s", model.Brief(strings.TrimPrefix(err.Error(), "error parsing regexp: "), 80))
	}
}

func (v *verdict) params(params []Param) {
	byEnv := map[string]string{}
	for i, p := range params {
		at := fmt.Sprintf("$.params[%d]", i)
		if p.Implied {
			at = "$"
		}
		if !IsName(p.Name) {
			v.errorf(at+".name", "param-name", "%q cannot name a value: use letters, digits, - and _, beginning with a letter", model.Brief(p.Name, 40))
		}
		if other, twice := byEnv[EnvName(p.Name)]; twice {
			v.errorf(at+".name", "duplicate-param", "%s and %s are the same to a shell: rename one", other, p.Name)
		}
		byEnv[EnvName(p.Name)] = p.Name
		v.oneOf(at+".type", "type", p.Type, ParamTypes)
		v.pattern(at+".pattern", p.Pattern)
		if p.Kind() == TypeEnum && len(p.Values) == 0 {
			v.errorf(at, "enum", "%s is an enum without values: list them", p.Name)
		}
		if p.Options != nil {
			v.pattern(at+".options.regex", p.Options.Regex)
		}
		for j, from := range p.From {
			known := slices.ContainsFunc(Origins, func(o string) bool { return strings.HasPrefix(from, o) })
			switch {
			case !known:
				v.errorf(fmt.Sprintf("%s.from[%d]", at, j), "from", "%q is no origin of a value: it begins with %s", model.Brief(from, 40), strings.Join(Origins, ", "))
			case strings.HasPrefix(from, "cmd:") && !p.Secret():
				v.errorf(fmt.Sprintf("%s.from[%d]", at, j), "from", "only a secret may come from a command")
			}
		}
		if p.Secret() && p.Default != "" {
			v.errorf(at+".default", "secret-literal", "a secret may not stand in the file: say where it comes from, from: [env:NAME]")
		} else if p.Default != "" {
			if err := p.Check(p.Default); err != nil {
				v.errorf(at+".default", "default", "%s", model.Message(err))
			}
		}
	}
}
