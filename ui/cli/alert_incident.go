package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/alert"
)

// alertIncidentCommands bring alerts and incidents together.
func (a *app) alertIncidentCommands(parent *cobra.Command) {
	var severity string
	var services []string
	declare := a.add(parent, "", &cobra.Command{
		Use: "declare N [TITLE]", Short: "Declare an incident from a line of the inbox, and attach the line",
		Long:        "Declare an incident from a line of the inbox. Title, services, severity and the start of the impact come from the alerts; what is given here goes before them.",
		Annotations: map[string]string{freeText: "title"},
	}, func(ctx context.Context, args []string) error {
		n, rest, err := a.inboxLine(ctx, args, "alert declare N")
		if err != nil {
			return err
		}
		g, items, err := a.inboxGroup(ctx, n)
		if err != nil {
			return err
		}
		if g.Incident != "" {
			return model.Errorf(model.Conflict, "line %d is part of %s already", n, g.Incident)
		}
		cmd := g.Declaration(items)
		if t := strings.Join(rest, " "); t != "" {
			cmd.Title = t
		}
		if len(services) > 0 {
			cmd.Services = services
		}
		if severity != "" {
			if cmd.Severity, err = model.ParseSeverity(severity); err != nil {
				return err
			}
		}
		r, err := a.do(ctx, "", cmd)
		if err != nil {
			return err
		}
		id := r.Incident.ID
		if _, err := a.do(ctx, id, model.AttachAlert{Line: g.Attachment(items)}); err != nil {
			return err
		}
		i := r.Incident
		if a.flag.json {
			declared, _ := i.At(model.Declared)
			return a.object(declaredJSON{i.ID, i.Title, i.Severity, i.Status, moment(declared), list(i.Services), i.Drill})
		}
		p := a.page()
		p.linef("%s  %s  %s", a.term.in(strong, i.ID), a.term.severity(i.Severity), model.Visible(i.Title))
		return a.send(p)
	})
	declare.Flags().StringVarP(&severity, "severity", "s", "", "1 (worst) to 5; that of the alerts if not given")
	declare.Flags().StringArrayVar(&services, "service", nil, "affected service; may be repeated")
	a.flagWords(declare, "severity", slotSeverity)

	a.add(parent, "", &cobra.Command{Use: "attach INC N", Short: "Make a line of the inbox part of an incident"},
		func(ctx context.Context, args []string) error {
			id, rest, err := a.incident(ctx, args)
			if err != nil {
				return err
			}
			n, rest, err := a.inboxLine(ctx, rest, "alert attach INC N")
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return wrongUse("alert attach INC N")
			}
			g, items, err := a.inboxGroup(ctx, n)
			if err != nil {
				return err
			}
			if g.Incident != "" && g.Incident != id {
				return model.Errorf(model.Conflict, "line %d is part of %s: detach it there first", n, g.Incident)
			}
			return a.act(ctx, id, model.AttachAlert{Line: g.Attachment(items)})
		}, slotIncident)

	a.add(parent, "", &cobra.Command{
		Use: "detach INC N [REASON]", Short: "It does not belong to the incident after all; N is its number in the inbox", Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		const usage = "alert detach INC N"
		id := ""
		if len(args) > 0 && isID(args[0]) {
			var err error
			if id, args, err = a.incident(ctx, args); err != nil {
				return err
			}
		}
		n, rest, err := a.inboxLine(ctx, args, usage)
		if err != nil {
			return err
		}
		g, err := a.store.AlertGroup(ctx, n)
		if err != nil {
			return err
		}
		if g.Incident == "" || id != "" && g.Incident != id {
			return model.Errorf(model.Conflict, "line %d is not part of %s", n, pick(id == "", "an incident", id))
		}
		i, err := a.store.Incident(ctx, g.Incident)
		if err != nil {
			return err
		}
		for _, x := range i.Alerts {
			if x.Group == n && x.Detached.IsZero() {
				return a.act(ctx, i.ID, model.DetachAlert{N: x.N, Reason: strings.Join(rest, " ")})
			}
		}
		return model.Errorf(model.NotFound, "%s knows nothing of line %d", i.ID, n)
	}, slotIncident)
}

// inboxGroup reads a line with its newest alerts.
func (a *app) inboxGroup(ctx context.Context, n int64) (alert.Group, []alert.Item, error) {
	g, err := a.store.AlertGroup(ctx, n)
	if err != nil {
		return g, nil, err
	}
	items, err := a.store.AlertItems(ctx, alert.Pick{Group: n, Limit: 50})
	return g, items, err
}

// detection says or shows how an incident came to be known.
func (a *app) detection(root *cobra.Command) {
	a.add(root, groupLead, &cobra.Command{
		Use: "detection INC KIND", Short: "Say how the incident came to be known",
		Long: "Say how the incident came to be known: " + words(model.Detections) + ".",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse("detection INC KIND")
		}
		d, err := model.ParseDetection(strings.Join(rest, " "))
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.SetDetection{By: d})
	}, slotIncident)
}
