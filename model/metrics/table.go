package metrics

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// Row is one incident as the statistics see it.
type Row struct {
	Row         int64 // its place in the record; rises
	ID          string
	Start       time.Time // of the impact where it is known, else of the declaration
	Minutes     float64   // how long it took; NaN if that is not known
	Open        bool      // still going on: Minutes is not known yet
	Severity    model.Severity
	Services    []string
	Cause       string
	Drill       bool
	Maintenance bool
	Canceled    bool
	Day         bool // of Start only the day is known
	Marks       Marks
	Conduct     model.Conduct
}

// Marks are the milestones of an incident in Unix milliseconds, in the order of
// model.Milestones; 0 is unknown.
type Marks [12]int64

// Set notes when a milestone was reached.
func (m *Marks) Set(name model.Milestone, at time.Time) {
	if i := slices.Index(model.Milestones, name); i >= 0 && i < len(m) {
		m[i] = at.UnixMilli()
	}
}

// Flags of an incident in a Table.
const (
	flagOpen = 1 << iota
	flagDrill
	flagMaintenance
	flagCanceled
	flagDay
)

// Table holds many incidents in columns, in the order of the record. It is not
// safe for use while it is being changed.
type Table struct {
	rows     []int64
	ids      []string
	start    []int64 // Unix milliseconds
	minutes  []float64
	severity []uint8
	flags    []uint8
	from     []uint32 // services of incident n: refs[from[n]:from[n+1]]
	refs     []uint32 // places in names
	names    []string // of services as first spelled
	byName   map[string]uint32
	cause    []string
	marks    [][]int64 // per milestone: Unix milliseconds, 0 if unknown; nil if no incident has it
	conduct  map[int]model.Conduct
	moved    map[int][]uint32 // services of incidents that were changed after they were added
}

// NewTable makes a table with room for n incidents.
func NewTable(n int) *Table {
	return &Table{
		rows: make([]int64, 0, n), ids: make([]string, 0, n), start: make([]int64, 0, n), minutes: make([]float64, 0, n),
		severity: make([]uint8, 0, n), flags: make([]uint8, 0, n), from: append(make([]uint32, 0, n+1), 0),
		cause: make([]string, 0, n), byName: map[string]uint32{}, marks: make([][]int64, len(model.Milestones)),
		conduct: map[int]model.Conduct{}, moved: map[int][]uint32{},
	}
}

// Len is the number of incidents.
func (t *Table) Len() int { return len(t.ids) }

// ID is the id of incident n.
func (t *Table) ID(n int) string { return t.ids[n] }

// Start is when incident n began.
func (t *Table) Start(n int) time.Time { return time.UnixMilli(t.start[n]).UTC() }

// Minutes is how long incident n took; NaN if that is not known.
func (t *Table) Minutes(n int) float64 { return t.minutes[n] }

// Open reports whether incident n is still going on.
func (t *Table) Open(n int) bool { return t.flags[n]&flagOpen != 0 }

// Severity is that of incident n, 0 if it is not known.
func (t *Table) Severity(n int) model.Severity { return model.Severity(t.severity[n]) }

// Cause is what incident n was put down to, "" if that is not known.
func (t *Table) Cause(n int) string { return t.cause[n] }

// Services are those of incident n.
func (t *Table) Services(n int) []string {
	refs := t.servicesOf(n)
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = t.names[r]
	}
	return out
}

// ServiceNames are all services of the table, in the order of the alphabet.
func (t *Table) ServiceNames() []string {
	out := slices.Clone(t.names)
	slices.Sort(out)
	return out
}

func (t *Table) servicesOf(n int) []uint32 {
	if len(t.moved) > 0 {
		if refs, ok := t.moved[n]; ok {
			return refs
		}
	}
	return t.refs[t.from[n]:t.from[n+1]]
}

// Mark is when incident n reached a milestone.
func (t *Table) Mark(n int, m model.Milestone) (time.Time, bool) {
	if ms := t.mark(n, slices.Index(model.Milestones, m)); ms != 0 {
		return time.UnixMilli(ms).UTC(), true
	}
	return time.Time{}, false
}

func (t *Table) mark(n, m int) int64 {
	if m < 0 || t.marks[m] == nil {
		return 0
	}
	return t.marks[m][n]
}

