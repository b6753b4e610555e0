package demo

import (
	"time"

	"warroom/model"
)

// The people. Pager and probe are machines that write, too.
const (
	ana   = "ana"   // on call, takes command
	bob   = "bob"   // knows the databases, leads the technical work
	carl  = "carl"  // builds and deploys
	dana  = "dana"  // scribe
	erin  = "erin"  // talks to customers
	frank = "frank" // knows payments
	lea   = "lea"   // takes over
	pager = "pager"
	probe = "probe"
)

// pace turns the seconds of the script into those at speed 1.
const pace = 0.9

// Script is the live incident. The times of the story are compressed: clocks of
// seconds stand for minutes, so that they can be seen to run down.
func Script() []Step {
	s := func(seconds float64, who, line string) Step {
		return Step{After: time.Duration(seconds * pace * float64(time.Second)), Actor: who, Line: line}
	}
	do := func(seconds float64, who string, c model.Command) Step {
		st := s(seconds, who, "")
		st.Command = c
		return st
	}
	named := func(name string, st Step) Step { st.Name = name; return st }
	of := func(name string, st Step) Step { st.Of = name; return st }
	fixed := "lag falls from 340 s to 205 s, and the errors fall with it"

	return []Step{
		// Declared, commanded, manned.
		{After: 300 * time.Millisecond, Actor: ana, Command: model.Declare{
			Title: "Checkout returns 503 to one in five customers", Services: []string{"checkout", "orders-db"},
			Severity: 2, Source: "alert checkout-errors",
			Description: "A demo on a record of its own: a long hour of a real incident in ninety seconds. Write along, nothing here is real.",
			Triage: &model.Assess{Severity: 2, Why: "revenue impact: major loss (4 of 5)", Answers: []model.Answer{
				{Criterion: "user_impact", Level: "significant_subset", Or: "small_subset"}, {Criterion: "revenue_impact", Level: "major_loss"},
			}},
		}},
		s(0.6, pager, "-3m ! alert checkout-errors: 21 % of requests fail, normal is 0.1 %"),
		s(1.2, ana, "/take"),
		s(1.1, bob, "here, reading the checkout logs"),
		s(1.0, ana, "/role tl bob"),
		s(0.8, ana, "/role scribe dana"),
		s(0.8, ana, "/role comms erin"),
		s(0.9, ana, "/role observer "+Actor),
		s(1.5, dana, "welcome: press enter and write a line, everybody in the room sees it; ? shows what can be done"),
		s(1.8, ana, "/status investigating"),

		// Size-up.
		s(1.4, bob, "finding: only POST /checkout fails; browsing, search and login are fine"),
		s(0.9, ana, "/symptoms 503 on POST /checkout, everything else works"),
		s(0.7, ana, "/link bridge https://meet.example.com/checkout"),
		s(0.9, ana, "/roll checkout @carl"),
		s(0.5, ana, "/roll orders-db @bob"),
		s(0.5, ana, "/roll payments @frank paged"),
		named("changed", s(1.2, ana, "@bob find out what changed lately 20s")),
		s(1.1, bob, "/ack {changed}"),
		named("first", do(1.4, erin, model.DraftUpdate{Audience: model.ToCustomers, Template: "customer_facing", Text: "Some purchases fail. We are working on it. Next update in 15 minutes."})),
		of("first", do(0.8, ana, model.ApproveUpdate{})),
		of("first", do(0.9, erin, model.MarkSent{Via: "status page", Next: 15 * time.Minute})),
		s(2.0, dana, "-6m first report by a customer, on the phone: card accepted, then an error page"),
		s(1.2, dana, "/impact -7m"),
		s(1.8, bob, "! finding: 34 % fail now, rising steadily"),
		do(0.6, bob, model.Measure{Metric: "Error rate", Value: "34 %", Effect: "over 10%: one level worse", Worse: 1}),
		s(0.6, ana, "/trend rising"),
		s(0.6, ana, "/planb send all reads to the primary"),
		s(1.5, ana, "/sev 1 revenue: a third of all purchases fail, and it is getting worse"),
		s(0.4, ana, "/roll payments @frank"),
		s(0.8, ana, "/role sme frank"),
		named("charged", s(1.6, ana, "@frank find out if failed purchases are charged 30s")),
		s(0.9, frank, "/ack {charged}"),
		s(1.6, frank, "finding: the card network is down, their status page is red"),
		s(1.6, bob, "/done {changed} 30 min ago the stock import went from nightly to hourly, 10,000 rows at a time"),
		s(1.3, frank, "/undo"), // a page of yesterday, still open in a tab
		s(1.1, frank, "sorry, that page was from yesterday: the card network is fine"),

		// A hypothesis and its test.
		s(1.8, bob, "finding: the import locks rows of orders; the read replica is 340 s behind"),
		named("waits", s(1.7, bob, "hypothesis: checkout waits for the replica and gives up after 5 s")),
		named("network", s(0.8, carl, "hypothesis: a bad deploy of checkout")),
		s(0.9, bob, "/hypothesis {waits} testing"),
		s(0.9, carl, "/hypothesis {network} ruled_out no deploy since Thursday"),
		named("graph", s(1.5, ana, "@lea put replica lag and failed purchases on one graph 8s")),
		s(1.0, lea, "/ack {graph}"),
		named("stop", s(1.0, bob, "/option stop the import before we touch checkout risk: the shop shows old stock undo: start it again")),
		named("failover", s(0.9, carl, "/option fail over orders-db risk: 30 s of failed writes undo: none")),
		named("pause", s(1.2, ana, "/option {stop} propose")),
		s(3.0, ana, "/decide {pause} go @bob 25s the lag falls"),
		named("paused", s(1.7, bob, "/temp stock import paused @bob 72h")),
		s(1.8, frank, "/done {charged} no; 212 cards authorised, none charged, the holds expire by themselves"),
		s(1.8, erin, "/reports +31 calls to support so far"),
		do(1.0, erin, model.TellAudience{Audience: model.ToExecutives, Via: "mail", Next: 30 * time.Minute, Text: "A third of purchases fails. The cause is found, ana commands. No card is charged."}),
		s(2.2, lea, "/extend {graph} 20s the lag metric arrives a minute late"),
		named("typo", s(2.3, lea, "finding: lag fals from 340 s to 250 s, and the errors fall with it")),
		s(1.2, ana, "/status identified the stock import locks orders"),
		{After: 1500 * time.Millisecond, Actor: lea, Of: "typo", Command: model.Amend{Text: &fixed}},
		s(1.3, lea, "/done {graph} the curves match, errors follow the lag by a minute"),
		s(0.9, lea, "/hypothesis {waits} confirmed errors follow the lag by a minute"),
		s(0.7, ana, "/worked {pause} yes the lag falls"),
		s(0.6, ana, "/trend falling"),

		// Mitigation.
		s(1.6, bob, "finding: lag stays at 90 s: two import sessions hang and still hold their locks"),
		named("locks", s(1.5, ana, "@bob end these two sessions on the primary 15s")),
		s(0.8, bob, "/ack {locks}"),
		s(1.9, bob, "change: both sessions ended on the primary, locks are gone"),
		s(1.2, bob, "/done {locks} lag 12 s and falling fast"),
		s(1.5, probe, "purchases: 0.9 % fail"),
		s(1.3, ana, "/status mitigated import paused, locks gone"),
		do(1.6, erin, model.TellAudience{Audience: model.ToCustomers, Via: "status page", Next: 15 * time.Minute, Text: "Purchases work again. We keep watching until we are sure."}),
		s(0.8, erin, "update: support and sales have the same words"),
		s(1.3, bob, "finding: lag 0 s, 0.1 % fail: that is normal"),
		s(0.8, ana, "/option {failover} drop not needed any more"),
		s(1.3, ana, "/status monitoring"),

		// Command moves, and only when it is accepted.
		s(1.6, ana, "for lea: import stays paused, 212 holds to watch, customers hear from us in 15 minutes, no open questions"),
		s(1.3, ana, "/handover lea"),
		s(2.7, lea, "/accept"),
		s(1.2, lea, "I have command. ana, go to bed, and thank you"),
		named("support", s(1.5, lea, "@erin tell support what to say about the 212 holds 15s")),
		s(0.9, erin, "/ack {support}"),
		s(1.9, erin, "/done {support} sent, with the date on which the last hold expires"),

		// The end, and what is left to do.
		s(1.7, probe, "purchases: 0 of 1,840 failed since the locks are gone"),
		s(1.1, lea, "/milestone recovered now"),
		s(1.5, lea, "/status resolved error rate and lag normal, nothing temporary left but the paused import"),
		do(1.4, erin, model.TellAudience{Audience: model.ToCustomers, Via: "status page", Text: "Resolved. We are sorry. What happened and what we change: on Friday, here."}),
		s(1.4, bob, "todo import in batches that cannot lock orders, before it runs again"),
		s(1.1, frank, "todo checkout must not wait for a replica: 200 ms, then the primary"),
		s(1.3, dana, "todo alert on replica lag over 30 s: a customer told us three minutes before the pager did"),
		s(0.8, lea, "/review ana 72h"),
		s(1.6, lea, "! Thank you, all. Review on Thursday at 10:00: everybody who was here, nobody to blame"),
	}
}
