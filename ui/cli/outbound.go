package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

// The file that says what goes where.
const outboundFile = "outbound.yaml"

// outboundPath is where the rules of the outside are: where WARROOM_OUTBOUND
// says, beside the record, so that all who share it share the rules, or in the
// config folder. "" if there are none.
func outboundPath(record string) string {
	if p := os.Getenv("WARROOM_OUTBOUND"); p != "" {
		return p
	}
	for _, dir := range []string{filepath.Dir(record), filepath.Join(xdg.ConfigHome, "warroom")} {
		if p := filepath.Join(dir, outboundFile); fileThere(p) {
			return p
		}
	}
	return ""
}

func fileThere(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// readOutbound reads the rules that go with a record; none is no error.
func readOutbound(record string) (outbox.Config, error) {
	path := outboundPath(record)
	if path == "" {
		return outbox.Config{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return outbox.Config{}, model.Wrap(model.Invalid, err, "the rules of the outside, %s, cannot be read", model.Brief(path, 200))
	}
	if err := ownOnly(path); err != nil {
		return outbox.Config{}, err
	}
	return outbox.ParseConfig(path, data)
}

// outside reads the rules and says so if they cannot be used. The room goes on
// without them: an entry is not to be refused for a slip in a file about chat.
func (a *app) outside(record string) storage.Planner {
	a.rulesOut, a.rulesErr = readOutbound(record)
	if a.rulesErr != nil {
		a.complain(0, model.Errorf(model.CodeOf(a.rulesErr), "nothing will leave the room: %s", model.Message(a.rulesErr)))
		return nil
	}
	if a.rulesOut.Empty() {
		return nil
	}
	return a.rulesOut
}

// needOutside is for commands that make no sense without rules.
func (a *app) needOutside(ctx context.Context) error {
	if err := a.record(ctx); err != nil {
		return err
	}
	switch {
	case a.rulesErr != nil:
		return a.rulesErr
	case a.rulesOut.Empty():
		return model.Errorf(model.NotFound, "there is nowhere to send anything: name the targets in %s, for example\n\ntargets:\n  slack: {}\n  jira: {url: https://example.atlassian.net, user: me@example.com, project: OPS}\n\nand run warroom connect",
			filepath.Join(filepath.Dir(a.store.Path()), outboundFile))
	}
	return nil
}

// outboundCommands are the doors to the queue.
func (a *app) outboundCommands(root *cobra.Command) {
	top := &cobra.Command{
		Use: "outbound", Short: "What leaves the room: the queue to Slack, PagerDuty, Jira, the status page",
		Long: "What leaves the room: the queue to Slack, PagerDuty, Jira, the status page.\n\n" +
			"Rules in outbound.yaml say what goes where. Pages and what the public reads wait for somebody's yes. " +
			"Any open room sends, or `warroom deliver`.",
		Example: "warroom outbound list\nwarroom outbound approve 12\nwarroom outbound copy 12 && warroom outbound hand 12",
	}
	a.add(root, groupLead, top, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("outbound list|plan|show|approve|retry|drop|hand|copy|trigger|check")
		}
		return a.listOutbox(ctx, nil, false)
	})

	var all bool
	c := a.add(top, "", &cobra.Command{Use: "list [INC]", Short: "What is on its way, what waits for you, what failed"},
		func(ctx context.Context, args []string) error { return a.listOutbox(ctx, args, all) }, slotIncident)
	c.Flags().BoolVar(&all, "all", false, "also what has been sent, dropped or done by hand")

	a.add(top, "", &cobra.Command{Use: "plan [INC]", Short: "What would leave for an incident, moment by moment"}, a.planOutbox, slotIncident)
	a.add(top, "", &cobra.Command{Use: "show N", Short: "One message: its words and every attempt"}, a.showMessage)

	var text string
	c = a.add(top, "", &cobra.Command{Use: "approve N…", Short: "Say yes: it is sent"}, func(ctx context.Context, args []string) error {
		step := outbox.Step{Verb: outbox.DoApprove}
		if text != "" {
			step.Text = &text
		}
		return a.handleAll(ctx, args, step, "outbound approve N…")
	})
	c.Flags().StringVar(&text, "text", "", "other words than those that are proposed")

	a.add(top, "", &cobra.Command{Use: "retry N…", Short: "Send again what failed or was held, now"}, func(ctx context.Context, args []string) error {
		return a.handleAll(ctx, args, outbox.Step{Verb: outbox.DoRetry}, "outbound retry N…")
	})
	a.add(top, "", &cobra.Command{Use: "drop N REASON", Short: "Give a message up", Annotations: map[string]string{freeText: "reason"}}, func(ctx context.Context, args []string) error {
		if len(args) < 2 {
			return wrongUse("outbound drop N REASON")
		}
		return a.handleAll(ctx, args[:1], outbox.Step{Verb: outbox.DoDrop, Reason: strings.Join(args[1:], " ")}, "outbound drop N REASON")
	})
	var link, id string
	c = a.add(top, "", &cobra.Command{Use: "hand N", Short: "Note that you sent it by hand"}, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse("outbound hand N")
		}
		return a.handleAll(ctx, args, outbox.Step{Verb: outbox.DoHand, Remote: outbox.Remote{ID: id, Key: id, URL: link}}, "outbound hand N")
	})
	c.Flags().StringVar(&link, "link", "", "the address of what came of it")
	c.Flags().StringVar(&id, "id", "", "its id there (a ticket's key, a channel's id), so that later messages find it")
	a.add(top, "", &cobra.Command{Use: "copy N", Short: "Print the words alone, to paste them elsewhere"}, func(ctx context.Context, args []string) error {
		n, err := messageNumber(args, "outbound copy N")
		if err != nil {
			return err
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		m, _, err := a.store.Message(ctx, n)
		if err != nil {
			return err
		}
		if a.flag.json {
			return a.object(map[string]any{"n": m.N, "text": m.Paste()})
		}
		p := a.page()
		for _, l := range model.VisibleLines(m.Paste()) {
			p.line(l)
		}
		return a.send(p)
	})

	var yes bool
	c = a.add(top, "", &cobra.Command{Use: "trigger [INC]", Short: "Open page, channel, ticket and public incident, all at once",
		Long: "Open page, channel, ticket and (for SEV-1 and SEV-2) public incident, all at once, whether a rule asks for it or not. What is open already is left alone. Without --yes every message waits for its own yes."},
		func(ctx context.Context, args []string) error { return a.triggerAll(ctx, args, yes) }, slotIncident)
	c.Flags().BoolVar(&yes, "yes", false, "say yes to all of it")

	a.add(top, "", &cobra.Command{Use: "check [INC]", Short: "Do page, channel, ticket and public incident stand as the incident does?",
		Long: "Ask the vendors how what was opened there stands, and compare it with the incident. Exit status 3 if something differs."}, a.checkOutside, slotIncident)

	var follow bool
	c = a.add(root, groupCare, &cobra.Command{Use: "deliver", Short: "Send what is in the queue",
		Long: "Send what is in the queue and may be sent now; with --follow go on until interrupted. An open room does the same. Exit status 3 if something is left that needs a person."},
		func(ctx context.Context, args []string) error { return a.deliver(ctx, args, follow) })
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on until interrupted")

	a.add(root, groupCare, &cobra.Command{Use: "connect [TARGET]", Short: "Set up a target: where its token comes from, and whether it works",
		Long: "Try the credentials of every target of outbound.yaml, or of one, with a harmless call, and say who we are there and which rights are missing. " +
			"A token that is typed in is put into the keyring of this machine and nowhere else. A token is looked for in WARROOM_<TARGET>_TOKEN, in the file that WARROOM_<TARGET>_TOKEN_FILE names, " +
			"in the keyring, and last by the target's secret_command."}, a.connect)
}

