package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// berlin is an hour ahead of UTC in winter.
var berlin = time.FixedZone("CET", 3600)

func TestCompose(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	text := func(s string) *string { return &s }
	min := time.Minute
	for _, c := range []struct {
		in   string
		want Command
	}{
		// Plain lines.
		{"db primary is back", AddNote{Text: "db primary is back"}},
		{"ü", AddNote{Text: "ü"}},
		{"客户看到错误", AddNote{Text: "客户看到错误"}},
		{"👩‍🚒 on it", AddNote{Text: "👩‍🚒 on it"}},
		{"db primary is back  ", AddNote{Text: "db primary is back  "}},
		{"two\nlines", AddNote{Text: "two\nlines"}},
		{"bad \xff byte", AddNote{Text: `bad \xff byte`}},
		{"\u00a0no-break", AddNote{Text: "no-break"}},
		{" /status closed", AddNote{Text: " /status closed"}},
		{" @bob look 3m", AddNote{Text: " @bob look 3m"}},
		{"\t! tab", AddNote{Text: "\t! tab"}},
		{"/var/log is full", AddNote{Text: "/var/log is full"}},
		{"/dev/sda1 at 100 %", AddNote{Text: "/dev/sda1 at 100 %"}},
		{"// a remark", AddNote{Text: "// a remark"}},
		{"/ was read-only", AddNote{Text: "/ was read-only"}},
		{"mail bob@example.org", AddNote{Text: "mail bob@example.org"}},

		// The mark.
		{"! customers see errors", AddNote{Text: "customers see errors", Important: true}},
		{"!customers", AddNote{Text: "customers", Important: true}},
		{"!! louder", AddNote{Text: "! louder", Important: true}},
		{"!= is not equal", AddNote{Text: "!= is not equal"}},

		// Times. The zone of the reader is an hour ahead of UTC.
		{"-7m saw first 500s", AddNote{Text: "saw first 500s", At: ago(7 * min)}},
		{"-1h30m  deploy", AddNote{Text: "deploy", At: ago(90 * min)}},
		{"-90s x", AddNote{Text: "x", At: ago(90 * time.Second)}},
		{"-2d x", AddNote{Text: "x", At: ago(48 * time.Hour)}},
		{"12:03 x", AddNote{Text: "x", At: at("2026-11-23T11:03:00Z")}},
		{"12:03Z x", AddNote{Text: "x", At: at("2026-11-22T12:03:00Z")}},
		{"9:05 x", AddNote{Text: "x", At: at("2026-11-23T08:05:00Z")}},
		{"09:05:07 x", AddNote{Text: "x", At: at("2026-11-23T08:05:07Z")}},
		{"09:05:07.250Z x", AddNote{Text: "x", At: at("2026-11-23T09:05:07.25Z")}},
		{"14:03 x", AddNote{Text: "x", At: at("2026-11-22T13:03:00Z")}}, // not yet today
		{"2026-11-20 14:03 x", AddNote{Text: "x", At: at("2026-11-20T13:03:00Z")}},
		{"2026-11-20 14:03Z x", AddNote{Text: "x", At: at("2026-11-20T14:03:00Z")}},
		{"2026-11-20 14:03:05Z x", AddNote{Text: "x", At: at("2026-11-20T14:03:05Z")}},
		{"2026-11-20T14:03 x", AddNote{Text: "x", At: at("2026-11-20T13:03:00Z")}},
		{"2026-11-20T14:03:00Z x", AddNote{Text: "x", At: at("2026-11-20T14:03:00Z")}},
		{"2026-11-20T14:03:00.123+05:30 x", AddNote{Text: "x", At: at("2026-11-20T08:33:00.123Z")}},
		{"2026-11-20 was a Friday", AddNote{Text: "2026-11-20 was a Friday"}},
		{"-7 degrees", AddNote{Text: "-7 degrees"}},
		{"-m", AddNote{Text: "-m"}},
		{"24:00 x", AddNote{Text: "24:00 x"}},
		{"12:60 x", AddNote{Text: "12:60 x"}},
		{"3:1 ratio", AddNote{Text: "3:1 ratio"}},
		{"12:03-12:09 spike", AddNote{Text: "12:03-12:09 spike"}},
		{"-7m 12:03 x", AddNote{Text: "12:03 x", At: ago(7 * min)}}, // one time only
		{"-99999d99999d x", AddNote{Text: "-99999d99999d x"}},
		{"0001-01-01T00:00:00Z x", AddNote{Text: "0001-01-01T00:00:00Z x"}},
		{"-7m\ttabbed", AddNote{Text: "tabbed", At: ago(7 * min)}},

		// Kinds.
		{"finding: lag is 340 s", AddNote{Kind: KindFinding, Text: "lag is 340 s"}},
		{"Finding:lag", AddNote{Kind: KindFinding, Text: "lag"}},
		{"ACTION: restart", AddNote{Kind: KindAction, Text: "restart"}},
		{"decision: no rollback", AddNote{Kind: KindDecision, Text: "no rollback"}},
		{"change: flag off", AddNote{Kind: KindChange, Text: "flag off"}},
		{"update: told customers", AddNote{Kind: KindUpdate, Text: "told customers"}},
		{"note: finding: x", AddNote{Kind: KindNote, Text: "finding: x"}},
		{"TODO: x", AddNote{Kind: KindTodo, Text: "x"}},
		{"todo write a test", AddNote{Kind: KindTodo, Text: "write a test"}},
		{"Todo\twrite", AddNote{Kind: KindTodo, Text: "write"}},
		{"todos are many", AddNote{Text: "todos are many"}},
		{"action items are many", AddNote{Text: "action items are many"}},
		{"finding : x", AddNote{Text: "finding : x"}},
		{"declared: x", AddNote{Text: "declared: x"}},
		{"system: x", AddNote{Text: "system: x"}},
		{"finding: @bob knows", AddNote{Kind: KindFinding, Text: "@bob knows"}},

		// Possible causes.
		{"hypothesis: migration locks orders", StateHypothesis{Text: "migration locks orders"}},
		{"HYPOTHESIS:migration", StateHypothesis{Text: "migration"}},
		{"-7m hypothesis: migration", StateHypothesis{Text: "migration", At: ago(7 * min)}},
		{"hypothesis: -7m migration", StateHypothesis{Text: "migration", At: ago(7 * min)}},
		{"hypothesis: finding: @bob ! knows", StateHypothesis{Text: "finding: @bob ! knows"}},
		{"hypothesis: ! @bob", StateHypothesis{Text: "! @bob"}},
		{"hypothesis: @bob", StateHypothesis{Text: "@bob"}},
		{"hypothesis: hypothesis: x", StateHypothesis{Text: "hypothesis: x"}},
		{"finding: hypothesis: x", AddNote{Kind: KindFinding, Text: "hypothesis: x"}},
		{"! hypothesis: x", AddNote{Text: "hypothesis: x", Important: true}}, // a cause has no mark
		{"hypothesis of the day", AddNote{Text: "hypothesis of the day"}},

		// Any order.
		{"-7m ! finding: x", AddNote{Kind: KindFinding, Text: "x", Important: true, At: ago(7 * min)}},
		{"! -7m finding: x", AddNote{Kind: KindFinding, Text: "x", Important: true, At: ago(7 * min)}},
		{"finding: ! -7m x", AddNote{Kind: KindFinding, Text: "x", Important: true, At: ago(7 * min)}},
		{"!finding:-7m x", AddNote{Kind: KindFinding, Text: "x", Important: true, At: ago(7 * min)}},
		{"todo ! 12:00 x", AddNote{Kind: KindTodo, Text: "x", Important: true, At: at("2026-11-23T11:00:00Z")}},

		// Orders.
		{"@bob check replica lag 3m", GiveOrder{Person: "bob", Task: "check replica lag", For: 3 * min}},
		{"@bob, check lag in 3m", GiveOrder{Person: "bob", Task: "check lag", For: 3 * min}},
		{"@bob: check lag, 1h30m", GiveOrder{Person: "bob", Task: "check lag", For: 90 * min}},
		{"@bob check lag 3M", GiveOrder{Person: "bob", Task: "check lag", For: 3 * min}},
		{"@bob check lag 3m now", GiveOrder{Person: "bob", Task: "check lag 3m now"}},
		{"@bob check lag", GiveOrder{Person: "bob", Task: "check lag"}},
		{"@Zoë  look  ", GiveOrder{Person: "Zoë", Task: "look"}},
		{"@bob begin 3m", GiveOrder{Person: "bob", Task: "begin", For: 3 * min}},
		{"-2m @bob look 5m", GiveOrder{Person: "bob", Task: "look", For: 5 * min, At: ago(2 * min)}},
		{"@bob\tlook 5m", GiveOrder{Person: "bob", Task: "look", For: 5 * min}},
		{"@ look", GiveOrder{Task: "look"}}, // Decide asks who

		// Commands.
		{"/sev 2", SetSeverity{To: 2}},
		{"/SEV sev-1  revenue is lost", SetSeverity{To: 1, Reason: "revenue is lost"}},
		{"/status mit traffic moved", SetStatus{To: Mitigated, Reason: "traffic moved"}},
		{"/st resolved", SetStatus{To: Resolved}},
		{"/role tl bob", AssignRole{Role: TechnicalLead, Person: "bob"}},
		{"/role technical lead bob", AssignRole{Role: TechnicalLead, Person: "bob"}},
		{"/role incident commander", AssignRole{Role: Commander}},
		{"/role scribe Dana Ortiz", AssignRole{Role: Scribe, Person: "Dana Ortiz"}},
		{"/assign scribe @dana", AssignRole{Role: Scribe, Person: "@dana"}},
		{"/release sme @frank", ReleaseRole{Role: SME, Person: "frank"}},
		{"/release scribe", ReleaseRole{Role: Scribe}},
		{"/take", TakeCommand{}},
		{"/take ", TakeCommand{}},
		{"/take bob has gone home", TakeCommand{Reason: "bob has gone home"}},
		{"/handover Bob Smith", HandOver{To: "Bob Smith"}},
		{"/accept", AcceptRole{}},
		{"/accept scribe", AcceptRole{Role: Scribe}},
		{"/accept technical lead", AcceptRole{Role: TechnicalLead}},
		{"/decline", DeclineRole{}},
		{"/decline ic on a train", DeclineRole{Role: Commander, Reason: "on a train"}},
		{"/decline not now", DeclineRole{Reason: "not now"}},
		{"/title Checkout is slow", Describe{Title: text("Checkout is slow")}},
		{"/describe one in\nfive", Describe{Description: text("one in\nfive")}},
		{"/services checkout, orders", Describe{Services: &[]string{"checkout, orders"}}},
		{"/impact -20m", Describe{ImpactStart: ago(20 * min)}},
		{"/impact 2026-11-23 11:00", Describe{ImpactStart: at("2026-11-23T10:00:00Z")}},
		{"/milestone detected 11:00", SetMilestone{Name: Detected, At: at("2026-11-23T10:00:00Z")}},
		{"/milestone recovered now", SetMilestone{Name: Recovered, At: noon}},
		{"/milestone recovered unknown", SetMilestone{Name: Recovered, Unknown: true}},
		{"/ack 2", AckOrder{N: 2}},
		{"/done #2 lag is 340 s", FinishOrder{N: 2, Result: "lag is 340 s"}},
		{"/extend 2", ExtendOrder{N: 2}},
		{"/extend 2 5m slow query", ExtendOrder{N: 2, For: 5 * min, Reason: "slow query"}},
		{"/withdraw 2 solved", WithdrawOrder{N: 2, Reason: "solved"}},
		{"/cancel", Cancel{}},
		{"/cancel a test", Cancel{Reason: "a test"}},
		{"/duplicate INC-20261101-000000 same pager", Cancel{Duplicate: "INC-20261101-000000", Reason: "same pager"}},
		{"/undo", Undo{}},
		{"/sev\t2\twhy", SetSeverity{To: 2, Reason: "why"}},
	} {
		got, err := Compose(c.in, noon, berlin)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if !reflect.DeepEqual(inUTC(got), c.want) {
			t.Errorf("%q:\n got %#v\nwant %#v", c.in, got, c.want)
		}
	}
}

