package cli

import (
	"time"

	"warroom/model"
)

// rules are the times that the team has set for itself. Everything on the
// command line that runs by a clock asks here.
func (a *app) rules() model.Rules { return a.guides().doctrine.Rules(a.conf.Clocks.rules()) }

// compose reads a line in the grammar of the room's input line.
func (a *app) compose(line string) (model.Command, error) {
	c, err := model.Compose(line, time.Now(), a.zone)
	if err != nil {
		return nil, err
	}
	return model.Ruled(c, a.rules()), nil
}
