package outbound

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"

	"warroom/model"
	"warroom/model/outbox"
)

// statuspage publishes. What it sends was approved by a person, unless the rules
// say otherwise, and notifies subscribers only if it says so.
type statuspage struct {
	base
	token Secret
}

// Limits of the API, in bytes.
const (
	pageName = 255
	pageBody = 25_000
)

func (v *statuspage) header() http.Header {
	return http.Header{"Authorization": {"OAuth " + v.token.reveal()}}
}

func (v *statuspage) url(parts ...string) string {
	return join(v.t.URL, append([]string{"v1", "pages", v.t.Page}, parts...)...)
}

type pageIncident struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Link     string `json:"shortlink"`
	Impact   string `json:"impact"`
	Metadata map[string]struct {
		Incident string `json:"incident_id"`
	} `json:"metadata"`
	Updates []struct {
		Body   string `json:"body"`
		Status string `json:"status"`
	} `json:"incident_updates"`
}

func (i pageIncident) remote() outbox.Remote {
	return outbox.Remote{ID: i.ID, URL: safeURL(i.Link)}
}

func (v *statuspage) Send(ctx context.Context, j outbox.Job) outbox.Result {
	ctx, w := v.c.begin(ctx)
	c := j.Content
	in := map[string]any{}
	if c.Components != nil {
		var ids []string
		for id := range c.Components {
			ids = append(ids, id)
		}
		sort.Strings(ids)
		in["components"], in["component_ids"] = c.Components, ids
	}
	method, address := http.MethodPatch, v.url("incidents", j.Opened.ID)
	switch j.Action {
	case outbox.Open:
		if j.Unsure {
			found, r := v.find(ctx, w, j.Incident)
			if found != nil {
				return sent(found.remote())
			}
			if r.Verdict != outbox.Done {
				return r
			}
		}
		method, address = http.MethodPost, v.url("incidents")
		in["name"] = cut(oneLine(c.Title), pageName)
		in["metadata"] = map[string]any{"warroom": map[string]string{"incident_id": j.Incident}}
		fallthrough
	case outbox.Post, outbox.Close:
		in["status"] = outbox.PublicStatus(c.Status)
		if j.Action == outbox.Close {
			in["status"] = "resolved"
		}
		in["body"] = cut(model.Valid(c.Text), pageBody)
		in["deliver_notifications"] = c.Notify
		fallthrough
	case outbox.Update:
		in["impact_override"] = outbox.Impact(c.Severity)
	default:
		return unsupported(j)
	}
	if j.Action != outbox.Open {
		if j.Opened.ID == "" {
			return byHand("Statuspage", "the incident")
		}
		if j.Unsure && in["body"] != nil {
			now, r := v.read(ctx, w, j.Opened.ID)
			if r.Verdict != outbox.Done {
				return r
			}
			for _, u := range now.Updates {
				if u.Body == in["body"] && u.Status == in["status"] {
					return sent(now.remote())
				}
			}
		}
	}
	var out pageIncident
	status, body, err := v.c.call(ctx, method, address, v.header(), map[string]any{"incident": in}, &out)
	if err == nil && status/100 == 2 && out.ID != "" {
		return sent(out.remote())
	}
	return v.c.conclude(w, err, pageSaid(body))
}

// find looks among the unresolved incidents for ours.
func (v *statuspage) find(ctx context.Context, w *wire, incident string) (*pageIncident, outbox.Result) {
	var list []pageIncident
	status, body, err := v.c.call(ctx, http.MethodGet, v.url("incidents", "unresolved")+"?per_page=100", v.header(), nil, &list)
	if err != nil || status != 200 {
		return nil, v.c.conclude(w, err, pageSaid(body))
	}
	for i := range list {
		if list[i].Metadata["warroom"].Incident == incident {
			return &list[i], outbox.Result{Verdict: outbox.Done}
		}
	}
	return nil, outbox.Result{Verdict: outbox.Done}
}

func (v *statuspage) read(ctx context.Context, w *wire, id string) (pageIncident, outbox.Result) {
	var out pageIncident
	status, body, err := v.c.call(ctx, http.MethodGet, v.url("incidents", id), v.header(), nil, &out)
	if err != nil || status != 200 {
		return out, v.c.conclude(w, err, pageSaid(body))
	}
	return out, outbox.Result{Verdict: outbox.Done}
}

// pageSaid is the reason in an error of the API.
func pageSaid(body []byte) string {
	var e struct {
		Error any `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil || e.Error == nil {
		return ""
	}
	if list, ok := e.Error.([]any); ok {
		var out []string
		for _, x := range list {
			out = append(out, fmt.Sprint(x))
		}
		return strings.Join(out, "; ")
	}
	return fmt.Sprint(e.Error)
}

func (v *statuspage) Check(ctx context.Context) Identity {
	id := Identity{Target: v.name, Vendor: v.t.Vendor}
	ctx, w := v.c.begin(ctx)
	var page struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	status, body, err := v.c.call(ctx, http.MethodGet, v.url(), v.header(), nil, &page)
	if err != nil || status != 200 {
		id.Detail = v.c.conclude(w, err, pageSaid(body)).Reason
		return id
	}
	id.OK, id.Who = true, model.Brief(page.Name, 60)
	id.Detail = "Statuspage knows the key, and the page " + model.Brief(page.Name, 60)
	var parts []struct {
		ID string `json:"id"`
	}
	if status, _, err = v.c.call(ctx, http.MethodGet, v.url("components")+"?per_page=100", v.header(), nil, &parts); err == nil && status == 200 {
		for service, want := range v.t.Components {
			found := false
			for _, p := range parts {
				found = found || p.ID == want
			}
			if !found {
				id.Missing = append(id.Missing, "component "+model.Brief(want, 40)+" of "+model.Brief(service, 40)+": the page has none with this id")
			}
		}
	}
	return id
}

func (v *statuspage) Look(ctx context.Context, o model.Outlet) outbox.Standing {
	ctx, w := v.c.begin(ctx)
	i, r := v.read(ctx, w, o.ID)
	if r.Verdict != outbox.Done {
		return outbox.Standing{Detail: r.Reason}
	}
	over := i.Status == "resolved" || i.Status == "postmortem" || i.Status == "completed"
	s := outbox.Standing{Known: true, Word: model.Brief(i.Status, 40), Over: over, Status: i.Status}
	if over {
		s.Status = "resolved"
	}
	return s
}
