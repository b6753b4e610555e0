package runbooks

// Expect is what an output must look like; everything said must hold.
type Expect struct {
	ExitCode Ints             `yaml:"exit_code,omitempty"` // any of these
	WarnCode Ints             `yaml:"warn_code,omitempty"` // these pass with a warning
	Stdout   *Match           `yaml:"stdout,omitempty"`
	Stderr   *Match           `yaml:"stderr,omitempty"`
	Status   Ints             `yaml:"status,omitempty"` // of an HTTP answer: any of these
	Body     *Match           `yaml:"body,omitempty"`
	Headers  map[string]Match `yaml:"headers,omitempty"`
	JSON     map[string]any   `yaml:"json,omitempty"`   // a path into JSON and its value, or a comparison "< 5"
	Number   string           `yaml:"number,omitempty"` // the output is one number: "< 0.01"
	Result   string           `yaml:"result,omitempty"` // pass; fail turns the check round
}

// Match is what a text must be like. The patterns are RE2; Contains, Word and Equals
// may hold placeholders.
type Match struct {
	Matches    string `yaml:"matches,omitempty"`
	NotMatches string `yaml:"not_matches,omitempty"`
	Contains   string `yaml:"contains,omitempty"`
	Word       string `yaml:"word,omitempty"`   // between blanks: 192.0.2.1 is none of 192.0.2.10; a full stop at its end does not count
	Equals     string `yaml:"equals,omitempty"` // without blanks at both ends
	Empty      *bool  `yaml:"empty,omitempty"`
}

// Check looks at the world without changing it. It has exactly one source: argv,
// command, http, tcp, promql or ask. Its result is pass, fail or inconclusive: no
// answer and no data are neither, and so is what comes with an exit status or an
// HTTP status that is bad and not expected.
type Check struct {
	Name    string `yaml:"name,omitempty"`
	ID      string `yaml:"id,omitempty"`
	Exec    `yaml:",inline"`
	TCP     string   `yaml:"tcp,omitempty"`        // host:port accepts a connection
	PromQL  string   `yaml:"promql,omitempty"`     // an instant query; one number
	Server  string   `yaml:"prometheus,omitempty"` // whom to ask; else Defaults.Prometheus
	Ask     string   `yaml:"ask,omitempty"`        // a person says yes or no
	Expect  []Expect `yaml:"expect,omitempty"`
	Success string   `yaml:"success,omitempty"`  // of a number: "< 0.01"
	Level   string   `yaml:"severity,omitempty"` // block (default) or warn: shown, and no more
	Message string   `yaml:"message,omitempty"`  // what a failure means
	Capture Captures `yaml:"capture,omitempty"`

	// How it is sampled; a guard or a prerequisite is looked at once.
	InitialDelay Duration `yaml:"initial_delay,omitempty"`
	Interval     Duration `yaml:"interval,omitempty"`      // 0 means 30 s
	Count        int      `yaml:"count,omitempty"`         // at most so many samples; 0 means no limit
	Consecutive  int      `yaml:"consecutive,omitempty"`   // passes in a row that make it green; 0 means 1
	FailureLimit int      `yaml:"failure_limit,omitempty"` // more failures than this end it; 0 means never
}

// The levels of a guard.
const (
	LevelBlock = "block"
	LevelWarn  = "warn"
)

// Source says which field makes the check: argv, command, http, tcp, promql, ask;
// "" if none does.
func (c *Check) Source() string {
	switch {
	case len(c.Argv) > 0:
		return "argv"
	case c.Text() != "":
		return "command"
	case c.HTTP != nil:
		return "http"
	case c.TCP != "":
		return "tcp"
	case c.PromQL != "":
		return "promql"
	case c.Ask != "":
		return "ask"
	}
	return ""
}

// Label is what the check is called on the screen.
func (c *Check) Label() string {
	for _, s := range []string{c.Name, c.ID, c.Ask, c.TCP, c.PromQL} {
		if s != "" {
			return s
		}
	}
	return c.Source()
}
