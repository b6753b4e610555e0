package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/storage"
)

// The marks of doctor's checks, as the record itself words them.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "fail"
)

func (a *app) doctor(root *cobra.Command) {
	c := a.add(root, groupCare, &cobra.Command{
		Use: "doctor", Short: "Check the record, the terminal and the settings",
		Long: "Check whether everything works here: the config file, the record and its folder, watching it, space, the clock, the terminal. The exit status is 3 if a check fails.",
	}, nil)
	// Not through handle: a config file that is wrong is a finding here.
	c.RunE = func(_ *cobra.Command, args []string) error {
		a.fail = a.examine(c.Context(), args)
		return nil
	}
}

func (a *app) examine(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return wrongUse("doctor")
	}
	checks := []storage.Check{a.checkConfig()}
	if err := a.record(ctx); err != nil {
		checks = append(checks, storage.Check{Name: "record", Status: checkFail, Detail: sentence(err)})
	} else {
		checks = append(checks, a.store.Doctor(ctx)...)
		checks = append(checks, a.checkClock(ctx, time.Now()))
	}
	checks = append(checks, a.checkTerminal())
	bad := false
	for _, k := range checks {
		bad = bad || k.Status == checkFail
	}
	var err error
	if a.flag.json {
		err = a.object(checks)
	} else {
		p := a.page()
		look := map[string]cell{checkOK: {"✔ ok", good}, checkWarn: {"! warn", warn}, checkFail: {"✗ fail", alarm}}
		var rows [][]cell
		for _, k := range checks {
			rows = append(rows, []cell{look[k.Status], c(model.Visible(k.Name)), c(model.Visible(k.Detail))})
		}
		p.table(0, rows)
		err = a.send(p)
	}
	if err == nil && bad {
		return errNo
	}
	return err
}

// checkConfig settles the settings; with a wrong file the defaults serve, so
// that the other checks still run.
func (a *app) checkConfig() storage.Check {
	path := configPath()
	if err := a.prepare(); err != nil {
		return storage.Check{Name: "settings", Status: checkFail, Detail: sentence(err)}
	}
	if _, err := os.Stat(path); err != nil {
		return storage.Check{Name: "settings", Status: checkOK, Detail: fmt.Sprintf("you are %s; no config file at %s", a.actor, path)}
	}
	return storage.Check{Name: "settings", Status: checkOK, Detail: fmt.Sprintf("you are %s; config file %s", a.actor, path)}
}

// checkClock compares this machine's clock with what others have written: an
// entry cannot lie in the future unless somebody's clock is wrong.
func (a *app) checkClock(ctx context.Context, now time.Time) storage.Check {
	k := storage.Check{Name: "clock", Status: checkOK, Detail: "it is " + a.stamp(now)}
	rows, err := a.store.List(ctx, model.Filter{})
	if err != nil {
		k.Status, k.Detail = checkFail, sentence(err)
		return k
	}
	for _, r := range rows {
		if ahead := r.LastAt.Sub(now); ahead > time.Minute {
			k.Status = checkWarn
			k.Detail += fmt.Sprintf(", but %s has an entry of %s: the clock here, or of the machine that wrote it, is wrong", r.ID, a.stamp(r.LastAt))
			return k
		}
	}
	return k
}

func (a *app) checkTerminal() storage.Check {
	k := storage.Check{Name: "terminal", Status: checkOK}
	if !a.term.tty {
		k.Detail = "the output is no terminal; the screen needs one, the subcommands do not"
		return k
	}
	colour := "colour"
	if !a.term.colour {
		colour = "no colour"
	}
	k.Detail = fmt.Sprintf("TERM=%s, %dx%d, %s", os.Getenv("TERM"), a.term.width, a.term.height, colour)
	switch {
	case a.term.dumb:
		k.Status, k.Detail = checkWarn, k.Detail+": the screen needs a terminal that can move the cursor; the subcommands do not"
	case a.term.width < 80 || a.term.height < 24:
		k.Status, k.Detail = checkWarn, k.Detail+": the room is made for 80x24 or more"
	}
	return k
}

// sentence is an error with its cause in one line.
func sentence(err error) string {
	p := problemOf(err)
	if p.Cause != "" {
		return p.Message + " (" + p.Cause + ")"
	}
	return p.Message
}
