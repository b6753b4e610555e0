package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// kind of a message to the person at the screen.
type tone int

const (
	info tone = iota
	warning
	failure
)

// toast is a short message in the status line. Good news goes by itself; what
// went wrong stays until the next key.
type toast struct {
	kind  tone
	text  string
	until time.Time
}

const toastFor = 4 * time.Second

func (t *toast) expire(now time.Time) {
	if t.kind == info && now.After(t.until) {
		*t = toast{}
	}
}

// say shows a message and keeps it in the list of messages.
func (a *App) say(k tone, text string) {
	a.toast = toast{k, text, a.now.Add(toastFor)}
	a.said = append(a.said, toast{k, text, a.now})
	if len(a.said) > 200 {
		a.said = a.said[1:]
	}
}

// statusLines are the last lines: a message or the keys that matter here, and the
// screens. Where there is little room they share one line.
func (a *App) statusLines() []string {
	keys, room := a.screenLine(), a.w-a.tabsEnd()-2
	if a.lay.wide {
		room = a.w - 2
	}
	var what segs
	if l := a.lessonLine(room); l != nil {
		what = l
	} else {
		what = a.hints(room)
	}
	toast := a.toastLine()
	switch {
	case a.lay.wide && toast != "":
		return []string{toast, keys.fit(a.w)}
	case a.lay.wide:
		return []string{append(segs{{" ", ""}}, what...).fit(a.w), keys.fit(a.w)}
	case toast != "":
		return []string{toast}
	}
	return []string{spread(a.w, keys, what)}
}

// toastLine is the message that is to be read now; "" if there is none.
func (a *App) toastLine() string {
	th := a.theme
	if a.toast.text != "" {
		st, mark := th.good, "✓ "
		switch a.toast.kind {
		case warning:
			st, mark = th.warn, "! "
		case failure:
			st, mark = th.alarm, "✗ "
		}
		return segs{{" " + mark + a.toast.text, st}}.fit(a.w)
	}
	return ""
}

// screenLine names the screens, with what waits there.
func (a *App) screenLine() segs {
	th := a.theme
	var left segs
	at := 0
	for _, s := range a.screenTabs() {
		st, tag := th.dim, s.tagStyle
		if s.screen == a.screen {
			st = th.selected
			tag = st
		}
		left.add("", strings.Repeat(" ", s.x0-at))
		left.add(st, " "+s.name)
		left.add(tag, s.tag)
		if a.lay.wide {
			left.add(st, " ")
		}
		at = s.x1
	}
	return left
}

// tabsEnd is the first cell behind the names of the screens.
func (a *App) tabsEnd() int {
	tabs := a.screenTabs()
	return tabs[len(tabs)-1].x1
}

// hints are the most useful keys here, as many as fit.
func (a *App) hints(room int) segs {
	th := a.theme
	var out segs
	if a.composer.focused() {
		return segs{{"enter", th.accent}, {" save  ", th.dim}, {"tab", th.accent}, {" complete  ", th.dim}, {"esc", th.accent}, {" leave ", th.dim}}
	}
	all := a.hinted()
	size := func(c *action) int { return width(keyName(c.keys[0])) + 1 + width(c.short) + 2 }
	last := slices.IndexFunc(all, func(c *action) bool { return c.id == "help" }) // always there, at the end
	used := 0
	if last >= 0 {
		used = size(all[last])
	}
	put := func(c *action) {
		out.add(th.accent, keyName(c.keys[0]))
		out.add(th.dim, " "+c.short+"  ")
	}
	for i, c := range all {
		if i == last {
			continue
		}
		if used+size(c) > room {
			break
		}
		used += size(c)
		put(c)
	}
	if last >= 0 && used <= room {
		put(all[last])
	}
	return out
}

// keyName is how a key is written on the screen.
func keyName(k string) string {
	switch k {
	case "up":
		return "↑"
	case "down":
		return "↓"
	}
	return k
}

// problemLine stands over the input when the last line was not taken.
func (a *App) notices() []string {
	c := &a.composer
	th := a.theme
	var out []string
	if c.problem != "" {
		for _, l := range wrap("✗ "+c.problem, a.w-4, 2) {
			out = append(out, segs{{"   " + l, th.alarm}}.fit(a.w))
		}
	}
	if c.focused() && len(a.dialogs) == 0 {
		for i, h := range c.hints {
			mark := "   "
			if i == c.hint {
				mark = " › "
			}
			line := segs{{mark, th.accent}, {pad(h.word, min(28, a.w/2)), th.strong}, {"  " + h.help, th.dim}}
			if i == c.hint {
				line[1].st = th.selected
			}
			out = append(out, line.fit(a.w))
		}
	}
	return out
}

func (a *App) noticeLines() int { return len(a.notices()) }

// grammar is the reminder under the input.
func (a *App) grammar() string {
	left := segs{{"   " + strings.Join([]string{
		"note", "@name order 3m", "-7m back-dated", "! important", "todo", "finding: decision: change:", "/command",
	}, " · "), a.theme.dim}}
	if note := a.typingNote(); note != "" {
		return spread(a.w, left, segs{{note + " ", a.theme.accent}})
	}
	return left.fit(a.w)
}

// zoneName is the zone in which times are shown.
func (a *App) zoneName() string {
	if a.zone == time.UTC {
		return "UTC"
	}
	name, offset := a.now.In(a.zone).Zone()
	if strings.ContainsAny(name, "+-0123456789") || name == "" {
		return fmt.Sprintf("UTC%+d", offset/3600)
	}
	return name
}
