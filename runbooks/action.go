package runbooks

// Exec is something that can be run: exactly one of Argv, Command, Script and
// HTTP, or none, and how. It is part of actions, checks and the moves of a
// rollback.
type Exec struct {
	Argv    []string `yaml:"argv,omitempty"`    // a program and its arguments, no shell; the safest form
	Command string   `yaml:"command,omitempty"` // text for a shell
	Script  string   `yaml:"script,omitempty"`  // text for a shell, in several lines
	HTTP    *HTTP    `yaml:"http,omitempty"`

	Shell       string            `yaml:"shell,omitempty"` // sh, bash or bash-strict
	Cwd         string            `yaml:"cwd,omitempty"`
	Env         map[string]string `yaml:"env,omitempty"`
	Secrets     Strings           `yaml:"secrets,omitempty"` // names of secret params put into its environment
	Stdin       string            `yaml:"stdin,omitempty"`   // text with placeholders; else it reads nothing
	Timeout     Duration          `yaml:"timeout,omitempty"`
	Stop        *Stop             `yaml:"stop,omitempty"`
	Interactive bool              `yaml:"interactive,omitempty"` // it needs the terminal
}

// Text is the shell text of e, from whichever of the two fields holds it.
func (e *Exec) Text() string {
	if e.Command != "" {
		return e.Command
	}
	return e.Script
}

// Runs reports whether there is anything to run.
func (e *Exec) Runs() bool { return len(e.Argv) > 0 || e.Text() != "" || e.HTTP != nil }

// Stop is how to end something that runs: the first signal and how long to wait
// before TERM, and then KILL, follow.
type Stop struct {
	Signal string   `yaml:"signal,omitempty"` // INT (default), TERM, HUP, QUIT, KILL
	Grace  Duration `yaml:"grace,omitempty"`
}

// Risk says what running something may do to the system.
type Risk string

// The risks. An unknown one asks as a mutating one does.
const (
	RiskRead        Risk = "read"        // looks only
	RiskMutate      Risk = "mutate"      // changes something that can be changed back
	RiskDestructive Risk = "destructive" // data or capacity is gone afterwards
	RiskUnknown     Risk = "unknown"     // nobody has said
)

// Risks are all risks, mildest first.
var Risks = []Risk{RiskRead, RiskMutate, RiskDestructive, RiskUnknown}

// Or is r, or unknown where the file says nothing.
func (r Risk) Or() Risk {
	if r == "" {
		return RiskUnknown
	}
	return r
}

// Mutates reports whether r may change anything, as far as is known.
func (r Risk) Mutates() bool { return r != RiskRead }

// Action is a part of a step: something to read, to open, to run or to judge.
type Action struct {
	ID              string `yaml:"id,omitempty"`
	Description     string `yaml:"description,omitempty"`
	Link            string `yaml:"link,omitempty"`
	Exec            `yaml:",inline"`
	Wait            Duration   `yaml:"wait,omitempty"` // instead of running something
	Risk            Risk       `yaml:"risk,omitempty"`
	Preview         *Exec      `yaml:"preview,omitempty"`          // looks only: what would change
	SuccessCriteria string     `yaml:"success_criteria,omitempty"` // a person judges
	Expect          []Expect   `yaml:"expect,omitempty"`           // a machine judges; all must hold
	Verify          []Check    `yaml:"verify,omitempty"`           // afterwards
	Capture         Captures   `yaml:"capture,omitempty"`
	Idempotent      bool       `yaml:"idempotent,omitempty"` // may be repeated; else never by itself
	Retry           *Retry     `yaml:"retry,omitempty"`
	OnFailure       *OnFailure `yaml:"on_failure,omitempty"`
	Undo            *Exec      `yaml:"undo,omitempty"`
	Irreversible    string     `yaml:"irreversible,omitempty"`   // why there is no way back; said before it runs
	Example         string     `yaml:"example_output,omitempty"` // what the author saw
	Note            string     `yaml:"note,omitempty"`           // what the importer wants looked at
	Line            int        `yaml:"source_line,omitempty"`
}

