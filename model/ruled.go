package model

// Ruled gives c the team's rules, if it is one of the commands that go by them.
// A composed command carries none, since the input line knows of no team.
func Ruled(c Command, r Rules) Command {
	switch c := c.(type) {
	case Snooze:
		c.Rules = r
		return c
	case SeeAlarm:
		c.Rules = r
		return c
	case Escalate:
		c.Rules = r
		return c
	case PlanReview:
		c.Rules = r
		return c
	case Resolve:
		c.Rules = r
		return c
	}
	return c
}
