package ui

func needsFatigue(a *App) string {
	if !a.alerts().tired.shown {
		return "this is for the view of fatigue: " + a.key("alert.fatigue")
	}
	return ""
}

func hasAlert(a *App) string {
	d := a.alerts()
	if d.tired.shown && !a.onAlertPane() {
		return "no alert is selected: " + a.key("alert.fatigue") + " goes back to them"
	}
	if _, ok := d.selected(a); !ok {
		return "there is no alert"
	}
	return ""
}

func hasWritableAlert(a *App) string {
	if why := hasAlert(a); why != "" {
		return why
	}
	return writable(a)
}

func canAck(a *App) string {
	if why := hasAlert(a); why != "" {
		return why
	}
	if g, _ := a.alerts().selected(a); g.Firing == 0 {
		if g.Acked > 0 {
			return "somebody looks after it already"
		}
		return "it has ended"
	}
	return writable(a)
}

func canDeclareAlert(a *App) string {
	if why := hasAlert(a); why != "" {
		return why
	}
	if g, _ := a.alerts().selected(a); g.Incident != "" {
		return "it is part of " + g.Incident
	}
	return writable(a)
}

func canAttach(a *App) string {
	if why := canDeclareAlert(a); why != "" {
		return why
	}
	if a.room == nil && len(a.list.rows) == 0 {
		return "no incident is open: " + a.key("alert.declare") + " declares one from it"
	}
	return ""
}

func canDetach(a *App) string {
	if why := hasAlert(a); why != "" {
		return why
	}
	if g, _ := a.alerts().selected(a); g.Incident == "" {
		return "it is part of no incident"
	} else if a.room == nil || a.room.inc.ID != g.Incident {
		return "it is part of " + g.Incident + ": open that first"
	}
	return writable(a)
}

func canSplit(a *App) string {
	if why := hasWritableAlert(a); why != "" {
		return why
	}
	if g, _ := a.alerts().selected(a); g.Total < 2 {
		return "there is one alert only in this line"
	}
	return ""
}

func hasSilence(a *App) string {
	for _, s := range a.alerts().silences {
		if s.Active(a.now) {
			return writable(a)
		}
	}
	return "no silence is in force"
}

func hasAlertBook(a *App) string {
	if why := hasAlert(a); why != "" {
		return why
	}
	if a.runner() == nil {
		return "runbooks are not followed in this terminal"
	}
	if len(a.alerts().fitting(a)) == 0 {
		return "no runbook fits this alert: " + a.key("desk.3") + " lists all"
	}
	return ""
}

func hasAlertLink(a *App) string {
	if why := hasAlert(a); why != "" {
		return why
	}
	if len(a.alerts().links(a)) == 0 {
		return "the alert brings no link"
	}
	return ""
}