// Put adds an incident, or replaces the one with the same place in the record.
func (t *Table) Put(r Row) {
	n := len(t.rows)
	if n > 0 && r.Row <= t.rows[n-1] {
		at, ok := slices.BinarySearch(t.rows, r.Row)
		if ok {
			t.set(at, r)
			t.moved[at] = t.intern(r.Services)
			return
		}
		if r.Row != 0 { // rows arrive in order; one that does not is put at the end under the last number
			r.Row = t.rows[n-1]
		}
	}
	t.rows, t.ids, t.start, t.minutes = append(t.rows, r.Row), append(t.ids, r.ID), append(t.start, 0), append(t.minutes, 0)
	t.severity, t.flags, t.cause = append(t.severity, 0), append(t.flags, 0), append(t.cause, "")
	for m := range t.marks {
		if t.marks[m] != nil {
			t.marks[m] = append(t.marks[m], 0)
		}
	}
	t.set(n, r)
	t.refs = append(t.refs, t.intern(r.Services)...)
	t.from = append(t.from, uint32(len(t.refs)))
}

func (t *Table) intern(services []string) []uint32 {
	if len(services) == 0 {
		return nil
	}
	out := make([]uint32, 0, len(services))
	for _, s := range services {
		ref, ok := t.byName[s]
		if !ok {
			ref = uint32(len(t.names))
			t.names = append(t.names, strings.Clone(s))
			t.byName[t.names[ref]] = ref
		}
		out = append(out, ref)
	}
	return out
}

func (t *Table) set(n int, r Row) {
	t.ids[n], t.start[n], t.minutes[n] = r.ID, r.Start.UnixMilli(), r.Minutes
	if r.Open {
		t.minutes[n] = math.NaN()
	}
	t.severity[n], t.cause[n] = uint8(r.Severity), r.Cause
	var f uint8
	for i, on := range [...]bool{r.Open, r.Drill, r.Maintenance, r.Canceled, r.Day} { // in the order of the flags
		if on {
			f |= 1 << i
		}
	}
	t.flags[n] = f
	for m, at := range r.Marks {
		if at != 0 && t.marks[m] == nil {
			t.marks[m] = make([]int64, len(t.ids), cap(t.ids))
		}
		if t.marks[m] != nil {
			t.marks[m][n] = at
		}
	}
	if r.Conduct.Zero() {
		delete(t.conduct, n)
	} else {
		t.conduct[n] = r.Conduct
	}
}

// Filter chooses incidents. The zero value chooses all but drills, maintenance
// and what was cancelled.
type Filter struct {
	Now         time.Time        // nothing after it counts; zero is all that the table has
	From, To    time.Time        // From ≤ start < To; zero is without bound
	Service     string           // one of the incident's, without regard to case
	Severities  []model.Severity // any of these
	Drills      bool             // drills too
	Maintenance bool             // planned maintenance too
}

// Excluded counts what a Selection leaves out although the filter's time,
// service and severity fit.
type Excluded struct {
	Drills      int `json:"drills"`
	Maintenance int `json:"maintenance"`
	Canceled    int `json:"canceled"`
	Later       int `json:"after_now"` // began after Now
}

// Selection is the part of a table that statistics are made of.
type Selection struct {
	t        *Table
	Filter   Filter
	Excluded Excluded
	first    int64   // the earliest start of the whole table: before it nothing was recorded
	now      int64   // of the filter in Unix milliseconds, or the end of time
	at       []int32 // in the order of the record
	sorted   []int32 // in the order of time; made when it is needed
}

// Len is the number of incidents chosen.
func (s *Selection) Len() int { return len(s.at) }

// Table is where the incidents are.
func (s *Selection) Table() *Table { return s.t }

// At is the place in the table of the i-th incident chosen.
func (s *Selection) At(i int) int { return int(s.at[i]) }

