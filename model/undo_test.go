package model

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUndo(t *testing.T) {
	type step struct {
		who string
		cmd Command
	}
	for name, c := range map[string]struct {
		before []step
		undo   string // who
		want   string // newest line of the timeline, or with "no: " in front why it is refused
		check  func(*Incident) bool
	}{
		"nothing":           {nil, "bob", "no: nothing of yours", nil},
		"not the declaring": {nil, "ana", "no: nothing of yours", nil},
		"a line":            {[]step{{"bob", AddNote{Text: "x"}}}, "bob", "x", func(i *Incident) bool { return i.Lines == 2 }},
		"others' line":      {[]step{{"bob", AddNote{Text: "x"}}}, "ana", "no: nothing of yours", nil},
		"severity":          {[]step{{"bob", SetSeverity{To: 1}}}, "BOB", "Severity changed from SEV-1 to SEV-3: undone", func(i *Incident) bool { return i.Severity == 3 }},
		"severity changed since": {[]step{{"bob", SetSeverity{To: 1}}, {"ana", SetSeverity{To: 2}}}, "bob", "no: that has changed since",
			func(i *Incident) bool { return i.Severity == 2 }},
		"status": {[]step{{"bob", SetStatus{To: Mitigated}}}, "bob", "Status changed from mitigated to triage: undone",
			func(i *Incident) bool { _, ok := i.At(WasMitigated); return i.Status == Triage && !ok }},
		"status twice goes on backwards": {[]step{{"bob", SetStatus{To: Investigating}}, {"bob", SetStatus{To: Mitigated}}, {"bob", Undo{}}}, "bob",
			"Status changed from investigating to triage: undone", func(i *Incident) bool { return i.Status == Triage }},
		"role":      {[]step{{"bob", AssignRole{Role: Scribe}}}, "bob", "bob released as scribe: undone", func(i *Incident) bool { return i.Holder(Scribe) == "" }},
		"take":      {[]step{{"bob", TakeCommand{}}}, "bob", "bob released as incident commander: undone", func(i *Incident) bool { return i.Commander() == "" && !i.VacantSince.IsZero() }},
		"role over": {[]step{{"ana", AssignRole{Role: Scribe, Person: "dana"}}, {"bob", AssignRole{Role: Scribe}}}, "bob", "dana assigned as scribe (was bob): undone", func(i *Incident) bool { return i.Holder(Scribe) == "dana" }},
		"role over twice is no redo": {[]step{{"ana", AssignRole{Role: Scribe, Person: "dana"}}, {"bob", AssignRole{Role: Scribe}}, {"bob", Undo{}}}, "bob", "no: nothing of yours",
			func(i *Incident) bool { return i.Holder(Scribe) == "dana" }},
		"role given on since": {[]step{{"bob", AssignRole{Role: Scribe}}, {"ana", AssignRole{Role: Scribe, Person: "dana"}}}, "bob", "no: has changed since",
			func(i *Incident) bool { return i.Holder(Scribe) == "dana" }},
		"offer": {[]step{{"ana", TakeCommand{}}, {"ana", HandOver{To: "bob"}}}, "ana", "Handover of incident commander from ana to bob ended without acceptance: undone",
			func(i *Incident) bool { return i.Commander() == "ana" && len(i.Offers) == 0 }},
		"order":         {[]step{{"ana", GiveOrder{Person: "bob", Task: "look"}}}, "ana", "@bob need not: look: undone", func(i *Incident) bool { o, _ := i.Order(1); return o.State == OrderRecalled }},
		"order is done": {[]step{{"ana", GiveOrder{Person: "bob", Task: "look"}}, {"bob", FinishOrder{N: 1}}}, "ana", "no: has changed since", nil},
		"status with review": {[]step{{"bob", Resolve{Severity: 2, Owner: "ana"}}}, "bob", "Severity changed from SEV-2 to SEV-3: undone",
			func(i *Incident) bool {
				return i.Status == Triage && i.Severity == 3 && i.Review.Owner == "" && i.Review.Due.IsZero() && i.Milestones[WasResolved].Void
			}},
		"released":                   {[]step{{"bob", AssignRole{Role: Scribe}}, {"bob", ReleaseRole{Role: Scribe}}}, "bob", "bob assigned as scribe: undone", func(i *Incident) bool { return i.Holder(Scribe) == "bob" }},
		"released, filled":           {[]step{{"bob", TakeCommand{}}, {"bob", ReleaseRole{Role: Commander}}, {"ana", TakeCommand{}}}, "bob", "no: ana is incident commander now", nil},
		"accepted":                   {[]step{{"ana", TakeCommand{}}, {"ana", HandOver{To: "bob"}}, {"bob", AcceptRole{}}}, "bob", "no: hand it back instead", nil},
		"declined":                   {[]step{{"ana", TakeCommand{}}, {"ana", HandOver{To: "bob"}}, {"bob", DeclineRole{}}}, "bob", "no: has to be offered again", nil},
		"a milestone":                {[]step{{"ana", SetMilestone{Name: Detected, At: noon}}}, "ana", "no: right time instead", nil},
		"a correction":               {[]step{{"bob", AddNote{Text: "x"}}, {"bob", Amend{Seq: 3, Text: ptr("y")}}}, "bob", "no: corrected entry #3", nil},
		"not past the newest":        {[]step{{"bob", AddNote{Text: "x"}}, {"bob", SetMilestone{Name: Detected, At: noon}}}, "bob", "no: right time instead", func(i *Incident) bool { return i.Last != takenBack }},
		"a struck line is passed by": {[]step{{"bob", AddNote{Text: "x"}}, {"bob", AddNote{Text: "y"}}, {"bob", Amend{Seq: 4, Struck: ptr(true)}}}, "bob", "y", func(i *Incident) bool { return i.Lines == 3 }},
		"line before the other's":    {[]step{{"bob", AddNote{Text: "mine"}}, {"ana", AddNote{Text: "hers"}}}, "bob", "hers", func(i *Incident) bool { return i.Last == "hers" }},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, Declare{})
			for _, s := range c.before {
				b.must(t, s.who, s.cmd)
			}
			if why, no := strings.CutPrefix(c.want, "no: "); no {
				b.refuse(t, c.undo, Undo{}, Conflict, why)
			} else {
				b.must(t, c.undo, Undo{})
				lines := b.texts()
				if got := lines[len(lines)-1]; got != c.want {
					t.Errorf("newest line %q, want %q", got, c.want)
				}
			}
			if c.check != nil && !c.check(b.inc) {
				t.Errorf("incident %+v", b.inc)
			}
			b.whole(t)
		})
	}
}

