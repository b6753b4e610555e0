package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/library"
	"warroom/runbooks/proc"
)

// Store is what is needed of the record.
type Store interface {
	NewID() model.ID
	Do(ctx context.Context, incident string, r model.Request) (model.Receipt, error)
	Incident(ctx context.Context, id string) (*model.Incident, error)
}

// Config says what a Runner works with.
type Config struct {
	Store   Store
	Library func() *library.Library
	Actor   string
	Dir     string                              // where runs keep their files
	Environ []string                            // of this process
	Allowed []string                            // what commands inherit of it; nil: proc.Allowed
	Alerts  func(incident string) []alert.Alert // that are part of an incident, the newest first; nil: none are known
	Client  *http.Client                        // nil: call.DefaultClient
	Now     func() time.Time                    // nil: time.Now
}

// Runner follows runbooks in the name of one person. Its methods may be called
// from several goroutines; those that take a context may take time.
type Runner struct {
	cfg  Config
	seat model.Seat
	mu   sync.Mutex
	jobs map[*job]bool
	over bool
	pace func(time.Duration) time.Duration // how long a pause of that length takes; nil: as long
}

// New makes a Runner. Its seat is new: what another process of the same person
// executes is not executed here.
func New(cfg Config) *Runner {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Allowed == nil {
		cfg.Allowed = proc.Allowed
	}
	host, _ := os.Hostname()
	id := cfg.Store.NewID()
	return &Runner{cfg: cfg, jobs: map[*job]bool{}, seat: model.Seat{Person: cfg.Actor, Host: host, PID: os.Getpid(), Born: born(os.Getpid()), Token: fmt.Sprint(id)}}
}

// Seat is this process.
func (r *Runner) Seat() model.Seat { return r.seat }

// Holds reports whether this process executes a run.
func (r *Runner) Holds(run model.Run) bool { return run.Runner.Token == r.seat.Token }

// Gone reports whether the process that executes a run is known to have ended, also
// where another one has its number by now: in a container that may be this one.
func (r *Runner) Gone(run model.Run) bool {
	s := run.Runner
	if s.Host != r.seat.Host || s.PID <= 0 {
		return false
	}
	if !alive(s.PID) {
		return true
	}
	now := born(s.PID)
	return s.Born != "" && now != "" && now != s.Born
}

// Cards lists runbooks and rollbacks: those that fit the incident first.
func (r *Runner) Cards(inc *model.Incident) []play.Card {
	lib := r.cfg.Library()
	var out []play.Card
	seen := map[string]bool{}
	if inc != nil {
		q := library.For(inc).With(r.alerts(inc))
		for _, m := range lib.Suggest(q) {
			seen[m.Item.ID] = true
			out = append(out, r.suggested(m))
		}
	}
	for _, it := range lib.Books() {
		if !seen[it.ID] {
			out = append(out, r.card(it))
		}
	}
	for _, it := range lib.Strategies() {
		out = append(out, r.card(it))
	}
	return out
}

// Fitting lists the runbooks that fit alerts, best first, with the reason. A
// runbook that is only alike in words of a title is none of them: an alert asks
// for one by its name, a metric, its service or an address, or not at all.
func (r *Runner) Fitting(alerts []alert.Alert) []play.Card {
	var out []play.Card
	for _, m := range r.cfg.Library().Suggest(library.Query{}.With(alerts)) {
		out = append(out, r.suggested(m))
	}
	return out
}

// Faults says which files of the library cannot be used, and why.
func (r *Runner) Faults() []string {
	var out []string
	for _, b := range r.cfg.Library().Bad() {
		out = append(out, model.Message(b.Err))
	}
	return out
}

func (r *Runner) suggested(m library.Match) play.Card {
	c := r.card(m.Item)
	c.Why = strings.Join(m.Reason, ", ")
	return c
}

// alerts are those of an incident, as far as they are known.
func (r *Runner) alerts(inc *model.Incident) []alert.Alert {
	if r.cfg.Alerts == nil || inc == nil || len(inc.Alerts) == 0 {
		return nil
	}
	return r.cfg.Alerts(inc.ID)
}