// Select chooses incidents.
func (t *Table) Select(f Filter) *Selection {
	s := &Selection{t: t, Filter: f, at: make([]int32, 0, len(t.ids))}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMilli()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMilli()
	}
	now := int64(math.MaxInt64)
	if !f.Now.IsZero() {
		now = f.Now.UnixMilli()
	}
	s.now, s.first = now, int64(math.MaxInt64)
	var severities uint64
	for _, sev := range f.Severities {
		severities |= 1 << uint8(sev&63)
	}
	var wanted []bool
	if f.Service != "" {
		wanted = make([]bool, len(t.names))
		for i, n := range t.names {
			wanted[i] = strings.EqualFold(n, f.Service)
		}
	}
	for n, at := range t.start {
		s.first = min(s.first, at)
		if at < from || at >= to || severities != 0 && severities>>(t.severity[n]&63)&1 == 0 {
			continue
		}
		if wanted != nil && !slices.ContainsFunc(t.servicesOf(n), func(r uint32) bool { return wanted[r] }) {
			continue
		}
		switch f := t.flags[n]; {
		case at > now:
			s.Excluded.Later++
		case f&flagCanceled != 0:
			s.Excluded.Canceled++
		case f&flagDrill != 0 && !s.Filter.Drills:
			s.Excluded.Drills++
		case f&flagMaintenance != 0 && !s.Filter.Maintenance:
			s.Excluded.Maintenance++
		default:
			s.at = append(s.at, int32(n))
		}
	}
	return s
}

// Minutes is how long the incident in place n of the table had taken by the
// filter's Now; NaN if it had not ended then, or if that is not known.
func (s *Selection) Minutes(n int) float64 {
	if m := s.t.minutes[n]; !s.lasts(n, m) {
		return m
	}
	return math.NaN()
}

// Open reports whether the incident in place n of the table was going on at the
// filter's Now.
func (s *Selection) Open(n int) bool {
	return s.t.flags[n]&flagOpen != 0 || s.lasts(n, s.t.minutes[n])
}

// lasts reports whether incident n ended, but after now.
func (s *Selection) lasts(n int, minutes float64) bool {
	return s.now != math.MaxInt64 && float64(s.t.start[n])+60000*minutes > float64(s.now)
}

// mark is when incident n had reached a milestone by now, 0 if it had not.
func (s *Selection) mark(n, m int) int64 {
	if ms := s.t.mark(n, m); ms <= s.now {
		return ms
	}
	return 0
}

// Now is the time that open incidents last until: the filter's, else the last
// start.
func (s *Selection) Now() time.Time {
	if s.now != math.MaxInt64 {
		return time.UnixMilli(s.now).UTC()
	}
	_, last, _ := s.span()
	return last
}

// between is the part of s that began in from ≤ t < to.
func (s *Selection) between(from, to time.Time) *Selection {
	out := &Selection{t: s.t, Filter: s.Filter, now: s.now}
	a, b := from.UnixMilli(), to.UnixMilli()
	for _, n := range s.at {
		if at := s.t.start[n]; at >= a && at < b {
			out.at = append(out.at, n)
		}
	}
	return out
}

// minutes are the known durations, in the order of the record.
func (s *Selection) minutes() []float64 {
	out := make([]float64, 0, len(s.at))
	for _, n := range s.at {
		if m := s.Minutes(int(n)); !math.IsNaN(m) {
			out = append(out, m)
		}
	}
	return out
}

// byStart are the places in the table in the order of time; of those alike in
// the order of the record. It is sorted once.
func (s *Selection) byStart() []int32 {
	if s.sorted != nil {
		return s.sorted
	}
	type moment struct {
		ms int64
		n  int32
	}
	keys := make([]moment, len(s.at))
	for i, n := range s.at {
		keys[i] = moment{s.t.start[n], n}
	}
	slices.SortFunc(keys, func(a, b moment) int { return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.n, b.n)) })
	s.sorted = make([]int32, len(keys))
	for i, k := range keys {
		s.sorted[i] = k.n
	}
	return s.sorted
}

// span is the time of the first and the last start; false without incidents.
func (s *Selection) span() (first, last time.Time, ok bool) {
	if len(s.at) == 0 {
		return first, last, false
	}
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	for _, n := range s.at {
		lo, hi = min(lo, s.t.start[n]), max(hi, s.t.start[n])
	}
	return time.UnixMilli(lo).UTC(), time.UnixMilli(hi).UTC(), true
}

// DayOnly reports whether of incident n's beginning only the day is known.
func (t *Table) DayOnly(n int) bool { return t.flags[n]&flagDay != 0 }