func TestUndoLinesOneByOne(t *testing.T) {
	b := open(t, Declare{})
	for _, s := range []string{"one", "two", "three"} {
		b.must(t, "bob", AddNote{Text: s})
	}
	struck := func() (out []string) {
		for seq := range b.events {
			if en, _ := b.entry(int64(seq + 1)); en.Struck {
				out = append(out, en.Line)
			}
		}
		return out
	}
	for _, want := range [][]string{{"three"}, {"two", "three"}, {"one", "two", "three"}} {
		b.must(t, "bob", Undo{})
		if got := struck(); !slices.Equal(got, want) {
			t.Errorf("struck %v, want %v", got, want)
		}
	}
	b.refuse(t, "bob", Undo{}, Conflict, "nothing of yours")
}

func TestUndoReach(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "bob", AddNote{Text: "old"})
	for range undoReach - 1 {
		b.must(t, "ana", AddNote{Text: "x"})
	}
	b.must(t, "bob", Undo{})
	c := open(t, Declare{})
	c.must(t, "bob", AddNote{Text: "old"})
	for range undoReach {
		c.must(t, "ana", AddNote{Text: "x"})
	}
	c.refuse(t, "bob", Undo{}, Conflict, "last 50 events")
}

// histories are, for everything that Undo takes back by an Undone, what leads up to
// it and the action itself.
func histories() map[string]struct {
	before []Command
	action Command
} {
	day := noon.Add(24 * time.Hour)
	return map[string]struct {
		before []Command
		action Command
	}{
		"title":                {nil, Describe{Title: ptr("Other"), Services: &[]string{"a"}}},
		"description":          {[]Command{Describe{Description: ptr("one"), Services: &[]string{"a", "b"}}}, Describe{Description: ptr(""), Services: &[]string{}}},
		"hypothesis":           {[]Command{StateHypothesis{Text: "dns"}}, StateHypothesis{Text: "cache"}},
		"hypothesis tested":    {[]Command{StateHypothesis{Text: "dns"}}, SetHypothesis{1, HypothesisTesting, ""}},
		"hypothesis ruled out": {[]Command{StateHypothesis{Text: "dns"}, SetHypothesis{1, HypothesisTesting, "a"}}, SetHypothesis{1, HypothesisRuledOut, "b"}},
		"more evidence":        {[]Command{StateHypothesis{Text: "dns"}, SetHypothesis{1, HypothesisTesting, "a"}}, SetHypothesis{1, HypothesisTesting, "a"}},
		"proposal":             {[]Command{Propose{Text: "x"}}, Propose{Text: "y"}},
		"objection":            {[]Command{Propose{Text: "x"}, Object{1, "no"}}, Object{1, "no"}},
		"only objection":       {[]Command{Propose{Text: "x"}}, Object{1, "no"}},
		"go":                   {[]Command{Propose{Text: "x"}}, TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "ana", Verify: "v", VerifyIn: time.Minute}},
		"no":                   {[]Command{Propose{Text: "x"}}, TakeDecision{N: 1, Outcome: OutcomeNo}},
		"worked":               {[]Command{Propose{Text: "x"}, TakeDecision{N: 1, Outcome: OutcomeGo, VerifyIn: time.Minute}}, VerifyDecision{N: 1, Worked: true}},
		"did not work":         {[]Command{Propose{Text: "x"}, TakeDecision{N: 1, Outcome: OutcomeGo}, VerifyDecision{N: 1, Worked: true}}, VerifyDecision{N: 1}},
		"temporary":            {nil, AddMitigation{Text: "x", For: time.Hour}},
		"stays longer":         {[]Command{AddMitigation{Text: "x"}}, ExtendMitigation{N: 1, For: time.Hour}},
		"removed":              {[]Command{AddMitigation{Text: "x", For: time.Hour}}, RemoveMitigation{N: 1}},
		"size-up":              {[]Command{Size{Symptoms: ptr("a"), Trend: ptr("rising")}}, Size{Symptoms: ptr(""), Scope: ptr("b")}},
		"first size-up":        {nil, Size{PlanB: ptr("b")}},
		"reports":              {[]Command{CountReports{Add: 2}}, CountReports{Add: 3}},
		"link":                 {nil, SetLink{"doc", "https://a.example"}},
		"link changed":         {[]Command{SetLink{"doc", "https://a.example"}}, SetLink{"doc", "https://b.example"}},
		"link removed":         {[]Command{SetLink{"doc", "https://a.example"}}, SetLink{"doc", ""}},
		"team":                 {nil, FormTeam{Name: "alpha", Leader: "ana", Members: []string{"bob"}}},
		"team changed":         {[]Command{FormTeam{Name: "alpha", Leader: "ana", Members: []string{"bob"}}}, FormTeam{Name: "alpha", Leader: "bob"}},
		"team ended":           {[]Command{FormTeam{Name: "alpha", Leader: "ana", Task: "t"}}, EndTeam{"alpha"}},
		"review":               {nil, PlanReview{Owner: "ana", Due: day}},
		"review moved":         {[]Command{PlanReview{Owner: "ana", Due: day}}, PlanReview{Owner: "bob", Due: day}},
		"snooze":               {nil, Snooze{Key: "acknowledge", For: 3 * time.Hour, Reason: "x"}},
		"snooze again":         {[]Command{Snooze{Key: "acknowledge", For: 3 * time.Hour, Reason: "x"}}, Snooze{Key: "acknowledge", For: 5 * time.Hour, Reason: "y"}},
		"promise":              {nil, PromiseUpdate{In: time.Minute}},
		"promise again":        {[]Command{PromiseUpdate{In: time.Minute}}, PromiseUpdate{In: time.Hour}},
		"option":               {[]Command{AddOption{Text: "x"}}, AddOption{Text: "y", Risk: "r"}},
		"option dropped":       {[]Command{AddOption{Text: "x"}}, DropOption{1, "no"}},
		"option proposed":      {[]Command{AddOption{Text: "x"}}, ProposeOption{1}},
		"roll call":            {nil, CallRoll{System: "db", Person: "bob"}},
		"roll call again":      {[]Command{CallRoll{System: "db", Person: "bob", State: Paged}, CallRoll{System: "net"}}, CallRoll{System: "DB", Person: "bob"}},
		"dismissed":            {[]Command{CallRoll{System: "db", Person: "bob"}}, Dismiss{Stay: []string{"ana"}}},
		"dismissed again":      {[]Command{CallRoll{System: "db", Person: "bob"}, Dismiss{Stay: []string{"dana", "ana"}}}, Dismiss{Stay: []string{"ana"}}},
		"acknowledged":         {[]Command{GiveOrder{Person: "ana", Task: "x"}}, AckOrder{1}},
		"done":                 {[]Command{GiveOrder{Person: "ana", Task: "x"}}, FinishOrder{1, "r"}},
		"done, acknowledged":   {[]Command{GiveOrder{Person: "ana", Task: "x"}, AckOrder{1}}, FinishOrder{1, "r"}},
		"extended":             {[]Command{GiveOrder{Person: "ana", Task: "x"}}, ExtendOrder{1, time.Hour, ""}},
		"withdrawn":            {[]Command{GiveOrder{Person: "ana", Task: "x"}, AckOrder{1}}, WithdrawOrder{1, "w"}},
	}
}