func (r *Runner) card(it library.Item) play.Card {
	c := play.Card{Ref: play.Ref{ID: it.ID, Rollback: it.Strategy != nil}, Title: it.Title, Origin: string(it.Origin)}
	if b := it.Book; b != nil {
		c.Steps, c.Owner, c.Described = len(b.Steps), b.Owner, b.Description
		if day, err := time.Parse("2006-01-02", b.Reviewed); err == nil && b.ReviewEvery > 0 && r.cfg.Now().After(day.Add(time.Duration(b.ReviewEvery))) {
			c.Stale = "last reviewed " + b.Reviewed
		}
	}
	if s := it.Strategy; s != nil {
		c.Type, c.Owner, c.Undoable, c.Data, c.Described = s.Type, s.Owner, s.Risk.Reversible, s.Risk.DataLoss, s.Description
		c.Steps = len(strategyTrack(s, nil, false).steps)
	}
	return c
}

// find gives the track of a reference: as the library has it now or, for an undo,
// with the text, values and captures of the run that is to be undone.
func (r *Runner) find(inc *model.Incident, ref play.Ref, given map[string]string) (*track, map[string]string, *model.Run, error) {
	if ref.Undo > 0 {
		return r.undoOf(inc, ref, given)
	}
	lib := r.cfg.Library()
	var t *track
	if ref.Rollback {
		it, err := lib.Strategy(ref.ID)
		if err != nil {
			return nil, nil, nil, err
		}
		t = strategyTrack(it.Strategy, it.Data, false)
	} else {
		it, err := lib.Find(ref.ID)
		if err != nil {
			return nil, nil, nil, err
		}
		t = trackOf(it.Book, it.Data)
	}
	return t, given, nil, t.takes(given)
}

// takes refuses values that the track does not have, and those of secrets, which
// are never typed: they would stand in the record.
func (t *track) takes(given map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		k := slices.IndexFunc(t.params, func(p runbooks.Param) bool { return p.Name == name })
		switch {
		case k < 0:
			var have []string
			for _, p := range t.params {
				have = append(have, p.Name)
			}
			return model.Errorf(model.Invalid, "%s has no value %q: it has %s", t.id, model.Brief(name, 60), strings.Join(have, ", "))
		case t.params[k].Secret():
			return model.Errorf(model.Invalid, "%s is a secret, which is never typed here: it comes from %s", name, strings.Join(t.params[k].From, " or "))
		}
	}
	return nil
}

// Fill changes values of a run.
func (r *Runner) Fill(ctx context.Context, incident string, n int, values map[string]string) error {
	inc, err := r.cfg.Store.Incident(ctx, incident)
	if err != nil {
		return err
	}
	t, _, err := r.follow(inc, n)
	if err != nil {
		return err
	}
	if err := t.takes(values); err != nil {
		return err
	}
	if _, err := r.do(ctx, incident, model.SetRunValues{N: n, Values: values}); err != nil {
		return err
	}
	return r.Settle(ctx, incident, n)
}

func (r *Runner) undoOf(inc *model.Incident, ref play.Ref, given map[string]string) (*track, map[string]string, *model.Run, error) {
	t, run, err := r.follow(inc, ref.Undo)
	switch {
	case err != nil:
		return nil, nil, nil, err
	case t.undo || run.Rollback != ref.Rollback || run.Book != ref.ID:
		return nil, nil, nil, model.Errorf(model.NotFound, "run %d is no run of %s", ref.Undo, model.Brief(ref.ID, 60))
	}
	if t.strategy != nil {
		if len(t.strategy.Undo) == 0 {
			return nil, nil, nil, model.Errorf(model.Conflict, "run %d of %s: %s", run.N, t.id, noUndo)
		}
		if st, _ := run.Step(executeStep); !slices.ContainsFunc(st.Actions, begun) {
			return nil, nil, nil, model.Errorf(model.Conflict, "run %d of %s changed nothing that could be undone", run.N, t.id)
		}
		t = strategyTrack(t.strategy, t.data, true)
	} else {
		list := undoable(t.book, &run)
		if len(list) == 0 {
			return nil, nil, nil, model.Errorf(model.Conflict, "run %d did nothing that %s says how to undo", run.N, t.id)
		}
		t = undoTrack(t.book, t.data, list)
	}
	if err := t.takes(given); err != nil {
		return nil, nil, nil, err
	}
	all := maps.Clone(run.Values)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, given)
	return t, all, &run, nil
}

