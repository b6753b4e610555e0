package runner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/call"
)

// verify looks whether it worked; a look that says nothing is no success.
func (j *job) verify() {
	for i := range j.w.item.verify {
		c := &j.w.item.verify[i]
		v := j.sample(c)
		j.end.Checks = append(j.end.Checks, v)
		switch {
		case v.Result == model.CheckOK:
		case c.Level == runbooks.LevelWarn:
			j.end.Note = join(j.end.Note, "warning: "+said(c, v))
		default:
			j.end.State = model.ActionFailed
			j.end.Note = join(j.end.Note, said(c, v))
			return
		}
	}
}

// said is what a check found, in words.
func said(c *runbooks.Check, v model.Verdict) string {
	s := strings.TrimSpace(v.Name + " is " + v.Result + " " + v.Value)
	if c.Message != "" {
		s = c.Message + ": " + s
	}
	return s
}

// check is an action that only looks.
func (j *job) check(c *runbooks.Check) {
	v := j.sample(c)
	j.end.Checks = []model.Verdict{v}
	j.end.Output = strings.Join(j.text, "\n")
	switch {
	case j.halt.Load() > 0:
		j.end.State = model.ActionCancelled
	case v.Result == model.CheckOK:
		j.end.State = model.ActionSucceeded
	default:
		j.end.State = model.ActionFailed
		if j.end.Note = v.Value; v.Result != model.CheckFailed || v.Value == "" {
			j.end.Note = strings.TrimSpace(v.Result + " " + v.Value)
		}
		if c.Message != "" {
			j.end.Note = join(c.Message, j.end.Note)
		}
		if j.w.item.optional {
			j.end.State, j.end.Note = model.ActionSucceeded, "warning: "+j.end.Note
		}
	}
}

// sample looks again and again until the check is green often enough in a row,
// or may not become so any more.
func (j *job) sample(c *runbooks.Check) model.Verdict {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for j.halt.Load() == 0 && ctx.Err() == nil {
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
	}()
	need, count := max(1, c.Consecutive), c.Count
	if count == 0 {
		count = need
		if c.FailureLimit > 0 {
			count = need + c.FailureLimit
		}
	}
	j.sleep(time.Duration(c.InitialDelay))
	green, failed := 0, 0
	var v model.Verdict
	for n := 1; ; n++ {
		var o *call.Outcome
		v, o = call.Look(ctx, c, j.w.scope)
		j.say("%s %s %s", v.Name, v.Result, v.Value)
		if v.Result == model.CheckOK {
			if green++; green >= need {
				if o != nil {
					for k := range c.Capture {
						if s, ok := call.Capture(&c.Capture[k], o); ok {
							if j.end.Captured == nil {
								j.end.Captured = map[string]string{}
							}
							j.end.Captured[c.Capture[k].Name] = j.w.scope.Hide.Safe(s)
						}
					}
				}
				return v
			}
		} else {
			green = 0
			if v.Result == model.CheckFailed {
				failed++
			}
		}
		if n >= count || c.FailureLimit > 0 && failed > c.FailureLimit || j.halt.Load() > 0 {
			if v.Result == model.CheckOK { // not often enough in a row
				v.Result, v.Value = model.CheckInconclusive, fmt.Sprintf("%d of %d in a row", green, need)
			}
			return v
		}
		j.sleep(c.Interval.Or(30 * time.Second))
	}
}

func (j *job) wait() {
	j.say("waiting %s", j.w.item.wait)
	j.sleep(j.w.item.wait)
	j.end.State = model.ActionSucceeded
	if j.halt.Load() > 0 {
		j.end.State = model.ActionCancelled
	}
}

func (j *job) sleep(d time.Duration) {
	if j.r.pace != nil {
		d = j.r.pace(d)
	}
	for end := time.Now().Add(d); j.halt.Load() == 0; {
		left := time.Until(end)
		if left <= 0 {
			return
		}
		time.Sleep(min(left, 50*time.Millisecond))
	}
}
