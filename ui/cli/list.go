package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) readCommands(root *cobra.Command) {
	a.list(root)
	a.show(root)
	a.tail(root)
	a.search(root)
}

func (a *app) list(root *cobra.Command) {
	var all, noDrills bool
	var statuses []string
	var severity, service, commander string
	var limit int
	c := a.add(root, groupRead, &cobra.Command{
		Use: "list [TEXT]", Aliases: []string{"ls"}, Short: "List incidents: the open ones, or those that are asked for",
		Long:    "List the open incidents, or all that pass the filters. TEXT is looked for in title, services and id.",
		Example: "warroom list\nwarroom list --all --severity 2\nwarroom list --status monitoring --json",
	}, func(ctx context.Context, args []string) error {
		f := model.Filter{
			Open: !all && len(statuses) == 0, Service: service, Person: commander,
			Text: strings.Join(args, " "), NoDrills: noDrills, Limit: limit,
		}
		var err error
		for _, s := range statuses {
			for one := range strings.SplitSeq(s, ",") {
				st, err := model.ParseStatus(one)
				if err != nil {
					return err
				}
				f.Statuses = append(f.Statuses, st)
			}
		}
		if severity != "" {
			if f.MaxSev, err = model.ParseSeverity(severity); err != nil {
				return err
			}
		}
		if limit < 0 {
			return model.Errorf(model.Invalid, "%d is no number of incidents: give 1 or more, or 0 for all", limit)
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		rows, err := a.store.List(ctx, f)
		if err != nil {
			return err
		}
		return a.incidents(rows, a.reviewsDue(ctx, rows), time.Now(), f.Open)
	})
	f := c.Flags()
	f.BoolVarP(&all, "all", "a", false, "closed and canceled ones, too")
	f.StringArrayVar(&statuses, "status", nil, "only in this status; may be repeated")
	f.StringVarP(&severity, "severity", "s", "", "only this severity or worse")
	f.StringVar(&service, "service", "", "only those of a service")
	f.StringVar(&commander, "commander", "", "only those that a person commands")
	f.BoolVar(&noDrills, "no-drills", false, "without practice")
	f.IntVarP(&limit, "limit", "n", 0, "at most so many; 0 for all")
	a.flagWords(c, "status", slotStatus)
	a.flagWords(c, "severity", slotSeverity)
}

// reviewsRead is of how many incidents it is found out when their postmortem is due.
const reviewsRead = 100

// reviewsDue is when the postmortems are due that are still awaited, by incident.
func (a *app) reviewsDue(ctx context.Context, rows []model.Summary) map[string]time.Time {
	out, read := map[string]time.Time{}, 0
	for _, r := range rows {
		if r.Status.Live() || !r.Status.Open() || r.Drill {
			continue
		}
		if read++; read > reviewsRead {
			break
		}
		if i, err := a.store.Incident(ctx, r.ID); err == nil { // the list is worth having without it
			if due, ok := i.ReviewAwaited(a.rules()); ok {
				out[r.ID] = due
			}
		}
	}
	return out
}

// incidents prints rows of a list.
func (a *app) incidents(rows []model.Summary, reviews map[string]time.Time, now time.Time, onlyOpen bool) error {
	if a.flag.json {
		out := make([]rowJSON, len(rows))
		for i, s := range rows {
			out[i] = rowOf(s, now)
			out[i].ReviewDue = moment(reviews[s.ID])
		}
		return a.object(out)
	}
	if len(rows) == 0 {
		a.hint(pick(onlyOpen, "no incident is open", "no incident passes these filters"))
		return nil
	}
	p := a.page()
	var cells [][]cell
	for _, s := range rows {
		ic := cell{model.Brief(s.Commander, 16), normal}
		if s.Commander == "" {
			ic = cell{"-", faint}
			if s.Leaderless() {
				ic = cell{"no commander", alarm}
			}
		}
		title := model.Visible(s.Title)
		if s.Drill {
			title = "DRILL " + title
		}
		status := c(string(s.Status))
		if due := reviews[s.ID]; !due.IsZero() && now.After(due) {
			status = cell{"review late " + model.Span(now.Sub(due).Truncate(time.Hour)), alarm}
		}
		cells = append(cells, []cell{
			{s.ID, strong}, {severityText(s.Severity), severityStyle(s.Severity)},
			status, {model.FaceOf(s.Elapsed(now)), faint}, ic, c(title),
		})
	}
	p.table(0, cells)
	return a.send(p)
}

// hint says something to a person that a script need not read.
func (a *app) hint(text string) {
	if !a.flag.json {
		_, _ = a.errOut.Write([]byte(text + "\n"))
	}
}
