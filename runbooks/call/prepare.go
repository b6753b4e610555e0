package call

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/proc"
	"warroom/runbooks/shell"
)

// Call is something that can be run as it stands.
type Call struct {
	Shown   string   // what will run, as a person reads it: values bound by name, secrets hidden
	Bound   []string // "name = value" of what is bound by name, and of what is set in its environment
	Params  []string // names it uses
	Hash    string   // digest of everything that decides what happens
	Risk    runbooks.Risk
	Timeout time.Duration

	scope *Scope
	spec  *proc.Spec
	http  *request
}

// Unfilled is the Error of a call that misses values; it names them.
type Unfilled struct{ Names []string }

func (u *Unfilled) Error() string {
	return fmt.Sprintf("not filled in: <%s>", strings.Join(u.Names, ">, <"))
}

// Prepare makes a Call. It refuses an unfilled placeholder in every case, a value
// that its parameter does not allow, a place that cannot be made safe, and a
// program that is not there.
//
// Hash and Shown are those of the same call with every secret hidden: they are
// the same whether the secret was read or is only known to be there, and tell
// nothing of it.
func Prepare(e *runbooks.Exec, s *Scope) (*Call, error) {
	c, err := prepare(e, s)
	if err != nil || len(s.Secrets) == 0 {
		return c, err
	}
	shown, err := prepare(e, s.masked())
	if err != nil {
		return nil, err
	}
	c.Shown, c.Bound, c.Hash = s.Hide.Safe(shown.Shown), shown.Bound, shown.Hash
	return c, nil
}

func prepare(e *runbooks.Exec, s *Scope) (*Call, error) {
	c := &Call{scope: s, Timeout: e.Timeout.Or(s.Defaults.Timeout.Or(proc.DefaultTimeout))}
	var err error
	switch {
	case e.HTTP != nil:
		err = c.prepareHTTP(e)
	case len(e.Argv) > 0:
		err = c.prepareArgv(e)
	case e.Text() != "":
		err = c.prepareText(e)
	default:
		err = model.Errorf(model.Invalid, "there is nothing to run")
	}
	if err != nil {
		return nil, err
	}
	c.Shown = s.Hide.Safe(c.Shown)
	slices.Sort(c.Params)
	return c, nil
}

