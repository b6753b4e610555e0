package model

import (
	"fmt"
	"strings"
	"time"
)

// Script is something that a commander says aloud at a certain point, in words
// that work when one is tired. It is offered, never required.
type Script struct {
	When string // the moment it is for
	Say  string
	Due  bool // it fits the incident as it stands
}

// Scripts are the words for the moments of an incident, those that fit now
// first. Names and facts are those of the incident; what is not known stands as
// a blank to be spoken over, in angle brackets.
func (i *Incident) Scripts(actor string, r Rules, now time.Time) []Script {
	ic := i.Commander()
	or := func(s, blank string) string {
		if s == "" {
			return "<" + blank + ">"
		}
		return s
	}
	me := or(actor, "your name")
	next := "<time>"
	for _, c := range i.Clocks(r, now) {
		if c.Kind == ClockUpdate {
			next = Span(max(0, c.Due.Sub(now)).Round(time.Minute))
			break
		}
	}
	young := i.Status.Live() && i.SizeUp.Symptoms == "" && i.SizeUp.Scope == ""
	over := i.Status == Resolved || i.Status == Monitoring
	pending := ""
	for _, d := range i.Decisions {
		if d.Pending() && i.Status.Live() {
			pending = d.Text
		}
	}
	all := []Script{
		{"nobody seems to lead", fmt.Sprintf("Is there an incident commander? … I hear none: I am %s, and I take command.", me), ic == "" && i.Status.Live()},
		{"naming the team", "I need a deputy, a scribe and a technical lead. <Name>, will you take it? Say yes aloud.", ic != "" && i.Status.Live() && (i.Holder(Scribe) == "" || i.Holder(TechnicalLead) == "")},
		{"roll call", fmt.Sprintf("Roll call for %s. Who is here for each of them? One name each; whoever is missing gets paged.", or(strings.Join(i.Services, ", "), "the services")), young},
		{"size-up", "What is wrong, whom does it hit, since when, and is it getting worse, better, or jumping? Facts first, causes later.", young},
		{"asking an expert", "<Name>: conditions, actions, needs. Three sentences.", i.Status.Live()},
		{"giving an order", "<Name>, please <do this>. I come back to you in <n> minutes. Understood?", i.Status.Live()},
		{"asking for objections", fmt.Sprintf("We propose to %s. Any strong objections? … Hearing none, we go ahead.", or(pending, "do this")), pending != ""},
		{"an argument about severity", fmt.Sprintf("It stays %s for now. We take the higher one and lower it later; let us move on.", i.Severity), false},
		{"somebody wants the numbers now", fmt.Sprintf("We have no estimate that I would stand behind. The next update comes in %s; it has all that we know.", next), i.Severity.Major() && i.Status.Live()},
		{"somebody senior gives orders", fmt.Sprintf("Do you wish to take command? Then I hand over to you, with a briefing. If not: I lead, and I will take your advice to the team. — %s", or(ic, "the commander")), false},
		{"somebody senior asks for more people", "Thank you. <Name>, my deputy, will tell you where they help; please do not send them into the call.", false},
		{"too many voices", "One at a time, please. <Name> speaks now; everybody else writes into the timeline.", len(i.People) > 8 && i.Status.Live()},
		{"people can go", "The cause is known. <Names> stay; everybody else can leave now. Thank you, and get some rest.", i.Status == Identified || i.Status == Mitigated},
		{"handing over", "<Name>, you have read the briefing? You are now the incident commander, yes? … Everybody: <name> has command.", len(i.Offers) > 0},
		{"did it work?", "Are you done? What do we see? If it is not better, we size up again from the start.", i.Status == Mitigated},
		{"closing the call", fmt.Sprintf("The call is over at %s UTC. Thank you, all. What is left goes to %s; the review names no guilty.", now.UTC().Format("15:04"), or(i.Review.Owner, "the owner of the review")), over},
	}
	out := make([]Script, 0, len(all))
	for _, due := range []bool{true, false} {
		for _, s := range all {
			if s.Due == due {
				out = append(out, s)
			}
		}
	}
	return out
}
