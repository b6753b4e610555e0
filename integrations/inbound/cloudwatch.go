package inbound

import (
	"net/http"
	"regexp"
	"strings"

	"warroom/model"
	"warroom/model/alert"
)

// Amazon SNS, by which CloudWatch sends:
// https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html

func isSNS(top object, h http.Header) bool {
	return top.has("Type", "MessageId", "TopicArn") || h.Get("X-Amz-Sns-Message-Type") != "" && top.has("Message")
}

func readSNS(r *Reading, top object, h http.Header) error {
	switch top.str("Type") {
	case "SubscriptionConfirmation", "UnsubscribeConfirmation":
		// No address that a payload names is ever fetched: a person confirms.
		r.Note = "Amazon SNS asks for a confirmation: open SubscribeURL yourself, it is kept aside"
		r.aside(top, model.Errorf(model.Invalid, "a person must confirm this subscription by opening SubscribeURL, if the topic %s is yours", model.Brief(top.str("TopicArn"), 120)))
		return nil
	}
	msg := top.str("Message")
	inner, err := decode([]byte(msg))
	o, ok := inner.(object)
	if err != nil || !ok {
		a := alert.Alert{Source: "sns", ID: first(top.str("MessageId"), digest(top)), Title: first(top.str("Subject"), firstLine(msg)), Description: msg, Timestamp: moment(top["Timestamp"])}
		if a.Title == "" {
			return model.Errorf(model.Invalid, "the SNS message has neither subject nor text")
		}
		return r.add(a)
	}
	if !o.has("AlarmName") {
		for _, f := range formats {
			if f.name != "sns" && f.is(o, h) {
				r.Format = f.name
				return f.read(r, o, h)
			}
		}
		return model.Errorf(model.Invalid, "the SNS message holds no CloudWatch alarm and nothing else we know")
	}
	r.Format = "cloudwatch"
	return readCloudWatch(r, o, top)
}

func firstLine(s string) string { l, _, _ := strings.Cut(s, "\n"); return l }

func readCloudWatch(r *Reading, o, top object) error {
	a := alert.Alert{Source: "cloudwatch", Sole: true, Rule: o.str("AlarmName"), Title: o.str("AlarmName")}
	at := moment(o["StateChangeTime"])
	if at.IsZero() {
		at = moment(top["Timestamp"])
	}
	a.Fingerprint = first(o.str("AlarmArn"), o.str("AWSAccountId")+"/"+o.str("Region")+"/"+o.str("AlarmName"))
	switch state := o.str("NewStateValue"); state {
	case "ALARM":
		a.Status, a.Timestamp = alert.Firing, at
	case "OK":
		a.Status, a.Ended, a.Timestamp, a.NoStart = alert.Resolved, at, at, true
	case "INSUFFICIENT_DATA":
		a.Status, a.Timestamp = alert.Firing, at
		a.Doubt("the metric has no data: nobody knows whether it is well")
	default:
		return model.Errorf(model.Invalid, "CloudWatch’s state %q is none of ALARM, OK, INSUFFICIENT_DATA", model.Brief(state, 30))
	}
	a.ID = a.Fingerprint + "@" + stamp(at)
	desc := o.str("AlarmDescription")
	a.Description = strings.TrimSpace(desc + "\n" + o.str("NewStateReason"))
	a.RunbookURL = anAddress(desc)
	t := o.obj("Trigger")
	a.Labels = map[string]string{}
	for _, d := range t.list("Dimensions") {
		m, _ := d.(object)
		if k := m.str("name", "Name"); k != "" {
			a.Labels[k] = m.str("value", "Value")
		}
	}
	for k, v := range map[string]string{"region": o.str("Region"), "namespace": t.str("Namespace"), "account": o.str("AWSAccountId")} {
		if v != "" {
			a.Labels[k] = v
		}
	}
	a.Service = t.str("Namespace")
	for _, k := range []string{"ServiceName", "Service", "FunctionName", "DBInstanceIdentifier", "LoadBalancer", "QueueName", "ClusterName", "InstanceId"} {
		if v := a.Labels[k]; v != "" {
			a.Service = v
			break
		}
	}
	if n := t.str("MetricName"); n != "" {
		a.Metrics = map[string]any{}
		if f, ok := number(t.str("Threshold")); ok {
			a.Metrics[n+" threshold"] = f
		}
		if m := datapoint.FindStringSubmatch(o.str("NewStateReason")); m != nil {
			if f, ok := number(m[1]); ok {
				a.Metrics[n] = f
			}
		}
	}
	if m := severityWord.FindStringSubmatch(strings.ToLower(a.Title + " " + desc)); m != nil {
		a.SetSeverity(m[1])
	} else {
		a.Severity = 2
		a.Doubt("CloudWatch tells no severity: an alarm is taken as SEV-2")
	}
	return r.add(a)
}

var (
	datapoint    = regexp.MustCompile(`\[(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)`)
	severityWord = regexp.MustCompile(`\b(critical|p1|p2|p3|p4|warning|high|low)\b`)
	address      = regexp.MustCompile(`https?://[^\s<>"]+`)
)

func anAddress(s string) string { return strings.TrimRight(address.FindString(s), ".,;)") }
