package review

import (
	"bytes"
	"testing"
	"time"

	"warroom/model"
)

func TestImportMarkdown(t *testing.T) {
	const text = `# Post-Incident Review: cache storm

**Impact**
About 3 % of users saw errors.

Timeline
--------
10:00 it began

## 3. Root Cause
A loop of retries.

### Background
Some history.

## What went well
- the alert

## Where we got lucky
It was night.

## Follow-ups
| Action | Owner | Priority | Due Date | Link |
|---|---|---|---|---|
| Add a limit to retries | @bob | P1 | 2026-12-01 | OPS-12 |
| [Action description] | [Name] | P0/P1/P2 | [Date] | |

- [x] P2: write the runbook, owner: carl, 2026-11-30 https://t.example/9
`
	in := Import(text)
	if in.Title != "Post-Incident Review: cache storm" {
		t.Errorf("title %q", in.Title)
	}
	for k, want := range map[string]string{
		string(model.SecCustomer): "About 3 % of users saw errors.", PartTimeline: "10:00 it began", string(model.SecWhy): "A loop of retries.",
		string(model.SecHappened): "Some history.", string(model.SecWell): "- the alert", string(model.SecLucky): "It was night.",
	} {
		if in.Parts[k] != want {
			t.Errorf("%s: %q, want %q", k, in.Parts[k], want)
		}
	}
	if len(in.Actions) != 2 {
		t.Fatalf("%+v", in.Actions)
	}
	if a := in.Actions[0]; a.Title != "Add a limit to retries" || a.Owner != "bob" || a.Priority != "P1" || a.Due != "2026-12-01" || a.Ticket != "OPS-12" {
		t.Errorf("%+v", a)
	}
	if a := in.Actions[1]; a.Title != "write the runbook" || a.Owner != "carl" || a.Priority != "P2" || a.Due != "2026-11-30" || a.State != model.ItemDone || a.Ticket != "https://t.example/9" {
		t.Errorf("%+v", a)
	}
	if s := ScoreMarkdown(text); s.Percent < 40 || s.Percent > 90 {
		t.Errorf("score %d %+v", s.Percent, s.Parts)
	}
	// What the program writes itself it can read again.
	var md bytes.Buffer
	d := lasted(t, time.Hour).do("ana", model.WriteReview{Section: model.SecLessons, Text: "limits help"}).do("ana", model.AddAction{Title: "Add a limit | here", Owner: "bob", Due: "2026-12-01"}).document()
	if err := d.Markdown(&md, ""); err != nil {
		t.Fatal(err)
	}
	in = Import(md.String())
	if in.Parts[string(model.SecLessons)] != "limits help" || in.Actions[0].Title != "Add a limit | here" || in.Actions[0].Owner != "bob" {
		t.Errorf("%q %+v", in.Parts, in.Actions)
	}
}

func TestFreeActions(t *testing.T) {
	for in, want := range map[string]Action{
		"Add an alert (owner: bob, due 2026-12-01) P1":      {Title: "Add an alert", Owner: "bob", Due: "2026-12-01", Priority: "P1"},
		"[P0] Limit retries by 2026-12-01":                  {Title: "Limit retries", Due: "2026-12-01", Priority: "P0"},
		"ask @bob for a list of hosts":                      {Title: "ask @bob for a list of hosts", Owner: "bob"},
		"2026-12-01":                                        {Title: "2026-12-01", Due: "2026-12-01"},
		"Move the cron job (at night), OPS-12":              {Title: "Move the cron job (at night)", Ticket: "OPS-12"},
		"Write it down, owner: carl, due: 2026-12-01, soon": {Title: "Write it down, soon", Owner: "carl", Due: "2026-12-01"},
	} {
		want.State = model.ItemOpen
		if got := freeAction(in); got != want {
			t.Errorf("%q: %+v, want %+v", in, got, want)
		}
	}
}
