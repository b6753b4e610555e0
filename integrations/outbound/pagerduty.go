package outbound

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/PagerDuty/go-pagerduty"

	"warroom/model"
	"warroom/model/outbox"
)

// pagerDuty pages. With a routing key alone it uses Events v2, where the
// de-duplication key makes a repetition harmless. With a service, a token and a
// user it makes an incident by REST, which has notes and responders.
//
// Creating an incident is done by hand: the library's options always carry a
// priority, and null is none that the API describes.
type pagerDuty struct {
	base
	routing Secret
	token   Secret
	api     *pagerduty.Client
}

func newPagerDuty(b base, routing, token Secret) *pagerDuty {
	p := &pagerDuty{base: b, routing: routing, token: token}
	p.api = pagerduty.NewClient(token.reveal(),
		pagerduty.WithAPIEndpoint(strings.TrimSuffix(b.t.URL, "/")),
		pagerduty.WithV2EventsAPIEndpoint(strings.TrimSuffix(b.t.EventsURL, "/")))
	p.api.HTTPClient = b.c.http
	return p
}

func (p *pagerDuty) rest() bool { return p.t.Service != "" }

// level is Events v2's word for a severity.
func level(s model.Severity) string {
	switch s {
	case 1:
		return "critical"
	case 2:
		return "error"
	case 3:
		return "warning"
	}
	return "info"
}

// Limits of the API, in bytes and characters.
const (
	pdSummary = 1024
	pdNote    = 20_000
)

func (p *pagerDuty) Send(ctx context.Context, j outbox.Job) outbox.Result {
	ctx, w := p.c.begin(ctx)
	if !p.rest() {
		return p.event(ctx, w, j)
	}
	if j.Action == outbox.Open {
		return p.open(ctx, w, j)
	}
	id := j.Opened.ID
	if id == "" {
		return byHand("PagerDuty", "the incident")
	}
	var err error
	switch j.Action {
	case outbox.Ack, outbox.Close:
		// Setting a status that is set already changes nothing.
		status := "acknowledged"
		if j.Action == outbox.Close {
			status = "resolved"
		}
		_, err = p.api.ManageIncidentsWithContext(ctx, p.t.User, []pagerduty.ManageIncidentsOptions{{ID: id, Status: status}})
	case outbox.Post:
		if j.Unsure {
			notes, err := p.api.ListIncidentNotesWithContext(ctx, id)
			if err != nil {
				return p.end(w, err)
			}
			for _, n := range notes {
				if n.Content == p.note(j) {
					return sent(outbox.Remote{ID: n.ID, Parent: id})
				}
			}
		}
		_, err = p.api.CreateIncidentNoteWithContext(ctx, id, pagerduty.IncidentNote{Content: p.note(j), User: pagerduty.APIObject{Summary: p.t.User}})
	case outbox.Invite:
		return p.invite(ctx, w, j)
	default:
		return unsupported(j)
	}
	if err != nil {
		return p.end(w, err)
	}
	return sent(outbox.Remote{ID: id})
}

// note is what a note says, with the number of the message by which it is found
// again: two people may write the same words.
func (p *pagerDuty) note(j outbox.Job) string {
	return cut(j.Content.Text, pdNote) + fmt.Sprintf(" [warroom %d]", j.N)
}

func (p *pagerDuty) event(ctx context.Context, w *wire, j outbox.Job) outbox.Result {
	e := &pagerduty.V2Event{RoutingKey: p.routing.reveal(), DedupKey: marker(j.Incident)}
	switch j.Action {
	case outbox.Open:
		e.Action, e.Client = "trigger", "warroom"
		e.Payload = &pagerduty.V2Payload{
			Summary: cut(headline(j.Content), pdSummary), Source: "warroom", Severity: level(j.Content.Severity),
			Timestamp: j.Created.UTC().Format(time.RFC3339), Component: cut(strings.Join(j.Content.Services, ", "), 255), Group: j.Incident,
			Details: map[string]any{"incident": j.Incident, "description": cut(j.Content.Text, 10_000), "severity": j.Content.Severity.String(), "services": j.Content.Services},
		}
	case outbox.Ack:
		e.Action = "acknowledge"
	case outbox.Close:
		e.Action = "resolve"
	default:
		return unsupported(j)
	}
	if _, err := p.api.ManageEventWithContext(ctx, e); err != nil {
		return p.end(w, err)
	}
	return sent(outbox.Remote{ID: e.DedupKey, Key: e.DedupKey})
}

