package cli

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

// slot says what an argument is, for the shell's completion.
type slot int

const (
	slotIncident slot = iota
	slotRole
	slotPerson
	slotStatus
	slotSeverity
	slotMilestone
	slotOrder
	slotFile
	slotHypothesis
	slotHypothesisState
	slotProposal
	slotDecision
	slotOutcome
	slotYesNo
	slotMitigation
	slotOption
	slotClock
	slotTeam
	slotLink
	slotBook
	slotAudience
)

// completionTime is how long the shell may wait for words.
const completionTime = 2 * time.Second

// complete offers words for the arguments of a command. An incident in front may
// be left out, so its place also offers what comes next.
func (a *app) complete(slots ...slot) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		id := ""
		rest := slots
		var wanted []slot
		if len(rest) > 0 && rest[0] == slotIncident {
			rest = rest[1:]
			switch {
			case len(args) == 0:
				wanted = append(wanted, slotIncident)
			case isID(args[0]):
				id, args = args[0], args[1:]
			}
		}
		if len(args) < len(rest) {
			wanted = append(wanted, rest[len(args)])
		}
		var out []string
		directive := cobra.ShellCompDirectiveNoFileComp
		for _, s := range wanted {
			if s == slotFile {
				directive = cobra.ShellCompDirectiveDefault
				continue
			}
			out = append(out, a.offer(s, id)...)
		}
		return starting(out, typed), directive
	}
}

// flagWords offers words for the value of a flag.
func (a *app) flagWords(c *cobra.Command, flag string, s slot) {
	a.words(c, flag, func() []string { return a.offer(s, "") })
}

func (a *app) words(c *cobra.Command, flag string, offer func() []string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return starting(offer(), typed), cobra.ShellCompDirectiveNoFileComp
	})
}

// starting keeps the words that begin with what was typed.
func starting(words []string, typed string) []string {
	var out []string
	for _, w := range words {
		if len(w) >= len(typed) && strings.EqualFold(w[:len(typed)], typed) {
			out = append(out, w)
		}
	}
	return out
}

// offer lists the words for a slot, each with a description behind a tab.
func (a *app) offer(s slot, id string) []string {
	var out []string
	put := func(word, help string) { out = append(out, word+"\t"+help) }
	switch s {
	case slotAudience:
		for _, to := range model.Audiences {
			put(string(to), "")
		}
	case slotRole:
		for _, r := range model.Roles {
			put(string(r), r.Label())
		}
	case slotStatus:
		for _, st := range model.Statuses {
			put(string(st), string(st.Phase()))
		}
	case slotSeverity:
		for n := model.SevWorst; n <= model.SevMildest; n++ {
			put(strconv.Itoa(int(n)), n.Word())
		}
	case slotMilestone:
		for _, m := range model.Milestones {
			put(string(m), m.String())
		}
	case slotHypothesisState:
		for _, st := range model.HypothesisStates {
			put(string(st), st.String())
		}
	case slotOutcome:
		put("go", "it is done")
		put("no", "it is not done")
	case slotBook:
		lib := a.shelf(nil)()
		for _, it := range append(slices.Clone(lib.Books()), lib.Strategies()...) {
			put(it.ID, model.Brief(it.Title, 60))
		}
	case slotYesNo:
		put("yes", "it worked")
		put("no", "it did not work")
	default:
		out = a.offerRecorded(s, id)
	}
	return out
}

// offerRecorded lists what the record knows. Whatever fails, completion is
// silent; and it never makes a record where there is none.
func (a *app) offerRecorded(s slot, id string) []string {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	if a.prepare() != nil {
		return nil
	}
	path, _, err := a.path()
	if err != nil {
		return nil
	}
	if _, err := os.Stat(path); err != nil || a.record(ctx) != nil {
		return nil
	}
	if s == slotIncident {
		rows, err := a.store.List(ctx, model.Filter{Limit: 200})
		if err != nil {
			return nil
		}
		var out []string
		for _, r := range rows {
			out = append(out, r.ID+"\t"+r.Severity.String()+" "+string(r.Status)+" "+model.Brief(r.Title, 50))
		}
		return out
	}
	id, _, err = a.incident(ctx, strings.Fields(id))
	if err != nil {
		return nil
	}
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return nil
	}
	return a.offerOf(s, i)
}

// offerOf lists what an incident knows.
func (a *app) offerOf(s slot, i *model.Incident) []string {
	var out []string
	put := func(word, help string) {
		if model.Visible(word) == word { // what cannot be typed is not offered
			out = append(out, word+"\t"+model.Brief(help, 70))
		}
	}
	switch s {
	case slotPerson:
		for _, p := range i.People {
			if model.Visible(p) == p { // a name that cannot be typed is not offered
				out = append(out, p)
			}
		}
	case slotOrder:
		for _, o := range i.Orders {
			if o.Pending() {
				put(strconv.Itoa(o.N), "@"+o.Person+" "+o.Task)
			}
		}
	case slotHypothesis:
		for _, h := range i.Hypotheses {
			put(strconv.Itoa(h.N), h.State.String()+": "+h.Text)
		}
	case slotProposal, slotDecision:
		for _, d := range i.Decisions {
			if d.Pending() == (s == slotProposal) && d.Outcome != model.OutcomeNo {
				put(strconv.Itoa(d.N), d.Text)
			}
		}
	case slotOption:
		for _, o := range i.OpenOptions() {
			put(strconv.Itoa(o.N), o.Text)
		}
	case slotMitigation:
		for _, m := range i.Mitigations {
			if m.InPlace() {
				put(strconv.Itoa(m.N), m.Text)
			}
		}
	case slotClock:
		for _, k := range i.Clocks(a.rules(), time.Now()) {
			put(k.Key, k.Text)
		}
	case slotTeam:
		for _, t := range i.Teams {
			put(t.Name, "@"+t.Leader+" "+t.Task)
		}
		for _, name := range model.TeamNames {
			if !slices.ContainsFunc(i.Teams, func(t model.Team) bool { return t.Name == name }) {
				put(name, "a new team")
			}
		}
	case slotLink:
		for _, l := range i.Links {
			put(l.Name, l.URL)
		}
	}
	return out
}
