package ui

import (
	"fmt"
	"regexp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// resultsOffered is how many of the newest results are offered to be attached.
const resultsOffered = 8

// askAttach asks what an entry rests on: an address, a file, or what a command
// printed. Words that a person wrote get it behind them; what the system wrote stays
// as it is, and a note says what belongs to it.
func (a *App) askAttach() {
	e, _ := a.room.tl.selected()
	var items []item
	for _, r := range slices.Backward(a.room.tl.entries) {
		switch r.Kind {
		case model.KindEvidence, model.KindActionEnded:
		default:
			continue
		}
		if r.Seq != e.Seq && !r.Struck && len(items) < resultsOffered {
			items = append(items, item{text: fmt.Sprintf("#%d %s", r.Seq, model.Brief(r.Line, 80)), note: a.stamp(r.When), data: fmt.Sprintf("#%d", r.Seq)})
		}
	}
	p := newPicker("What does it rest on? An address, a file, a result", items, func(a *App, it item) tea.Cmd {
		ref := "↗ " + it.data.(string)
		if !e.Kind.Written() {
			return a.do(model.AddNote{Text: fmt.Sprintf("%s belongs to #%d", ref, e.Seq)}, "in the timeline")
		}
		text := e.Line + " " + ref
		return a.do(model.Amend{Seq: e.Seq, Text: &text}, "attached")
	})
	p.free = "attach"
	a.open(p)
}

var address = regexp.MustCompile(`https?://[^\s\p{C}<>"'\x60]*[^\s\p{C}<>"'\x60.,;:!?)\]/]/?`)

// openIn opens the first address of a text where the system can, and copies it
// elsewhere.
func (a *App) openIn(text string) tea.Cmd {
	url := address.FindString(text)
	opener := openerName(a.getenv)
	if opener == "" {
		a.say(info, "the address is copied")
		return tea.SetClipboard(url)
	}
	a.say(info, "handed to the system")
	return a.openAddress(opener, url)
}
