package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// meeting are the places where people meet or look: what was linked, and what is
// open outside.
func (a *App) meeting() []model.Place {
	var out []model.Place
	out = append(out, a.room.inc.Links...)
	for _, o := range a.room.inc.Outlets {
		if o.URL != "" && o.Closed.IsZero() {
			name := o.Target
			if o.Key != "" {
				name += " " + o.Key
			}
			out = append(out, model.Place{Name: name, URL: o.URL})
		}
	}
	return out
}

// meetWords are what the place is called where people talk.
var meetWords = []string{"bridge", "call", "zoom", "meet", "teams", "channel", "chat", "slack", "irc", "phone"}

// meetNote names bridge and channel for the header, as far as there is room.
func (a *App) meetNote(room int) segs {
	th := a.theme
	var out segs
	for _, p := range a.meeting() {
		name := strings.ToLower(p.Name)
		talks := false
		for _, w := range meetWords {
			talks = talks || strings.Contains(name, w)
		}
		_, address, found := strings.Cut(p.URL, "://")
		if !found {
			address = p.URL
		}
		name = model.Brief(p.Name, 24)
		one := segs{{name + " ", th.dim}, {model.Brief(strings.TrimSuffix(address, "/"), 40) + "   ", th.accent}}
		if out.width()+one.width() > room {
			one = segs{{name + "   ", th.dim}} // there is one, and the list of links has it
		}
		if talks && out.width()+one.width() <= room {
			out = append(out, one...)
		}
	}
	return out
}

// openLinks lists where people meet: each can be copied and, where the system can,
// opened.
func (a *App) openLinks() tea.Cmd {
	opener := openerName(a.getenv)
	type choice struct {
		url  string
		open bool
	}
	var items []item
	for _, l := range a.meeting() {
		name := model.Visible(l.Name) + "  " + model.Visible(l.URL)
		show := item{text: "open  " + name, data: choice{l.URL, true}}
		if opener == "" {
			show.why = "nothing here can open it"
		}
		items = append(items, item{text: "copy  " + name, data: choice{l.URL, false}}, show)
	}
	add := item{text: "add a link …", why: writable(a), data: choice{}}
	a.open(newPicker("Links", append(items, add), func(a *App, it item) tea.Cmd {
		switch c := it.data.(choice); {
		case c.open:
			a.say(info, "handed to the system")
			return a.openAddress(opener, c.url)
		case c.url != "":
			a.say(info, "sent to the clipboard")
			return tea.SetClipboard(c.url)
		}
		a.ask("Add a link", []field{
			textField("name", "", "bridge, channel, doc", ""),
			textField("address", "", "https://…", "no address removes the link"),
		}, func(a *App, v []string) (model.Command, error) { return model.SetLink{Name: v[0], URL: v[1]}, nil })
		return nil
	}))
	return nil
}
