package plain

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/comms"
)

// Notes are prose: a line is a command only if all of it has the form of one.
func TestWords(t *testing.T) {
	in := &room{Config: Config{Now: time.Now, Zone: time.UTC, Templates: comms.Default()}, inc: &model.Incident{}}
	lobby := &room{Config: in.Config}
	for line, want := range map[string]string{
		"help": "help", "?": "help", "HELP": "help", "/help": "help", "/?": "help", "who": "who", "Who": "who", "due": "due",
		"status": "status", "status log": "status log", "/status": "status", "brief": "brief", "board": "board", "orders": "orders",
		"last": "last", "last 20": "last 20", "before": "before", "more": "more", "missed": "missed", "entry 12": "entry 12", "entry #12": "entry #12",
		"edit 12 lag is 3 s": "edit 12 lag is 3 s", "time 12 -7m": "time 12 -7m", "time #12 14:03": "time #12 14:03", "time 12 now": "time 12 now",
		"strike 3": "strike 3", "restore 3": "restore 3", "mark 3": "mark 3", "unmark 3": "unmark 3",
		"search: lag": "search lag", "search:lag": "search lag", "Search: lag": "search lag", "/search lag": "search lag",
		"declare: x y": "declare x y", "/declare x": "declare x", "quiet on": "quiet on", "quiet OFF": "quiet OFF", "zone utc": "zone utc",
		"list": "list", "list all": "list all", "open 2": "open 2", "open inc-2026": "open inc-2026", "quit": "quit",

		"triage": "triage", "checklist": "checklist", "checklist all": "checklist all", "requires": "requires", "updates": "updates",
		"draft customers": "draft customers", "draft internal update": "draft internal update", "read 1": "read 1", "approve 1": "approve 1", "approve 1 knowing": "approve 1 knowing",
		"reword 1 x y": "reword 1 x y", "reword 1/2 x": "reword 1/2 x", "send 1": "send 1", "send 1 mail": "", "sent 1": "sent 1", "sent 1 20m": "sent 1 20m", "sent 1 1h via status page": "sent 1 1h via status page",
		"withdraw 1": "withdraw 1", "withdraw 1 because x": "withdraw 1 because x", "no change customers": "no change customers", "promise executives 1h": "promise executives 1h",

		"triage is done": "", "checklist is done": "", "requires a restart": "", "updates are late": "", "draft": "", "draft of the mail": "", "draft customers letter": "", "draft c": "",
		"read the logs": "", "read 3 logs": "", "approve the plan": "", "approve 1 plan": "", "reword it": "", "reword 1": "", "reword 1/x y": "", "sent 3 mails": "", "sent it": "",
		"withdraw 1 node": "", "no change": "", "no change for customers": "", "no": "", "promise customers soon": "", "promise me 20m": "", "set": "", "lower": "", "act": "", "skip": "", "stop": "", "question": "", "2": "", "yes": "", "= x": "",

		"who is here?": "", "who's there": "", "due to the migration": "", "status is unclear": "", "/status mitigated": "", "brief outage": "",
		"last deploy was at noon": "", "last 5 minutes were quiet": "", "before the deploy all was well": "", "more customers call": "",
		"missed the page": "", "search is down": "", "search lag is high": "", "search:": "", "entry point is broken": "", "entry": "", "edit the config": "", "edit 12": "",
		"time is short": "", "time 12 noon": "", "time": "", "mark is on call": "", "strike that": "", "declare it fixed": "", "declare": "",
		"quiet now": "", "quiet": "", "list of hosts: a b": "", "open": "", "open the gate": "", "open 2 tickets": "", "quit blaming": "", "help me": "", "? what": "",
		" who": "", "\twho": "", "  quit": "", "who:": "", "due: x": "", "again": "", "": "", "!": "", "@bob look": "", "/": "", "zone of trouble": "", "todos: x": "",
		"hypothesis: x": "", "-7m who": "", "who\nquit": "", "漢字": "", "/whoami": "", "mark 3 and 4": "", "last -1": "",
	} {
		w, rest, ok := in.word(line)
		got := ""
		if ok {
			got = strings.TrimSpace(w.name + " " + rest)
		}
		if got != want {
			t.Errorf("%q is taken for %q, want %q", line, got, want)
		}
	}
	// Where nothing can be written, these are plain.
	for _, line := range []string{"declare Checkout is down", "search lag", "declare: x", "search: x"} {
		if _, _, ok := lobby.word(line); !ok {
			t.Errorf("%q is no command although no incident is open", line)
		}
	}
	in.failed.line = "x"
	if w, _, ok := in.word("again"); !ok || w.name != "again" {
		t.Error("again is no command although a line has failed")
	}
	// Every word of the help is understood, and none hides a command of the
	// input line that takes arguments.
	seen := map[string]bool{}
	for _, w := range in.words() {
		if seen[w.name] {
			t.Errorf("%s is there twice", w.name)
		}
		seen[w.name] = true
	}
	for _, s := range model.Slashes {
		if _, _, ok := in.word("/" + s.Name + " x y z"); ok {
			t.Errorf("/%s with arguments does not reach the input line's grammar", s.Name)
		}
	}
}

