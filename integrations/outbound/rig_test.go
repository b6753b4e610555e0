package outbound_test

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

//go:embed testdata/contract/*.yaml
var contracts embed.FS

// fault is what goes wrong with a request.
type fault int

const (
	fine        fault = iota
	limited           // 429 with Retry-After: 1
	unavailable       // 503, nothing done
	brokenLate        // done, and the connection breaks before the answer
	brokenEarly       // the connection breaks, nothing done
	denied            // 401
	slowAnswer        // done, and the answer never comes
)

// rig is all vendors in one server: it keeps what is made there, validates every
// request against the contracts, and fails as it is told to.
type rig struct {
	t   testing.TB
	srv *httptest.Server

	mu     sync.Mutex
	next   func(vendor, call string) fault // nil: fine
	after  func(vendor, call string)       // called when a request was done, before its answer
	calls  map[string]int                  // by vendor and call
	bodies []string                        // of every request

	authorized string // the newest header
	problems   []string
	n          int
	lag        time.Duration // of Jira's search
	now        func() time.Time

	pages    map[string]string // PagerDuty Events: open keys → "triggered"
	paged    map[string]int    // how often a key was opened anew
	channels map[string]*room  // by id
	issues   map[string]*ticket
	public   map[string]map[string]any
	incs     map[string]map[string]any // PagerDuty REST, by id

	people    map[string]string // Slack's display names, by user
	reactions []string
	sockets   int
	socket    http.Handler   // the other end of Socket Mode
	hooks     map[string]int // webhook ids
}

type room struct {
	id, name, purpose, topic string
	archived                 bool
	messages                 []message
	said                     []map[string]any // by people
	pins, members            map[string]bool
}

type message struct{ ts, text, id string }

type ticket struct {
	key, label, status string
	made               time.Time
	comments           []map[string]any
	links              map[string]string
}

var routersOnce = sync.OnceValues(func() (map[string]routers.Router, error) {
	out := map[string]routers.Router{}
	for _, v := range []string{"pagerduty", "slack", "jira", "statuspage"} {
		b, err := contracts.ReadFile("testdata/contract/" + v + ".yaml")
		if err != nil {
			return nil, err
		}
		doc, err := openapi3.NewLoader().LoadFromData(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v, err)
		}
		if out[v], err = gorillamux.NewRouter(doc); err != nil {
			return nil, fmt.Errorf("%s: %w", v, err)
		}
	}
	return out, nil
})

func newRig(t testing.TB) *rig {
	t.Helper()
	g := &rig{
		t: t, now: time.Now, calls: map[string]int{}, pages: map[string]string{}, paged: map[string]int{}, channels: map[string]*room{},
		issues: map[string]*ticket{}, public: map[string]map[string]any{}, incs: map[string]map[string]any{}, hooks: map[string]int{},
	}
	if _, err := routersOnce(); err != nil {
		t.Fatal(err)
	}
	g.srv = httptest.NewServer(g)
	t.Cleanup(func() {
		g.srv.CloseClientConnections()
		g.srv.Close()
		for _, p := range g.problems {
			t.Error(p)
		}
	})
	return g
}

// yaml is an outbound.yaml whose targets are the rig.
func (g *rig) yaml() string {
	return fmt.Sprintf(`
targets:
  pagerduty: {url: "%[1]s/pagerduty", events_url: "%[1]s/pagerduty"}
  slack: {url: "%[1]s/slack/", people: {bob: U0BOB, eve: eve@example.com}}
  jira: {url: "%[1]s/jira", user: ann@example.com, project: OPS}
  statuspage: {url: "%[1]s/statuspage", page: page1, components: {checkout: cmp1}}
`, g.srv.URL)
}

