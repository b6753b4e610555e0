package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/ui"
)

func (a *app) keys(root *cobra.Command) {
	c := a.add(root, groupCare, &cobra.Command{
		Use: "keys", Short: "List what the keys of the screen do",
		Long: "List every action of the screen with its name, its keys and where it applies. Under that name the config file " +
			"gives it other keys: keys: {undo: [ctrl+u], zoom: []}",
	}, nil)
	// Not through handle: whoever mends the keys in the config file needs this list.
	c.RunE = func(_ *cobra.Command, args []string) error {
		a.fail = a.listKeys(args)
		return nil
	}
}

// listKeys prints the keys as bound; as they come with the program, and what is
// wrong, if the config file cannot be used.
func (a *app) listKeys(args []string) error {
	if len(args) > 0 {
		return wrongUse("keys")
	}
	wrong := a.prepare()
	custom := a.conf.Keys
	if wrong != nil {
		custom = nil
	}
	list, err := ui.Keys(custom)
	if err != nil {
		return err
	}
	if a.flag.json {
		if err := a.object(list); err != nil {
			return err
		}
		return wrong
	}
	p := a.page()
	rows := [][]cell{{{"ACTION", faint}, {"KEYS", faint}, {"WHERE", faint}, {"WHAT", faint}}}
	for _, k := range list {
		keys := cell{strings.Join(k.Keys, " "), strong}
		if len(k.Keys) == 0 {
			keys = cell{"–", faint}
		}
		if !slices.Equal(k.Keys, k.Default) {
			keys.text += " *"
		}
		rows = append(rows, []cell{c(k.ID), {model.Visible(keys.text), keys.style}, {strings.Join(k.Where, ", "), faint}, c(k.Words)})
	}
	p.table(0, rows)
	if len(custom) > 0 {
		p.linef("")
		p.line(p.t.in(faint, "* changed in "+model.Visible(configPath())))
	}
	if err := a.send(p); err != nil {
		return err
	}
	return wrong
}