// messageNumber reads the only argument of a command on one message.
func messageNumber(args []string, usage string) (int64, error) {
	if len(args) != 1 {
		return 0, wrongUse(usage)
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(args[0]), "#"), 10, 64)
	if err != nil || n < 1 {
		return 0, model.Errorf(model.Invalid, "%q is no number of a message: `warroom outbound list` shows them", model.Brief(args[0], 40))
	}
	return n, nil
}

// handleAll carries a step out on each message that is named.
func (a *app) handleAll(ctx context.Context, args []string, step outbox.Step, usage string) error {
	if len(args) == 0 {
		return wrongUse(usage)
	}
	if err := a.record(ctx); err != nil {
		return err
	}
	var failed error
	for _, s := range args {
		n, err := messageNumber([]string{s}, usage)
		if err != nil {
			return err
		}
		m, err := a.store.Handle(ctx, n, a.actor, step)
		if err != nil {
			if len(args) == 1 {
				return err
			}
			a.complain(0, err)
			failed = errors.Join(failed, err)
			continue
		}
		if err := a.message(m); err != nil {
			return err
		}
	}
	return failed
}

// message prints one message as a line.
func (a *app) message(m outbox.Message) error {
	if a.flag.json {
		return a.object(m)
	}
	p := a.page()
	p.line(fmt.Sprintf("message %d is %s: %s", m.N, m.State.Words(), model.Visible(m.Say())))
	return a.send(p)
}

