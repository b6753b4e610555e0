package lint

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/shell"
)

// exec checks what is run. look says that it must change nothing.
func (l *linter) exec(path string, e *runbooks.Exec, def runbooks.Defaults, look string) shell.Risk {
	risk := shell.RiskUnknown
	switch {
	case e.Text() != "":
		field := ".command"
		if e.Script != "" {
			field = ".script"
		}
		dialect := shell.Dialect(e.Shell)
		if dialect == "" {
			dialect = shell.Dialect(def.Shell)
		}
		cmd, problems := shell.Compile(e.Text(), dialect, l.shellParams(e.Text()))
		for _, p := range problems {
			l.text(path+field, p)
		}
		if cmd != nil {
			risk = cmd.Risk
		}
		l.targets(path+field, shell.Words(e.Text(), dialect))
	case len(e.Argv) > 0:
		argv, problems := shell.CompileArgv(e.Argv, l.shellParams(e.Argv...))
		for _, p := range problems {
			level := runbooks.LevelError
			if p.Warning {
				level = runbooks.LevelWarning
			}
			l.add(path+".argv", level, p.Rule, "%s", p.Message)
		}
		if argv != nil {
			risk = argv.Risk
		}
		l.targets(path+".argv", [][]string{e.Argv})
	case e.HTTP != nil:
		risk = shell.Mutate
		if m := strings.ToUpper(e.HTTP.Method); m == "" || m == "GET" || m == "HEAD" {
			risk = shell.Read
		}
		l.http(path+".http", e.HTTP)
	}
	if look != "" && (risk == shell.Mutate || risk == shell.Destructive) {
		l.errorf(path, "preview-changes", "%s may only look, and this changes something", look)
	}
	for _, name := range e.Secrets {
		if p := l.param(name); p == nil || !p.Secret() {
			l.errorf(path+".secrets", "no-parameter", "%q is no secret of this file: declare it among params with type: secret", model.Brief(name, 40))
		}
	}
	return risk
}

func (l *linter) param(name string) *runbooks.Param {
	for i := range l.params {
		if l.params[i].Name == name {
			return &l.params[i]
		}
	}
	return nil
}

func (l *linter) http(path string, h *runbooks.HTTP) {
	for _, s := range runbooks.Spans(h.URL) {
		if p := l.param(s.Name); p != nil && p.Secret() {
			l.errorf(path+".url", "secret-argument", "<%s> is a secret and stands in an address, which servers write into their logs: use auth", s.Name)
		}
	}
	for k, v := range h.Headers {
		if strings.EqualFold(k, "authorization") && len(runbooks.Spans(v)) == 0 {
			l.errorf(path+".headers", "secret-literal", "the header Authorization holds a secret: use auth: {secret: NAME}")
		}
	}
	if h.Auth != nil {
		if p := l.param(h.Auth.Secret); p == nil || !p.Secret() {
			l.errorf(path+".auth", "no-parameter", "%q is no secret of this file: declare it among params with type: secret", model.Brief(h.Auth.Secret, 40))
		}
	}
}

// targets warns of tools that act on whatever cluster was used last.
func (l *linter) targets(path string, calls [][]string) {
	for _, c := range calls {
		if len(c) < 2 {
			continue
		}
		has := func(options ...string) bool {
			return slices.ContainsFunc(c[1:], func(a string) bool {
				return slices.ContainsFunc(options, func(o string) bool {
					return a == o || strings.HasPrefix(a, o+"=") || len(o) == 2 && strings.HasPrefix(a, o) && !strings.HasPrefix(a, "--")
				})
			})
		}
		switch c[0] {
		case "kubectl":
			if !has("--context", "--kubeconfig", "--cluster", "--server") && c[1] != "config" && c[1] != "version" {
				l.warnf(path, "kubectl-context", "kubectl acts on whatever cluster was used last: give it --context <context>")
				return
			}
		case "helm":
			if !has("--kube-context", "--kubeconfig") && c[1] != "version" && c[1] != "repo" {
				l.warnf(path, "kubectl-context", "helm acts on whatever cluster was used last: give it --kube-context <context>")
				return
			}
		}
	}
}

// check checks a check, which may only look.
func (l *linter) check(path string, c *runbooks.Check, def runbooks.Defaults, what string) {
	l.exec(path, &c.Exec, def, what)
	for _, s := range runbooks.Spans(c.PromQL) {
		// Inside of a query a value stands in quotes; one that may hold a quote,
		// a brace or a backslash could end them.
		p := l.param(s.Name)
		if p == nil {
			continue
		}
		if free := slices.IndexFunc([]string{`a"b`, `a\b`, `a{b`, `a}b`, "a`b", `a'b`}, func(v string) bool { return p.Check(v) == nil }); free >= 0 {
			l.errorf(path+".promql", "promql-value", "<%s> may hold quotes and could change the query: give it a type or a pattern without them", s.Name)
		}
	}
}

func (l *linter) link(path, link string) {
	if link == "" {
		return
	}
	for _, s := range slices.Backward(runbooks.Spans(link)) {
		link = link[:s.Start] + "x" + link[s.End:]
	}
	u, err := url.Parse(link)
	switch {
	case err != nil:
		l.warnf(path, "link", "this is no address: %s", model.Brief(link, 60))
	case u.Scheme == "" && (strings.HasPrefix(link, "/") || strings.HasPrefix(link, ".") || strings.HasPrefix(link, "#")):
	case u.Scheme == "http", u.Scheme == "https":
		if u.Host == "" {
			l.warnf(path, "link", "the link names no host: %s", model.Brief(link, 60))
		}
	case u.Scheme == "":
		l.warnf(path, "link", "the link does not begin with https://: %s", model.Brief(link, 60))
	case u.Scheme == "javascript", u.Scheme == "data", u.Scheme == "file":
		l.errorf(path, "link", "a link may not begin with %s:", u.Scheme)
	}
}

// captured follows what is captured in the order of a run.
type captured map[string]bool

func (c captured) use(l *linter, path string, texts ...string) {
	for _, t := range texts {
		for _, n := range runbooks.Placeholders(t) {
			if name, ok := runbooks.Captured(n); ok && !c[name] {
				l.errorf(path, "no-capture", "<%s> is used here, and nothing before captures it", n)
			}
		}
	}
}

func textsOf(e *runbooks.Exec) []string {
	out := append([]string{e.Text(), e.Stdin, e.Cwd}, e.Argv...)
	for _, v := range e.Env {
		out = append(out, v)
	}
	if e.HTTP != nil {
		out = append(out, e.HTTP.URL, fmt.Sprint(e.HTTP.Body))
		for _, v := range e.HTTP.Headers {
			out = append(out, v)
		}
	}
	return out
}
