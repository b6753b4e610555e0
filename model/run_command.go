package model

import (
	"slices"
	"strings"
	"time"
)

// Bounds of a run. They are far above any runbook for people.
const (
	maxRunSteps   = 500
	maxRunActions = 100
	maxRunOutput  = 4 << 10 // bytes of output that go into the record
	maxRunValues  = 200
	lateAfter     = 2 * time.Minute // a deadline seen later than this was missed
)

// StartRun begins to follow a runbook or a rollback.
type StartRun struct {
	Book, Title, Hash string
	Rollback          bool
	Lock              string
	Seat              Seat
	Values            map[string]string
	Steps             []RunStep
	Escalate          []RunDeadline
	Undoes            int // the run that this one takes back, which ends with it; 0: none
}

// Decide refuses a second rollback of one target in any open incident, and names
// who holds it.
func (c StartRun) Decide(s Scene) ([]Draft, error) {
	title, err := cleanTitle(c.Title)
	if err != nil {
		return nil, err
	}
	if len(c.Steps) == 0 || len(c.Steps) > maxRunSteps {
		return nil, Errorf(Invalid, "a run has 1 to %d steps, not %d", maxRunSteps, len(c.Steps))
	}
	if len(c.Values) > maxRunValues {
		return nil, Errorf(Invalid, "a run has at most %d values", maxRunValues)
	}
	var out []Draft
	if was, ok := s.Incident.Run(c.Undoes); ok && was.Active() {
		if st, _, busy := was.Running(); busy {
			return nil, Errorf(Conflict, "run %d still runs %q: wait for it, or stop it", was.N, Brief(st.Title, 60))
		}
		out = append(out, Draft{Kind: KindRunEnded, Body: &RunEnded{was.N, was.Book, RunFailed, "it is undone"}})
	}
	if err := s.lockFree(c.Lock, c.Undoes); err != nil {
		return nil, err
	}
	c.Seat.Person = s.Actor
	b := &RunStarted{
		N:    following(s.Incident.Runs, 0, func(r Run) int { return r.N }),
		Book: Valid(c.Book), Title: title, Hash: c.Hash, Rollback: c.Rollback, Lock: Valid(c.Lock), Seat: c.Seat, Values: c.Values,
	}
	for _, st := range c.Steps {
		if st.ID == "" || len(st.Actions) == 0 || len(st.Actions) > maxRunActions {
			return nil, Errorf(Invalid, "step %q needs an id and 1 to %d actions", Brief(st.Title, 40), maxRunActions)
		}
		step := RunStep{ID: Valid(st.ID), Title: Brief(Valid(st.Title), 200), Phase: st.Phase, Must: st.Must}
		for _, a := range st.Actions {
			step.Actions = append(step.Actions, RunAction{Text: Brief(Valid(a.Text), 300), Kind: a.Kind, Risk: a.Risk})
		}
		b.Steps = append(b.Steps, step)
	}
	for _, d := range c.Escalate {
		d.Due = Millis(d.Due)
		b.Escalate = append(b.Escalate, d)
	}
	return append(out, Draft{Kind: KindRunStarted, Body: b}), nil
}

// lockFree refuses if a rollback of the same target is under way anywhere, other
// than run but of this incident.
func (s Scene) lockFree(lock string, but int) error {
	if lock == "" {
		return nil
	}
	all := []*Incident{s.Incident}
	if s.Others != nil {
		all = append(all, s.Others()...)
	}
	for _, i := range all {
		for _, r := range i.Runs {
			if r.Active() && r.Lock == lock && (i != s.Incident || r.N != but) {
				return Errorf(Conflict, "%s is being rolled back by %s already, run %d of %s since %s: wait, or take that run over", Brief(lock, 80), r.Runner.Person, r.N, i.ID, r.Started.UTC().Format("15:04:05Z"))
			}
		}
	}
	return nil
}

// activeRun finds a run that is still followed.
func (s Scene) activeRun(n int) (Run, error) {
	r, ok := s.Incident.Run(n)
	if !ok {
		return r, Errorf(NotFound, "there is no run %d in %s", n, s.Incident.ID)
	}
	if !r.Active() {
		return r, Errorf(Conflict, "run %d is %s already", n, r.Outcome)
	}
	return r, nil
}