// inUTC makes the times of a command comparable.
func inUTC(c Command) Command {
	fix := func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Time{}
		}
		return t.UTC()
	}
	switch c := c.(type) {
	case AddNote:
		c.At = fix(c.At)
		return c
	case GiveOrder:
		c.At = fix(c.At)
		return c
	case Describe:
		c.ImpactStart = fix(c.ImpactStart)
		return c
	case SetMilestone:
		c.At = fix(c.At)
		return c
	case StateHypothesis:
		c.At = fix(c.At)
		return c
	case PlanReview:
		c.Due = fix(c.Due)
		return c
	}
	return c
}

func TestComposeRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "empty",
		" \t\r\n":                "empty",
		"!":                      "no text",
		"! ":                     "no text",
		"-7m":                    "no text",
		"-7m ! finding:":         "no text",
		"2026-11-20 14:03":       "no text",
		"todo":                   "no text",
		"TODO:":                  "no text",
		"todo ":                  "no text",
		"@bob":                   "needs a task",
		"@bob 3m":                "needs a task",
		"@bob in 3m":             "needs a task",
		"-7m @bob":               "needs a task",
		"/":                      "no command",
		"/run high-cpu":          "no command /run",
		"/rm -rf":                "no command /rm",
		"/s 2":                   "no command /s",
		"/se 2":                  "no command /se",
		"/sev1":                  "no command /sev1",
		"/tmp is full":           "begin with a blank",
		"/sev":                   "needs a severity",
		"/sev 6":                 "no severity",
		"/sev high":              "no severity",
		"/status":                "needs a status",
		"/status ok":             "no status",
		"/role":                  "needs a role",
		"/role king bob":         "no role",
		"/release":               "needs a role",
		"/handover ":             "needs a person",
		"/accept king":           "no role",
		"/impact":                "no time",
		"/impact soon":           "no time",
		"/milestone":             "needs a name",
		"/milestone lunch 12:00": "no milestone",
		"/milestone detected":    "no time",
		"/milestone detected 25": "no time",
		"/ack":                   "needs the number",
		"/ack two":               "no order number",
		"/done 0":                "no order number",
		"/extend 2 soon":         "no length of time",
		"/withdraw x":            "no order number",
		"/duplicate":             "needs the incident",
		"/undo 5":                "stands alone",
		"hypothesis:":            "no text",
		"-7m Hypothesis:":        "no text",
	} {
		c, err := Compose(in, noon, time.UTC)
		if c != nil {
			t.Errorf("%q: refused with %v, and yet %#v", in, err, c)
		}
		if CodeOf(err) != Invalid || !strings.Contains(Message(err), want) {
			t.Errorf("%q: %v, want …%s…", in, err, want)
		}
	}
}

