package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/ui"
)

func (a *app) declareCommands(root *cobra.Command) {
	a.declare(root)
	a.describe(root)
	a.cancel(root)
}

func (a *app) declare(root *cobra.Command) {
	var d struct {
		severity, description, source string
		impact, detected, at, status  string
		detection                     string
		services, answers             []string
		drill                         bool
	}
	const usage = "declare TITLE"
	c := &cobra.Command{
		Use: usage, Short: "Open an incident",
		Long:        "Open an incident. Only the title is needed; everything else can be said or corrected later.",
		Example:     "warroom declare \"Checkout returns 503\" --severity 2 --service checkout\nwarroom declare \"Failover practice\" --drill",
		Annotations: map[string]string{freeText: "title"},
	}
	a.add(root, groupAct, c, func(ctx context.Context, args []string) error {
		cmd := model.Declare{
			Title: strings.Join(args, " "), Description: d.description, Services: d.services, Drill: d.drill, Source: d.source,
		}
		if cmd.Title == "" {
			return wrongUse(usage)
		}
		var err error
		if d.severity != "" {
			if cmd.Severity, err = model.ParseSeverity(d.severity); err != nil {
				return err
			}
		}
		if d.status != "" {
			if cmd.Status, err = model.ParseStatus(d.status); err != nil {
				return err
			}
		}
		if d.detection != "" {
			if cmd.Detection, err = model.ParseDetection(d.detection); err != nil {
				return err
			}
		}
		if err := a.times(timeFlag{d.at, &cmd.At}, timeFlag{d.impact, &cmd.ImpactStart}, timeFlag{d.detected, &cmd.DetectedAt}); err != nil {
			return err
		}
		if len(d.answers) > 0 {
			a.warnGuides()
			doctrine := a.guides().doctrine
			answers, unsure, err := doctrine.ParseAnswers(d.answers)
			if err != nil {
				return err
			}
			cmd.Triage = new(doctrine.Command(answers, unsure, nil))
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		r, err := a.do(ctx, "", cmd)
		if err != nil {
			return err
		}
		i := r.Incident
		if a.flag.json {
			declared, _ := i.At(model.Declared)
			return a.object(declaredJSON{i.ID, i.Title, i.Severity, i.Status, moment(declared), list(i.Services), i.Drill})
		}
		p := a.page()
		p.linef("%s  %s  %s", a.term.in(strong, i.ID), a.term.severity(i.Severity), model.Visible(i.Title))
		if i.Status.Live() {
			p.line(a.term.in(faint, "nobody commands it yet: warroom assign "+i.ID+" ic me"))
			if earlier, err := ui.SeenBefore(ctx, a.store, i); err == nil { // worth knowing, not worth failing for
				for _, e := range earlier[:min(2, len(earlier))] {
					p.line(a.term.in(faint, "seen before: "+e.Sentence()))
				}
			}
		}
		return a.send(p)
	})
	f := c.Flags()
	f.StringVarP(&d.severity, "severity", "s", "", "1 (worst) to 5; 3 if not given")
	f.StringArrayVar(&d.answers, "impact", nil, "an answer of triage, CRITERION=LEVEL; may be repeated; the severity follows if not given")
	f.StringArrayVar(&d.services, "service", nil, "affected service; may be repeated")
	f.StringVarP(&d.description, "description", "d", "", "what is known so far")
	f.BoolVar(&d.drill, "drill", false, "practice, not counted in statistics")
	f.StringVar(&d.source, "source", "", "what detected it")
	f.StringVar(&d.impact, "impact-started", "", "when users began to be affected: -20m, 14:03")
	f.StringVar(&d.detected, "detected", "", "when it was detected")
	f.StringVar(&d.detection, "detection", "", "how: "+words(model.Detections))
	f.StringVar(&d.at, "at", "", "when it was declared, for an incident of the past")
	f.StringVar(&d.status, "status", "", "where it stands; triage if not given")
	a.flagWords(c, "severity", slotSeverity)
	a.flagWords(c, "status", slotStatus)
	a.words(c, "impact", a.answerWords)
}

func (a *app) describe(root *cobra.Command) {
	var title, description, impact string
	var services []string
	const usage = "describe INC [TEXT]"
	c := &cobra.Command{
		Use: usage, Short: "Change title, description, services or the start of the impact",
		Example:     "warroom describe INC-2026 --title \"Checkout down in Europe\" --service checkout --service cart\nwarroom describe \"All card payments fail since 14:03\"",
		Annotations: map[string]string{freeText: "description"},
	}
	a.add(root, groupAct, c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		var cmd model.Describe
		if c.Flags().Changed("title") {
			cmd.Title = &title
		}
		if c.Flags().Changed("service") {
			cmd.Services = &services
		}
		if c.Flags().Changed("description") {
			cmd.Description = &description
		}
		if text := strings.Join(rest, " "); text != "" {
			if cmd.Description != nil {
				return model.Errorf(model.Invalid, "the description is given twice: as --description and as text")
			}
			cmd.Description = &text
		}
		if err := a.times(timeFlag{impact, &cmd.ImpactStart}); err != nil {
			return err
		}
		if cmd.Title == nil && cmd.Services == nil && cmd.Description == nil && cmd.ImpactStart.IsZero() {
			return wrongUse(usage + " --title, --service, --impact-started …")
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	f := c.Flags()
	f.StringVar(&title, "title", "", "new title")
	f.StringVarP(&description, "description", "d", "", "new description")
	f.StringArrayVar(&services, "service", nil, "affected service, instead of those before; may be repeated")
	f.StringVar(&impact, "impact-started", "", "when users began to be affected: -20m, 14:03")
}

func (a *app) cancel(root *cobra.Command) {
	var duplicate string
	c := &cobra.Command{
		Use: "cancel INC [REASON]", Short: "End an incident that was none, or that another one covers",
		Annotations: map[string]string{freeText: "reason"},
	}
	a.add(root, groupAct, c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		cmd := model.Cancel{Reason: strings.Join(rest, " ")}
		if duplicate != "" {
			if cmd.Duplicate, err = a.store.Resolve(ctx, duplicate); err != nil {
				return err
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().StringVar(&duplicate, "duplicate-of", "", "the incident that goes on")
	a.flagWords(c, "duplicate-of", slotIncident)
}