func (s Scene) runAction(n int, step string, action int) (Run, RunAction, error) {
	r, err := s.activeRun(n)
	if err != nil {
		return r, RunAction{}, err
	}
	st, ok := r.Step(step)
	if !ok || action < 0 || action >= len(st.Actions) {
		return r, RunAction{}, Errorf(NotFound, "run %d has no action %d in a step %q", n, action+1, Brief(step, 60))
	}
	return r, st.Actions[action], nil
}

// SetRunValues fills in values of a run. A secret's value never goes here.
type SetRunValues struct {
	N      int
	Values map[string]string
}

// Decide refuses a run that has ended, and a change of nothing.
func (c SetRunValues) Decide(s Scene) ([]Draft, error) {
	r, err := s.activeRun(c.N)
	if err != nil {
		return nil, err
	}
	changed := map[string]string{}
	for k, v := range c.Values {
		if r.Values[k] != v {
			changed[k] = Valid(v)
		}
	}
	if len(changed) == 0 {
		return nil, Errorf(Conflict, "no value would change")
	}
	if len(r.Values)+len(changed) > 2*maxRunValues {
		return nil, Errorf(Invalid, "a run has at most %d values", maxRunValues)
	}
	return []Draft{{Kind: KindRunValues, Body: &RunValues{c.N, changed}}}, nil
}

// StartAction is written before a command starts, by the process that will start
// it and only by the one that holds the run.
type StartAction struct {
	N        int
	Step     string
	Action   int
	Token    string // of the process
	Command  string
	Hash     string
	Params   []string
	Risk     string
	Dir      string
	Required int    // how many people have to have said yes
	Approval string // hash of what they said yes to
	Target   string // what each of them had to type; empty: a yes was enough
	// Again says that a person has decided to run a changing action whose outcome
	// is not known.
	Again bool
}

// Decide refuses while something of the run runs, without the approvals, and a
// changing action that was interrupted unless a person has said so.
func (c StartAction) Decide(s Scene) ([]Draft, error) {
	r, a, err := s.runAction(c.N, c.Step, c.Action)
	if err != nil {
		return nil, err
	}
	if r.Runner.Token != c.Token {
		return nil, Errorf(Conflict, "%s executes run %d: follow, or take it over", r.Runner.Person, c.N)
	}
	if st, k, ok := r.Running(); ok {
		return nil, Errorf(Conflict, "run %d still runs action %d of %q: wait for it, or stop it", c.N, k+1, Brief(st.Title, 60))
	}
	if a.State == ActionInterrupted && c.Risk != "read" && !c.Again {
		return nil, Errorf(Conflict, "this was interrupted and nobody knows whether it happened: look first, then mark it as done or run it again on purpose")
	}
	if have := r.Approved(c.Step, c.Approval, c.Target, s.Now); have < c.Required {
		return nil, Errorf(Conflict, "step %q needs the approval of %d, and %d have approved it as it stands now", Brief(c.Step, 60), c.Required, have)
	}
	return []Draft{{Kind: KindActionStarted, Body: &ActionStarted{
		N: c.N, Step: c.Step, Action: c.Action, Attempt: a.Attempt + 1, What: a.Text,
		Command: headOf(c.Command), Hash: c.Hash, Params: own(c.Params), Risk: c.Risk, Dir: c.Dir,
	}}}, nil
}

// EndAction says how a command went.
type EndAction struct {
	N       int
	Step    string
	Action  int
	Token   string
	Result  ActionEnded // N, Step, Action and What are filled in
	Started time.Time
}

// Decide refuses the end of what does not run.
func (c EndAction) Decide(s Scene) ([]Draft, error) {
	r, a, err := s.runAction(c.N, c.Step, c.Action)
	switch {
	case err != nil:
		return nil, err
	case a.State != ActionRunning || r.Runner.Token != c.Token:
		return nil, Errorf(Conflict, "action %d of %q does not run any more: %s", c.Action+1, Brief(c.Step, 60), a.State)
	case !slices.Contains(actionEnds, c.Result.State):
		return nil, Errorf(Invalid, "%q is no way to end", Brief(string(c.Result.State), 30))
	}
	b := c.Result
	b.N, b.Step, b.Action, b.What = c.N, c.Step, c.Action, a.Text
	b.Output = tailOf(Valid(b.Output))
	return []Draft{{Kind: KindActionEnded, Body: &b}}, nil
}

