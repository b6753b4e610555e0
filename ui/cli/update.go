package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/strictyaml"
)

func (a *app) updateCommands(root *cobra.Command) {
	a.writeMessage(root)
	a.update(root)
}

type audienceJSON struct {
	Audience    model.Audience `json:"audience"`
	LastTold    *time.Time     `json:"last_told"` // null: never
	Due         *time.Time     `json:"due"`       // null: no clock runs
	LateMinutes int            `json:"late_minutes"`
}

func audiencesOf(i *model.Incident, r model.Rules, now time.Time) []audienceJSON {
	out := []audienceJSON{}
	for _, to := range model.Audiences {
		v := audienceJSON{Audience: to, LateMinutes: int(i.Late(r, to, now).Minutes())}
		if t, ok := i.LastTold(to); ok {
			v.LastTold = moment(t)
		}
		if due, _, ok := i.UpdateDue(r, to, now); ok && i.Status.Live() {
			v.Due = moment(due)
		}
		out = append(out, v)
	}
	return out
}

// update is what is told to whom.
func (a *app) update(root *cobra.Command) {
	board := func(i *model.Incident) any {
		return struct {
			Audiences []audienceJSON `json:"audiences"`
			Updates   []model.Update `json:"updates"`
		}{audiencesOf(i, a.rules(), time.Now()), list(i.Updates)}
	}
	parent := &cobra.Command{
		Use: "update INC", Short: "Messages to those who wait: draft, approve, mark as sent; a clock for each audience",
		Long: "Messages to those who wait. Each audience (customers, internal, executives) has a clock of its own. What customers read needs approval by the commander or the communications lead. " +
			"Without a subcommand, show the clocks and the drafts.",
		Example: "warroom update draft customers customer_facing\nwarroom update approve 1\nwarroom update sent 1 --next 20m\nwarroom update nochange internal",
	}
	a.add(root, groupAct, parent, func(ctx context.Context, args []string) error {
		if len(args) > 1 || len(args) == 1 && !isID(args[0]) {
			return wrongUse("update draft|edit|approve|sent|withdraw|nochange|next|check|list")
		}
		id, err := a.one(ctx, args, "update INC")
		if err != nil {
			return err
		}
		return a.board(ctx, id, a.updates, board, "nobody has been told anything")
	}, slotIncident)
	a.listing(parent, "update", a.updates, board, "nobody has been told anything")
	a.draftUpdate(parent)
	a.moveUpdate(parent)
	a.noChange(parent)
	a.checkWords(parent)
}

// updates shows the clocks of the audiences, and what is drafted and was sent.
func (a *app) updates(p *page, i *model.Incident) {
	now := time.Now()
	var rows [][]cell
	for _, v := range audiencesOf(i, a.rules(), now) {
		due, last, late := cell{"no clock", faint}, cell{"not told yet", faint}, cell{}
		if v.Due != nil {
			due = left(*v.Due, now, now.After(*v.Due))
		}
		if v.LastTold != nil {
			last = c("told " + model.Span(now.Sub(*v.LastTold)) + " ago")
		}
		if v.LateMinutes > 0 {
			late = cell{fmt.Sprintf("late by %d min in all", v.LateMinutes), warn}
		}
		rows = append(rows, []cell{{string(v.Audience), strong}, due, last, late})
	}
	p.table(0, rows)
	rows = nil
	for k := len(i.Updates) - 1; k >= 0 && k >= len(i.Updates)-20; k-- {
		u := i.Updates[k]
		step := string(u.Step)
		switch u.Step {
		case model.UpdateIsApproved:
			step = "approved by " + model.Brief(u.Approved, 20)
		case model.UpdateIsSent:
			step = "sent " + model.Brief(u.Via, 20) + " " + model.TimeOfDay(u.SentAt, now, a.zone)
		}
		rows = append(rows, []cell{c(fmt.Sprint(u.N)), {string(u.Audience), strong}, {step, faint}, c(model.Brief(u.Message, 200))})
	}
	if len(rows) > 0 {
		p.line()
		p.table(0, rows)
	}
}

