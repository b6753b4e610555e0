//go:build unix

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"warroom/model"
)

// cluster stands in for kubectl. It writes down how it was called; asked to scale
// it says who it is, with a child that does not mind being asked to end, and waits
// until it is told to go on.
const cluster = `#!/bin/sh
here=$(dirname "$0")
echo "$@" >>"$here/calls"
case "$1 $2" in
"top pods") printf 'NAMESPACE NAME CPU(cores)\nshop cart-1 120m\nshop orders-7f9 930m\n';;
"get deployments") printf 'shop\torders\t2026-11-23T08:58:00Z\n';;
"scale deployment")
	if test -e "$here/hold"; then
		(trap '' TERM INT HUP; while :; do sleep 0.1; done) &
		echo $$ $! >"$here/pids"
		until test -e "$here/go"; do sleep 0.02; done
		kill -9 $!
	fi
	echo "deployment.apps/$3 scaled to $4"
	echo over >"$here/over";;
"patch configmap") echo "configmap/$3 patched";;
"logs -l") echo "GET /orders 200 12ms";;
*) echo "unknown command" >&2; exit 1;;
esac
`

// shelf puts the stand-in on PATH and the seed's runbook into a folder.
func (h *house) shelf() (bin, books string) {
	h.t.Helper()
	dir := filepath.Dir(h.bin)
	bin, books = filepath.Join(dir, "bin"), filepath.Join(dir, "books")
	seed, err := os.ReadFile(filepath.Join("runbooks", "testdata", "seed.yaml"))
	if err != nil {
		h.t.Fatal(err)
	}
	for path, data := range map[string][]byte{filepath.Join(bin, "kubectl"): []byte(cluster), filepath.Join(books, "seed.yaml"): seed} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			h.t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o755); err != nil {
			h.t.Fatal(err)
		}
	}
	h.env = append(h.env, "PATH="+bin+":"+os.Getenv("PATH"))
	return bin, books
}

func (h *house) runs() []model.Run {
	h.t.Helper()
	var out struct{ Runs []model.Run }
	if err := json.Unmarshal([]byte(h.run("script", "show", "--json")), &out); err != nil {
		h.t.Fatal(err)
	}
	return out.Runs
}

// begins opens the seed's runbook in the room.
func (s *seat) begins(books string) {
	s.t.Helper()
	s.keys("C-c")
	s.waits("the shell", func(string) bool { return s.state("#{pane_current_command}") == "sh" })
	s.keys("clear; "+s.bin+" --runbooks "+books, "Enter")
	s.waits("the room", has("enter to write"))
	s.keys("3")
	s.waits("the runbooks", has("find"))
	s.keys("f")
	s.waits("the list", has("Which runbook?"))
	s.types("rb-001")
	s.waits("the one", has("› High CPU Usage Response"))
	s.keys("Enter")
}

// fills gives the values of the step that scales, and asks to run it.
func (s *seat) fills() {
	s.t.Helper()
	s.waits("a value asked for", has("waits for a value: deployment-name"))
	s.keys("Enter")
	s.waits("the form", has("Needed here"))
	s.types("orders")
	s.keys("Tab")
	s.types("6")
	s.keys("Enter")
	s.waits("what will run", has("will run", "WR_DEPLOYMENT_NAME = orders", "WR_NEW_COUNT = 6"))
	s.keys("Enter")
	s.waits("the question", has("Run this? It changes something", "WR_NEW_COUNT = 6", "y run it"))
}

