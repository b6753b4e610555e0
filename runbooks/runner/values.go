package runner

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/call"
	"warroom/runbooks/library"
	"warroom/runbooks/output"
	"warroom/runbooks/proc"
)

// known gives what a name of the incident stands for.
func known(inc *model.Incident, labels map[string]string, name string) string {
	rest, ok := strings.CutPrefix(name, "incident.")
	if !ok || inc == nil {
		return ""
	}
	if l, ok := strings.CutPrefix(rest, "labels."); ok {
		return labels[l]
	}
	switch rest {
	case "id":
		return inc.ID
	case "title":
		return inc.Title
	case "severity":
		return strconv.Itoa(int(inc.Severity))
	case "status":
		return string(inc.Status)
	case "service", "services":
		if len(inc.Services) > 0 {
			return inc.Services[0]
		}
	case "commander":
		return inc.Commander()
	}
	return ""
}

// fill says what each parameter is, and from where.
func (r *Runner) fill(t *track, inc *model.Incident, given map[string]string) []play.Value {
	labels := library.Query{}.With(r.alerts(inc)).Labels
	var out []play.Value
	for i := range t.params {
		p := &t.params[i]
		v := play.Value{Name: p.Name, Label: p.Title(), Type: p.Kind(), Secret: p.Secret(), Help: p.Description, Choices: p.Values, Listed: p.Options != nil && t.strategy != nil}
		if v.Secret {
			v.Known, v.From = r.secretKnown(p)
			if !v.Known {
				v.Problem = "the secret cannot be read: set " + strings.Join(p.From, " or ")
			}
			out = append(out, v)
			continue
		}
		v.Value, v.From = given[p.Name], "typed"
		for _, from := range p.From {
			if v.Value != "" {
				break
			}
			if env, ok := strings.CutPrefix(strings.Replace(from, "env:", "env.", 1), "env."); ok {
				v.Value, v.From = os.Getenv(env), from
			} else {
				v.Value, v.From = known(inc, labels, from), "incident"
			}
		}
		if v.Value == "" && p.Default != "" {
			v.Value, v.From = p.Default, "default"
		}
		if v.Value == "" {
			v.From = ""
			if p.Needed() {
				v.Problem = "not filled in"
			}
		} else if err := p.Check(v.Value); err != nil {
			v.Problem = model.Message(err)
		}
		out = append(out, v)
	}
	return out
}

func (r *Runner) secretKnown(p *runbooks.Param) (bool, string) {
	for _, from := range p.From {
		kind, what, _ := strings.Cut(strings.Replace(from, "env.", "env:", 1), ":")
		switch kind {
		case "env":
			if os.Getenv(what) != "" {
				return true, from
			}
		case "file":
			if st, err := os.Stat(home(what)); err == nil && !st.IsDir() {
				return true, from
			}
		case "cmd":
			return true, from
		}
	}
	return false, ""
}

func home(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if h, err := os.UserHomeDir(); err == nil {
			return filepath.Join(h, rest)
		}
	}
	return path
}

// secrets reads the secrets of a track, when something is about to run. Nothing
// of them is kept anywhere.
func (r *Runner) secrets(ctx context.Context, t *track) (map[string]string, *output.Secrets, error) {
	values, hide := map[string]string{}, &output.Secrets{}
	for i := range t.params {
		p := &t.params[i]
		if !p.Secret() {
			continue
		}
		for _, from := range p.From {
			v, err := r.secret(ctx, from)
			if err != nil {
				return nil, nil, err
			}
			if v != "" {
				values[p.Name] = v
				break
			}
		}
		if v := values[p.Name]; v != "" {
			if err := hide.Add(p.Name, v); err != nil {
				return nil, nil, err
			}
		}
	}
	return values, hide, nil
}

func (r *Runner) secret(ctx context.Context, from string) (string, error) {
	kind, what, _ := strings.Cut(strings.Replace(from, "env.", "env:", 1), ":")
	switch kind {
	case "env":
		return os.Getenv(what), nil
	case "file":
		b, err := os.ReadFile(home(what))
		if os.IsNotExist(err) {
			return "", nil
		}
		if err != nil {
			return "", model.Errorf(model.Invalid, "the secret of %s cannot be read", model.Brief(from, 80))
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	case "cmd":
		run, err := proc.Start(proc.Spec{Argv: []string{"sh", "-c", what}, Env: r.environ(), Dir: os.TempDir(), Timeout: 15 * time.Second, Secrets: &output.Secrets{NoRules: true}})
		if err != nil {
			return "", model.Errorf(model.Invalid, "the secret of %s cannot be read: %s", model.Brief(from, 80), model.Message(err))
		}
		res := run.Wait()
		if res.State != proc.Succeeded {
			return "", model.Errorf(model.Invalid, "the command of the secret %s failed", model.Brief(from, 80))
		}
		return strings.TrimRight(res.View.Stdout(), "\r\n"), nil
	}
	return "", nil
}

// scope is what calls of a track are prepared with.
func (r *Runner) scope(t *track, inc *model.Incident, run *model.Run, values []play.Value, secrets map[string]string, hide *output.Secrets) *call.Scope {
	s := &call.Scope{Params: t.params, Values: map[string]string{}, Secrets: secrets, Hide: hide, Defaults: t.defaults, Environ: r.environ(), Client: r.cfg.Client, Dir: "/"}
	for _, v := range values {
		if !v.Secret && v.Value != "" {
			s.Values[v.Name] = v.Value
		}
	}
	for _, f := range []string{"id", "title", "severity", "status", "service", "commander"} {
		if v := known(inc, nil, "incident."+f); v != "" {
			s.Values["incident."+f] = v
		}
	}
	if inc != nil { // what has not begun will be the next one
		n := 1
		for k := range inc.Runs {
			n = max(n, inc.Runs[k].N+1)
		}
		if run != nil {
			n = run.N
		}
		s.Values["run.id"] = inc.ID + "-run-" + strconv.Itoa(n)
	}
	if run != nil {
		for k, v := range run.Values {
			if strings.HasPrefix(k, "captured.") { // carried over from the run that is undone
				s.Values[k] = v
			}
		}
		for k, v := range run.Captured {
			s.Values["captured."+k] = v
		}
		s.Dir = r.dir(inc.ID, run.N)
	}
	return s
}

func (r *Runner) environ() []string { return proc.Environ(r.cfg.Environ, r.cfg.Allowed) }