// Plan says what would be done, without doing anything.
func (r *Runner) Plan(inc *model.Incident, ref play.Ref, values map[string]string) (*play.Plan, error) {
	t, values, run, err := r.find(inc, ref, values)
	if err != nil {
		return nil, err
	}
	p := r.planOf(t, inc, run, values)
	p.Run, p.Ref = 0, ref
	return p, nil
}

// Begin writes down that a run begins, and keeps the text it follows.
func (r *Runner) Begin(ctx context.Context, incident string, ref play.Ref, values map[string]string) (int, error) {
	inc, err := r.cfg.Store.Incident(ctx, incident)
	if err != nil {
		return 0, err
	}
	t, values, was, err := r.find(inc, ref, values)
	if err != nil {
		return 0, err
	}
	p := r.planOf(t, inc, was, values)
	if t.rollback {
		if m := p.Missing(); len(m) > 0 {
			return 0, model.Errorf(model.NotFound, "%s is not on PATH: install it before the rollback begins", strings.Join(m, ", "))
		}
		for _, v := range p.Values {
			if v.Problem != "" {
				return 0, model.Errorf(model.Invalid, "a rollback needs its target before it begins: %s: %s", v.Name, v.Problem)
			}
		}
	}
	if err := r.keepText(t); err != nil {
		return 0, err
	}
	c := model.StartRun{Book: t.id, Title: t.title, Hash: t.hash, Rollback: t.rollback, Lock: p.Lock, Seat: r.seat, Values: map[string]string{}}
	if t.undo {
		c.Book, c.Undoes = play.UndoName(t.id), was.N
		for k, v := range was.Captured {
			c.Values["captured."+k] = v
		}
	}
	for _, v := range p.Values {
		if !v.Secret && v.Value != "" {
			c.Values[v.Name] = v.Value
		}
	}
	for k, s := range p.Steps {
		st := model.RunStep{ID: s.ID, Title: s.Title, Phase: s.Phase, Must: !s.Skippable}
		for j, a := range s.Actions {
			st.Actions = append(st.Actions, model.RunAction{Text: a.Text, Kind: a.Kind, Risk: string(t.steps[k].items[j].risk)})
		}
		c.Steps = append(c.Steps, st)
	}
	if t.book != nil {
		c.Escalate = deadlines(t.book, inc, r.cfg.Now())
	}
	rec, err := r.do(ctx, incident, c)
	if err != nil {
		return 0, err
	}
	runs := rec.Incident.Runs
	n := runs[len(runs)-1].N
	return n, r.Settle(ctx, incident, n)
}

// noUndo is why a rollback is offered no undo.
const noUndo = "this cannot be undone by a second call"

func deadlines(b *runbooks.Book, inc *model.Incident, now time.Time) []model.RunDeadline {
	var out []model.RunDeadline
	for _, e := range b.Escalation {
		from := now
		if d, ok := inc.At(model.Declared); ok && e.From == "declared" {
			from = d
		}
		out = append(out, model.RunDeadline{Contact: e.Contact, Due: from.Add(time.Duration(e.After)), Message: e.Message, Always: e.If == "always"})
	}
	return out
}

func (r *Runner) do(ctx context.Context, incident string, c model.Command) (model.Receipt, error) {
	return r.cfg.Store.Do(ctx, incident, model.Request{ID: r.cfg.Store.NewID(), Actor: r.cfg.Actor, Command: c})
}

// keepText keeps the text of a runbook under its digest, so that a run follows
// what it began with, whatever happens to the file.
func (r *Runner) keepText(t *track) error {
	sum := sha256.Sum256(t.data)
	if hex.EncodeToString(sum[:]) != t.hash {
		return model.Errorf(model.Internal, "the text of %s is not what was read", t.id)
	}
	path := r.textPath(t.hash)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return model.Wrap(model.Full, err, "the runbook's text cannot be kept")
	}
	if err := os.WriteFile(path, t.data, 0o600); err != nil {
		return model.Wrap(model.Full, err, "the runbook's text cannot be kept")
	}
	return nil
}

