package outbound_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
)

// canaryIn says which credential of the tests is in a text; "" if none is.
func canaryIn(text string) string {
	for name, v := range canaries {
		if strings.Contains(text, v) {
			return name
		}
	}
	return ""
}

// However a vendor is printed, by whomever, it does not show what it holds.
func TestPrintedVendorsShowNoSecret(t *testing.T) {
	s := newStageOf(t, func(g *rig) string {
		return g.yaml() + fmt.Sprintf("  hook: {vendor: webhook, url: %q}\n  ntfy: {url: %q, topic: ops}\n", g.srv.URL+"/hook/x", g.srv.URL+"/ntfy")
	})
	for _, name := range s.conf.Names() {
		v, err := outbound.New(bg, name, s.conf.Targets[name], s.worker.Options)
		if err != nil {
			t.Fatal(err)
		}
		v.Check(bg) // and whatever it remembers
		inside := reflect.ValueOf(v).Elem().Interface()
		js, _ := json.Marshal(inside)
		for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", v, v, v, v), fmt.Sprintf("%v %+v %#v %s", inside, inside, inside, inside), string(js)} {
			if c := canaryIn(text); c != "" {
				t.Errorf("%s shows %s: %s", name, c, text)
			}
		}
	}
}

// The credentials come from where they are said to come from, in that order.
func TestWhereSecretsComeFrom(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	file := write("token", " from-a-file \n", 0o600)
	open := write("open", "everybody-reads-it", 0o644)
	env := map[string]string{}
	ring := map[string]string{}
	o := outbound.Options{Secrets: outbound.Secrets{
		Getenv: func(k string) string { return env[k] },
		Keyring: func(service, name string) (string, error) {
			if v := ring[service+" "+name]; v != "" {
				return v, nil
			}
			return "", errors.New("not there")
		},
	}}
	rig := newRig(t)
	target := outbox.Target{Vendor: outbox.Statuspage, URL: rig.srv.URL + "/statuspage", Page: "page1"}
	used := func() string {
		t.Helper()
		v, err := outbound.New(bg, "page", target, o)
		if err != nil {
			return err.Error()
		}
		rig.mu.Lock()
		rig.authorized = ""
		rig.mu.Unlock()
		v.Check(bg)
		rig.mu.Lock()
		defer rig.mu.Unlock()
		return strings.TrimPrefix(rig.authorized, "OAuth ")
	}
	want := func(text string) {
		t.Helper()
		if got := used(); !strings.Contains(got, text) {
			t.Errorf("used %q, want %q", got, text)
		}
	}
	want("set WARROOM_PAGE_TOKEN or WARROOM_PAGE_TOKEN_FILE, or run `warroom connect page`")
	if runtime.GOOS != "windows" {
		target.SecretCommand = []string{"/bin/cat", file}
		want("from-a-file")
		target.SecretCommand = []string{"/bin/sh", "-c", "echo CANARY-of-a-command >&2; exit 1"}
		want("secret_command of target page failed: run /bin/sh by hand to see why")
		if got := used(); strings.Contains(got, "CANARY") {
			t.Errorf("what the command printed is in the error: %q", got)
		}
	}
	ring["warroom page-token"] = "from-the-keyring"
	want("from-the-keyring")
	env["WARROOM_PAGE_TOKEN_FILE"] = file
	want("from-a-file")
	if runtime.GOOS != "windows" {
		env["WARROOM_PAGE_TOKEN_FILE"] = open
		want("can be read by others: run chmod 600 on it")
	}
	env["WARROOM_PAGE_TOKEN"] = "from-the-environment"
	want("from-the-environment")
	for name, secret := range map[string]bool{"WARROOM_PAGE_TOKEN": true, "WARROOM_SLACK_APP_TOKEN": true, "WARROOM_PAGERDUTY_ROUTING_KEY": true, "WARROOM_PAGE_TOKEN_FILE": false, "WARROOM_DB": false, "GITHUB_TOKEN": false} {
		if outbound.Credential(name) != secret {
			t.Errorf("%s is a credential: %v", name, !secret)
		}
	}
}

// A worker that panics or is asked for all its stacks shows no credential.
func TestCrashesShowNoSecret(t *testing.T) {
	for _, how := range []string{"panic", "quit"} {
		if how == "quit" && runtime.GOOS == "windows" {
			continue // it has no such signal
		}
		s := newStage(t)
		s.rig.next = func(string, string) fault { return slowAnswer }
		s.do("", model.Declare{Title: "x", Severity: 1})
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "GOTRACEBACK=all", childRecord+"="+s.store.Path(), childConfig+"="+s.rig.yaml(), childEnd+"="+how)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stuck := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		stuck.Stop()
		if err == nil || !strings.Contains(out.String(), "goroutine ") || !strings.Contains(out.String(), "outbound") {
			t.Errorf("%s: it did not crash: %v\n%.500s", how, err, out.String())
		}
		if c := canaryIn(out.String()); c != "" {
			t.Errorf("%s: the crash shows %s", how, c)
		}
	}
}
