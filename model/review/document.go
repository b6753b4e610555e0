package review

import (
	"time"

	"warroom/model"
)

// Record is what a postmortem is composed from. Entries are the timeline as it
// stands, in the order of time.
type Record struct {
	Incident *model.Incident
	Entries  []model.Entry
	Rules    model.Rules
	Now      time.Time
	Earlier  []Earlier // incidents that look the same
}

// Document is a postmortem: what the record says and what people wrote. Its JSON
// names are fixed; minutes are whole and rounded down; a null is unknown.
type Document struct {
	ID          string            `json:"incident_id"`
	Title       string            `json:"title"`
	Drill       bool              `json:"drill"`
	State       model.ReviewState `json:"state"`
	Owner       string            `json:"owner"`
	Due         *time.Time        `json:"due"`
	Overdue     bool              `json:"overdue"`
	Generated   time.Time         `json:"generated"`
	Date        string            `json:"date"` // YYYY-MM-DD, UTC
	Severity    model.Severity    `json:"severity"`
	Status      model.Status      `json:"status"`
	Live        bool              `json:"live"`
	Services    []string          `json:"services"`
	Commander   string            `json:"commander"`
	People      []Person          `json:"people"`
	Metrics     Metrics           `json:"metrics"`
	Milestones  []Moment          `json:"milestones"`
	Sections    []Section         `json:"sections"`
	Timeline    []Entry           `json:"timeline"`
	Decisions   []model.Decision  `json:"decisions"`
	Hypotheses  []Hypothesis      `json:"hypotheses"`
	Mitigations []Mitigation      `json:"mitigations"`
	Runs        []Run             `json:"runs"`
	Alerts      int               `json:"alerts"`
	Updates     []Update          `json:"updates"`
	Links       []model.Place     `json:"links"`
	Whys        *Report           `json:"five_whys,omitempty"`
	FaultTree   []Branch          `json:"fault_tree,omitempty"` // the one that the record keeps, from the top down
	Actions     []Action          `json:"action_items"`
	Earlier     []Earlier         `json:"earlier"`
	Score       Score             `json:"completeness"`
	Public      bool              `json:"public"`
	Head        string            `json:"head"` // of the hash chain
	Seq         int64             `json:"seq"`
}

// Branch is a line of a fault tree.
type Branch struct {
	Level       int      `json:"level"` // 0 is the top event
	ID          string   `json:"id"`
	Text        string   `json:"text"`
	Gate        string   `json:"gate,omitempty"` // how what is below combines
	Probability *float64 `json:"probability,omitempty"`
	Shared      bool     `json:"shared,omitempty"` // shown in full above
}

// Person is somebody with a role.
type Person struct {
	Role   model.Role `json:"role"`
	Person string     `json:"person"`
	Since  time.Time  `json:"since"`
}

// Metrics are the numbers of the seed's generator, and more. They come from
// typed events and milestones; Basis says what each was made from.
type Metrics struct {
	Total     *int              `json:"total_duration"`           // minutes from the impact (or the declaration) to resolved; nil while live
	Customer  *int              `json:"customer_impact_duration"` // minutes from impact_started to recovered, else mitigated, else resolved
	Messages  int               `json:"messages_sent"`            // updates, without those taken back
	Rollbacks int               `json:"rollbacks_performed"`
	Detect    *int              `json:"minutes_to_detect"`
	Ack       *int              `json:"minutes_to_acknowledge"`
	Mitigate  *int              `json:"minutes_to_mitigate"`
	Resolve   *int              `json:"minutes_to_resolve"`
	Entries   int               `json:"entries"`
	LateSends int               `json:"updates_late"` // updates that came after their clock
	Basis     map[string]string `json:"basis"`
}

// Moment is a milestone.
type Moment struct {
	Name model.Milestone `json:"milestone"`
	At   *time.Time      `json:"at"`
}

// Section is a part that people write. Text is Markdown; Drafted says that the
// record wrote it and nobody has touched it yet.
type Section struct {
	Key     model.SectionKey `json:"section"`
	Title   string           `json:"title"`
	Text    string           `json:"text"`
	Drafted bool             `json:"drafted"`
	By      string           `json:"by,omitempty"`
	At      *time.Time       `json:"at,omitempty"`
	Seq     int64            `json:"seq"` // what an edit must name as its base

	outside string // of a draft: what of it the public version may say
}

// Entry is a line of the timeline.
type Entry struct {
	At        time.Time `json:"at"`
	Who       string    `json:"who"`
	Kind      string    `json:"kind"`
	Text      string    `json:"text"`
	Important bool      `json:"important"`
	Seq       int64     `json:"seq"`
}

// Hypothesis is a possible cause and what became of it.
type Hypothesis struct {
	N        int                   `json:"n"`
	Text     string                `json:"text"`
	By       string                `json:"by"`
	State    model.HypothesisState `json:"state"`
	Evidence []string              `json:"evidence"`
}

// Mitigation is something temporary, and whether it still stands.
type Mitigation struct {
	N       int        `json:"n"`
	Text    string     `json:"text"`
	Owner   string     `json:"owner"`
	Since   time.Time  `json:"since"`
	Removed *time.Time `json:"removed"`
}

// Run is a runbook, or a rollback, that was followed.
type Run struct {
	N        int        `json:"n"`
	Title    string     `json:"title"`
	Rollback bool       `json:"rollback"`
	By       string     `json:"by"`
	Started  time.Time  `json:"started"`
	Ended    *time.Time `json:"ended"`
	Outcome  string     `json:"outcome"`
	Actions  int        `json:"actions"`
	Done     int        `json:"done"`
	Failed   int        `json:"failed"`
}

// Update is a message to those who wait, and whether it came in time: Late is by
// how many minutes it missed its clock, nil if there was none.
type Update struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
	Late *int      `json:"late_minutes"`
}

// Action is an action item of the list, or one that is suggested.
type Action struct {
	N         int             `json:"n"` // 0: suggested
	Title     string          `json:"title"`
	Priority  string          `json:"priority"`
	Category  string          `json:"category"`
	Type      string          `json:"type"`
	Owner     string          `json:"owner"`
	Due       string          `json:"due"`
	Ticket    string          `json:"ticket"`
	State     model.ItemState `json:"state"`
	Overdue   bool            `json:"overdue"`
	Suggested bool            `json:"suggested"`
	Why       string          `json:"why,omitempty"` // it is suggested
	Todo      int64           `json:"todo,omitempty"`
}

// Earlier is an incident that looks the same.
type Earlier struct {
	ID          string    `json:"incident_id"`
	Title       string    `json:"title"`
	At          time.Time `json:"declared_at"`
	Why         string    `json:"why"` // it looks the same
	OpenActions int       `json:"open_action_items"`
	Open        []string  `json:"open_titles"` // of those, the soonest due first, openShown at most
	Score       float64   `json:"score"`
}
