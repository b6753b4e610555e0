package outbound

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/outbox"
)

// jira files an issue in Jira Cloud, by REST API v3. Its search lags behind, so
// that an issue that may have been made is looked for again, a little later,
// before another one is made.
type jira struct {
	base
	token Secret
}

// Limits of the API, in bytes.
const (
	jiraSummary = 255
	jiraText    = 30_000
)

func (v *jira) header() http.Header {
	pair := base64.StdEncoding.EncodeToString([]byte(v.t.User + ":" + v.token.reveal()))
	v.c.hide(newSecret(pair))
	return http.Header{"Authorization": {"Basic " + pair}}
}

func (v *jira) url(parts ...string) string {
	return join(v.t.URL, append([]string{"rest", "api", "3"}, parts...)...)
}

// label marks the issue of an incident.
func label(incident string) string { return "warroom-" + strings.ToLower(incident) }

type jiraIssue struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Fields struct {
		Status struct {
			Name     string `json:"name"`
			Category struct {
				Key string `json:"key"`
			} `json:"statusCategory"`
		} `json:"status"`
	} `json:"fields"`
}

func (v *jira) remote(i jiraIssue) outbox.Remote {
	return outbox.Remote{ID: i.ID, Key: i.Key, URL: join(v.t.URL, "browse", i.Key)}
}

func (v *jira) Send(ctx context.Context, j outbox.Job) outbox.Result {
	ctx, w := v.c.begin(ctx)
	if j.Action == outbox.Open {
		return v.open(ctx, w, j)
	}
	key := j.Opened.Key
	if key == "" {
		return byHand("Jira", "the ticket")
	}
	switch j.Action {
	case outbox.Post:
		return v.comment(ctx, w, j, key)
	case outbox.Update:
		return v.link(ctx, w, j, key)
	case outbox.Close:
		return v.finish(ctx, w, j, key)
	}
	return unsupported(j)
}

func (v *jira) open(ctx context.Context, w *wire, j outbox.Job) outbox.Result {
	if j.Unsure {
		found, err := v.find(ctx, j.Incident)
		if err != nil || w.status/100 != 2 {
			return v.c.conclude(w, err, "")
		}
		if found != nil {
			return sent(v.remote(*found))
		}
		if wait := v.o.Settle - v.o.Now().Sub(j.Doubt); wait > 0 {
			return outbox.Result{Verdict: outbox.Again, After: wait, Limited: true, Reason: "waiting to see whether Jira has the ticket already"}
		}
	}
	c := j.Content
	text := fmt.Sprintf("%s\n\n%s, declared %s", c.Text, topic(c), j.Created.UTC().Format("2006-01-02 15:04:05Z"))
	in := map[string]any{"fields": map[string]any{
		"project": map[string]string{"key": v.t.Project}, "issuetype": map[string]string{"name": v.t.Type},
		"summary":     cut(oneLine(j.Incident+" "+headline(c)), jiraSummary),
		"description": adf(cut(text, jiraText)),
		"labels":      []string{"warroom", label(j.Incident)},
	}}
	var out jiraIssue
	status, body, err := v.c.call(ctx, http.MethodPost, v.url("issue"), v.header(), in, &out)
	if err == nil && status/100 == 2 && out.Key != "" {
		return sent(v.remote(out))
	}
	return v.c.conclude(w, err, jiraSaid(body))
}

// find looks for an incident's issue by its label; nil if there is none.
func (v *jira) find(ctx context.Context, incident string) (*jiraIssue, error) {
	in := map[string]any{
		"jql":        fmt.Sprintf("project = %s AND labels = %s", quoteJQL(v.t.Project), quoteJQL(label(incident))),
		"fields":     []string{"status"},
		"maxResults": 1,
	}
	var out struct {
		Issues []jiraIssue `json:"issues"`
	}
	status, _, err := v.c.call(ctx, http.MethodPost, v.url("search", "jql"), v.header(), in, &out)
	if err != nil || status != 200 || len(out.Issues) == 0 {
		return nil, err
	}
	return &out.Issues[0], nil
}

