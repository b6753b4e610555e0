package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/call"
	"warroom/runbooks/output"
	"warroom/runbooks/shell"
)

// probeEvery is how often a probe looks when nothing is said.
const probeEvery = 30 * time.Second

// probe watches the health of something and writes only what changes.
func (a *app) probe(root *cobra.Command) {
	var name, web, tcp, query, server, want, every, span string
	const usage = "probe INC [-- CMD…]"
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Watch something and write into the timeline only when it changes",
		Long: "Look at an address, a port, a Prometheus value or a command again and again, and write a line into the timeline when the result is another " +
			"than before. No answer and no data are a result of their own, neither good nor bad. It ends with ctrl+c, after --for, or when the incident is over.",
		Example: "warroom probe --http https://shop.example.com/health\nwarroom probe --tcp db-1:5432 --every 10s\n" +
			"warroom probe --promql 'sum(rate(errors[1m]))' --prometheus http://prom:9090 --want '< 5'\nwarroom probe --name replica --for 1h -- ./lag.sh",
	}, func(ctx context.Context, args []string) error {
		id, argv, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		check := runbooks.Check{Exec: runbooks.Exec{Argv: argv}, TCP: tcp, PromQL: query, Server: server, Success: want}
		ways := 0
		for _, on := range []bool{web != "", tcp != "", query != "", len(argv) > 0} {
			if on {
				ways++
			}
		}
		switch {
		case ways != 1:
			return model.Errorf(model.Invalid, "say one thing to look at: --http, --tcp, --promql, or a command behind --")
		case query != "" && (server == "" || want == ""):
			return model.Errorf(model.Invalid, "--promql needs --prometheus, whom to ask, and --want, for example --want '< 5'")
		case want != "" && query == "":
			return model.Errorf(model.Invalid, "--want is the bound of a Prometheus value: it goes with --promql")
		}
		if want != "" {
			if _, err := runbooks.ParseComparison(want); err != nil {
				return model.Wrap(model.Invalid, err, "--want %q is no bound: give for example '< 5'", model.Brief(want, 40))
			}
		}
		what := shell.Quote(argv)
		switch {
		case web != "":
			u, err := url.Parse(web)
			if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				return model.Errorf(model.Invalid, "%q is no address to look at: give https://…", model.Brief(web, 80))
			}
			check.HTTP, what = &runbooks.HTTP{Method: http.MethodGet, URL: web}, u.Host+u.Path
		case tcp != "":
			what = tcp
		case query != "":
			what = query
		}
		w := watcher{a: a, id: id, check: check, name: model.Brief((&output.Secrets{}).Safe(name), 60), every: probeEvery}
		if w.name == "" {
			w.name = model.Brief((&output.Secrets{}).Safe(what), 60)
		}
		if every != "" {
			if w.every, err = spanOf(every); err != nil {
				return err
			}
		}
		if span != "" {
			d, err := spanOf(span)
			if err != nil {
				return err
			}
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeoutCause(ctx, d, errEnough)
			defer cancel()
		}
		return w.watch(ctx)
	}, slotIncident)
	f := c.Flags()
	f.StringVar(&name, "name", "", "what it is called in the timeline")
	f.StringVar(&web, "http", "", "an address that should answer with a status below 400")
	f.StringVar(&tcp, "tcp", "", "HOST:PORT that should accept a connection")
	f.StringVar(&query, "promql", "", "a Prometheus query that gives one number")
	f.StringVar(&server, "prometheus", "", "the Prometheus server to ask")
	f.StringVar(&want, "want", "", "what the number should be: '< 5'")
	f.StringVar(&every, "every", "", "how often to look: 10s, 1m (30s if not said)")
	f.StringVar(&span, "for", "", "how long to watch: 1h (until the incident is over if not said)")
}

// errEnough ends a probe whose time is up.
var errEnough = errors.New("the time of the probe is up")

// watcher looks at one thing.
type watcher struct {
	a     *app
	id    string
	name  string
	check runbooks.Check
	every time.Duration
}

// watch looks until ctx ends or the incident is over. A line is written for the
// first result and for every other one.
func (w *watcher) watch(ctx context.Context) error {
	dir, err := os.Getwd()
	if err != nil {
		return model.Wrap(model.Invalid, err, "the working folder is not there")
	}
	scope := &call.Scope{Hide: &output.Secrets{}, Environ: os.Environ(), Dir: dir, Client: http.DefaultClient}
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	last, since, looks := "", time.Time{}, 0
	for {
		i, err := w.a.store.Incident(ctx, w.id)
		switch {
		case ctx.Err() != nil:
			return w.end(ctx, looks)
		case err != nil:
			return err
		case !i.Status.Live():
			w.a.hint("the incident is " + string(i.Status) + ": the probe ends")
			return nil
		}
		at := time.Now()
		v, _ := call.Look(ctx, &w.check, scope)
		if ctx.Err() != nil {
			return w.end(ctx, looks)
		}
		looks++
		if v.Result != last {
			line := fmt.Sprintf("probe %s: %s", w.name, probeWords[v.Result])
			if v.Value != "" {
				line += " (" + v.Value + ")"
			}
			if last != "" {
				line += ", was " + probeWords[last] + " for " + model.Span(at.Sub(since).Round(time.Second))
			}
			// What was seen is written even if the person stops watching now.
			if err := w.a.act(context.WithoutCancel(ctx), w.id, model.AddNote{Kind: model.KindFinding, Text: line, Important: last == model.CheckOK}); err != nil {
				return err
			}
			last, since = v.Result, at
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return w.end(ctx, looks)
		}
	}
}

func (w *watcher) end(ctx context.Context, looks int) error {
	if errors.Is(context.Cause(ctx), errEnough) {
		w.a.hint(fmt.Sprintf("looked %d times", looks))
		return nil
	}
	return ctx.Err()
}

var probeWords = map[string]string{model.CheckOK: "good", model.CheckFailed: "failing", model.CheckInconclusive: "no answer that says anything"}