// bare is what an incident says about the world, without its own bookkeeping.
func bare(t tester, i *Incident) *Incident {
	out := reload(t, i)
	out.Seq, out.Head, out.Lines, out.Last, out.LastAt, out.LastSeq, out.Spent, out.People = 0, Digest{}, 0, "", time.Time{}, 0, Spent{}, nil
	out.LastDecisions = slices.DeleteFunc(out.LastDecisions, func(s Said) bool { return s.Struck })
	if len(out.LastDecisions) == 0 {
		out.LastDecisions = nil
	}
	return out
}

// An undo leaves the incident as it was before, strikes the line out, says so in
// the timeline, and is no more undone itself than it is done twice.
func TestUndoneIsAsBefore(t *testing.T) {
	for name, c := range histories() {
		t.Run(name, func(t *testing.T) {
			b := open(t, Declare{})
			for _, x := range c.before {
				b.must(t, "dana", x)
				b.tick(time.Minute)
			}
			was := bare(t, b.inc)
			done := b.must(t, "ana", c.action)[0]
			if reflect.DeepEqual(was, bare(t, b.inc)) {
				t.Fatal("the action changed nothing: this proves nothing")
			}
			b.tick(time.Minute)
			ev := b.must(t, "Ana", Undo{})
			same(t, "before and after the undo", bare(t, b.inc), was)
			if en, _ := b.entry(done.Seq); !en.Struck {
				t.Errorf("%q is not struck out", en.Line)
			}
			if name != "reports" && (ev[0].Text() != "taken back: "+done.Text() || ev[0].Important() != done.Important()) {
				t.Errorf("it says %q of %q", ev[0].Text(), done.Text())
			}
			b.refuse(t, "ana", Undo{}, Conflict, "nothing of yours")
			b.whole(t)

			// The next thing of its kind gets a number that nobody has read.
			again := b.must(t, "ana", c.action)[0]
			if n := reflect.ValueOf(done.Body).Elem().FieldByName("N"); len(c.before) == 0 && n.IsValid() {
				if m := reflect.ValueOf(again.Body).Elem().FieldByName("N"); m.Int() != n.Int()+1 {
					t.Errorf("number %d is followed by %d", n.Int(), m.Int())
				}
			}
			b.whole(t)
		})
	}
}