func quoteJQL(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// oneLine folds white space: a summary has no line ends.
func oneLine(s string) string { return strings.Join(strings.Fields(model.Valid(s)), " ") }

func (v *jira) comment(ctx context.Context, w *wire, j outbox.Job, key string) outbox.Result {
	text := cut(j.Content.Text, jiraText) + fmt.Sprintf("\n[warroom %d]", j.N)
	if j.Unsure {
		var out struct {
			Comments []struct {
				ID   string  `json:"id"`
				Body adfNode `json:"body"`
			} `json:"comments"`
		}
		status, body, err := v.c.call(ctx, http.MethodGet, v.url("issue", key, "comment")+"?orderBy=-created&maxResults=100", v.header(), nil, &out)
		if err != nil || status != 200 {
			return v.c.conclude(w, err, jiraSaid(body))
		}
		for _, c := range out.Comments {
			if strings.HasSuffix(c.Body.plain(), fmt.Sprintf("\n[warroom %d]", j.N)) {
				return sent(outbox.Remote{ID: c.ID, Parent: key})
			}
		}
	}
	var out struct {
		ID string `json:"id"`
	}
	status, body, err := v.c.call(ctx, http.MethodPost, v.url("issue", key, "comment"), v.header(), map[string]any{"body": adf(text)}, &out)
	if err != nil || status/100 != 2 {
		return v.c.conclude(w, err, jiraSaid(body))
	}
	return sent(outbox.Remote{ID: out.ID, Parent: key})
}

// link ties what belongs to the incident to the issue. The global id makes a
// repetition an update.
func (v *jira) link(ctx context.Context, w *wire, j outbox.Job, key string) outbox.Result {
	for _, l := range j.Content.Links {
		address := safeURL(l.URL)
		if address == "" || strings.HasPrefix(address, strings.TrimSuffix(v.t.URL, "/")) {
			continue
		}
		in := map[string]any{
			"globalId": marker(j.Incident) + ":" + address,
			"object":   map[string]string{"url": address, "title": cut(oneLine(l.Name), jiraSummary)},
		}
		status, body, err := v.c.call(ctx, http.MethodPost, v.url("issue", key, "remotelink"), v.header(), in, nil)
		if err != nil || status/100 != 2 {
			return v.c.conclude(w, err, jiraSaid(body))
		}
	}
	return sent(outbox.Remote{Parent: key})
}

// finish moves the issue to its end, by the transition of the configured name or
// any that leads to a status of the category done.
func (v *jira) finish(ctx context.Context, w *wire, j outbox.Job, key string) outbox.Result {
	var issue jiraIssue
	status, body, err := v.c.call(ctx, http.MethodGet, v.url("issue", key)+"?fields=status", v.header(), nil, &issue)
	if err != nil || status != 200 {
		return v.c.conclude(w, err, jiraSaid(body))
	}
	if issue.Fields.Status.Category.Key == "done" {
		return sent(outbox.Remote{Parent: key})
	}
	var out struct {
		Transitions []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
			To   struct {
				Name     string `json:"name"`
				Category struct {
					Key string `json:"key"`
				} `json:"statusCategory"`
			} `json:"to"`
		} `json:"transitions"`
	}
	if status, body, err = v.c.call(ctx, http.MethodGet, v.url("issue", key, "transitions"), v.header(), nil, &out); err != nil || status != 200 {
		return v.c.conclude(w, err, jiraSaid(body))
	}
	k := -1
	var names []string
	for i, t := range out.Transitions {
		names = append(names, t.Name)
		switch {
		case strings.EqualFold(t.Name, v.t.Done), strings.EqualFold(t.To.Name, v.t.Done):
			k = i
		case k < 0 && t.To.Category.Key == "done":
			k = i
		}
	}
	if k < 0 {
		return outbox.Result{Verdict: outbox.Refused, Reason: v.c.clean(fmt.Sprintf("Jira has no transition %q from here: there are %s; set done in outbound.yaml", v.t.Done, strings.Join(names, ", ")))}
	}
	in := map[string]any{"transition": map[string]string{"id": out.Transitions[k].ID}}
	if status, body, err = v.c.call(ctx, http.MethodPost, v.url("issue", key, "transitions"), v.header(), in, nil); err != nil || status/100 != 2 {
		return v.c.conclude(w, err, jiraSaid(body))
	}
	return sent(outbox.Remote{Parent: key})
}

// jiraSaid is the reason in an error of the API, field by field.
func jiraSaid(body []byte) string {
	var e struct {
		Messages []string          `json:"errorMessages"`
		Errors   map[string]string `json:"errors"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	out := e.Messages
	for f, m := range e.Errors {
		out = append(out, f+": "+m)
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func (v *jira) Check(ctx context.Context) Identity {
	id := Identity{Target: v.name, Vendor: v.t.Vendor}
	ctx, w := v.c.begin(ctx)
	var me struct {
		Name string `json:"displayName"`
	}
	status, body, err := v.c.call(ctx, http.MethodGet, v.url("myself"), v.header(), nil, &me)
	if err != nil || status != 200 {
		id.Detail = v.c.conclude(w, err, jiraSaid(body)).Reason
		return id
	}
	id.OK, id.Who, id.Detail = true, model.Brief(me.Name, 60), "Jira knows the token"
	var rights struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	q := url.Values{"projectKey": {v.t.Project}, "permissions": {strings.Join(jiraRights, ",")}}
	status, _, err = v.c.call(ctx, http.MethodGet, v.url("mypermissions")+"?"+q.Encode(), v.header(), nil, &rights)
	if err != nil || status != 200 {
		id.Missing = append(id.Missing, "the project "+v.t.Project+" (it cannot be seen)")
		return id
	}
	for _, r := range jiraRights {
		if !rights.Permissions[r].Have {
			id.Missing = append(id.Missing, r)
		}
	}
	return id
}

// jiraRights are what the token's user needs in the project.
var jiraRights = []string{"BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES", "LINK_ISSUES"}

func (v *jira) Look(ctx context.Context, o model.Outlet) outbox.Standing {
	ctx, w := v.c.begin(ctx)
	var issue jiraIssue
	status, body, err := v.c.call(ctx, http.MethodGet, v.url("issue", o.Key)+"?fields=status", v.header(), nil, &issue)
	if err != nil || status != 200 {
		return outbox.Standing{Detail: v.c.conclude(w, err, jiraSaid(body)).Reason}
	}
	s := issue.Fields.Status
	return outbox.Standing{Known: true, Word: model.Brief(s.Name, 40), Over: s.Category.Key == "done"}
}