func TestReading(t *testing.T) {
	c := noon()
	s := record(t, file(t), c)
	id := write(t, s, "", "bob", model.Declare{Title: "Checkout"}).Incident.ID
	for n := range 25 {
		c.tick(time.Minute)
		write(t, s, id, "bob", model.AddNote{Text: fmt.Sprintf("line %d.", n)})
	}
	d := sit(t, s, "ana", id, at(c))
	d.hears(`^Timeline, the last 5 of 26:$`)
	for n := 20; n < 25; n++ {
		d.hears(fmt.Sprintf(`^#%d 12:%02d bob, note: line %d\.$`, n+3, n+1, n))
	}
	d.asks("more", `line 10\.$`)
	d.hears(`line 19\.$`)
	d.asks("before", `line 0\.$`)
	d.hears(`line 9\.$`)
	d.asks("more", `^#1 12:00 bob, important: declared SEV-3: Checkout$`)
	d.hears(`^That is the beginning of the timeline\.$`)
	d.asks("more", `^That is the beginning`)
	d.asks("last 2", `line 23\.$`)
	d.asks("more", `line 13\.$`)
	d.asks("last 0", `line 24\.$`)
	d.asks("last 999", `^#1 `)
	d.hears(`line 24\.$`)

	d.asks("search: line 7", `^#10 12:08 bob, note: line 7\.$`)
	d.asks("search: line", `^#27 `)
	d.hears(`^There is more: add a word to find less\.$`)
	d.asks("search: nowhere", `^Nothing is found\.$`)

	d.asks("edit 10 line seven", `^Written, #28: amended #10: now: line seven\. Before: line 7\.$`)
	d.asks("time 10 12:01", `^Written, #29: amended #10: time now `)
	d.asks("mark 10", `marked important$`)
	d.asks("unmark 10", `no longer important$`)
	d.asks("mark 10", `marked important$`)
	d.asks("strike 10", `took back$`)
	d.asks("search: seven", `^#10 12:01 bob, taken back important note, written 7 min later: line seven$`)
	d.asks("restore 10", `restored$`)
	d.types("entry 10")
	d.hears(`^#10, written 2026-11-23 12:08:00 UTC by bob, note: line 7\.$`)
	d.hears(`^Corrected 2026-11-23 12:25:00 UTC by ana: amended #10: now: line seven$`)
	d.hears(`^Before: line 7\.$`)
	d.hears(`restored$`)
	d.asks("entry 999", `^That did not work: there is no entry #999`)
	d.asks("/undo", `^Not written: `)

	d.asks("board", `^Milestones:$`)
	d.asks("orders", `^There are none\.$`)
	d.asks("search is slow", `^Written, .*note\.$`)
	d.hears(`^That was written as a note\. To search, type search: and the words behind it\.$`)
	d.asks("search is slower", `^Written, .*note\.$`)
	d.asks(" due", `^Written, .*note\.$`)
	d.settled()
	if n := d.times(`^That was written as a note`); n != 1 {
		t.Errorf("hinted %d times", n)
	}
	d.asks("/", `^/sev 1-5 `)
	d.hears(`^/review @owner`)
	d.asks("help", `^A line that you type`)
	d.hears(`^quit\. leave the room\.$`)
	d.asks("2026-11-22 09:00 the day before", `^Written, #\d+, note, at 2026-11-22 09:00\.$`)
	d.asks("zone local", `^Times are `)
}

func TestWithoutIncident(t *testing.T) {
	s := record(t, file(t), nil)
	d := sit(t, s, "ana", "")
	d.hears(`^No incident is open`)
	d.asks("open 1", `^There is no list yet: type list first\.$`)
	d.asks("who", `^No incident is open here`)
	d.asks("a note", `^Not written: no incident is open here`)
	d.hears(`^Your line was: a note$`)
	d.asks("/sev 1", `^Not written: no incident`)
	d.asks("search lag", `^Nothing is found\.$`)
	write(t, s, "", "bob", model.Declare{Title: "Checkout"})
	d.hears(`^New incident, declared by bob: INC-`)
	d.asks("list", `^1: INC-`)
	d.hears(`^open and a number goes to one`)
	d.asks("open 1", `SEV-3 minor, triage`)
	d.asks("a note", `^Written`)
}
