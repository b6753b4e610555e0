package inbound

import (
	"net/http"

	"warroom/model"
	"warroom/model/alert"
)

// Uptime Kuma's webhook: https://github.com/louislam/uptime-kuma (webhook
// notification with the JSON preset).

func isKuma(top object, _ http.Header) bool {
	return top.has("heartbeat", "monitor") && top.has("msg") || top.obj("heartbeat").has("monitorID")
}

func readKuma(r *Reading, top object, _ http.Header) error {
	b, m := top.obj("heartbeat"), top.obj("monitor")
	if b == nil {
		r.Note = "a test of Uptime Kuma: " + model.Brief(top.str("msg"), 80)
		return nil
	}
	a := alert.Alert{Source: "kuma", Sole: true, Service: m.str("name"), Title: first(m.str("name")+" is down", top.str("msg")), Description: first(b.str("msg"), top.str("msg"))}
	a.Fingerprint = "monitor/" + first(m.str("id"), b.str("monitorID"), b.str("monitor_id"))
	at := moment(b["time"])
	a.Timestamp, a.ID = at, a.Fingerprint+"@"+stamp(at)
	a.URL = m.str("url")
	if !alert.WebLink(a.URL) {
		a.URL = ""
	}
	a.Description = m.str("description") + sep(m.str("description")) + a.Description
	switch b.str("status") {
	case "0":
		a.Status = alert.Firing
	case "1":
		a.Status, a.Ended, a.NoStart = alert.Resolved, at, true
	case "2", "3":
		r.Note = "Uptime Kuma: pending or in maintenance"
		return nil
	default:
		return model.Errorf(model.Invalid, "Uptime Kuma’s heartbeat has no status we know")
	}
	if f, ok := number(b.str("ping")); ok {
		a.Metrics = map[string]any{"ping_ms": f}
	}
	return r.add(a)
}

func sep(s string) string {
	if s == "" {
		return ""
	}
	return "\n"
}