// What somebody else has acted on since is not pulled from under them; what that
// somebody has taken back themselves is no hindrance.
func TestUndoAfterOthers(t *testing.T) {
	for name, c := range map[string]struct {
		mine, theirs Command
	}{
		"hypothesis": {StateHypothesis{Text: "dns"}, SetHypothesis{1, HypothesisTesting, ""}},
		"proposal":   {Propose{Text: "x"}, Object{1, "no"}},
		"temporary":  {AddMitigation{Text: "x"}, ExtendMitigation{N: 1, For: time.Hour}},
		"size-up":    {Size{Trend: ptr("a")}, Size{Trend: ptr("b")}},
		"link":       {SetLink{"doc", "https://a.example"}, SetLink{"doc", "https://b.example"}},
		"team":       {FormTeam{Name: "alpha", Leader: "ana"}, FormTeam{Name: "alpha", Leader: "bob"}},
		"title":      {Describe{Title: ptr("a")}, Describe{Title: ptr("b")}},
		"review":     {PlanReview{Owner: "ana"}, PlanReview{Owner: "bob"}},
		"promise":    {PromiseUpdate{In: time.Minute}, PromiseUpdate{In: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, Declare{})
			was := bare(t, b.inc)
			b.must(t, "ana", c.mine)
			b.must(t, "bob", c.theirs)
			b.refuse(t, "ana", Undo{}, Conflict, "bob has acted on it since")
			b.must(t, "bob", Undo{})
			b.must(t, "ana", Undo{})
			same(t, "before and after both", bare(t, b.inc), was)
			b.whole(t)
		})
	}
	// Reports are counted, so that the others' count stays.
	b := open(t, Declare{})
	b.must(t, "ana", CountReports{Add: 2})
	b.must(t, "bob", CountReports{Add: 5})
	b.must(t, "ana", Undo{})
	if b.inc.Reports != 5 {
		t.Errorf("%d reports", b.inc.Reports)
	}
	b.must(t, "carol", CountReports{Add: -5})
	b.refuse(t, "bob", Undo{}, Conflict, "changed since")
}