func (a *app) draftUpdate(parent *cobra.Command) {
	var w filling
	var text string
	const draft = "draft INC AUDIENCE [TEMPLATE]"
	c := a.add(parent, "", &cobra.Command{
		Use: draft, Short: "Draft an update for customers, internal or executives",
		Long:    "Draft an update from a template, or with --text from your own words (- reads them from the input). Without a template, the one that fits is taken.",
		Example: "warroom update draft customers --var issue_description=\"failed payments\" --var status_page_url=https://status.example.org\nwarroom update draft executives --text \"Checkout is down for one in five customers. Next update at 12:30 UTC.\"",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 || len(rest) > 2 || len(rest) == 2 && (text != "" || w.file != "") {
			return wrongUse("update " + draft)
		}
		cmd := model.DraftUpdate{Text: text}
		if cmd.Audience, err = model.ParseAudience(rest[0]); err != nil {
			return err
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case text == "-":
			if cmd.Text, err = a.whole(a.in); err != nil {
				return err
			}
		case text == "":
			t := comms.Suggest(a.guides().templates, i, cmd.Audience)
			if len(rest) == 2 || w.file != "" {
				if t, err = a.template(w, rest[len(rest)-1]); err != nil {
					return err
				}
			}
			cmd.Template = t.Name
			if cmd.Text, err = a.fill(t, i, w); err != nil {
				return err
			}
		}
		if cmd.Audience.Outward() {
			for _, r := range comms.Check(cmd.Text, comms.ContextOf(i)) {
				a.hint(model.Visible(r.String()))
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotAudience)
	w.flags(c)
	c.Flags().StringVar(&text, "text", "", "your own words; - reads them from the input")

	const edit = "edit INC N TEXT"
	a.add(parent, "", &cobra.Command{
		Use: edit, Short: "Change the words of draft N: it needs a new approval", Annotations: map[string]string{freeText: "text"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "update "+edit, "update")
		if err != nil {
			return err
		}
		words := strings.Join(rest, " ")
		if words == "-" {
			if words, err = a.whole(a.in); err != nil {
				return err
			}
		}
		if strings.TrimSpace(words) == "" {
			return wrongUse("update " + edit)
		}
		return a.act(ctx, id, model.DraftUpdate{N: n, Text: words})
	}, slotIncident)
}

// whole reads a text of several lines.
func (a *app) whole(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, strictyaml.MaxBytes))
	if err != nil {
		return "", model.Wrap(model.Invalid, err, "the text cannot be read")
	}
	return string(b), nil
}

func (a *app) moveUpdate(parent *cobra.Command) {
	const approve = "approve INC N"
	a.add(parent, "", &cobra.Command{
		Use: approve, Short: "Approve update N, so that it may be sent",
		Long: "Approve update N. What customers read is approved by the commander or the communications lead. What a check of the words finds is shown and recorded as known.",
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "update "+approve, "update")
		if err != nil {
			return err
		}
		if len(rest) > 0 {
			return wrongUse("update " + approve)
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		cmd := model.ApproveUpdate{N: n}
		if u, ok := i.UpdateN(n); ok {
			cmd.Text = u.Message
			if u.Audience.Outward() {
				found := comms.Check(u.Message, comms.ContextOf(i))
				for _, r := range found {
					a.hint(model.Visible(r.String()))
				}
				cmd.Remarks = comms.Rules(found)
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)

	var via, next, at string
	const sent = "sent INC N"
	c := a.add(parent, "", &cobra.Command{
		Use: sent, Short: "Note that update N was sent, and when they will be told next",
		Example: "warroom update sent 1 --next 20m\nwarroom update sent 1 --via \"status page\" --at -3m",
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "update "+sent, "update")
		if err != nil {
			return err
		}
		if len(rest) > 0 {
			return wrongUse("update " + sent)
		}
		cmd := model.MarkSent{N: n, Via: via}
		if cmd.Next, err = spanOf(next); err != nil {
			return err
		}
		if err := a.times(timeFlag{at, &cmd.At}); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().StringVar(&via, "via", "", "how it was sent; by hand if not said, outbound hands it to the queue")
	c.Flags().StringVar(&next, "next", "", "when they will be told next: 20m")
	c.Flags().StringVar(&at, "at", "", "when it was sent, if not now")

	const withdraw = "withdraw INC N [REASON]"
	a.add(parent, "", &cobra.Command{
		Use: withdraw, Short: "Drop update N, which was not sent", Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "update "+withdraw, "update")
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.WithdrawUpdate{N: n, Reason: strings.Join(rest, " ")})
	}, slotIncident)

	const promise = "next INC AUDIENCE 20m"
	a.add(parent, "", &cobra.Command{
		Use: promise, Short: "Promise the next update of an audience: its clock follows",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 2 {
			return wrongUse("update " + promise)
		}
		to, err := model.ParseAudience(rest[0])
		if err != nil {
			return err
		}
		d, err := spanOf(rest[1])
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.PromiseUpdate{In: d, Audience: to})
	}, slotIncident, slotAudience)
}

func (a *app) noChange(parent *cobra.Command) {
	var w filling
	const usage = "nochange INC AUDIENCE"
	c := a.add(parent, "", &cobra.Command{
		Use: usage, Short: "Tell an audience that nothing has changed, in one go",
		Long: "Tell an audience that nothing has changed: the words are drafted, approved and noted as sent by hand, or handed to the queue where a rule takes them somewhere. For customers that needs the commander or the communications lead; else only a draft is written.",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 1 {
			return wrongUse("update " + usage)
		}
		to, err := model.ParseAudience(rest[0])
		if err != nil {
			return err
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		t, err := a.template(w, "no_change")
		if err != nil {
			return err
		}
		own := *t
		own.Audience = to
		cmd := model.TellAudience{Audience: to, Template: t.Name}
		if cmd.Next, err = spanOf(w.next); err != nil {
			return err
		}
		if cmd.Next == 0 { // the words name that time
			cmd.Next = i.NextIn(a.rules(), to, time.Now())
		}
		if cmd.Text, err = a.fill(&own, i, w); err != nil {
			return err
		}
		if a.rulesErr == nil && len(a.rulesOut.Goes(i, to)) > 0 {
			cmd.Via = model.ViaQueue
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotAudience)
	w.flags(c)
}

// checkWords is the check of what leaves the company, for scripts.
func (a *app) checkWords(parent *cobra.Command) {
	const usage = "check FILE|-"
	a.add(parent, "", &cobra.Command{
		Use: usage, Short: "Check words that leave the company: promises of time, host names, blame, guesses, secrets",
		Example: "warroom update check post.txt\nwarroom message customer_facing | warroom update check -",
	}, func(_ context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse("update " + usage)
		}
		var text string
		var err error
		if args[0] == "-" {
			text, err = a.whole(a.in)
		} else {
			var data []byte
			if data, err = readSome(args[0]); err != nil {
				code := model.Invalid
				if errors.Is(err, os.ErrNotExist) {
					code = model.NotFound
				}
				err = model.Wrap(code, err, "%s cannot be read", model.Brief(args[0], 200))
			}
			text = string(data)
		}
		if err != nil {
			return err
		}
		found := comms.Check(text, comms.Context{Partial: true})
		if a.flag.json {
			if err := a.object(list(found)); err != nil {
				return err
			}
		} else {
			p := a.page()
			for _, r := range found {
				p.linef("%d:%d %s: %s", r.Line, r.Column, r.Rule, model.Visible(r.String()))
			}
			if err := a.send(p); err != nil {
				return err
			}
		}
		if len(found) > 0 {
			return errNo
		}
		return nil
	}, slotFile)
}
