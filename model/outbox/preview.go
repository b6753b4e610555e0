package outbox

import (
	"time"

	"warroom/model"
)

// Foreseen is what would leave at a moment.
type Foreseen struct {
	Moment   Moment    `json:"moment"`
	Messages []Message `json:"messages"`
}

// Preview says what would leave for an incident from its declaration to its end,
// by the rules. Nothing of it is written anywhere; words that people would choose
// are stood in for.
func (c Config) Preview(i *model.Incident, now time.Time) []Foreseen {
	var out []Foreseen
	threads := map[string]Thread{}
	show := *i
	show.Outlets = nil
	step := func(m Moment, kind model.Kind, status model.Status, body model.Body) {
		if status != "" {
			show.Status = status
		}
		e := model.Event{Incident: i.ID, At: now, Recorded: now, Actor: "somebody", Kind: kind, Body: body}
		p := c.Plan(Scene{Incident: &show, Events: []model.Event{e}, Threads: threads, Now: now})
		f := Foreseen{Moment: m, Messages: []Message{}}
		for _, msg := range p.Messages {
			th := threads[msg.Target]
			switch msg.Action {
			case Open:
				th.Opened = true
			case Close:
				th.Closed = true
			}
			threads[msg.Target] = th
			f.Messages = append(f.Messages, msg)
		}
		out = append(out, f)
	}
	inc := model.Investigating
	step(OnDeclared, model.KindDeclared, model.Triage, &model.Declaration{Title: i.Title, Severity: i.Severity})
	step(OnAck, model.KindStatusChanged, inc, &model.StatusChange{From: model.Triage, To: inc})
	step(OnCommander, model.KindRoleAssigned, "", &model.RoleAssignment{Role: model.Commander, Person: "somebody"})
	step(OnSeverity, model.KindSeverityChanged, "", &model.SeverityChange{From: 3, To: i.Severity})
	step(OnUpdate, model.KindUpdate, "", &model.Note{Line: "(the words of the update)"})
	step(OnImportant, model.KindNote, "", &model.Note{Line: "(the words of the entry)", Mark: true})
	step(OnEscalated, model.KindRunEscalated, "", &model.RunEscalated{Contact: "(whom the runbook names)"})
	step(OnResolved, model.KindStatusChanged, model.Resolved, &model.StatusChange{From: inc, To: model.Resolved})
	step(OnClosed, model.KindStatusChanged, model.Closed, &model.StatusChange{From: model.Resolved, To: model.Closed})
	return out
}