// Retry repeats a failed action by itself, each time written down before and
// after. Only idempotent ones may be, and nothing that a person stopped is.
type Retry struct {
	Attempts   int      `yaml:"attempts"`              // in all, the first included
	Backoff    Duration `yaml:"backoff,omitempty"`     // before the second attempt, then twice as long; 0 means 2 s
	MaxBackoff Duration `yaml:"max_backoff,omitempty"` // 0 means 1 minute
	OnExit     Ints     `yaml:"on_exit,omitempty"`     // only after these exit codes; empty means any but 0
}

// What may follow a failure.
const (
	ThenStop     = "stop"
	ThenContinue = "continue"
	ThenGoto     = "goto"
	ThenRollback = "rollback"
	ThenEscalate = "escalate"
)

// Thens are all values of OnFailure.Then.
var Thens = []string{ThenStop, ThenContinue, ThenGoto, ThenRollback, ThenEscalate}

// OnFailure is what follows when an action has failed or took too long: the run
// stops there (the default), goes on, goes to a later step, or names the next
// contact of the escalation at once. A rollback is offered, never begun. The short
// forms are a word, {goto: STEP} and {rollback: STRATEGY}.
type OnFailure struct {
	Then     string `yaml:"then,omitempty"`
	Goto     string `yaml:"goto,omitempty"`     // a step's id
	Rollback string `yaml:"rollback,omitempty"` // a strategy's id
}

// UnmarshalYAML takes a word as well as the full form.
func (o *OnFailure) UnmarshalYAML(decode func(any) error) error {
	var s string
	if decode(&s) == nil {
		*o = OnFailure{Then: s}
		return nil
	}
	type full OnFailure
	if err := decode((*full)(o)); err != nil {
		return err
	}
	switch {
	case o.Then != "":
	case o.Goto != "":
		o.Then = ThenGoto
	case o.Rollback != "":
		o.Then = ThenRollback
	}
	return nil
}

// Capture keeps a piece of an output under a name; <captured.NAME> stands for it
// afterwards.
type Capture struct {
	Name  string `yaml:"name"`
	From  string `yaml:"from,omitempty"`  // stdout (default), stderr, body
	JSON  string `yaml:"json,omitempty"`  // a path into JSON: $.items[0].name
	Regex string `yaml:"regex,omitempty"` // its first group, or all of it
	Trim  *bool  `yaml:"trim,omitempty"`  // blanks at both ends; true if not said
	Max   Size   `yaml:"max,omitempty"`   // 0 means 4 KiB
	File  string `yaml:"file,omitempty"`  // also kept whole under this name in the run's folder
}

// HTTP is one request. Values are written into it by place: escaped in the
// address, encoded in JSON, refused with a line end in a header.
type HTTP struct {
	Method  string            `yaml:"method,omitempty"` // GET if absent
	URL     string            `yaml:"url"`              // https, unless Insecure
	Headers map[string]string `yaml:"headers,omitempty"`
	Body    any               `yaml:"body,omitempty"` // sent as JSON; text is sent as it is
	Auth    *Auth             `yaml:"auth,omitempty"`
	Expect  *Expect           `yaml:"expect,omitempty"`
	Retry   *HTTPRetry        `yaml:"retry,omitempty"`
	Plain   bool              `yaml:"allow_http,omitempty"` // http:// is meant
	Status  Ints              `yaml:"status,omitempty"`     // short for expect.status
}

// Auth adds a secret to a request: as Authorization with a scheme, or in a header
// of its own.
type Auth struct {
	Secret string `yaml:"secret"`           // name of a secret param
	Scheme string `yaml:"scheme,omitempty"` // Bearer (default), Basic, none
	Header string `yaml:"header,omitempty"` // Authorization if absent
}

// HTTPRetry repeats a request that was not carried out.
type HTTPRetry struct {
	On              Strings  `yaml:"on,omitempty"` // 429, 5xx, error (no answer)
	Attempts        int      `yaml:"attempts,omitempty"`
	Backoff         Duration `yaml:"backoff,omitempty"`
	HonorRetryAfter bool     `yaml:"honour_retry_after,omitempty"`
}
