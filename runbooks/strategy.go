package runbooks

// StrategyTypes are the types of a strategy.
var StrategyTypes = []string{"kubernetes", "helm", "argo_rollouts", "database", "feature_flag", "cdn", "dns", "ecs", "lambda", "git", "custom"}

// Strategy is a way back, as data: plan, guards, capture, preview, confirm,
// execute, verify, and the offer to undo. It holds argv and http only, no shell.
type Strategy struct {
	APIVersion     string       `yaml:"apiVersion,omitempty"`
	Kind           string       `yaml:"kind,omitempty"` // RollbackStrategy
	ID             string       `yaml:"id"`
	Type           string       `yaml:"type"`
	Title          string       `yaml:"title"`
	Description    string       `yaml:"description,omitempty"`
	Owner          string       `yaml:"owner,omitempty"`
	Risk           RollbackRisk `yaml:"risk"`
	Needs          Strings      `yaml:"needs,omitempty"` // programs that must be on PATH
	Params         []Param      `yaml:"params,omitempty"`
	Guards         []Check      `yaml:"guards,omitempty"`  // look only; a failing one blocks
	Capture        []Move       `yaml:"capture,omitempty"` // look only; kept for undo and for the review
	Preview        []Move       `yaml:"preview,omitempty"` // look only
	Confirm        Approval     `yaml:"confirm"`
	Lock           string       `yaml:"lock"` // the target; two rollbacks never hold the same
	Execute        []Move       `yaml:"execute"`
	Verify         []Check      `yaml:"verify"`
	Recovery       string       `yaml:"recovery,omitempty"` // from_runbook: the recovery checks follow
	OnVerifyFailed *Offer       `yaml:"on_verify_failed,omitempty"`
	Undo           []Move       `yaml:"undo,omitempty"`
	Timeline       string       `yaml:"timeline,omitempty"` // the sentence of the timeline
	Notes          Strings      `yaml:"notes,omitempty"`    // what to know before, shown with the plan

	File  string `yaml:"-"`
	Hash  string `yaml:"-"` // SHA-256 of the file's bytes, lower-case hex
	place *place `yaml:"-"`
}

// RollbackRisk says before, not after, what a rollback costs.
type RollbackRisk struct {
	Level       Risk     `yaml:"level"`
	Reversible  bool     `yaml:"reversible"`
	DataLoss    string   `yaml:"data_loss,omitempty"` // none (default), possible, certain
	BlastRadius string   `yaml:"blast_radius,omitempty"`
	Expected    Duration `yaml:"expected,omitempty"` // how long it usually takes
}

// Move is one call of a rollback.
type Move struct {
	ID         string `yaml:"id,omitempty"`
	Name       string `yaml:"name,omitempty"` // of what is captured: <captured.NAME>
	Title      string `yaml:"title,omitempty"`
	Exec       `yaml:",inline"`
	File       string   `yaml:"file,omitempty"`  // captured output is also kept under this name
	JSON       string   `yaml:"json,omitempty"`  // what to capture of a JSON answer
	From       string   `yaml:"from,omitempty"`  // what is captured of: stdout (default), stderr, body
	Regex      string   `yaml:"regex,omitempty"` // its first group, or all of it
	Diff       string   `yaml:"diff,omitempty"`  // the capture to compare the output with
	Expect     []Expect `yaml:"expect,omitempty"`
	Idempotent bool     `yaml:"idempotent,omitempty"`
	OnCancel   string   `yaml:"on_cancel,omitempty"` // what asking it to end does: stop it (default), ask again, or let it finish
	Wait       Duration `yaml:"wait,omitempty"`
	Optional   bool     `yaml:"optional,omitempty"` // its failure is shown, and no more
}

// FromRunbook is the Recovery of a strategy that leaves it to the runbook.
const FromRunbook = "from_runbook"

// What may be offered besides another strategy.
const (
	OfferUndo     = "undo"
	OfferEscalate = "escalate"
)

// What happens to a move that is cancelled.
const (
	CancelStop   = "stop"
	CancelAsk    = "ask"
	CancelFinish = "finish"
)

// Offer is what may be chosen when the verification failed. Nothing of it happens
// by itself.
type Offer struct {
	Offer []Choice `yaml:"offer"`
}

// Choice is undo, escalate, or another strategy.
type Choice struct {
	Do       string `yaml:"do,omitempty"`       // undo or escalate
	Strategy string `yaml:"strategy,omitempty"` // a strategy's id
}

// UnmarshalYAML takes a word as well as {strategy: ID}.
func (c *Choice) UnmarshalYAML(decode func(any) error) error {
	var s string
	if decode(&s) == nil {
		*c = Choice{Do: s}
		return nil
	}
	type full Choice
	return decode((*full)(c))
}

// Param finds a parameter by its name.
func (s *Strategy) Param(name string) (*Param, bool) {
	for i := range s.Params {
		if s.Params[i].Name == name {
			return &s.Params[i], true
		}
	}
	return nil, false
}