func headOf(s string) string {
	if len(s) > maxRunOutput {
		return strings.ToValidUTF8(s[:maxRunOutput], "") + "…"
	}
	return s
}

func tailOf(s string) string {
	if len(s) > maxRunOutput {
		return "…" + strings.ToValidUTF8(s[len(s)-maxRunOutput:], "")
	}
	return s
}

// MarkAction is a person's word on an action.
type MarkAction struct {
	N      int
	Step   string
	Action int
	State  ActionState // done, skipped, failed (not achieved), pending (open again)
	Reason string
	ByBook bool // the runbook itself says so: it does not apply, or a failure leads elsewhere
}

// Decide refuses to skip without a reason, what may not be skipped, and to mark
// what runs.
func (c MarkAction) Decide(s Scene) ([]Draft, error) {
	r, a, err := s.runAction(c.N, c.Step, c.Action)
	if err != nil {
		return nil, err
	}
	st, _ := r.Step(c.Step)
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	switch {
	case a.State == ActionRunning:
		return nil, Errorf(Conflict, "it runs: wait for it, or stop it first")
	case c.State == ActionSkipped && st.Must && !c.ByBook:
		return nil, Errorf(Conflict, "the runbook says that %q may not be skipped: do it, or abandon the run with a reason", Brief(st.Title, 60))
	case c.State == ActionSkipped && reason == "":
		return nil, Errorf(Invalid, "say why it is skipped: the reason is logged")
	case !slices.Contains([]ActionState{ActionDone, ActionSkipped, ActionFailed, ActionPending}, c.State):
		return nil, Errorf(Invalid, "%q is no mark", Brief(string(c.State), 30))
	case a.State == c.State:
		return nil, Errorf(Conflict, "it is %s already", c.State)
	}
	return []Draft{{Kind: KindActionMarked, Body: &ActionMarked{c.N, c.Step, c.Action, a.Text, c.State, reason}}}, nil
}

// ApproveStep is a person's yes to a step as it stands: what will run, with which
// values, by whom. Hash is the digest of all that.
type ApproveStep struct {
	N     int
	Step  string
	Hash  string
	Typed string
	// Target is what has to be typed, to the letter; empty: a yes is enough.
	Target string
	For    time.Duration // 0: ten minutes
	Roles  []Role        // who may; empty: everybody
}

// Decide refuses another target than the one that the step changes, a second yes
// of the same person, and one of somebody who may not.
func (c ApproveStep) Decide(s Scene) ([]Draft, error) {
	r, err := s.activeRun(c.N)
	if err != nil {
		return nil, err
	}
	if _, ok := r.Step(c.Step); !ok || c.Hash == "" {
		return nil, Errorf(NotFound, "run %d has no step %q", c.N, Brief(c.Step, 60))
	}
	if len(c.Roles) > 0 && !slices.ContainsFunc(c.Roles, func(ro Role) bool { return s.Incident.Holds(s.Actor, ro) }) {
		return nil, Errorf(Conflict, "only %s may approve this", join(c.Roles))
	}
	if c.Target != "" && c.Typed != c.Target {
		return nil, Errorf(Conflict, "%q is not %q: nothing was run", Brief(c.Typed, 60), Brief(c.Target, 60))
	}
	if slices.ContainsFunc(r.Approvals, func(a RunApproval) bool {
		return a.holds(c.Step, c.Hash, c.Target, s.Now) && SamePerson(a.By, s.Actor)
	}) {
		return nil, Errorf(Conflict, "you have approved it already")
	}
	d := c.For
	if d <= 0 {
		d = 10 * time.Minute
	}
	return []Draft{{Kind: KindRunApproved, Body: &RunApproved{c.N, c.Step, c.Hash, Valid(c.Typed), d.Milliseconds()}}}, nil
}

// TakeRun makes another process the one that executes.
type TakeRun struct {
	N    int
	Seat Seat
	From string // token of the process that holds it, as seen; another one by now refuses
}

// Decide refuses if the run moved in between.
func (c TakeRun) Decide(s Scene) ([]Draft, error) {
	r, err := s.activeRun(c.N)
	switch {
	case err != nil:
		return nil, err
	case r.Runner.Token == c.Seat.Token:
		return nil, Errorf(Conflict, "run %d is executed here already", c.N)
	case r.Runner.Token != c.From:
		return nil, Errorf(Conflict, "%s has taken run %d over in the meantime", r.Runner.Person, c.N)
	}
	c.Seat.Person = s.Actor
	return []Draft{{Kind: KindRunTaken, Body: &RunTaken{c.N, r.Runner.Person, c.Seat}}}, nil
}