// Every command that the help offers is understood, with its own example.
func TestSlashesAreUnderstood(t *testing.T) {
	examples := map[string]string{
		"sev": "2", "status": "mitigated", "role": "tl bob", "release": "tl", "handover": "bob", "title": "x", "describe": "x",
		"services": "a", "impact": "-1m", "milestone": "detected -1m", "ack": "1", "done": "1", "extend": "1 5m", "withdraw": "1",
		"duplicate": "INC-1", "hypothesis": "1 out it was there before", "propose": "fail over", "object": "1 it is behind",
		"decide": "1 go @bob 5m errors below 1 %", "worked": "1 yes", "temp": "throttle @bob 2h", "untemp": "1", "symptoms": "503", "scope": "EU",
		"trend": "rising", "planb": "fail over", "reports": "+3", "can": "checkout: 503 | restarting | nothing", "crew": "@eve @bob - @dana", "option": "fail over risk: writes fail undo: fail back", "roll": "orders-db @bob paged", "dismiss": "@ana @bob", "link": "bridge https://meet.example.org/x", "next": "20m",
		"snooze": "update 10m nothing new", "seen": "update", "team": "alpha @bob databases", "review": "@dana 48h",
	}
	seen := map[string]bool{}
	for _, s := range Slashes {
		if seen[s.Name] {
			t.Errorf("/%s is there twice", s.Name)
		}
		seen[s.Name] = true
		if _, err := Compose("/"+s.Name+" "+examples[s.Name], noon, time.UTC); err != nil {
			t.Errorf("/%s: %v", s.Name, err)
		}
		if s.Help == "" {
			t.Errorf("/%s has no help", s.Name)
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, s := range []string{
		"db is back", "! x", "-7m x", "14:03 x", "2026-11-23 14:03 x", "2026-11-23T14:03:00+01:00 x", "finding: x", "todo x",
		"@bob check lag in 3m", "/sev 1 why", "/status mit", "/role tl bob", "/milestone detected -3m", "/extend 1 5m", " /x", "/var/log",
		"hypothesis: x", "/hypothesis 1 out why", "/propose x (risk: y)", "/decide 1 go @bob 5m x", "/worked 1 no", "/temp x @bob 2h", "/team a @bob x",
		"/snooze order:1 5m why", "/snooze callout:1 5m why", "/seen acknowledge", "/next 20m", "/review me 9999-12-31", "/link a https://b", "/reports -1",
		"/take why", "/planb x", "/resolve", "update: x",
		"-7m ! finding: x", "\xff\xfe", "@\u202eevil 3m", "/title \x1b]0;pwned\a", "-99999d99999d99999d x", "!\u0301",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := Compose(line, noon, berlin)
		if (c == nil) == (err == nil) {
			t.Fatalf("command %#v and error %v", c, err)
		}
		if err != nil {
			if CodeOf(err) != Invalid || !utf8.ValidString(err.Error()) || len(err.Error()) > 1000 {
				t.Fatalf("error %q of code %s", err, CodeOf(err))
			}
			return
		}
		if again, _ := Compose(line, noon, berlin); !reflect.DeepEqual(c, again) {
			t.Fatalf("read in two ways: %#v and %#v", c, again)
		}
		// Whatever was typed, the record takes it whole or refuses it whole.
		b := open(t, Declare{})
		b.must(t, "ana", TakeCommand{})
		b.must(t, "ana", GiveOrder{Person: "bob", Task: "x"})
		if _, err := b.do("ana", c); err != nil {
			if !slices.Contains([]Code{Invalid, Conflict, NotFound}, CodeOf(err)) {
				t.Fatalf("%#v: %v", c, err)
			}
			return
		}
		b.whole(t)
		for _, e := range b.events {
			if !utf8.ValidString(e.Text()) {
				t.Fatalf("text %q", e.Text())
			}
		}
	})
}