func (a *app) listOutbox(ctx context.Context, args []string, all bool) error {
	if len(args) > 1 {
		return wrongUse("outbound list [INC]")
	}
	if err := a.record(ctx); err != nil {
		return err
	}
	f := storage.OutboxFilter{All: all}
	if len(args) == 1 {
		id, err := a.store.Resolve(ctx, args[0])
		if err != nil {
			return err
		}
		f.Incident = id
	}
	rows, err := a.store.Outbox(ctx, f)
	if err != nil {
		return err
	}
	gates, err := a.store.Gates(ctx)
	if err != nil {
		return err
	}
	if a.flag.json {
		for _, m := range rows {
			if err := a.object(m); err != nil {
				return err
			}
		}
		return nil
	}
	p, now := a.page(), time.Now()
	if len(rows) == 0 {
		p.line("nothing is on its way")
	}
	a.outboxTable(p, rows, gates, now)
	for _, name := range slices.Sorted(maps.Keys(gates)) {
		if t := outbox.Trouble(gates[name], now); t != "" {
			p.line(a.term.in(alarm, "✗ "+name+": "), model.Visible(t))
		}
	}
	if n := outbox.Count(rows, outbox.Drafted); n > 0 {
		p.line(a.term.in(faint, count(n, "message waits", "messages wait")+" for a yes: warroom outbound approve N"))
	}
	return a.send(p)
}

// outboxTable lists messages: number, state, where and what, why and since when.
func (a *app) outboxTable(p *page, rows []outbox.Message, gates map[string]outbox.Gate, now time.Time) {
	var table [][]cell
	behind := outbox.Behind(rows)
	for _, m := range rows {
		style := normal
		switch {
		case m.State == outbox.Failed || m.State == outbox.Held:
			style = alarm
		case m.State == outbox.Drafted || m.State == outbox.Retrying:
			style = warn
		case m.State == outbox.Sent || m.State == outbox.ByHand:
			style = good
		case m.State == outbox.Dropped:
			style = faint
		}
		table = append(table, []cell{
			c(fmt.Sprint(m.N)), {m.State.Words(), style}, c(model.Brief(m.Incident, 30)), c(model.Visible(m.Say())),
			{model.Brief(m.Why(gates[m.Target], behind[m.N], now), 200), faint},
		})
	}
	p.table(0, table)
}

func (a *app) planOutbox(ctx context.Context, args []string) error {
	if err := a.needOutside(ctx); err != nil {
		return err
	}
	id, err := a.one(ctx, args, "outbound plan [INC]")
	if err != nil {
		return err
	}
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return err
	}
	plan := a.rulesOut.Preview(i, time.Now())
	if a.flag.json {
		return a.object(plan)
	}
	p := a.page()
	if i.Drill {
		p.line(a.term.in(warn, "a drill: nothing leaves, unless a rule says drills: true"))
	}
	for _, f := range plan {
		p.line(a.term.in(strong, string(f.Moment)))
		var rows [][]cell
		for _, m := range f.Messages {
			when := cell{"at once", normal}
			if m.State == outbox.Drafted {
				when = cell{"asks first", warn}
			}
			flags := ""
			if m.Public {
				flags = "public"
				if m.Content.Notify {
					flags += ", subscribers are notified"
				}
			} else if m.Content.Notify {
				flags = "wakes people"
			}
			rows = append(rows, []cell{when, c(model.Visible(m.Say())), {flags, warn}, {model.Brief(m.Content.Text, 120), faint}})
		}
		if len(rows) == 0 {
			rows = [][]cell{{{"nothing", faint}}}
		}
		p.table(2, rows)
	}
	return a.send(p)
}

func (a *app) showMessage(ctx context.Context, args []string) error {
	n, err := messageNumber(args, "outbound show N")
	if err != nil {
		return err
	}
	if err := a.record(ctx); err != nil {
		return err
	}
	m, tries, err := a.store.Message(ctx, n)
	if err != nil {
		return err
	}
	if a.flag.json {
		return a.object(struct {
			outbox.Message
			Tries []outbox.Attempt `json:"tries"`
		}{m, list(tries)})
	}
	p := a.page()
	p.line(a.term.in(strong, fmt.Sprintf("%d  %s", m.N, model.Visible(m.Say()))))
	for _, l := range m.Facts(time.Now()) {
		p.line("  ", model.Visible(l))
	}
	if m.Content.Text != "" {
		p.line("")
		for _, l := range model.VisibleLines(m.Content.Text) {
			p.line("  ", l)
		}
		p.line("")
	}
	for _, t := range tries {
		p.line("  ", a.stamp(t.Began), "  ", string(cmpOr(t.Verdict, "no end known")), "  ", model.Visible(t.Reason))
	}
	return a.send(p)
}

func cmpOr(v, other outbox.Verdict) outbox.Verdict {
	if v == "" {
		return other
	}
	return v
}

func (a *app) triggerAll(ctx context.Context, args []string, yes bool) error {
	if err := a.needOutside(ctx); err != nil {
		return err
	}
	id, err := a.one(ctx, args, "outbound trigger [INC]")
	if err != nil {
		return err
	}
	rows, err := a.store.Trigger(ctx, id, model.Request{ID: a.store.NewID(), Actor: a.actor})
	if err != nil {
		return err
	}
	for _, m := range rows {
		if yes {
			if m, err = a.store.Handle(ctx, m.N, a.actor, outbox.Step{Verb: outbox.DoApprove}); err != nil {
				return err
			}
		}
		if err := a.message(m); err != nil {
			return err
		}
	}
	return nil
}