// canaries are the credentials of the tests. None may turn up anywhere but in the
// request that needs it.
var canaries = map[string]string{
	"WARROOM_PAGERDUTY_ROUTING_KEY": "CANARYrk000000000000000000000000",
	"WARROOM_PAGERDUTY_TOKEN":       "CANARYpdtoken",
	"WARROOM_SLACK_TOKEN":           "xoxb" + "-CANARY-slack-token",
	"WARROOM_SLACK_APP_TOKEN":       "xapp" + "-CANARY-app-token",
	"WARROOM_JIRA_TOKEN":            "CANARYjiratoken",
	"WARROOM_STATUSPAGE_TOKEN":      "CANARYpagetoken",
	"WARROOM_HOOK_SECRET":           "whsec_Q0FOQVJZc2VjcmV0Q0FOQVJZ",
	"WARROOM_NTFY_TOKEN":            "tk_CANARYntfy",
}

func (g *rig) count(what string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[what]
}

func (g *rig) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	vendor, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if vendor == "socket" {
		g.socket.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.validate(vendor, path, r, body)

	g.mu.Lock()
	call := vendor + " " + r.Method + " " + path
	g.calls[call]++
	g.authorized = r.Header.Get("Authorization")
	g.bodies = append(g.bodies, call+"?"+r.URL.RawQuery+" "+string(body))
	f := fine
	if g.next != nil {
		f = g.next(vendor, r.Method+" "+path)
	}
	drop := func() {
		g.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	switch f {
	case brokenEarly:
		drop()
	case limited:
		g.mu.Unlock()
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(429)
		return
	case unavailable:
		g.mu.Unlock()
		w.WriteHeader(503)
		return
	case denied:
		g.mu.Unlock()
		w.WriteHeader(401)
		fmt.Fprint(w, `{"error":"bad token `+r.Header.Get("Authorization")+`"}`) // some do tell
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	status, out := g.handle(vendor, path, r, body)
	after := g.after
	if f == brokenLate {
		drop()
	}
	g.mu.Unlock()
	if after != nil {
		after(vendor, r.Method+" "+path)
	}
	if f == slowAnswer {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if vendor == "slack" {
		w.Header().Set("X-OAuth-Scopes", "channels:manage,channels:read,chat:write")
	}
	w.WriteHeader(status)
	if out != nil {
		_ = json.NewEncoder(w).Encode(out)
	}
}

// validate holds a request against the vendor's contract.
func (g *rig) validate(vendor, path string, r *http.Request, body []byte) {
	all, _ := routersOnce()
	router := all[vendor]
	if router == nil {
		return
	}
	c := r.Clone(r.Context())
	c.URL = &url.URL{Path: "/" + path, RawQuery: r.URL.RawQuery}
	c.Body = io.NopCloser(bytes.NewReader(body))
	if vendor == "slack" && c.Method == http.MethodGet { // the library reads some by GET
		c.Method = http.MethodPost
		c.Body = io.NopCloser(strings.NewReader(r.URL.RawQuery))
		c.ContentLength = int64(len(r.URL.RawQuery))
		c.URL.RawQuery = ""
	}
	bad := func(err error) {
		g.mu.Lock()
		g.problems = append(g.problems, fmt.Sprintf("%s %s %s breaks the contract: %v\n%s", vendor, r.Method, path, err, body))
		g.mu.Unlock()
	}
	route, params, err := router.FindRoute(c)
	if err != nil {
		bad(err)
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: c, Route: route, PathParams: params, Options: &openapi3filter.Options{ExcludeReadOnlyValidations: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		bad(err)
	}
	if p, err := descriptions(); err != nil {
		bad(err)
	} else if p != nil {
		if err := p.check(vendor, path, r, body); err != nil {
			bad(err)
		}
	}
	want := map[string]string{"slack": "Bearer ", "jira": "Basic ", "statuspage": "OAuth ", "pagerduty": "Token token="}[vendor]
	if path != "v2/enqueue" && !strings.HasPrefix(r.Header.Get("Authorization"), want) && !strings.Contains(string(body), "token=xoxb") {
		bad(fmt.Errorf("no credentials"))
	}
}

func (g *rig) id(prefix string) string {
	g.n++
	return fmt.Sprintf("%s%d", prefix, g.n)
}

func (g *rig) handle(vendor, path string, r *http.Request, body []byte) (int, any) {
	var in map[string]any
	_ = json.Unmarshal(body, &in)
	switch vendor {
	case "pagerduty":
		return g.pagerduty(path, r, in)
	case "slack":
		return g.slack(path, r, body)
	case "jira":
		return g.jira(strings.TrimPrefix(path, "rest/api/3/"), r, in)
	case "statuspage":
		return g.statuspage(strings.TrimPrefix(path, "v1/pages/page1"), r, in)
	case "hook":
		g.hooks[r.Header.Get("Webhook-Id")]++
		return 200, nil
	case "ntfy":
		return 200, map[string]string{"id": g.id("N")}
	}
	return 404, nil
}

func (g *rig) pagerduty(path string, r *http.Request, in map[string]any) (int, any) {
	part := strings.Split(path, "/")
	switch {
	case path == "v2/enqueue":
		key := fmt.Sprint(in["dedup_key"])
		switch in["event_action"] {
		case "trigger":
			if g.pages[key] == "" {
				g.pages[key] = "triggered"
				g.paged[key]++
			}
		case "acknowledge":
			if g.pages[key] != "" {
				g.pages[key] = "acknowledged"
			}
		case "resolve":
			delete(g.pages, key)
		}
		return 202, map[string]string{"status": "success", "message": "Event processed", "dedup_key": key}
	case path == "users/me":
		return 200, map[string]any{"user": map[string]any{"id": "PUSER", "name": "Ann Example"}}
	case part[0] == "services":
		return 200, map[string]any{"service": map[string]any{"id": part[1], "name": "Checkout"}}
	case path == "incidents" && r.Method == "POST":
		i := in["incident"].(map[string]any)
		for _, have := range g.incs {
			if have["incident_key"] == i["incident_key"] && have["status"] != "resolved" {
				return 400, map[string]any{"error": map[string]any{"code": 2002, "message": "Arguments Caused Error", "errors": []string{"Open incident with matching dedup key already exists on this service"}}}
			}
		}
		id := g.id("PD")
		i["id"], i["status"], i["incident_number"], i["html_url"] = id, "triggered", g.n, "https://acme.pagerduty.example/incidents/"+id
		i["notes"] = []any{}
		g.incs[id] = i
		return 201, map[string]any{"incident": i}
	case path == "incidents" && r.Method == "GET":
		list := []any{}
		for _, i := range g.incs {
			if i["incident_key"] == r.URL.Query().Get("incident_key") && i["status"] != "resolved" {
				list = append(list, i)
			}
		}
		return 200, map[string]any{"incidents": list}
	case path == "incidents" && r.Method == "PUT":
		for _, x := range in["incidents"].([]any) {
			m := x.(map[string]any)
			g.incs[m["id"].(string)]["status"] = m["status"]
		}
		return 200, map[string]any{"incidents": []any{}}
	case len(part) == 2:
		return 200, map[string]any{"incident": g.incs[part[1]]}
	case part[2] == "notes" && r.Method == "GET":
		return 200, map[string]any{"notes": g.incs[part[1]]["notes"]}
	case part[2] == "notes":
		n := in["note"].(map[string]any)
		n["id"] = g.id("NOTE")
		g.incs[part[1]]["notes"] = append(g.incs[part[1]]["notes"].([]any), n)
		return 200, map[string]any{"note": n}
	case part[2] == "responder_requests":
		return 200, map[string]any{"responder_request": map[string]any{}}
	}
	return 404, nil
}

func (g *rig) slack(call string, r *http.Request, body []byte) (int, any) {
	v, _ := url.ParseQuery(string(body))
	for k, x := range r.URL.Query() {
		v[k] = x
	}
	no := func(word string) (int, any) { return 200, map[string]any{"ok": false, "error": word} }
	ch := g.channels[v.Get("channel")]
	if strings.Contains(call, ".") && v.Get("channel") != "" && ch == nil {
		return no("channel_not_found")
	}
	show := func(c *room) map[string]any {
		return map[string]any{"id": c.id, "name": c.name, "creator": "UBOT", "is_archived": c.archived,
			"purpose": map[string]any{"value": c.purpose}, "topic": map[string]any{"value": c.topic}}
	}
	switch call {
	case "auth.test":
		return 200, map[string]any{"ok": true, "user": "warroom-bot", "user_id": "UBOT", "team": "Acme"}
	case "conversations.create":
		for _, c := range g.channels {
			if c.name == v.Get("name") {
				return no("name_taken")
			}
		}
		c := &room{id: g.id("C"), name: v.Get("name"), pins: map[string]bool{}, members: map[string]bool{}}
		g.channels[c.id] = c
		return 200, map[string]any{"ok": true, "channel": show(c)}
	case "conversations.list":
		list := []any{}
		for _, c := range g.channels {
			list = append(list, show(c))
		}
		return 200, map[string]any{"ok": true, "channels": list}
	case "conversations.setPurpose":
		ch.purpose = v.Get("purpose")
	case "conversations.setTopic":
		ch.topic = v.Get("topic")
		return 200, map[string]any{"ok": true, "channel": show(ch)}
	case "conversations.info":
		return 200, map[string]any{"ok": true, "channel": show(ch)}
	case "conversations.archive":
		ch.archived = true
	case "conversations.invite":
		if ch.members[v.Get("users")] {
			return no("already_in_channel")
		}
		ch.members[v.Get("users")] = true
		return 200, map[string]any{"ok": true, "channel": show(ch)}
	case "apps.connections.open":
		if r.Header.Get("Authorization") != "Bearer "+canaries["WARROOM_SLACK_APP_TOKEN"] {
			return no("invalid_auth")
		}
		g.sockets++
		return 200, map[string]any{"ok": true, "url": "ws" + strings.TrimPrefix(g.srv.URL, "http") + "/socket?ticket=CANARYticket"}
	case "users.info":
		return 200, map[string]any{"ok": true, "user": map[string]any{"id": v.Get("user"), "name": "n", "profile": map[string]any{"display_name": g.people[v.Get("user")], "email": strings.ToLower(v.Get("user")) + "@example.com"}}}
	case "reactions.add":
		g.reactions = append(g.reactions, v.Get("name")+" "+v.Get("timestamp"))
	case "conversations.replies":
		for _, m := range ch.said {
			if m["ts"] == v.Get("ts") {
				return 200, map[string]any{"ok": true, "messages": []any{m}}
			}
		}
		return no("thread_not_found")
	case "users.lookupByEmail":
		return 200, map[string]any{"ok": true, "user": map[string]any{"id": "U0EVE"}}
	case "conversations.history":
		list := []any{}
		for _, m := range ch.messages {
			list = append(list, map[string]any{"type": "message", "ts": m.ts, "text": m.text, "metadata": map[string]any{"event_type": "warroom", "event_payload": map[string]any{"id": m.id}}})
		}
		return 200, map[string]any{"ok": true, "messages": list}
	case "chat.postMessage":
		if ch.archived {
			return no("is_archived")
		}
		var meta struct {
			Payload struct {
				ID string `json:"id"`
			} `json:"event_payload"`
		}
		_ = json.Unmarshal([]byte(v.Get("metadata")), &meta)
		m := message{fmt.Sprintf("%d.%06d", time.Now().Unix(), len(ch.messages)+1), v.Get("text"), meta.Payload.ID}
		ch.messages = append(ch.messages, m)
		return 200, map[string]any{"ok": true, "ts": m.ts, "channel": ch.id}
	case "chat.update":
		for i := range ch.messages {
			if ch.messages[i].ts == v.Get("ts") {
				ch.messages[i].text = v.Get("text")
				return 200, map[string]any{"ok": true, "ts": v.Get("ts"), "channel": ch.id}
			}
		}
		return no("message_not_found")
	case "pins.add":
		if ch.pins[v.Get("timestamp")] {
			return no("already_pinned")
		}
		ch.pins[v.Get("timestamp")] = true
	default:
		return no("unknown_method")
	}
	return 200, map[string]any{"ok": true}
}

func (g *rig) jira(path string, r *http.Request, in map[string]any) (int, any) {
	part := strings.Split(path, "/")
	status := func(i *ticket) map[string]any {
		cat := "indeterminate"
		if i.status == "Done" {
			cat = "done"
		}
		return map[string]any{"id": i.key, "key": i.key, "fields": map[string]any{"status": map[string]any{"name": i.status, "statusCategory": map[string]any{"key": cat}}}}
	}
	switch {
	case path == "myself":
		return 200, map[string]any{"displayName": "Ann Example"}
	case path == "mypermissions":
		return 200, map[string]any{"permissions": map[string]any{"BROWSE_PROJECTS": map[string]any{"havePermission": true}, "CREATE_ISSUES": map[string]any{"havePermission": true}, "ADD_COMMENTS": map[string]any{"havePermission": true}}}
	case path == "search/jql":
		list := []any{}
		for _, i := range g.issues {
			if strings.Contains(fmt.Sprint(in["jql"]), `"`+i.label+`"`) && g.now().Sub(i.made) >= g.lag {
				list = append(list, status(i))
			}
		}
		return 200, map[string]any{"issues": list}
	case path == "issue":
		f := in["fields"].(map[string]any)
		i := &ticket{key: g.id("OPS-"), status: "To Do", made: g.now(), links: map[string]string{}}
		for _, l := range f["labels"].([]any) {
			if strings.HasPrefix(l.(string), "warroom-") {
				i.label = l.(string)
			}
		}
		g.issues[i.key] = i
		return 201, map[string]any{"id": i.key, "key": i.key}
	}
	i := g.issues[part[1]]
	if i == nil {
		return 404, map[string]any{"errorMessages": []string{"Issue does not exist"}}
	}
	switch {
	case len(part) == 2:
		return 200, status(i)
	case part[2] == "comment" && r.Method == "GET":
		return 200, map[string]any{"comments": i.comments}
	case part[2] == "comment":
		c := map[string]any{"id": g.id("CM"), "body": in["body"]}
		i.comments = append(i.comments, c)
		return 201, c
	case part[2] == "transitions" && r.Method == "GET":
		return 200, map[string]any{"transitions": []any{
			map[string]any{"id": "21", "name": "Start", "to": map[string]any{"name": "In Progress", "statusCategory": map[string]any{"key": "indeterminate"}}},
			map[string]any{"id": "31", "name": "Close it", "to": map[string]any{"name": "Done", "statusCategory": map[string]any{"key": "done"}}},
		}}
	case part[2] == "transitions":
		i.status = "Done"
		return 204, nil
	case part[2] == "remotelink":
		i.links[fmt.Sprint(in["globalId"])] = fmt.Sprint(in["object"])
		return 201, map[string]any{"id": 1}
	}
	return 404, nil
}

func (g *rig) statuspage(path string, r *http.Request, in map[string]any) (int, any) {
	switch {
	case path == "":
		return 200, map[string]any{"id": "page1", "name": "Acme Status"}
	case path == "/components":
		return 200, []any{map[string]any{"id": "cmp9"}}
	case path == "/incidents/unresolved":
		list := []any{}
		for _, i := range g.public {
			if i["status"] != "resolved" {
				list = append(list, i)
			}
		}
		return 200, list
	}
	id := strings.TrimPrefix(path, "/incidents/")
	i := g.public[id]
	if path == "/incidents" {
		id = g.id("sp")
		i = map[string]any{"id": id, "shortlink": "https://stspg.example/" + id, "incident_updates": []any{}}
		g.public[id] = i
	}
	if i == nil {
		return 404, map[string]any{"error": "not found"}
	}
	if r.Method != "GET" {
		c := in["incident"].(map[string]any)
		for k, v := range c {
			i[k] = v
		}
		if c["body"] != nil {
			i["incident_updates"] = append([]any{map[string]any{"body": c["body"], "status": i["status"]}}, i["incident_updates"].([]any)...)
		}
	}
	if path == "/incidents" {
		return 201, i
	}
	return 200, i
}