func TestUndoGoesOnBackwards(t *testing.T) {
	b := open(t, Declare{})
	was := bare(t, b.inc)
	for _, c := range []Command{
		StateHypothesis{Text: "dns"}, SetHypothesis{1, HypothesisTesting, "a"}, SetHypothesis{1, HypothesisConfirmed, "b"},
		Propose{Text: "x"}, TakeDecision{N: 1, Outcome: OutcomeGo}, SetSeverity{To: 1}, CountReports{Add: 3},
	} {
		b.must(t, "ana", c)
	}
	for range 7 {
		b.must(t, "ana", Undo{})
	}
	same(t, "before and after", bare(t, b.inc), was)
	b.refuse(t, "ana", Undo{}, Conflict, "nothing of yours")
	b.whole(t)
}

// What the program wrote in somebody's name is passed by.
func TestUndoPassesByWhatNobodyDid(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "bob", AddNote{Text: "mine"})
	b.tick(20 * time.Minute)
	b.must(t, "bob", Escalate{Key: "acknowledge"})
	b.must(t, "bob", Undo{})
	if en, _ := b.entry(b.events[len(b.events)-1].Body.(*Amendment).Target); en.Line != "mine" || !en.Struck {
		t.Errorf("taken back: %+v", en)
	}
	b.whole(t)
}

