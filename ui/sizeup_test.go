package ui

import (
	"testing"
	"time"

	"warroom/model"
)

// The size-up also asks since when; alone it is enough.
func TestSizeUpAsksSinceWhen(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("u", "tab", "tab", "tab", "tab", "text:-10m", "enter")
	if at, ok := x.a.room.inc.At(model.ImpactStarted); !ok || x.clock.Sub(at) != 10*time.Minute {
		t.Errorf("%v %v", at, ok)
	}
	x.keys("u", "text:503", "enter")
	if x.a.room.inc.SizeUp.Symptoms != "503" {
		t.Errorf("%+v", x.a.room.inc.SizeUp)
	}
}

// What is put to nobody is asked for a name, and stays in the input.
func TestCanSomeoneAsksWho(t *testing.T) {
	for _, line := range []string{"can someone check dns", "Could somebody please check dns?"} {
		x := sit(t, 120, 40)
		x.declare("api down")
		x.keys("i", "text:"+line, "enter")
		x.sees("who shall do it? For example @bob check dns 3m", line)
		if x.a.room.inc.Lines != 1 {
			t.Error("it was written")
		}
		x.keys("home", "text: ", "enter")
		if x.a.room.inc.Lines != 2 {
			t.Error("a blank in front does not make it a note")
		}
	}
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("i", "text:someone can check out again", "enter")
	if x.a.room.inc.Lines != 2 {
		t.Error("a note was taken for a wish")
	}
}
