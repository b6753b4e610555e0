package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

// The patience of our client with a vendor that takes a request and does not
// answer is 8 s, so whatever waited for one would take longer than this.
const unwaited = 6 * time.Second

// Every vendor takes connections and says nothing, and the queue is full: keys
// are answered, leaving is instant, and nothing of the queue is lost.
func TestDeadVendorsOnScreen(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	var asked atomic.Int32
	go func() {
		for {
			c, err := mute.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			defer c.Close()
		}
	}()
	yaml := fmt.Sprintf("targets:\n  slack: {url: \"http://%[1]s/api/\"}\n  jira: {url: \"http://%[1]s\", user: ann@example.com, project: OPS}\n  hook: {vendor: webhook, url: \"http://%[1]s/hook\"}\n", mute.Addr())
	h := enter(t)
	h.env = append(h.env, "WARROOM_SLACK_TOKEN=x-token", "WARROOM_JIRA_TOKEN=x-token")
	if err := os.WriteFile(filepath.Join(filepath.Dir(h.db), "outbound.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := outbox.ParseConfig("outbound.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	queue := func(do func(*storage.Store)) []outbox.Message {
		t.Helper()
		s, err := storage.Open(ctx, h.db, storage.Options{Outbound: conf})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if do != nil {
			do(s)
		}
		rows, err := s.Outbox(ctx, storage.OutboxFilter{All: true})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	before := queue(func(s *storage.Store) {
		r, err := s.Do(ctx, "", model.Request{Actor: "bob", Command: model.Declare{Title: "Search is slow", Severity: 1}})
		for n := 0; n < 60 && err == nil; n++ {
			_, err = s.Do(ctx, r.Incident.ID, model.Request{Actor: "bob", Command: model.AddNote{Text: fmt.Sprint("important ", n), Important: true}})
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	if len(before) < 100 {
		t.Fatalf("only %d messages are in the queue", len(before))
	}
	ana := h.sit("ana")
	ana.waits("the room", has("Search is slow", "enter to write"))
	for end := time.Now().Add(patience); asked.Load() < 3; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("only %d vendors were asked", asked.Load())
		}
	}
	quick := func(what string, do func(), ok func(string) bool) {
		t.Helper()
		began := time.Now()
		do()
		ana.waits(what, ok)
		took := time.Since(began)
		t.Logf("%s: %s, with the time that tmux takes", what, took.Round(time.Millisecond))
		if took > unwaited {
			t.Errorf("%s took %s", what, took)
		}
	}
	quick("a line", func() { ana.keys("i"); ana.types("still here"); ana.keys("Enter") }, has("still here", "ana"))
	ana.rests()
	quick("the queue", func() { ana.keys("Q") }, has("What leaves the room", "slack", "hook"))
	ana.rests()
	quick("the shell", func() { ana.keys("q") }, func(s string) bool {
		return has("shell>")(s) && !has("Search is slow")(s) && ana.state("#{pane_current_command}") == "sh"
	})
	after := queue(nil)
	states := map[outbox.State]int{}
	for _, m := range after {
		states[m.State]++
		if m.State.Final() || m.State.Asks() {
			t.Errorf("message %d to %s is %s: %s", m.N, m.Target, m.State, m.Reason)
		}
	}
	if len(after) < len(before) {
		t.Errorf("%d messages were in the queue, %d are: %v", len(before), len(after), states)
	}
	said := strings.Join(h.texts(), "\n")
	if !strings.Contains(said, "ana note still here") {
		t.Errorf("the line is not in the record:\n%s", said)
	}
}
