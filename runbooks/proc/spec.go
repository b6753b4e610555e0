package proc

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks/output"
)

// Spec says what is to be run and how.
type Spec struct {
	Argv    []string
	Env     []string // the whole environment; nil is an empty one, never the parent's
	Dir     string   // has to exist
	Stdin   []byte   // nil: nothing to read
	Timeout time.Duration
	Stop    Ladder
	Secrets *output.Secrets
	File    string // the whole output, made with mode 0600; "": nowhere
	Limit   int64  // bytes of it; 0: output.FileKept, less: none
	Keep    int    // bytes of the output kept in memory; 0: output.HeadKept + output.TailKept
}

// Ladder is how a command is stopped: each rung a signal and how long to wait
// for it to work. The last one is always KILL.
type Ladder []Rung

// Rung is one step of a Ladder.
type Rung struct {
	Signal string // INT, TERM, HUP, QUIT
	Grace  time.Duration
}

// DefaultLadder asks, asks again, and ends it. Many tools clean up on INT only.
var DefaultLadder = Ladder{{"INT", 10 * time.Second}, {"TERM", 5 * time.Second}}

// DefaultTimeout is that of a command which names none.
const DefaultTimeout = 2 * time.Minute

// State is how a command ended.
type State string

// The states.
const (
	Succeeded State = "succeeded" // exit status 0
	Failed    State = "failed"    // another status, or a signal that was not ours
	TimedOut  State = "timed_out"
	Cancelled State = "cancelled" // stopped by a person
	Lost      State = "lost"      // the keeper is gone: the outcome is not known
)

// Result is what is known of a command that has ended.
type Result struct {
	State      State
	Exit       int    // -1 if it was ended by a signal or is unknown
	Signal     string // that ended it
	Start, End time.Time
	Background bool     // something went on and held the output open; it was ended
	Escaped    []string // processes that left the session, as "pid name"
	Last       string   // the last signal of ours
	View       output.View
}

// Explain says what an exit status usually means; "" for 0 and ordinary ones.
func (r Result) Explain() string {
	switch {
	case r.State == TimedOut:
		return "it took too long and was stopped"
	case r.State == Lost:
		return "the process that watched it is gone: nobody knows whether it finished"
	case r.Signal != "":
		return "ended by signal " + r.Signal
	case r.Exit == 141:
		return "a part of a pipe was ended because nobody read on (SIGPIPE): usual with head under pipefail"
	case r.Exit == 126:
		return "the program could not be run: is it executable?"
	case r.Exit == 127:
		return "the program was not found on PATH"
	case r.Exit > 128 && r.Exit < 160:
		return "a part of it was ended by a signal"
	}
	return ""
}

// Allowed are the variables that a command inherits. A name that ends in * is a
// beginning.
var Allowed = []string{"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_*", "TZ", "TMPDIR", "SSH_AUTH_SOCK", "KUBECONFIG", "AWS_PROFILE", "AWS_REGION",
	"AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "CLOUDSDK_*", "GOOGLE_CLOUD_PROJECT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// Environ chooses from a parent's environment what is allowed, and adds more,
// which wins. TERM is dumb: nothing is drawn for a command.
func Environ(parent, allowed []string, more ...string) []string {
	values := map[string]string{"TERM": "dumb", "PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}
	for _, e := range parent {
		k, v, _ := strings.Cut(e, "=")
		if slices.ContainsFunc(allowed, func(a string) bool {
			begin, many := strings.CutSuffix(a, "*")
			return k == a || many && strings.HasPrefix(k, begin)
		}) {
			values[k] = v
		}
	}
	for _, e := range more {
		k, v, _ := strings.Cut(e, "=")
		values[k] = v
	}
	var out []string
	for k, v := range values {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return out
}

// Look finds a program with the PATH of the command's own environment. A name
// that would be found only in a folder that is not named from the root, such as
// the working folder, is refused.
func Look(name string, env []string) (string, error) {
	if strings.ContainsRune(name, '/') {
		if !filepath.IsAbs(name) {
			return "", model.Errorf(model.Invalid, "%q is found from the working folder: name the program by its whole path, or put it on PATH", model.Brief(name, 80))
		}
		return name, executable(name)
	}
	path := ""
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "PATH="); ok {
			path = v
		}
	}
	loose := false
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			loose = loose || executable(filepath.Join(dir, name)) == nil
			continue
		}
		if p := filepath.Join(dir, name); executable(p) == nil {
			return p, nil
		}
	}
	if loose {
		return "", model.Errorf(model.Invalid, "%s is found only through a folder on PATH that is not named from the root: that is refused, since what it is depends on where you stand", model.Brief(name, 80))
	}
	return "", model.Errorf(model.NotFound, "%s is not on PATH: install it, or set PATH", model.Brief(name, 80))
}

func executable(path string) error {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return model.Errorf(model.NotFound, "there is no program %s", model.Brief(path, 120))
	case err != nil:
		return model.Wrap(model.NotFound, err, "the program %s cannot be run", model.Brief(path, 120))
	case st.IsDir() || st.Mode()&0o111 == 0:
		return model.Errorf(model.NotFound, "%s is no program", model.Brief(path, 120))
	}
	return nil
}

func (s *Spec) check() (string, error) {
	if len(s.Argv) == 0 {
		return "", model.Errorf(model.Invalid, "there is no command to run")
	}
	if st, err := os.Stat(s.Dir); err != nil || !st.IsDir() {
		return "", model.Errorf(model.Invalid, "the working folder %q does not exist", model.Brief(s.Dir, 120))
	}
	return Look(s.Argv[0], s.Env)
}