// The seed's runbook, as it stands in the seed, is stepped through to its end at a
// terminal while a second one follows; the record holds all of it afterwards.
func TestSeedRunbookAtTheTerminal(t *testing.T) {
	h := enter(t)
	bin, books := h.shelf()
	h.run("ana", "declare", "High CPU on orders", "--severity", "2")
	ana, bob := h.sit("ana"), h.sit("bob")
	bob.waits("the room", has("enter to write"))
	ana.waits("the room", has("enter to write"))
	ana.begins(books)
	ana.waits("the first step", has("Before you start", "you run it", "senior-sre-oncall"))
	bob.keys("3")
	bob.waits("the run of ana", has("ana runs it", "Before you start"))

	for _, so := range []string{"✓ kubectl access", "✓ AWS console access", "Step 1 · Identify"} { // what has to be so before
		ana.keys("Space")
		ana.waits("a tick", has(so))
	}
	ana.waits("step 1", has("Step 1 · Identify", "datadog.example.com/dashboard/cpu"))
	ana.keys("Space")
	ana.waits("a command", has("kubectl top pods", "looks only"))
	ana.keys("Enter")
	ana.waits("step 2 with what step 1 said", has("Step 2 · Check", "Output of: List top CPU", "orders-7f9"))
	ana.keys("Space")
	ana.waits("the deployments", has("kubectl get deployments"))
	ana.keys("Enter")
	ana.waits("step 3", has("Step 3 · Immediate"))
	ana.fills()
	ana.keys("y")
	ana.waits("scaled", has("deployment.apps/orders scaled", "▌! Enable rate limiting"))
	bob.waits("the same", has("exit 0", "scaled to --replicas=6"))
	ana.keys("Enter")
	ana.waits("the question", has("Run this?", "patch configmap"))
	ana.keys("y")
	ana.waits("step 4", has("Step 4 · Root", "waits for a value: app-name"))
	ana.keys("Enter")
	ana.waits("the form", has("Needed here"))
	ana.types("orders")
	ana.keys("Enter")
	ana.waits("the logs", has("WR_APP_NAME = orders"))
	ana.keys("Enter")
	if strings.Contains(ana.waits("what came of it", func(s string) bool { return has("Run this?")(s) || has("GET /orders")(s) }), "Run this?") {
		ana.keys("y")
	}
	ana.waits("the log lines", has("GET /orders 200", "wiki.example.com/profiling-guide"))
	ana.keys("Space")
	for _, sentence := range []string{"CPU < 60% for 5 minutes", "Error rate < 0.1%"} {
		ana.waits("a criterion", has("done when  "+sentence))
		ana.keys("Enter")
		ana.waits("the question to a person", has("Is it so? "+sentence))
		ana.types("1")
	}
	ana.waits("the end", has("all is done"))
	ana.keys("E")
	ana.waits("it is finished", has("the run is finished"))
	bob.waits("the same", has("finished"))

	r := h.runs()[0]
	if r.Book != "rb-001" || r.Outcome != model.RunFinished || len(r.Steps) != 6 || len(r.Escalate) != 2 {
		t.Errorf("run: %+v", r)
	}
	for _, s := range r.Steps {
		if s.State() != model.ActionSucceeded {
			t.Errorf("step %s is %s", s.Title, s.State())
		}
	}
	calls, _ := os.ReadFile(filepath.Join(bin, "calls"))
	for _, want := range []string{"top pods --all-namespaces", "scale deployment orders --replicas=6", `patch configmap rate-limit-config -p {"data":{"enabled":"true","rate":"1000"}}`, "logs -l app=orders --tail=100"} {
		if strings.Count(string(calls), want+"\n") != 1 {
			t.Errorf("%q was not called once:\n%s", want, calls)
		}
	}
	got := strings.Join(h.texts(), "\n")
	for _, want := range []string{"ana run_started run 1 of runbook rb-001: High CPU Usage Response", "ana run_ended run 1", "exit 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("the record does not have %q:\n%s", want, got)
		}
	}
}