// pdIncident is what of an incident is of interest here.
type pdIncident struct {
	ID     string `json:"id"`
	Number int    `json:"incident_number"`
	URL    string `json:"html_url"`
	Status string `json:"status"`
}

func (i pdIncident) remote() outbox.Remote {
	r := outbox.Remote{ID: i.ID, URL: safeURL(i.URL)}
	if i.Number > 0 {
		r.Key = fmt.Sprint("#", i.Number)
	}
	return r
}

func (p *pagerDuty) header() http.Header {
	return http.Header{
		"Authorization": {"Token token=" + p.token.reveal()}, "From": {p.t.User},
		"Accept": {"application/vnd.pagerduty+json;version=2"},
	}
}

// open makes the incident. The key is taken while it is open, so that a second
// attempt is answered with 400; then it is looked up.
func (p *pagerDuty) open(ctx context.Context, w *wire, j outbox.Job) outbox.Result {
	urgency := "high"
	if j.Content.Severity > 3 {
		urgency = "low"
	}
	in := map[string]any{"incident": map[string]any{
		"type": "incident", "title": cut(headline(j.Content), pdSummary), "urgency": urgency, "incident_key": marker(j.Incident),
		"service": map[string]string{"id": p.t.Service, "type": "service_reference"},
		"body":    map[string]string{"type": "incident_body", "details": cut(j.Content.Text, 20_000)},
	}}
	var out struct {
		Incident pdIncident `json:"incident"`
	}
	status, body, err := p.c.call(ctx, http.MethodPost, join(p.t.URL, "incidents"), p.header(), in, &out)
	switch {
	case err == nil && status/100 == 2 && out.Incident.ID != "":
		return sent(out.Incident.remote())
	case err == nil && status == 400:
		if r, ok := p.find(ctx, j.Incident); ok {
			return sent(r)
		}
		w.mu.Lock()
		w.status = 400
		w.mu.Unlock()
	}
	return p.c.conclude(w, err, pdSaid(body))
}

func (p *pagerDuty) find(ctx context.Context, incident string) (outbox.Remote, bool) {
	q := url.Values{"incident_key": {marker(incident)}, "statuses[]": {"triggered", "acknowledged"}, "limit": {"1"}}
	var out struct {
		Incidents []pdIncident `json:"incidents"`
	}
	status, _, err := p.c.call(ctx, http.MethodGet, join(p.t.URL, "incidents")+"?"+q.Encode(), p.header(), nil, &out)
	if err != nil || status != 200 || len(out.Incidents) == 0 {
		return outbox.Remote{}, false
	}
	return out.Incidents[0].remote(), true
}

// invite asks people to respond, which pages them.
func (p *pagerDuty) invite(ctx context.Context, w *wire, j outbox.Job) outbox.Result {
	me, err := p.api.GetCurrentUserWithContext(ctx, pagerduty.GetCurrentUserOptions{})
	if err != nil {
		return p.end(w, err)
	}
	o := pagerduty.ResponderRequestOptions{From: p.t.User, Message: cut(headline(j.Content), 255), RequesterID: me.ID}
	for _, person := range j.Content.People {
		id := p.t.People[strings.ToLower(person)]
		if id == "" {
			return outbox.Result{Verdict: outbox.Refused, Reason: "outbound.yaml does not say who " + model.Brief(person, 40) + " is in PagerDuty"}
		}
		if j.Unsure && p.asked(ctx, j.Opened.ID, id) {
			continue
		}
		o.Targets = append(o.Targets, pagerduty.ResponderRequestTargetWrapper{Target: pagerduty.ResponderRequestTarget{APIObject: pagerduty.APIObject{ID: id, Type: "user_reference"}}})
	}
	if len(o.Targets) > 0 {
		if _, err := p.api.ResponderRequestWithContext(ctx, j.Opened.ID, o); err != nil {
			return p.end(w, err)
		}
	}
	return sent(outbox.Remote{ID: j.Opened.ID})
}

