package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"warroom/model"
	"warroom/model/outbox"
)

// Secret is a credential. It shows itself to nobody: printed, logged or encoded
// in any way it is hidden. It is behind a pointer, since what prints a struct
// around it does not ask it.
type Secret struct{ v *string }

func newSecret(v string) Secret { return Secret{&v} }

const hidden = "[hidden]"

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.reveal() == "" }

// reveal is the secret itself, for the request that needs it.
func (s Secret) reveal() string {
	if s.v == nil {
		return ""
	}
	return *s.v
}

// The sorts of secrets, as they end the name of the environment variable.
const (
	whatToken    = "TOKEN"
	whatApp      = "APP_TOKEN"
	whatRouting  = "ROUTING_KEY"
	whatSecret   = "SECRET"
	whatURL      = "URL"
	whatPassword = "PASSWORD"
)

// Whats lists the secrets that a vendor may need, those that it must have first.
func Whats(t outbox.Target) []string {
	switch t.Vendor {
	case outbox.PagerDuty:
		if t.Service != "" {
			return []string{whatToken, whatRouting}
		}
		return []string{whatRouting, whatToken}
	case outbox.Webhook:
		if t.URL == "" {
			return []string{whatURL, whatSecret}
		}
		return []string{whatSecret}
	case outbox.Mail:
		return []string{whatPassword}
	case outbox.Slack:
		if t.Echo != "" {
			return []string{whatToken, whatApp}
		}
	}
	return []string{whatToken}
}

// Secrets is where credentials come from: the environment, then a file that it
// names, then the keyring of the system, then a command of the config.
type Secrets struct {
	Getenv  func(string) string                        // nil: os.Getenv
	Keyring func(service, name string) (string, error) // nil: the system's
}

const (
	maxSecret       = 8 << 10
	keyringPatience = 3 * time.Second
	commandPatience = 10 * time.Second
)

// source finds the secrets of one target.
type source struct {
	s    Secrets
	name string
	t    outbox.Target
}

func (s Secrets) of(name string, t outbox.Target) source {
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	if s.Keyring == nil {
		s.Keyring = keyring.Get
	}
	return source{s, name, t}
}

// Variable is the name of the environment variable of a target's secret.
func Variable(target, what string) string {
	return "WARROOM_" + strings.ToUpper(strings.ReplaceAll(target, "-", "_")) + "_" + what
}

// Credential reports whether an environment variable holds a secret of a target,
// which no other program is to get.
func Credential(variable string) bool {
	if !strings.HasPrefix(variable, "WARROOM_") {
		return false
	}
	for _, what := range []string{whatToken, whatRouting, whatSecret, whatURL, whatPassword} {
		if strings.HasSuffix(variable, "_"+what) {
			return true
		}
	}
	return false
}

// Entry is the name of a target's secret in the keyring, under "warroom".
func Entry(target, what string) string {
	return target + "-" + strings.ToLower(strings.ReplaceAll(what, "_", "-"))
}

// KeyringService is the name under which the secrets are in the keyring.
const KeyringService = "warroom"

func (s source) missing(what string) error {
	return model.Errorf(model.NotFound, "the %s of target %s is not known: set %s or %s_FILE, or run `warroom connect %s`",
		strings.ToLower(strings.ReplaceAll(what, "_", " ")), s.name, Variable(s.name, what), Variable(s.name, what), s.name)
}

// get finds a secret; an empty one if there is none.
func (s source) get(ctx context.Context, what string) (Secret, error) {
	v := Variable(s.name, what)
	if x := strings.TrimSpace(s.s.Getenv(v)); x != "" {
		return newSecret(x), nil
	}
	if path := s.s.Getenv(v + "_FILE"); path != "" {
		return readSecret(path, v)
	}
	if x, ok := s.fromKeyring(ctx, what); ok {
		return newSecret(x), nil
	}
	if len(s.t.SecretCommand) > 0 && what == Whats(s.t)[0] {
		return runSecret(ctx, s.t.SecretCommand, s.name)
	}
	return Secret{}, nil
}

func readSecret(path, variable string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, model.Errorf(model.Invalid, "the file that %s_FILE names cannot be read: check its path and rights", variable)
	}
	defer f.Close()
	if fi, err := f.Stat(); err == nil && fi.Mode().Perm()&0o077 != 0 && exposed {
		return Secret{}, model.Errorf(model.Invalid, "the file that %s_FILE names can be read by others: run chmod 600 on it", variable)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil || len(b) > maxSecret {
		return Secret{}, model.Errorf(model.Invalid, "the file that %s_FILE names holds no secret: at most %d bytes are expected", variable, maxSecret)
	}
	return newSecret(strings.TrimSpace(string(b))), nil
}

// fromKeyring asks the keyring and does not wait for one that does not answer: it
// may have asked a person for a password on another screen.
func (s source) fromKeyring(ctx context.Context, what string) (string, bool) {
	type answer struct {
		v   string
		err error
	}
	ch := make(chan answer, 1)
	go func() {
		v, err := s.s.Keyring(KeyringService, Entry(s.name, what))
		ch <- answer{v, err}
	}()
	select {
	case a := <-ch:
		return a.v, a.err == nil && a.v != ""
	case <-time.After(keyringPatience):
	case <-ctx.Done():
	}
	return "", false
}

// runSecret asks a program, which is run as it stands and by no shell.
func runSecret(ctx context.Context, argv []string, target string) (Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var out bytes.Buffer
	cmd.Stdout = &limited{&out, maxSecret}
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	v := strings.TrimSpace(out.String())
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return Secret{}, model.Errorf(model.NotFound, "secret_command of target %s: there is no program %s", target, model.Brief(argv[0], 60))
	case err != nil:
		return Secret{}, model.Errorf(model.Invalid, "secret_command of target %s failed: run %s by hand to see why", target, model.Brief(argv[0], 60))
	case v == "":
		return Secret{}, model.Errorf(model.Invalid, "secret_command of target %s printed nothing", target)
	}
	return newSecret(v), nil
}

// limited takes the first n bytes and lets the rest go.
type limited struct {
	w io.Writer
	n int
}

func (l *limited) Write(p []byte) (int, error) {
	if k := min(l.n, len(p)); k > 0 {
		l.n -= k
		if _, err := l.w.Write(p[:k]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