func (r *Runner) textPath(hash string) string {
	return filepath.Join(r.cfg.Dir, "texts", hash+".yaml")
}

// looking is the folder in which checks work that belong to no run.
func (r *Runner) looking(incident string) (string, error) {
	dir := filepath.Join(r.cfg.Dir, incident, "looks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", model.Wrap(model.Full, err, "the folder of the checks cannot be made")
	}
	return dir, nil
}

func (r *Runner) dir(incident string, n int) string {
	return filepath.Join(r.cfg.Dir, incident, fmt.Sprintf("run-%d", n))
}

// follow gives a run with the text that it began with.
func (r *Runner) follow(inc *model.Incident, n int) (*track, model.Run, error) {
	run, ok := inc.Run(n)
	if !ok {
		return nil, run, model.Errorf(model.NotFound, "there is no run %d in %s", n, inc.ID)
	}
	id, undo := play.BookOf(run.Book)
	data, err := os.ReadFile(r.textPath(run.Hash))
	if err != nil || digestOf(data) != run.Hash {
		data, err = r.inLibrary(id, run.Hash)
		if err != nil {
			return nil, run, err
		}
	}
	if run.Rollback {
		s, err := runbooks.ParseStrategy(id, data)
		if err != nil {
			return nil, run, err
		}
		return strategyTrack(s, data, undo), run, nil
	}
	b, err := runbooks.Parse(id, data)
	if err != nil {
		return nil, run, err
	}
	if undo {
		return undoTrack(b, data, undone(&run)), run, nil
	}
	return trackOf(b, data), run, nil
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// inLibrary looks for a text with a digest among what there is: a run that began
// on another machine.
func (r *Runner) inLibrary(id, hash string) ([]byte, error) {
	lib := r.cfg.Library()
	for _, it := range slices.Concat(lib.Books(), lib.Strategies()) {
		if digestOf(it.Data) == hash {
			return it.Data, nil
		}
	}
	return nil, model.Errorf(model.Conflict, "%s is not here as it was when the run began: it can be followed, but run only where it began", id)
}

// Current is the plan of a run that has begun, with the text that it began with.
func (r *Runner) Current(inc *model.Incident, n int) (*play.Plan, error) {
	t, run, err := r.follow(inc, n)
	if err != nil {
		return nil, err
	}
	p := r.planOf(t, inc, &run, run.Values)
	id, _ := play.BookOf(run.Book)
	if now, _, _, err := r.find(inc, play.Ref{ID: id, Rollback: run.Rollback}, nil); err == nil && now.hash != run.Hash {
		p.Changed = true
	}
	return p, nil
}

// Take makes this process the one that executes a run.
func (r *Runner) Take(ctx context.Context, incident string, n int) error {
	inc, err := r.cfg.Store.Incident(ctx, incident)
	if err != nil {
		return err
	}
	run, ok := inc.Run(n)
	if !ok {
		return model.Errorf(model.NotFound, "there is no run %d in %s", n, incident)
	}
	if _, err = r.do(ctx, incident, model.TakeRun{N: n, Seat: r.seat, From: run.Runner.Token}); err != nil {
		return err
	}
	return r.Settle(ctx, incident, n)
}

// Close stops everything that runs here and waits until its end is in the record.
func (r *Runner) Close() {
	r.mu.Lock()
	r.over = true
	var open []*job
	for j := range r.jobs {
		open = append(open, j)
	}
	r.mu.Unlock()
	for _, j := range open {
		j.Stop()
	}
	deadline := time.After(20 * time.Second)
	for _, j := range open {
		select {
		case <-j.Done():
		case <-deadline:
			for range 6 { // past every hold and down the whole ladder
				j.Stop()
			}
			<-j.Done()
		}
	}
}

// Busy counts what runs here.
func (r *Runner) Busy() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.jobs)
}