// asked reports whether a user was asked to respond already.
func (p *pagerDuty) asked(ctx context.Context, incident, user string) bool {
	i, err := p.api.GetIncidentWithContext(ctx, incident)
	if err != nil {
		return false
	}
	for _, r := range i.IncidentResponders {
		if r.User.ID == user {
			return true
		}
	}
	return false
}

// end words an error of the library.
func (p *pagerDuty) end(w *wire, err error) outbox.Result {
	return p.c.conclude(w, err, "")
}

// pdSaid is the reason in an error of the REST API.
func pdSaid(body []byte) string {
	var e struct {
		Error struct {
			Message string   `json:"message"`
			Errors  []string `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return strings.TrimSpace(e.Error.Message + " " + strings.Join(e.Error.Errors, "; "))
}

func (p *pagerDuty) Check(ctx context.Context) Identity {
	id := Identity{Target: p.name, Vendor: p.t.Vendor}
	if p.token.Empty() {
		// A routing key can only be tried by an event. Resolving what was never
		// triggered is one that does nothing.
		ctx, w := p.c.begin(ctx)
		_, err := p.api.ManageEventWithContext(ctx, &pagerduty.V2Event{RoutingKey: p.routing.reveal(), Action: "resolve", DedupKey: "warroom:connect"})
		if err != nil {
			id.Detail = p.c.conclude(w, err, "").Reason
			return id
		}
		id.OK, id.Detail = true, "PagerDuty takes events with this routing key; whom they page is settled there"
		return id
	}
	ctx, w := p.c.begin(ctx)
	var out struct {
		Service struct {
			Name string `json:"name"`
		} `json:"service"`
	}
	if p.rest() {
		status, body, err := p.c.call(ctx, http.MethodGet, join(p.t.URL, "services", p.t.Service), p.header(), nil, &out)
		if err != nil || status != 200 {
			id.Detail = p.c.conclude(w, err, pdSaid(body)).Reason
			return id
		}
	}
	id.Who = p.t.User
	if me, err := p.api.GetCurrentUserWithContext(ctx, pagerduty.GetCurrentUserOptions{}); err == nil {
		id.Who = me.Name
	} else {
		id.Missing = append(id.Missing, "a user's token, to ask people to respond (this one is the account's)")
	}
	id.OK, id.Detail = true, "PagerDuty knows the token"
	if out.Service.Name != "" {
		id.Detail += ", and the service " + model.Brief(out.Service.Name, 60)
	}
	return id
}

func (p *pagerDuty) Look(ctx context.Context, o model.Outlet) outbox.Standing {
	if !p.rest() {
		return outbox.Standing{Detail: "events can be sent but not read; give the target a service and a token"}
	}
	ctx, w := p.c.begin(ctx)
	var out struct {
		Incident pdIncident `json:"incident"`
	}
	status, body, err := p.c.call(ctx, http.MethodGet, join(p.t.URL, "incidents", o.ID), p.header(), nil, &out)
	if err != nil || status != 200 {
		return outbox.Standing{Detail: p.c.conclude(w, err, pdSaid(body)).Reason}
	}
	return outbox.Standing{Known: true, Word: model.Brief(out.Incident.Status, 40), Over: out.Incident.Status == "resolved"}
}

// safeURL lets only web addresses of a vendor's answer through.
func safeURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(s) > 500 {
		return ""
	}
	return u.String()
}
