package plain

import (
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/triage"
)

func guided(c *Config) { c.Rules = triage.Default().Rules(model.Doctrine()) }

// Somebody who sees nothing takes an incident from the page to the first message,
// and on when it turns out worse.
func TestFromThePageByEar(t *testing.T) {
	c := noon()
	s := record(t, file(t), c)
	d := sit(t, s, "ana", "", at(c), guided)
	d.asks("checklist", `^An incident is an event that does one of these:$`)
	d.hears(`^Impacts customers or revenue\.$`)
	d.asks("skip", `^Not written: no incident is open here`) // nothing is asked

	d.types("triage")
	d.hears(`^4 questions\. A digit answers\. Two with a slash, such as 2/3, mean that you are not sure: the worse counts\.$`)
	d.hears(`^1 of 4: Who is affected\? 1, all users: everybody who uses it\. 2, majority: .* 5, individual: single users\.$`)
	d.asks("7", `^Not written: no incident is open here`)
	d.asks("= 7", `^Not taken: there are only the answers 1 to 5$`)
	d.hears(`^The question is still open`)
	d.asks("2", `^So far SEV-2, because user impact: majority \(4 of 5\)\.$`)
	d.hears(`^2 of 4: Is money being lost\?`)
	d.asks("3/4", `^So far SEV-2`)
	d.hears(`^3 of 4: `)
	d.asks("question", `^3 of 4: `)
	d.asks("skip", `^4 of 4: `)
	d.types("5")
	d.hears(`^The answers say SEV-2, major, because user impact: majority \(4 of 5\)\.$`)
	d.hears(`^It would be SEV-3 if user impact were significant subset\.$`)
	d.hears(`^SEV-2 requires: respond within 30 min\. Notify: page oncall, manager notification\. Roles: incident commander, technical lead, communications lead\. Tell: engineering-managers, on-call, support-leads\. It asks for the status page\.$`)
	d.hears(`^Customers are told first after 5 min, then every 20 min\.$`)
	d.hears(`^declare: and what is wrong declares it as SEV-2 with these answers\.$`)
	id := strings.TrimSuffix(strings.TrimPrefix(d.asks("declare: Checkout answers 503", `^Declared, INC-`), "Declared, "), ".")
	d.hears(`^INC-\S+, SEV-2 major, triage`)
	d.hears(`^Vacant, and SEV-2 requires them: incident commander, technical lead, communications lead\. `)
	d.asks("who", `^technical lead: nobody, and SEV-2 requires it$`)

	// The checklist, with a note in between.
	d.asks("checklist", `^1 of 4: Is the service completely down\?$`)
	d.asks("n", `^Written, #\d+: Is the service completely down\? no$`)
	d.hears(`^2 of 4: Are customers actively impacted\?$`)
	d.asks("! customers call us", `^Written, #\d+, important note\.$`)
	d.asks("yes", `^Written, #\d+: Are customers actively impacted\? yes: Check scope of impact$`)
	d.hears(`^That asks for: Check scope of impact\. act does it: it says how to write down the scope\.$`)
	d.hears(`^3 of 4: `)
	d.asks("act", `^Type /scope and`)
	d.asks("unknown", `^Written`)
	d.hears(`^4 of 4: Is this a security incident\?$`)
	d.asks("yes", `act does it: an order to security-team with five minutes\.$`)
	d.hears(`^Error rate\? Over 10%: one level worse, never beyond SEV-1\. Type the value\.$`)
	d.asks("act", `^Written, #\d+: @security-team Is this a security incident\? Engage security team, 5 min$`)
	d.asks("act", `^Written, #\d+, note\.$`) // nothing is left to be done
	d.asks("= lots", `^Not taken: error rate: "lots" is no number with a unit: give for example 10%$`)
	d.asks("6 %", `^Written, #\d+: Error rate: 6 % \(not over 10%: no change\)$`)
	d.hears(`^Response time\? `)
	d.asks("stop", `^Nothing is asked any more`)
	d.asks("checklist", `^3 of 4: `) // what is not known is asked again
	d.types("stop")

	// The first message to customers.
	d.asks("draft customers", `^Customer facing, for customers, still needs issue description, status page url\. An answer begins with an equals sign; stop gives up\.$`)
	d.hears(`^Issue description\? what customers notice: `)
	d.asks("paying by card fails", `^Written, #\d+, note\.$`) // no answer: it has no equals sign
	d.asks("= errors when paying by card, fixed soon", `^Status page url\? `)
	d.types("=https://status.example.com")
	d.hears(`^Written, #\d+: draft 1 for customers: `)
	d.hears(`^Written, #\d+: link status: https://status\.example\.com$`)
	d.hears(`^Update 1, for customers, drafted:$`)
	d.hears(`^Line 1: We are currently experiencing errors when paying by card, fixed soon\.$`)
	d.hears(`^Line 3: Current Status: investigating$`)
	d.hears(`^Remark, line 1: "soon": reads as a promise of time`)
	d.hears(`^What customers read needs approval by the commander or the communications lead, and nobody is either: take command first\.$`)
	d.asks("approve 1", `^Not written: what customers read needs approval`)
	d.asks("/take", `assigned as incident commander$`)
	d.asks("approve 1", `^Not approved yet\. approve 1 knowing approves it all the same; reword 1/1 and words changes that line\.$`)
	d.asks("reword 1/1 We are currently experiencing errors when paying by card.", `^Written`)
	d.hears(`^Line 2: Our team is actively working on a resolution\.$`)
	d.hears(`^Customers read this\. approve 1 approves it\.`)
	d.asks("sent 1", `^Not written: update 1 goes to customers and is not approved: approve it first$`)
	d.asks("approve 1", `^Written, #\d+: customer update 1 approved$`)
	c.tick(3 * time.Minute)
	d.asks("updates", `^Customers: due in 2 min, at 12:05; not told anything yet\.$`)
	d.hears(`^1, customers, approved by ana, not sent: We are currently`)
	d.asks("sent 1 via status page", `^Written, #\d+: customers told status page, next at 12:23Z: `)
	d.hears(`^Customers hear next at 12:23\.$`)

	// What was noted can be wrong.
	d.asks("/undo", `^Written, #\d+: customer update 1 was not sent after all: it had been noted by mistake$`)
	d.asks("sent 1 15m", `^Written`)
	d.hears(`^Customers hear next at 12:18\.$`)

	// Nothing has changed, in one line.
	c.tick(16 * time.Minute)
	d.settled()
	d.hears(`^Alarm: overdue by 1 min: customer update`)
	d.asks("no change customers", `^Written, #\d+: customers told by hand, next at 12:39Z: No change since 12:03 UTC: investigating\.`)
	d.hears(`^Post it now: it is noted as sent by hand\.$`)
	d.hears(`^No change since 12:03 UTC: investigating\.$`)
	d.asks("no change executives", `^Executives have not been told anything yet: draft executives writes the first message\.$`)
	d.asks("promise customers 10m", `^Written`)
	d.hears(`^Customers hear next at 12:29\.$`)
	d.asks("draft internal no_change", `still needs last update\.`)
	d.types("stop")

	// It is worse than it seemed, and the clocks follow.
	d.asks("triage", `^1 of 4: .* Answered: majority\. skip keeps that\.$`)
	d.types("1", "skip", "skip", "skip")
	d.hears(`^It is SEV-2 now\. set records the answers and makes it SEV-1\.$`)
	d.asks("set", `^Written, #\d+: Severity changed from SEV-2 to SEV-1: user impact: all users`)
	d.hears(`^It is SEV-1\.$`)
	d.hears(`^Vacant, and SEV-1 requires them: technical lead, communications lead, scribe\. `)
	d.asks("triage", `^1 of 4: .* Answered: all users\. skip keeps that\.$`)
	d.types("5", "5", "5", "5")
	d.hears(`We do not argue about severity now: take the higher, lower it later\. set records the answers and it stays SEV-1; lower makes it SEV-5\.$`)
	d.asks("set", `^It is SEV-1\.$`)
	d.asks("triage", `^1 of 4`)
	d.types("skip", "skip", "skip", "skip")
	d.asks("lower", `^It is SEV-5\.$`)
	d.clean()

	i, err := s.Incident(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := i.Triage.Answer("user_impact"); i.Severity != 5 || i.Triage.Passes != 3 || a.Level != "individual" || len(i.Triage.Checks) != 4 || i.Late(triage.Default().Rules(model.Doctrine()), model.ToCustomers, c.now()) > time.Minute {
		t.Errorf("%+v", i.Triage)
	}
}

// Where a rule takes an update somewhere, the queue does the sending.
func TestUpdatesByEarGoThroughTheQueue(t *testing.T) {
	s := record(t, file(t), nil)
	id := write(t, s, "", "ana", model.Declare{Title: "one", Severity: 2}).Incident.ID
	write(t, s, id, "ana", model.TakeCommand{})
	goes := []string{"slack"}
	d := sit(t, s, "ana", id, guided, func(c *Config) {
		c.Goes = func(_ *model.Incident, who model.Audience) []string {
			if who == model.ToExecutives {
				return nil
			}
			return goes
		}
	})
	write(t, s, id, "ana", model.DraftUpdate{Audience: model.ToInternal, Text: "We look."})
	write(t, s, id, "ana", model.DraftUpdate{Audience: model.ToCustomers, Text: "Some payments fail."})
	write(t, s, id, "ana", model.DraftUpdate{Audience: model.ToExecutives, Text: "We look."})
	d.hears(`draft 3 for executives`)
	d.asks("read 1", `^send 1 sends it to slack\.$`)
	d.asks("send 1", `^Written, #\d+: internal told outbound, `)
	d.hears(`^The queue takes it to slack\.$`)
	d.asks("send 2", `^What customers read goes to slack as it is approved: approve 2\.$`)
	d.asks("approve 2", `^It is in the queue for slack, and is noted as sent when it has arrived\.`)
	d.asks("send 3", `^No rule takes it anywhere: post it yourself, then sent 3 notes it\.$`)
	d.asks("no change internal", `^The queue takes it to slack\.$`)
	d.asks("send 7", `^There is no update 7`)
}

// A question belongs to where it was asked, and faults of the team's files are
// read out.
func TestQuestionsAreLeftBehind(t *testing.T) {
	s := record(t, file(t), nil)
	one := write(t, s, "", "bob", model.Declare{Title: "one"}).Incident.ID
	two := write(t, s, "", "bob", model.Declare{Title: "two"}).Incident.ID
	d := sit(t, s, "ana", one, guided, func(c *Config) {
		c.Faults = []string{"triage.yaml:3:5: a level has no score; the built-in triage stays in force"}
	})
	d.hears(`^Attention: triage\.yaml:3:5: .* stays in force$`)
	d.asks("triage", `^1 of 4`)
	d.asks("1", `^2 of 4`)
	d.asks("open "+two, `two$`)
	d.asks("2", `^Written, #\d+, note\.$`)
	d.asks("set", `^Written, #\d+, note\.$`)
	d.asks("triage", `^1 of 4: [^A]*$`)
	d.asks("set", `^Nothing is answered yet`)
	d.asks("draft internal", `still needs`)
	d.asks("skip", `^Without it there is no message`)
	d.asks("= x", `^Written, #\d+, note\.$`)
}
