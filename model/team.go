package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Team is a sub-team with a leader, who reports to the commander for all of it.
type Team struct {
	Name    string    `json:"name"`
	Leader  string    `json:"leader"`
	Task    string    `json:"task,omitempty"`
	Members []string  `json:"members,omitempty"` // without the leader
	Since   time.Time `json:"since"`
}

// TeamNames are the names that are offered for sub-teams, in this order.
var TeamNames = []string{"alpha", "bravo", "charlie", "delta", "echo"}

// The kinds of events about sub-teams.
const (
	KindTeamFormed Kind = "team_formed"
	KindTeamEnded  Kind = "team_ended"
)

var (
	_ = register(KindTeamFormed, newBody[TeamFormed])
	_ = register(KindTeamEnded, newBody[TeamEnded])
)

// TeamFormed forms a sub-team or changes it.
type TeamFormed struct {
	Name    string   `json:"name"`
	Leader  string   `json:"leader"`
	Task    string   `json:"task,omitempty"`
	Members []string `json:"members,omitempty"`
	Was     *Team    `json:"was,omitempty"` // the team before, so that this can be taken back
}

func (b *TeamFormed) Text() string {
	s := fmt.Sprintf("team %s: %s leads", b.Name, b.Leader)
	if len(b.Members) > 0 {
		s += " " + strings.Join(b.Members, ", ")
	}
	if b.Task != "" {
		s += ": " + b.Task
	}
	return s
}
func (b *TeamFormed) Important() bool           { return false }
func (b *TeamFormed) fold(i *Incident, e Event) { i.team(e) }

// TeamEnded lets a sub-team go.
type TeamEnded struct {
	Name string `json:"name"`
	Was  *Team  `json:"was,omitempty"` // the team, so that this can be taken back
}

func (b *TeamEnded) Text() string              { return "team " + b.Name + " has ended" }
func (b *TeamEnded) Important() bool           { return false }
func (b *TeamEnded) fold(i *Incident, e Event) { i.team(e) }

// FormTeam forms a sub-team, or gives an existing one another leader, task or
// members. An empty Task and nil Members leave those of an existing team alone.
type FormTeam struct {
	Name, Leader, Task string
	Members            []string
}

// Decide refuses a team without a name or a leader, and a change that changes
// nothing.
func (c FormTeam) Decide(s Scene) ([]Draft, error) {
	name := strings.ToLower(strings.TrimSpace(Valid(c.Name)))
	if name == "" || len(name) > 30 || strings.ContainsAny(name, " \t\n") {
		return nil, Errorf(Invalid, "%q is no name for a team: one short word such as alpha", Brief(c.Name, 40))
	}
	leader, err := s.named(c.Leader)
	if err != nil && strings.Trim(c.Leader, "@ ") != "" {
		return nil, err
	}
	if err != nil {
		return nil, Errorf(Invalid, "a team needs one leader: who? For example /team alpha @bob databases")
	}
	b := &TeamFormed{Name: name, Leader: leader}
	if b.Task, err = cleanReason(c.Task); err != nil {
		return nil, err
	}
	var was Team
	if k := slices.IndexFunc(s.Incident.Teams, func(t Team) bool { return t.Name == name }); k >= 0 {
		was = s.Incident.Teams[k]
		b.Was = &was
		if b.Task == "" {
			b.Task = was.Task
		}
		if c.Members == nil {
			c.Members = was.Members
		}
	}
	for _, m := range c.Members {
		p, err := s.named(m)
		if err != nil {
			return nil, err
		}
		if !SamePerson(p, leader) && !slices.ContainsFunc(b.Members, func(q string) bool { return SamePerson(p, q) }) {
			b.Members = append(b.Members, p)
		}
	}
	if b.Leader == was.Leader && b.Task == was.Task && slices.Equal(b.Members, was.Members) {
		return nil, Errorf(Conflict, "nothing would change in team %s", name)
	}
	return []Draft{{Kind: KindTeamFormed, Body: b}}, nil
}

// EndTeam lets a sub-team go.
type EndTeam struct{ Name string }

