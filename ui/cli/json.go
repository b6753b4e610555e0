package cli

import (
	"encoding/json"
	"time"

	"warroom/model"
)

// The objects that --json prints. Their field names are fixed; new ones may be
// added. A list is never null, an unknown moment is.

// moment is a time for JSON: null if unknown.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// list makes a nil slice an empty one.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

type declaredJSON struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	Severity   model.Severity `json:"severity"`
	Status     model.Status   `json:"status"`
	DeclaredAt *time.Time     `json:"declared_at"`
	Services   []string       `json:"services"`
	Drill      bool           `json:"drill"`
}

type markJSON struct {
	At    time.Time `json:"at"`
	First time.Time `json:"first"`
	Auto  bool      `json:"auto"`
	Void  bool      `json:"void"`
}

type orderJSON struct {
	model.Order
	Pending bool `json:"pending"`
	Overdue bool `json:"overdue"`
}

type incidentJSON struct {
	ID             string                       `json:"id"`
	Title          string                       `json:"title"`
	Description    string                       `json:"description"`
	Services       []string                     `json:"services"`
	Severity       model.Severity               `json:"severity"`
	Status         model.Status                 `json:"status"`
	StatusSince    *time.Time                   `json:"status_since"`
	Phase          model.Phase                  `json:"phase"`
	Live           bool                         `json:"live"`
	Drill          bool                         `json:"drill"`
	Source         string                       `json:"source"`
	DuplicateOf    string                       `json:"duplicate_of"`
	DeclaredBy     string                       `json:"declared_by"`
	DeclaredAt     *time.Time                   `json:"declared_at"`
	Started        *time.Time                   `json:"started"`
	Ended          *time.Time                   `json:"ended"`
	ElapsedSeconds *float64                     `json:"elapsed_seconds"` // null: unknown
	Commander      *string                      `json:"commander"`
	VacantSince    *time.Time                   `json:"vacant_since"`
	Roles          []model.Assignment           `json:"roles"`
	Offers         []model.Offer                `json:"offers"`
	Orders         []orderJSON                  `json:"orders"`
	Milestones     map[model.Milestone]markJSON `json:"milestones"`
	Todos          []model.Todo                 `json:"todos"`
	leadJSON
	Detection model.Detection       `json:"detection"` // "": unknown
	Alerts    []model.AttachedAlert `json:"alerts"`
	Runs      []model.Run           `json:"runs"` // of runbooks and rollbacks
	Gate      *gateJSON             `json:"gate"` // null without exit criteria
	People    []string              `json:"people"`
	Entries   int                   `json:"entries"` // lines of the timeline
	Seq       int64                 `json:"seq"`
	Head      model.Digest          `json:"head"`
}

func incidentOf(i *model.Incident, r model.Rules, now time.Time) incidentJSON {
	v := incidentJSON{
		ID: i.ID, Title: i.Title, Description: i.Description, Services: list(i.Services),
		Severity: i.Severity, Status: i.Status, StatusSince: moment(i.StatusSince), Phase: i.Status.Phase(),
		Live: i.Status.Live(), Drill: i.Drill, Source: i.Source, DuplicateOf: i.DuplicateOf, DeclaredBy: i.By,
		Started: moment(i.Started()), ElapsedSeconds: seconds(i.Elapsed(now)), VacantSince: moment(i.VacantSince),
		Roles: list(i.Roles), Offers: list(i.Offers), Orders: []orderJSON{}, Milestones: map[model.Milestone]markJSON{},
		Todos: list(i.Todos), leadJSON: leadOf(i, r, now), Detection: i.Detection, Alerts: list(i.Alerts), Runs: list(i.Runs), Gate: gateOf(i.Gate, now), People: list(i.People), Entries: i.Lines, Seq: i.Seq, Head: i.Head,
	}
	if t, ok := i.At(model.Declared); ok {
		v.DeclaredAt = moment(t)
	}
	if t, ok := i.Ended(); ok && v.ElapsedSeconds != nil {
		v.Ended = moment(t)
	}
	if ic := i.Commander(); ic != "" {
		v.Commander = &ic
	}
	for _, o := range i.Orders {
		v.Orders = append(v.Orders, orderJSON{o, o.Pending(), o.Overdue(now)})
	}
	for m, k := range i.Milestones {
		v.Milestones[m] = markJSON{k.At, k.First, k.Auto, k.Void}
	}
	return v
}

type rowJSON struct {
	ID             string         `json:"id"`
	Title          string         `json:"title"`
	Services       []string       `json:"services"`
	Severity       model.Severity `json:"severity"`
	Status         model.Status   `json:"status"`
	Phase          model.Phase    `json:"phase"`
	Drill          bool           `json:"drill"`
	Commander      *string        `json:"commander"`
	DeclaredAt     *time.Time     `json:"declared_at"`
	Started        *time.Time     `json:"started"`
	Ended          *time.Time     `json:"ended"`
	ElapsedSeconds *float64       `json:"elapsed_seconds"` // null: unknown
	ReviewDue      *time.Time     `json:"review_due"`      // null: none is awaited
	Entries        int            `json:"entries"`
	Last           string         `json:"last"`
	LastAt         *time.Time     `json:"last_at"`
}

func rowOf(s model.Summary, now time.Time) rowJSON {
	v := rowJSON{
		ID: s.ID, Title: s.Title, Services: list(s.Services), Severity: s.Severity, Status: s.Status,
		Phase: s.Status.Phase(), Drill: s.Drill, DeclaredAt: moment(s.DeclaredAt), Started: moment(s.Started),
		ElapsedSeconds: seconds(s.Elapsed(now)), Entries: s.Lines, Last: s.Last, LastAt: moment(s.LastAt),
	}
	if !s.Unknown {
		v.Ended = moment(s.Ended)
	}
	if s.Commander != "" {
		v.Commander = &s.Commander
	}
	return v
}

// seconds are those of a time that may be unknown.
func seconds(d time.Duration, known bool) *float64 {
	if !known {
		return nil
	}
	s := d.Seconds()
	return &s
}

// entryJSON is an event as it stands after its corrections; body is as first
// recorded, null if redacted.
type entryJSON struct {
	Incident  string          `json:"incident"`
	Title     string          `json:"title,omitempty"` // of the incident, in a search
	Seq       int64           `json:"seq"`
	At        time.Time       `json:"at"`
	Recorded  time.Time       `json:"recorded"`
	Actor     string          `json:"actor"`
	Kind      model.Kind      `json:"kind"`
	Class     string          `json:"class"`
	Text      string          `json:"text"`
	Important bool            `json:"important"`
	Struck    bool            `json:"struck"`
	Amended   int             `json:"amended"` // how often it was corrected
	Body      json.RawMessage `json:"body"`
	ID        model.ID        `json:"id"`
	Prev      model.Digest    `json:"prev"`
	Hash      model.Digest    `json:"hash"`
}

func entryOf(e model.Entry, title string) entryJSON {
	return entryJSON{
		Incident: e.Incident, Title: title, Seq: e.Seq, At: e.When.UTC(), Recorded: e.Recorded.UTC(), Actor: e.Actor,
		Kind: e.Kind, Class: e.Kind.Class(), Text: e.Line, Important: e.Mark, Struck: e.Struck, Amended: e.Amended,
		Body: e.Raw, ID: e.ID, Prev: e.Prev, Hash: e.Hash,
	}
}
