package demo

import (
	"context"
	"fmt"
	"time"

	"warroom/model"
)

// past is a step of an incident that is over or long running.
type past struct {
	ago   time.Duration
	actor string
	line  string
	cmd   model.Command
}

const day = 24 * time.Hour

// earlier are the incidents that the list shows beside the live one.
var earlier = [][]past{
	{ // closed last week, with everything done that the review asked for
		{7*day + 3*time.Hour, "pager", "", model.Declare{Title: "Password mails arrive an hour late", Services: []string{"mail", "accounts"},
			Severity: 2, Source: "alert mail-queue"}},
		{7*day + 2*time.Hour + 58*time.Minute, erin, "", model.AssignRole{Role: model.Commander}},
		{7*day + 2*time.Hour + 57*time.Minute, erin, "", model.AssignRole{Role: model.TechnicalLead, Person: frank}},
		{7*day + 2*time.Hour + 56*time.Minute, erin, "/status investigating", nil},
		{7*day + 2*time.Hour + 49*time.Minute, frank, "finding: 48,000 mails wait, one of three senders is stuck since the restart at noon", nil},
		{7*day + 2*time.Hour + 45*time.Minute, erin, `update: status page: “Password mails are late. Log-in itself works.”`, nil},
		{7*day + 2*time.Hour + 41*time.Minute, frank, "/status identified a sender waits for a lock file that nobody holds", nil},
		{7*day + 2*time.Hour + 40*time.Minute, frank, "change: lock file removed, sender started", nil},
		{7*day + 2*time.Hour + 31*time.Minute, erin, "/status mitigated", nil},
		{7*day + 2*time.Hour + 2*time.Minute, frank, "! finding: queue empty, mails take 4 s", nil},
		{7*day + 2*time.Hour + time.Minute, erin, "/status resolved", nil},
		{7*day + 2*time.Hour, frank, "todo a sender that cannot lock must say so and stop", nil},
		{6 * day, erin, "/status postmortem", nil},
		{4 * day, erin, "/status followup", nil},
		{2 * day, frank, "finding: a stuck sender now pages within two minutes, tried twice", nil},
		{2*day - time.Hour, erin, "/status closed", nil},
	},
	{ // a false alarm
		{3*day + 5*time.Hour, "pager", "", model.Declare{Title: "Disk of the build server 91 % full", Services: []string{"build"},
			Severity: 4, Source: "alert disk-full"}},
		{3*day + 4*time.Hour + 52*time.Minute, dana, "finding: 91 % was the old disk, the alert still reads it; the new one is at 12 %", nil},
		{3*day + 4*time.Hour + 51*time.Minute, dana, "todo take the old disk out of the alert", nil},
		{3*day + 4*time.Hour + 50*time.Minute, dana, "/cancel a false alarm: the alert reads a disk that is not in use", nil},
	},
	{ // watched since yesterday
		{day + 2*time.Hour, bob, "", model.Declare{Title: "Search misses products added today", Services: []string{"search"},
			Severity: 3, Source: "a shop manager"}},
		{day + 119*time.Minute, bob, "", model.AssignRole{Role: model.Commander}},
		{day + 118*time.Minute, bob, "/status investigating", nil},
		{day + 107*time.Minute, lea, "finding: the index job fails on one product with an empty name and stops there", nil},
		{day + 106*time.Minute, bob, "/status identified", nil},
		{day + 99*time.Minute, lea, "change: job skips products without a name and counts them", nil},
		{day + 80*time.Minute, bob, "/status mitigated the index is complete again", nil},
		{day + 78*time.Minute, bob, "/status monitoring until the job of tonight has run", nil},
		{9 * time.Hour, probe, "index job: 51,204 products, 1 skipped", nil},
	},
}

// backfill writes one of them at once, through the commands that everybody uses,
// dated back to when it happened.
func backfill(ctx context.Context, s Store, now time.Time, steps []past) error {
	incident := ""
	for _, st := range steps {
		at := now.Add(-st.ago)
		cmd := st.cmd
		if cmd == nil {
			var err error
			if cmd, err = model.Compose(st.line, at, time.UTC); err != nil {
				return fmt.Errorf("the demo's line %q: %w", st.line, err)
			}
		}
		rec, err := s.Do(ctx, incident, model.Request{Actor: st.actor, Command: dated(cmd, at)})
		if err != nil {
			return fmt.Errorf("the demo cannot write earlier incidents: %w", err)
		}
		incident = rec.Incident.ID
	}
	return nil
}

// dated is c as if it had been given at the time it happened.
func dated(c model.Command, at time.Time) model.Command {
	switch c := c.(type) {
	case model.Declare:
		c.At, c.DetectedAt, c.ImpactStart = at, at, at.Add(-4*time.Minute)
		return c
	case model.AddNote:
		c.At = at
		return c
	case model.AssignRole:
		c.At = at
		return c
	case model.SetStatus:
		c.At = at
		return c
	case model.Cancel:
		c.At = at
		return c
	}
	return c
}
