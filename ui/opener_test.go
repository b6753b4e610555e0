package ui

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// While a program is launched the screen goes on, and the address reaches it as
// one argument, whatever is in it.
func TestOpeningDoesNotBlock(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	dir := t.TempDir()
	got, release := filepath.Join(dir, "got"), filepath.Join(dir, "go")
	script := "#!/bin/sh\nprintf '%s' \"$#:$1\" >" + got + ".part && mv " + got + ".part " + got + "\nwhile [ ! -e " + release + " ]; do sleep 0.01; done\n"
	opener := filepath.Join(dir, "xdg-open")
	if err := os.WriteFile(opener, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	x := sit(t, 100, 30)
	x.declare("api down")
	const url = "https://meet.example.com/a?b=$(touch%20x)&c='d'"
	done := make(chan tea.Msg, 1)
	cmd := x.a.openAddress(opener, url)
	go func() { done <- cmd() }()
	deadline := time.Now().Add(10 * time.Second)
	for {
		if b, err := os.ReadFile(got); err == nil {
			if string(b) != "1:"+url {
				t.Errorf("the opener was called with %q", b)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the opener was not called")
		}
		time.Sleep(5 * time.Millisecond)
	}
	x.keys("i", "text:still typing", "enter")
	x.sees("n still typing")
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	x.send(<-done)
	x.lacks("could not be opened")
}

func TestNothingIsOpenedOverSSH(t *testing.T) {
	env := map[string]string{"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}
	if got := openerName(func(k string) string { return env[k] }); got != "" {
		t.Errorf("over SSH it would open with %s", got)
	}
	x := sit(t, 100, 30)
	x.a.cfg.Environ = []string{"SSH_TTY=/dev/pts/1"}
	x.declare("api down")
	x.hear(x.command(x.a.room.inc.ID, "bob", model.SetLink{Name: "bridge", URL: "https://meet.example.com/x"}))
	x.keys("L", "down", "enter")
	x.sees("nothing here can open it")
}