// The room is killed at every stage of a step that changes something. Afterwards
// the record says what is known, nothing is left running, and nothing is done twice.
func TestRoomKilledAtEveryStage(t *testing.T) {
	if _, err := exec.LookPath("ps"); err != nil {
		if os.Getenv("WARROOM_CI") == "1" {
			t.Fatal("ps is missing, and WARROOM_CI asks for every test")
		}
		t.Skip("ps is not installed: the room cannot be found among the processes")
	}
	h := enter(t)
	bin, books := h.shelf()
	calls := func() int {
		b, _ := os.ReadFile(filepath.Join(bin, "calls"))
		return strings.Count(string(b), "scale deployment")
	}
	h.run("ana", "declare", "High CPU on orders", "--severity", "2")
	ana := h.sit("ana")
	ana.waits("the room", has("enter to write"))
	restart := func() {
		t.Helper()
		ana.keys("clear; "+h.bin+" --runbooks "+books, "Enter")
		ana.waits("the room", has("enter to write"))
		ana.keys("3")
	}
	for _, stage := range []string{"asked", "running", "ended, not written", "written"} {
		t.Run(stage, func(t *testing.T) {
			ana.t = t
			for _, f := range []string{"go", "over", "pids", "calls", "hold"} {
				os.Remove(filepath.Join(bin, f))
			}
			n := len(h.runs())
			ana.begins(books)
			ana.waits("the run", has("marks it as done", "you run it"))
			for range 3 {
				ana.keys("Right")
			}
			ana.fills()
			want, does := model.ActionPending, 0
			var unlock func()
			switch stage {
			case "asked":
			case "written":
				want, does = model.ActionSucceeded, 1
				ana.keys("y")
				ana.waits("scaled", has("✓ Scale up if needed"))
			default:
				want, does = model.ActionInterrupted, 1
				write(t, filepath.Join(bin, "hold"))
				ana.keys("y")
				ana.waits("it runs", has("running 00:0"))
				appears(t, filepath.Join(bin, "pids"))
				if stage != "running" { // nobody can write while the command ends
					unlock = locked(t, h.db)
					write(t, filepath.Join(bin, "go"))
					appears(t, filepath.Join(bin, "over"))
				}
			}
			shell, _ := strconv.Atoi(ana.state("#{pane_pid}"))
			room := childOf(t, shell)
			if err := syscall.Kill(room, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			ana.waits("the shell", func(string) bool { return ana.state("#{pane_current_command}") == "sh" })
			if unlock != nil {
				unlock()
			}
			pids, _ := os.ReadFile(filepath.Join(bin, "pids"))
			for _, f := range strings.Fields(string(pids)) {
				pid, _ := strconv.Atoi(f)
				gone(t, pid)
			}
			ana.do("respawn-pane", "-k", "-t", ana.name) // its terminal was left as it was
			ana.waits("a shell", has("shell>"))
			restart()
			ana.waits("who is gone", has("ana is gone"))
			ana.keys("t")
			ana.waits("the question", has("Execute it here"))
			ana.keys("Down", "Enter")
			ana.waits("taken over", has("you run it"))
			r := h.runs()[n]
			st := r.Steps[3].Actions[0]
			if st.State != want || calls() != does {
				t.Errorf("after the kill it is %s, and was done %d times; want %s and %d", st.State, calls(), want, does)
			}
			if want == model.ActionInterrupted { // it is never repeated without a word
				ana.waits("what nobody knows", has("nobody knows whether it happened"))
				ana.keys("Enter")
				ana.waits("the question", has("It may have happened. Run it again?"))
				ana.keys("Escape")
				ana.waits("no question", hasNot("Run it again?")) // escape and a key that come at once are alt and the key
			}
			if calls() != does {
				t.Errorf("it was done %d times, want %d", calls(), does)
			}
		})
	}
	ana.t = t
	if out := h.run("script", "audit"); !strings.Contains(out, "nothing was changed") {
		t.Errorf("audit says %q", out)
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func appears(t *testing.T, path string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not appear", filepath.Base(path))
		}
	}
}

// locked holds the record so that nobody can write, until the result is called.
func locked(t *testing.T, path string) func() {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = tx.Rollback()
		db.Close()
	}
}

// childOf is the only child of a process.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) == 2 && f[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(f[0])
			found = append(found, pid)
		}
	}
	slices.Sort(found)
	if len(found) != 1 {
		t.Fatalf("the shell has the children %v", found)
	}
	return found[0]
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(patience); syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
		if state, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output(); strings.HasPrefix(strings.TrimSpace(string(state)), "Z") {
			return
		}
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d is still there", pid)
		}
	}
}