// A foreign record may hold anything as an undo; it is shown and harms nothing.
func TestForeignUndo(t *testing.T) {
	nested := json.RawMessage(`{}`)
	for range 100 {
		raw, err := EncodeBody(&Undone{Target: 1, Kind: KindUndone, Body: nested})
		if err != nil {
			t.Fatal(err)
		}
		nested = raw
	}
	for _, u := range []*Undone{
		{Target: 1, Kind: KindUndone, Body: nested}, {Target: 99, Kind: "x", Body: nil}, {Kind: KindTeamEnded, Body: json.RawMessage(`{"name":"a"}`)},
		{Kind: KindDescribed, Body: json.RawMessage(`{}`)}, {Kind: KindClockSnoozed, Body: json.RawMessage(`{"clock":"a","was":{"by":"x"}}`)},
		{Kind: KindDecisionTaken, Body: json.RawMessage(`{"n":7}`)}, {Kind: KindHypothesisChanged, Body: json.RawMessage(`[]`)},
	} {
		if u.Text() == "" || u.Important() && u.Kind != KindDecisionTaken {
			t.Errorf("%+v: %q", u, u.Text())
		}
		i := &Incident{}
		if !i.Apply(Event{Seq: 1, Kind: KindUndone, Body: u, Incident: "INC-1"}) {
			t.Errorf("%+v was not folded", u)
		}
	}
}

// What was told cannot be made untold. A note that something was sent can be
// wrong, and that is what its undo says.
func TestUndoOfUpdates(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", DraftUpdate{Audience: ToCustomers, Text: "Some payments fail."})
	b.must(t, "ana", ApproveUpdate{N: 1})
	sent := b.must(t, "ana", MarkSent{N: 1, Next: 20 * time.Minute})
	if _, ok := b.inc.At(FirstUpdate); !ok {
		t.Fatal("no first update")
	}
	events := b.must(t, "ana", Undo{})
	if got := events[0].Text(); got != "customer update 1 was not sent after all: it had been noted by mistake" {
		t.Errorf("%q", got)
	}
	if u, _ := b.inc.UpdateN(1); u.Step != UpdateIsApproved || u.Approved != "ana" || !u.SentAt.IsZero() || u.Via != "" {
		t.Errorf("%+v", u)
	}
	if at, ok := b.inc.LastTold(ToCustomers); ok {
		t.Errorf("told at %v", at)
	}
	if at, ok := b.inc.At(FirstUpdate); ok {
		t.Errorf("the first update was at %v", at)
	}
	if b.inc.Update.Text != "" || !b.inc.Update.Next.IsZero() {
		t.Errorf("%+v", b.inc.Update)
	}
	if en, _ := b.entry(sent[0].Seq); !en.Struck {
		t.Error("its line is not struck out")
	}
	b.must(t, "ana", MarkSent{N: 1})
	if _, ok := b.inc.LastTold(ToCustomers); !ok {
		t.Error("it cannot be sent again")
	}
	b.must(t, "ana", Undo{})

	b.refuse(t, "ana", Undo{}, Conflict, "a new approval") // the approval before it stays
	b.must(t, "ana", DraftUpdate{Audience: ToInternal, Text: "We look."})
	b.must(t, "ana", DraftUpdate{N: 2, Text: "We look at it."})
	b.refuse(t, "ana", Undo{}, Conflict, "change the words again")
	b.must(t, "ana", MarkSent{N: 2, Via: ViaQueue})
	b.refuse(t, "ana", Undo{}, Conflict, "left the room")
	b.must(t, "ana", DraftUpdate{Audience: ToInternal, Text: "And again."})
	b.must(t, "ana", Undo{})
	if u, _ := b.inc.UpdateN(3); u.Step != UpdateIsGone {
		t.Errorf("%+v", u)
	}
	b.must(t, "ana", DraftUpdate{Audience: ToInternal, Text: "And again."})
	b.must(t, "bob", MarkSent{N: 4})
	b.refuse(t, "ana", Undo{}, Conflict, "bob has acted on it since")
	b.must(t, "ana", WithdrawUpdate{N: 1})
	b.must(t, "ana", Undo{})
	if u, _ := b.inc.UpdateN(1); u.Step != UpdateIsDraft || u.Approved != "" {
		t.Errorf("%+v", u)
	}
	b.whole(t)
}
