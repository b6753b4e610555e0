package runbooks

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"warroom/model"
)

// Param is a value that is asked once and used wherever its placeholder stands.
type Param struct {
	Name        string   `yaml:"name"` // see IsName
	Label       string   `yaml:"label,omitempty"`
	Type        string   `yaml:"type,omitempty"` // see ParamTypes; string if absent
	From        Strings  `yaml:"from,omitempty"` // where it may come from, the first that has one; see Origins
	Required    *bool    `yaml:"required,omitempty"`
	Default     string   `yaml:"default,omitempty"`
	Example     string   `yaml:"example,omitempty"`
	Pattern     string   `yaml:"pattern,omitempty"` // RE2; matched against the whole value
	Values      Strings  `yaml:"values,omitempty"`  // of an enum
	Min         *int64   `yaml:"min,omitempty"`     // of an int
	Max         *int64   `yaml:"max,omitempty"`
	Options     *Options `yaml:"options,omitempty"` // a list to pick from, made by a guard
	Description string   `yaml:"description,omitempty"`

	// Implied marks one that the file uses without declaring it.
	Implied bool `yaml:"-"`
}

// Options makes a list to pick a value from, out of the output of a guard: the
// first group of the pattern is the value, the second its explanation.
type Options struct {
	From  string `yaml:"from"` // id of a guard
	Regex string `yaml:"regex"`
}

// The types of a parameter.
const (
	TypeString   = "string"
	TypeText     = "text" // free text of one line that does not begin with -
	TypeInt      = "int"
	TypeBool     = "bool"
	TypeEnum     = "enum"
	TypeDuration = "duration"
	TypeK8sName  = "k8s_name"
	TypeHostname = "hostname"
	TypeURL      = "url"
	TypePath     = "path"
	TypeSecret   = "secret"
)

// ParamTypes are all types of a parameter.
var ParamTypes = []string{TypeString, TypeText, TypeInt, TypeBool, TypeEnum, TypeDuration, TypeK8sName, TypeHostname, TypeURL, TypePath, TypeSecret}

// Origins are the beginnings of what Param.From may name: a label or a field of
// the incident, a variable of the environment, a file, the output of a command
// (secrets only).
var Origins = []string{"incident.", "env.", "env:", "file:", "cmd:"}

// MaxValue bounds a value, in bytes.
const MaxValue = 4096

var (
	// DefaultPattern is what a value of type string must be like unless its
	// parameter says otherwise: no leading dash, no blank, nothing a shell knows.
	DefaultPattern = `^[A-Za-z0-9][A-Za-z0-9._:/@=+,-]{0,252}$`

	defaultRe  = regexp.MustCompile(DefaultPattern)
	k8sRe      = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`)
	hostRe     = regexp.MustCompile(`^[A-Za-z0-9_*]([-A-Za-z0-9_]{0,62})(\.[A-Za-z0-9_]([-A-Za-z0-9_]{0,62}))*\.?$`)
	pathRe     = regexp.MustCompile(`^[A-Za-z0-9._/~][A-Za-z0-9._/@=+,~ -]*$`)
	nameRe     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*$`)
	idRe       = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,62}$`)
	captureTag = "captured."
)

// IsName reports whether s may name a parameter or a capture.
func IsName(s string) bool { return len(s) <= 64 && nameRe.MatchString(s) }

// IsID reports whether s may be the id of a runbook, a strategy or a step.
func IsID(s string) bool { return idRe.MatchString(s) }

// Kind is the type, string where the file says nothing.
func (p *Param) Kind() string {
	if p.Type == "" {
		return TypeString
	}
	return p.Type
}

// Secret reports whether the value may never be shown or written down.
func (p *Param) Secret() bool { return p.Type == TypeSecret }

// Needed reports whether the value must be given before what uses it may run.
// Unless the file says otherwise every one must.
func (p *Param) Needed() bool { return p.Required == nil || *p.Required }

// Title is what the parameter is called on the screen.
func (p *Param) Title() string {
	if p.Label != "" {
		return p.Label
	}
	return p.Name
}

// Check says why value may not be used for p, in a sentence that never holds a
// secret; nil if it may.
func (p *Param) Check(value string) error {
	bad := func(why string) error {
		if p.Secret() {
			return model.Errorf(model.Invalid, "the secret %s is not usable: %s", p.Name, why)
		}
		return model.Errorf(model.Invalid, "%q is not usable as %s: %s", model.Brief(value, 60), p.Name, why)
	}
	switch {
	case value == "":
		return model.Errorf(model.Invalid, "%s has no value: give one", p.Name)
	case len(value) > MaxValue:
		return bad("it is too long")
	case strings.ContainsFunc(value, Unseen) && !(p.Secret() && !strings.ContainsRune(value, 0)):
		return bad("it holds a line end, a control character or one that cannot be seen")
	}
	if p.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + p.Pattern + `)$`)
		if err != nil {
			return bad("the runbook's own pattern for it cannot be read")
		}
		if !re.MatchString(value) {
			return bad("it must match " + p.Pattern)
		}
	}
	switch p.Kind() {
	case TypeInt:
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil || value != strconv.FormatInt(n, 10):
			return bad("it must be a whole number")
		case p.Min != nil && n < *p.Min:
			return bad("it must be at least " + strconv.FormatInt(*p.Min, 10))
		case p.Max != nil && n > *p.Max:
			return bad("it must be at most " + strconv.FormatInt(*p.Max, 10))
		}
	case TypeBool:
		if value != "true" && value != "false" {
			return bad("it must be true or false")
		}
	case TypeEnum:
		if !slices.Contains(p.Values, value) {
			return bad("it must be one of " + strings.Join(p.Values, ", "))
		}
	case TypeDuration:
		if _, ok := ParseDuration(value); !ok || strings.HasPrefix(value, "-") {
			return bad("it must be a length of time such as 5m")
		}
	case TypeK8sName:
		if !k8sRe.MatchString(value) {
			return bad("it must be a Kubernetes name: small letters, digits, dots and dashes")
		}
	case TypeHostname:
		if len(value) > 253 || !hostRe.MatchString(value) && net.ParseIP(value) == nil {
			return bad("it must be a host name or an address")
		}
	case TypeURL:
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(value, " \"'`\\<>") {
			return bad("it must be an address that begins with https://")
		}
	case TypePath:
		if !pathRe.MatchString(value) || slices.Contains(strings.Split(value, "/"), "..") {
			return bad("it must be a path of letters, digits and . _ / - without ..")
		}
	case TypeString:
		if p.Pattern == "" && !defaultRe.MatchString(value) {
			return bad("it must begin with a letter or a digit and hold only letters, digits and . _ : / @ = + , -")
		}
	case TypeText:
		if strings.HasPrefix(value, "-") {
			return bad("it may not begin with a dash")
		}
	}
	return nil
}

// Unseen are characters no value may hold: controls, line ends, marks of
// direction, invisible ones, and what stands for bytes that are not UTF-8.
func Unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r == unicode.ReplacementChar
}
