package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	xterm "github.com/charmbracelet/x/term"
	"github.com/zalando/go-keyring"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
	"warroom/ui"
)

// courier is the worker over the record of this run.
func (a *app) courier() *outbound.Worker {
	return &outbound.Worker{Queue: a.store, Config: a.rulesOut, Options: a.vendorOptions()}
}

func (a *app) vendorOptions() outbound.Options { return outbound.Options{Version: build().Version} }

// wakeups gives a value whenever something new is in the record.
func wakeups(ctx context.Context, s *storage.Store) <-chan struct{} {
	ch := make(chan struct{}, 1)
	go func() {
		for range s.Watch(ctx) {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}()
	return ch
}

// carry sends in the background while a room is open, and is the screen's port to
// the queue. stop ends it within the blink of an eye; what was under way is found
// out by whoever sends next.
func (a *app) carry(ctx context.Context, s *storage.Store) (port ui.Outside, stop func()) {
	if a.rulesErr == nil && a.rulesOut.Empty() {
		return nil, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &outbound.Worker{Queue: s, Config: a.rulesOut, Options: a.vendorOptions()}
	e := &outbound.Echo{Ledger: s, Config: a.rulesOut, Options: a.vendorOptions()}
	port = &outsidePort{s, a, w, e}
	if ro, _ := s.ReadOnly(); ro || a.rulesErr != nil {
		cancel()
		return port, func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var both sync.WaitGroup
		both.Go(func() { e.Run(ctx) })
		w.Run(ctx, wakeups(ctx, s))
		both.Wait()
	}()
	return port, func() {
		cancel()
		select {
		case <-done:
		case <-time.After(goodbye):
		}
	}
}

// outsidePort is the queue as the screen sees it.
type outsidePort struct {
	*storage.Store
	a *app
	w *outbound.Worker
	e *outbound.Echo
}

// Targets lists where things go.
func (p *outsidePort) Targets() []outbox.Named { return p.a.rulesOut.List() }

// Goes lists the targets to which an update for an audience leaves.
func (p *outsidePort) Goes(i *model.Incident, who model.Audience) []string {
	return p.a.rulesOut.Goes(i, who)
}

// Calls lists the targets to which an escalation leaves.
func (p *outsidePort) Calls(i *model.Incident) []string { return p.a.rulesOut.Calls(i) }

// queueShown is how many messages the screen looks at.
const queueShown = 300

// Queue reads what has not left, and the newest of what has.
func (p *outsidePort) Queue(ctx context.Context, all bool) ([]outbox.Message, map[string]outbox.Gate, error) {
	rows, err := p.Outbox(ctx, storage.OutboxFilter{})
	if err != nil {
		return nil, nil, err
	}
	if all {
		newest, err := p.Outbox(ctx, storage.OutboxFilter{All: true, Limit: queueShown})
		if err != nil {
			return nil, nil, err
		}
		for _, m := range newest {
			if m.State.Final() {
				rows = append(rows, m)
			}
		}
	}
	gates, err := p.Gates(ctx)
	return rows, gates, err
}

// Drift asks the vendors.
func (p *outsidePort) Drift(ctx context.Context, i *model.Incident) []outbox.Drift {
	return p.a.drift(ctx, i)
}

// Unable says why something cannot be sent from here.
func (p *outsidePort) Unable() map[string]string { return p.w.Unable() }

// Deaf says why nothing comes in from Slack.
func (p *outsidePort) Deaf() string { return p.e.Deaf() }

// Fault says why nothing leaves.
func (p *outsidePort) Fault() string { return model.Message(p.a.rulesErr) }

// goodbye is how long leaving waits for the worker to write down what it knows.
const goodbye = 250 * time.Millisecond

func (a *app) deliver(ctx context.Context, args []string, follow bool) error {
	if len(args) > 0 {
		return wrongUse("deliver [--follow]")
	}
	if err := a.needOutside(ctx); err != nil {
		return err
	}
	w := a.courier()
	var bad error
	aside := func(format string, v ...any) { a.complain(0, model.Errorf(model.Busy, format, v...)) }
	w.Logf = aside
	reports := make(chan outbox.Message, 64)
	w.Report = func(m outbox.Message) { reports <- m }
	done := make(chan struct{})
	go func() {
		defer close(done)
		if follow {
			e := &outbound.Echo{Ledger: a.store, Config: a.rulesOut, Options: a.vendorOptions(), Logf: aside}
			var both sync.WaitGroup
			both.Go(func() { e.Run(ctx) })
			w.Run(ctx, wakeups(ctx, a.store))
			both.Wait()
		} else {
			w.Drain(ctx)
		}
	}()
	for running := true; running; {
		select {
		case m := <-reports:
			bad = errors.Join(bad, a.reported(m))
		case <-done:
			running = false
		}
	}
	for len(reports) > 0 {
		bad = errors.Join(bad, a.reported(<-reports))
	}
	if bad != nil || ctx.Err() != nil {
		return bad
	}
	for _, n := range slices.Sorted(maps.Keys(w.Unable())) {
		a.complain(0, model.Errorf(model.NotFound, "%s", w.Unable()[n]))
	}
	left, err := a.store.Outbox(ctx, storage.OutboxFilter{})
	if err != nil || follow {
		return err
	}
	return a.remaining(left)
}

// reported prints the end of an attempt.
func (a *app) reported(m outbox.Message) error {
	if a.flag.json {
		return a.object(m)
	}
	p := a.page()
	line := fmt.Sprintf("%d %s: %s", m.N, m.State.Words(), model.Visible(m.Say()))
	switch {
	case m.State == outbox.Sent && m.Remote.URL != "":
		line += "  " + model.Visible(m.Remote.URL)
	case m.Reason != "":
		line += "  " + model.Visible(m.Reason)
	}
	p.line(line)
	return a.send(p)
}

// remaining says what is left after a delivery; that something needs a person is
// a no.
func (a *app) remaining(rows []outbox.Message) error {
	ask := outbox.Count(rows, outbox.Drafted, outbox.Held, outbox.Failed)
	later := outbox.Count(rows, outbox.Approved, outbox.Queued, outbox.Retrying, outbox.Sending)
	if !a.flag.json && ask+later > 0 {
		p := a.page()
		p.line(fmt.Sprintf("%s for a person, %s for later: warroom outbound list", count(ask, "message waits", "messages wait"), count(later, "is", "are")))
		if err := a.send(p); err != nil {
			return err
		}
	}
	if ask > 0 {
		return errNo
	}
	return nil
}

// vendors makes the vendors of the named targets, or of all.
func (a *app) named(args []string) ([]string, error) {
	if len(args) == 0 {
		return a.rulesOut.Names(), nil
	}
	for _, n := range args {
		if _, ok := a.rulesOut.Targets[n]; !ok {
			return nil, model.Errorf(model.NotFound, "outbound.yaml has no target %q: there are %s", model.Brief(n, 40), strings.Join(a.rulesOut.Names(), ", "))
		}
	}
	return args, nil
}

// connect tries credentials, and asks for those that are not known.
func (a *app) connect(ctx context.Context, args []string) error {
	if err := a.needOutside(ctx); err != nil {
		return err
	}
	names, err := a.named(args)
	if err != nil {
		return err
	}
	fine := true
	for _, n := range names {
		t, err := a.rulesOut.Targets[n], error(nil)
		if len(args) > 0 && a.interactive() {
			for _, what := range outbound.Lacking(ctx, n, t, a.vendorOptions()) {
				if err == nil {
					err = a.askSecret(n, what)
				}
			}
		}
		var v outbound.Vendor
		if err == nil {
			v, err = outbound.New(ctx, n, t, a.vendorOptions())
		}
		id := outbound.Identity{Target: n, Vendor: t.Vendor}
		if err != nil {
			id.Detail = model.Message(err)
		} else {
			id = v.Check(ctx)
		}
		fine = fine && id.OK
		if id.OK && !a.flag.readOnly {
			if err := a.store.Resume(ctx, n); err != nil {
				return err
			}
		}
		if err := a.identity(id); err != nil {
			return err
		}
	}
	if !fine {
		return errNo
	}
	return nil
}

func (a *app) identity(id outbound.Identity) error {
	if a.flag.json {
		return a.object(id)
	}
	p := a.page()
	mark := a.term.in(good, "✓ ")
	if !id.OK {
		mark = a.term.in(alarm, "✗ ")
	}
	line := mark + id.Target + ": " + model.Visible(id.Detail)
	if id.Who != "" {
		line += ", as " + model.Visible(id.Who)
	}
	p.line(line)
	for _, m := range id.Missing {
		p.line("    ", a.term.in(warn, "missing: "), model.Visible(m))
	}
	return a.send(p)
}

// askSecret asks for a target's secret, unseen, and puts it into the keyring.
func (a *app) askSecret(name, what string) error {
	f, ok := a.in.(*os.File)
	if !ok {
		return model.Errorf(model.Invalid, "a secret is asked for on a terminal only: set %s instead", outbound.Variable(name, what))
	}
	fmt.Fprintf(a.errOut, "%s of %s (it is not shown, and goes into this machine's keyring): ", strings.ToLower(strings.ReplaceAll(what, "_", " ")), name)
	secret, err := xterm.ReadPassword(f.Fd())
	fmt.Fprintln(a.errOut)
	if err != nil || len(strings.TrimSpace(string(secret))) == 0 {
		return model.Errorf(model.Invalid, "nothing was typed: set %s or %s_FILE, or try again", outbound.Variable(name, what), outbound.Variable(name, what))
	}
	if err := keyring.Set(outbound.KeyringService, outbound.Entry(name, what), strings.TrimSpace(string(secret))); err != nil {
		return model.Errorf(model.NotFound, "this machine has no keyring that takes it: put the secret into a file of mode 0600 and set %s_FILE to its path", outbound.Variable(name, what))
	}
	return nil
}

// checkOutside compares what was opened outside with the incident.
func (a *app) checkOutside(ctx context.Context, args []string) error {
	if err := a.needOutside(ctx); err != nil {
		return err
	}
	id, err := a.one(ctx, args, "outbound check [INC]")
	if err != nil {
		return err
	}
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return err
	}
	drifts := a.drift(ctx, i)
	if a.flag.json {
		if err := a.object(list(drifts)); err != nil {
			return err
		}
	} else {
		p := a.page()
		if len(drifts) == 0 {
			p.line("nothing was opened outside for " + i.ID)
		}
		var rows [][]cell
		for _, d := range drifts {
			st := normal
			if d.Differs {
				st = alarm
			} else if !d.Found.Known {
				st = faint
			}
			rows = append(rows, []cell{c(d.Outlet.Target), c(model.Brief(d.Outlet.Key, 40)), {model.Visible(d.Say()), st}, {model.Visible(d.Outlet.URL), faint}})
		}
		p.table(0, rows)
		if err := a.send(p); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(drifts, func(d outbox.Drift) bool { return d.Differs }) {
		return errNo
	}
	return nil
}

// drift asks every vendor at once how what it keeps stands.
func (a *app) drift(ctx context.Context, i *model.Incident) []outbox.Drift {
	out := make([]outbox.Drift, len(i.Outlets))
	done := make(chan struct{})
	for k, o := range i.Outlets {
		go func() {
			defer func() { done <- struct{}{} }()
			t, ok := a.rulesOut.Targets[o.Target]
			if !ok {
				out[k] = outbox.Compare(i, o, outbox.Standing{Detail: "outbound.yaml has no such target any more"})
				return
			}
			v, err := outbound.New(ctx, o.Target, t, a.vendorOptions())
			if err != nil {
				out[k] = outbox.Compare(i, o, outbox.Standing{Detail: model.Message(err)})
				return
			}
			out[k] = outbox.Compare(i, o, v.Look(ctx, o))
		}()
	}
	for range i.Outlets {
		<-done
	}
	return out
}