// check looks at the values that will be bound.
func (c *Call) check(names []string) error {
	var missing []string
	for _, n := range names {
		if c.scope.Values[n] == "" && c.scope.Secrets[n] == "" {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		return &model.Error{Code: model.Invalid, Msg: (&Unfilled{missing}).Error() + ": give a value first", Err: &Unfilled{missing}}
	}
	for _, n := range names {
		p, ok := c.scope.param(n)
		if !ok || p.Secret() {
			continue
		}
		if err := p.Check(c.scope.Values[n]); err != nil {
			return err
		}
	}
	return nil
}

// arguments looks at values that go into a command and have no parameter that
// says what they may be: what was captured, what the incident says. One that
// begins with a dash would be an option, however well it is quoted; one that holds
// what cannot be seen is not what is shown.
func (c *Call) arguments(names []string) error {
	if err := c.check(names); err != nil {
		return err
	}
	for _, n := range names {
		if _, ok := c.scope.param(n); ok {
			continue
		}
		switch v := c.scope.Values[n]; {
		case strings.HasPrefix(v, "-"):
			return model.Errorf(model.Invalid, "%q stands for %s, begins with - and would be taken for an option: it is not used in a command", model.Brief(v, 60), n)
		case strings.ContainsFunc(v, unseen):
			return model.Errorf(model.Invalid, "%q stands for %s and holds a character that cannot be seen: it is not used in a command", model.Brief(v, 60), n)
		}
	}
	return nil
}

// unseen leaves line ends and tabs alone: what is captured may have several lines.
func unseen(r rune) bool { return r != '\n' && r != '\t' && runbooks.Unseen(r) }

func (c *Call) prepareArgv(e *runbooks.Exec) error {
	a, problems := shell.CompileArgv(e.Argv, shell.ParamsOf(c.scope.Params, e.Argv...))
	if a == nil {
		return refused(problems)
	}
	if err := c.arguments(a.Params); err != nil {
		return err
	}
	argv, err := a.Fill(c.scope.values(a.Params))
	if err != nil {
		return err
	}
	c.Shown, c.Params, c.Risk = shell.Quote(argv), a.Params, runbooks.Risk(a.Risk)
	return c.process(e, argv, nil)
}

func (c *Call) prepareText(e *runbooks.Exec) error {
	d := shell.Dialect(e.Shell)
	if d == "" {
		d = shell.Dialect(c.scope.Defaults.Shell)
	}
	if d == "" {
		d = shell.Bash
	}
	text := strings.TrimRight(e.Text(), "\n")
	cmd, problems := shell.Compile(text, d, shell.ParamsOf(c.scope.Params, text))
	if cmd == nil {
		return refused(problems)
	}
	if err := c.arguments(cmd.Params); err != nil {
		return err
	}
	env, err := cmd.Env(c.scope.values(cmd.Params))
	if err != nil {
		return err
	}
	c.Shown, c.Params, c.Risk = cmd.Text, cmd.Params, runbooks.Risk(cmd.Risk)
	for _, p := range cmd.Params {
		if param, ok := c.scope.param(p); ok && param.Secret() {
			c.Bound = append(c.Bound, runbooks.EnvName(p)+" = ****("+p+")")
		} else {
			c.Bound = append(c.Bound, runbooks.EnvName(p)+" = "+c.scope.Values[p])
		}
	}
	return c.process(e, d.Argv(cmd.Text), env)
}

func refused(problems []shell.Problem) error {
	for _, p := range problems {
		if !p.Warning {
			return model.Errorf(model.Invalid, "this cannot be run safely: line %d, column %d: %s", p.Line, p.Col, p.Message)
		}
	}
	return model.Errorf(model.Invalid, "this cannot be run safely")
}

// process fills in how the program is run.
func (c *Call) process(e *runbooks.Exec, argv, bound []string) error {
	env := slices.Clone(c.scope.Environ)
	set := maps.Clone(c.scope.Defaults.Env)
	if set == nil {
		set = map[string]string{}
	}
	maps.Copy(set, e.Env)
	for _, k := range slices.Sorted(maps.Keys(set)) {
		v, err := c.fill(set[k])
		if err != nil {
			return err
		}
		bound = append(bound, k+"="+v)
		c.Bound = append(c.Bound, k+" = "+v)
	}
	for _, name := range e.Secrets {
		v, ok := c.scope.Secrets[name]
		if !ok {
			return &model.Error{Code: model.Invalid, Msg: "the secret " + name + " is not known: give it a source in the runbook (from: env:NAME or file:PATH)", Err: &Unfilled{[]string{name}}}
		}
		bound = append(bound, runbooks.EnvName(name)+"="+v)
		c.Params = append(c.Params, name)
		c.Bound = append(c.Bound, runbooks.EnvName(name)+" = ****("+name+")")
	}
	s := &proc.Spec{Argv: argv, Env: proc.Environ(env, []string{"*"}, bound...), Timeout: c.Timeout, Secrets: c.scope.Hide, Keep: int(c.scope.Defaults.OutputLimit), Stop: ladder(e, c.scope.Defaults)}
	var err error
	if s.Dir, err = c.dir(e); err != nil {
		return err
	}
	where := "" // the run's own folder
	if s.Dir != c.scope.Dir {
		where = s.Dir
		c.Shown += "\n(in " + s.Dir + ")"
	}
	if e.Stdin != "" {
		text, err := c.fill(e.Stdin)
		if err != nil {
			return err
		}
		s.Stdin = []byte(text)
		c.Shown += "\n(reads)\n" + strings.TrimRight(text, "\n")
	}
	if _, err := proc.Look(argv[0], s.Env); err != nil {
		return err
	}
	c.spec = s
	slices.Sort(bound)
	c.Hash = digest(argv, bound, s.Stdin, where, c.Timeout)
	return nil
}

// fill puts values into a text that no shell reads.
func (c *Call) fill(text string) (string, error) {
	names := runbooks.Placeholders(text)
	names = slices.DeleteFunc(names, func(n string) bool { _, ok := c.scope.param(n); return !ok && !runbooks.Given(n) })
	if err := c.check(names); err != nil {
		return "", err
	}
	for _, n := range names {
		if !slices.Contains(c.Params, n) {
			c.Params = append(c.Params, n)
		}
	}
	return shell.Fill(text, c.scope.values(names), names, func(v string) string { return v }), nil
}

func (c *Call) dir(e *runbooks.Exec) (string, error) {
	d := e.Cwd
	if d == "" {
		d = c.scope.Defaults.Cwd
	}
	if d == "" || d == "run" {
		return c.scope.Dir, nil
	}
	d, err := c.fill(d)
	if err != nil {
		return "", err
	}
	if rest, ok := strings.CutPrefix(d, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", model.Wrap(model.Invalid, err, "the home folder is not known")
		}
		d = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(d) {
		return "", model.Errorf(model.Invalid, "the working folder %q is not named from the root", model.Brief(d, 80))
	}
	return d, nil
}

func ladder(e *runbooks.Exec, d runbooks.Defaults) proc.Ladder {
	sig, grace := "INT", d.Grace.Or(10*time.Second)
	if e.Stop != nil {
		if e.Stop.Signal != "" {
			sig = e.Stop.Signal
		}
		grace = e.Stop.Grace.Or(grace)
	}
	return proc.Ladder{{Signal: sig, Grace: grace}, {Signal: "TERM", Grace: 5 * time.Second}}
}

// digest is the SHA-256 of values, in hex. JSON keeps them apart.
func digest(parts ...any) string {
	b, _ := json.Marshal(parts)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Digest is what an approval is bound to: what will run, and by whom.
func Digest(parts ...string) string { return digest(parts) }