// Decide refuses a team that is not there.
func (c EndTeam) Decide(s Scene) ([]Draft, error) {
	name := strings.ToLower(strings.TrimSpace(Valid(c.Name)))
	k := slices.IndexFunc(s.Incident.Teams, func(t Team) bool { return t.Name == name })
	if k < 0 {
		return nil, Errorf(NotFound, "there is no team %q in %s", Brief(c.Name, 40), s.Incident.ID)
	}
	was := s.Incident.Teams[k]
	return []Draft{{Kind: KindTeamEnded, Body: &TeamEnded{name, &was}}}, nil
}

func (i *Incident) team(e Event) {
	switch b := e.Body.(type) {
	case *TeamFormed:
		t := Team{Name: b.Name, Leader: b.Leader, Task: b.Task, Members: own(b.Members), Since: e.At}
		i.meet(b.Leader)
		for _, m := range b.Members {
			i.meet(m)
		}
		if k := slices.IndexFunc(i.Teams, func(t Team) bool { return t.Name == b.Name }); k >= 0 {
			t.Since = i.Teams[k].Since
			i.Teams[k] = t
			return
		}
		i.Teams = append(i.Teams, t)
	case *TeamEnded:
		i.Teams = without(i.Teams, func(t Team) bool { return t.Name == b.Name })
	}
}

// Reporting lists who reports to the commander directly: everybody with a role or
// a pending order, except members of a team, for whom their leader speaks.
func (i *Incident) Reporting() []string {
	var out []string
	add := func(p string) {
		same := func(q string) bool { return SamePerson(p, q) }
		if p == "" || SamePerson(p, i.Commander()) || slices.ContainsFunc(out, same) {
			return
		}
		for _, t := range i.Teams {
			if slices.ContainsFunc(t.Members, same) {
				return
			}
		}
		out = append(out, p)
	}
	for _, a := range i.Roles {
		if a.Role != Observer {
			add(a.Person)
		}
	}
	for _, o := range i.Orders {
		if o.Pending() {
			add(o.Person)
		}
	}
	for _, t := range i.Teams {
		add(t.Leader)
	}
	return out
}

// NextTeam is the first of TeamNames that no team has; when all are taken, a
// number follows.
func (i *Incident) NextTeam() string {
	for n := 0; ; n++ {
		name := TeamNames[n%len(TeamNames)]
		if round := n / len(TeamNames); round > 0 {
			name += strconv.Itoa(round + 1)
		}
		if !slices.ContainsFunc(i.Teams, func(t Team) bool { return t.Name == name }) {
			return name
		}
	}
}

// Advice is something that doctrine suggests now. It is shown, and never blocks.
type Advice struct {
	Topic string // a word for tests and for remembering that it was dismissed
	Text  string // one sentence, with what to do
	Loud  bool
}

// Advise lists what doctrine suggests now, the loudest first.
func (i *Incident) Advise(r Rules, now time.Time) []Advice {
	if !i.Status.Live() || i.LedElsewhere() {
		return nil
	}
	var out []Advice
	if i.Leaderless() {
		out = append(out, Advice{"commander", "nobody commands: somebody says “I am the incident commander”", true})
	}
	if n := len(i.Reporting()); r.Span > 0 && n > r.Span {
		out = append(out, Advice{"span", fmt.Sprintf("%d people report to the commander: form a team, /team %s @leader task", n, i.NextTeam()), false})
	}
	if r.Relief > 0 {
		for _, a := range i.Roles {
			if d := now.Sub(a.Since); d >= r.Relief && a.Role != Observer {
				out = append(out, Advice{"relief:" + string(a.Role), fmt.Sprintf("%s is %s for %s: who can relieve?", a.Person, a.Role, Span(d.Truncate(time.Minute))), false})
			}
		}
	}
	if declared, ok := i.At(Declared); ok && r.PlanB > 0 && i.Severity.Major() && i.SizeUp.PlanB == "" && now.Sub(declared) >= r.PlanB {
		out = append(out, Advice{"planb", "there is no plan B: what if this does not work?", false})
	}
	return out
}
