package inbound

import (
	"encoding/base64"
	"net/http"
	"strings"

	"warroom/model"
	"warroom/model/alert"
)

// CloudEvents 1.0, structured, binary or in batches:
// https://github.com/cloudevents/spec

func isCloudEvent(top object, h http.Header) bool {
	return top.has("specversion", "type", "source") || h.Get("Ce-Specversion") != ""
}

func readCloudEvent(r *Reading, top object, h http.Header) error {
	ce, data := top, any(nil)
	if top.has("specversion") {
		data = top["data"]
		if b := top.str("data_base64"); b != "" {
			raw, err := base64.StdEncoding.DecodeString(b)
			if err != nil {
				return model.Errorf(model.Invalid, "data_base64 is no base64")
			}
			if data, err = decode(raw); err != nil {
				return err
			}
		}
	} else {
		ce, data = object{}, top
		for _, k := range []string{"Id", "Source", "Type", "Subject", "Time"} {
			if s := h.Get("Ce-" + k); s != "" {
				ce[strings.ToLower(k)] = s
			}
		}
	}
	if ce.str("id") == "" || ce.str("source") == "" || ce.str("type") == "" {
		return model.Errorf(model.Invalid, "a CloudEvent has id, source and type: one is missing")
	}
	d, _ := data.(object)
	for _, f := range formats { // an event may carry another tool's payload
		if f.name != "cloudevents" && f.name != "generic" && d != nil && f.is(d, http.Header{}) {
			r.Format = f.name
			return f.read(r, d, http.Header{})
		}
	}
	if d == nil {
		d = object{}
	}
	a, err := genericAlert(d)
	if err != nil {
		return err
	}
	a.Source = "cloudevents"
	a.ID = ce.str("source") + "#" + ce.str("id")
	a.Title = first(a.Title, ce.str("subject"), ce.str("type"))
	a.Service = first(a.Service, ce.str("source"))
	a.Rule = first(a.Rule, ce.str("type"))
	if a.Timestamp.IsZero() {
		a.Timestamp = moment(ce["time"])
	}
	if a.Description == "" {
		a.Description = text(object{"d": data}, "d")
	}
	a.Fingerprint = first(d.str("fingerprint"), ce.str("source")+"/"+ce.str("subject")+"/"+a.Rule)
	if a.Status == alert.Resolved {
		a.NoStart = true
	}
	return r.add(a)
}