// EndRun ends a run.
type EndRun struct {
	N       int
	Outcome string // finished, abandoned, declined, failed
	Reason  string
}

// Decide refuses while something runs, a finish with something still to do, to
// decline what was begun already, and to abandon without a reason.
func (c EndRun) Decide(s Scene) ([]Draft, error) {
	r, err := s.activeRun(c.N)
	if err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	if st, _, ok := r.Running(); ok {
		return nil, Errorf(Conflict, "run %d still runs %q: wait for it, or stop it", c.N, Brief(st.Title, 60))
	}
	st, _, left := r.Next()
	switch c.Outcome {
	case RunFinished:
		if left {
			return nil, Errorf(Conflict, "run %d is not through: %q is still to do; skip it with a reason, or abandon the run", c.N, Brief(st.Title, 60))
		}
	case RunFailed:
	case RunDeclined:
		if st, did := r.changed(); did {
			return nil, Errorf(Conflict, "run %d was not declined, %q was begun: undo it, or give the run up with a reason", c.N, Brief(st.Title, 60))
		}
	case RunAbandoned:
		if reason == "" {
			return nil, Errorf(Invalid, "say why the run is given up: the reason is logged")
		}
	default:
		return nil, Errorf(Invalid, "%q is no way for a run to end", Brief(c.Outcome, 30))
	}
	return []Draft{{Kind: KindRunEnded, Body: &RunEnded{c.N, r.Book, c.Outcome, reason}}}, nil
}

// EscalateRun says that a deadline has passed. Every room that sees it sends
// this; the first one wins.
type EscalateRun struct {
	N, Level int
	Why      string // an action that failed, which does not wait for the deadline
}

// Decide refuses a deadline that is not due, or was dealt with.
func (c EscalateRun) Decide(s Scene) ([]Draft, error) {
	r, err := s.activeRun(c.N)
	if err != nil {
		return nil, err
	}
	if c.Level < 0 || c.Level >= len(r.Escalate) {
		return nil, Errorf(NotFound, "run %d has no escalation %d", c.N, c.Level+1)
	}
	d := r.Escalate[c.Level]
	switch {
	case !d.Fired.IsZero():
		return nil, Errorf(Conflict, "%s was named already", d.Contact)
	case s.Now.Before(d.Due) && c.Why == "":
		return nil, Errorf(Conflict, "that is due only in %s", Span(d.Due.Sub(s.Now)))
	case !s.Incident.Status.Live() && !d.Always:
		return nil, Errorf(Conflict, "the incident is %s: nobody has to be told", s.Incident.Status)
	}
	b := &RunEscalated{N: c.N, Level: c.Level, Contact: d.Contact, Message: d.Message}
	if c.Why != "" {
		b.Message = strings.TrimSuffix(Brief(Valid(c.Why), 300)+"; "+d.Message, "; ")
	}
	if late := s.Now.Sub(d.Due); late > lateAfter {
		b.Late = late.Milliseconds()
	}
	return []Draft{{Kind: KindRunEscalated, Body: b}}, nil
}

// awaits reports whether a deadline of a run still counts.
func (i *Incident) awaits(r Run, d RunDeadline) bool {
	return r.Active() && d.Fired.IsZero() && (i.Status.Live() || d.Always)
}

// EscalationsAhead is when the deadlines are that have not passed at now, of all
// runs that are followed.
func (i *Incident) EscalationsAhead(now time.Time) []time.Time {
	var out []time.Time
	for _, r := range i.Runs {
		for _, d := range r.Escalate {
			if i.awaits(r, d) && now.Before(d.Due) {
				out = append(out, d.Due)
			}
		}
	}
	return out
}

// DueEscalations lists what EscalateRun would accept now.
func (i *Incident) DueEscalations(now time.Time) []EscalateRun {
	var out []EscalateRun
	for _, r := range i.Runs {
		for k, d := range r.Escalate {
			if i.awaits(r, d) && !now.Before(d.Due) {
				out = append(out, EscalateRun{N: r.N, Level: k})
			}
		}
	}
	return out
}
