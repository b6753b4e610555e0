package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// outside starts a server that is Slack, Jira, Statuspage, PagerDuty and a
// webhook to the script, and puts its address into OUTSIDE. `outside bad` has it
// answer 503 from now on, `outside tells` 401 with the credentials in the answer,
// `outside mute` nothing at all, `outside good` as before; `outside asked N CALL`
// checks how often something was asked for.
func outside(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		s := &vendors{calls: map[string]int{}}
		srv := httptest.NewServer(s)
		ts.Defer(func() { srv.CloseClientConnections(); srv.Close() })
		ts.Setenv("OUTSIDE", srv.URL)
		servers.Store(ts.Getenv("WORK"), s)
		return
	}
	v, ok := servers.Load(ts.Getenv("WORK"))
	if !ok || neg {
		ts.Fatalf("usage: outside [bad|tells|mute|good|asked N CALL]")
	}
	s := v.(*vendors)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch args[0] {
	case "bad", "tells", "mute", "good":
		s.mood = args[0]
	case "asked":
		if got := fmt.Sprint(s.calls[args[2]]); got != args[1] {
			ts.Fatalf("%s was asked for %s times, want %s: %v", args[2], got, args[1], s.calls)
		}
	}
}

var servers sync.Map // by the script's folder

type vendors struct {
	mu    sync.Mutex
	mood  string
	calls map[string]int
}

func (s *vendors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := path.Base(r.URL.Path)
	if r.Method != http.MethodGet {
		s.calls[call]++
	}
	switch s.mood {
	case "bad":
		w.WriteHeader(503)
		return
	case "mute":
		s.mu.Unlock()
		_, _ = io.Copy(io.Discard, r.Body) // only then it is seen that somebody left
		<-r.Context().Done()
		s.mu.Lock()
		return
	case "tells":
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Location", "https://elsewhere.example/?"+r.Header.Get("Authorization"))
		w.Header().Set("Www-Authenticate", r.Header.Get("Authorization"))
		w.WriteHeader(401)
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": r.Header.Get("Authorization") + string(body), "errorMessages": []string{r.Header.Get("Authorization")},
			"message": r.Header.Get("Authorization") + string(body)})
		return
	}
	var out any = map[string]any{"ok": true, "id": "X1", "key": "OPS-1", "ts": "1.000001", "channel": map[string]any{"id": "C1"}, "messages": []any{},
		"status": "success", "dedup_key": "k", "shortlink": "https://status.example/x1", "user": "bot", "displayName": "Ann", "name": "Acme",
		"fields": map[string]any{"status": map[string]any{"name": "To Do", "statusCategory": map[string]any{"key": "new"}}}}
	switch {
	case call == "chat.postMessage" || call == "chat.update":
		out = map[string]any{"ok": true, "ts": "1.000001", "channel": "C1"}
	case call == "components":
		out = []any{}
	case strings.HasSuffix(r.URL.Path, "/incidents/X1") && r.Method == http.MethodGet:
		out = map[string]any{"id": "X1", "status": "resolved", "incident_updates": []any{}}
	}
	w.Header().Set("Content-Type", "application/json")
	if call == "enqueue" {
		w.WriteHeader(http.StatusAccepted)
	}
	_ = json.NewEncoder(w).Encode(out)
}
