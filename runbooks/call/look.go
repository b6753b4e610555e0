package call

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/proc"
	"warroom/runbooks/shell"
)

// Look performs one look of a check. No answer, no data and no number are
// inconclusive: neither ok nor failed. A question to a person is inconclusive
// here, since nobody is asked.
func Look(ctx context.Context, c *runbooks.Check, s *Scope) (model.Verdict, *Outcome) {
	v := model.Verdict{Name: c.Label(), Result: model.CheckInconclusive}
	var o *Outcome
	switch c.Source() {
	case "tcp":
		v.Result, v.Value = lookTCP(ctx, c, s)
	case "promql":
		v.Result, v.Value = lookPromQL(ctx, c, s)
	case "ask":
		v.Value = "a person has to say"
	case "":
		v.Value = "nothing to look at"
	default:
		v.Result, v.Value, o = lookExec(ctx, c, s)
	}
	v.Value = model.Brief(s.Hide.Safe(v.Value), 120)
	return v, o
}

func lookExec(ctx context.Context, c *runbooks.Check, s *Scope) (string, string, *Outcome) {
	e := c.Exec
	if e.Timeout == 0 {
		e.Timeout = runbooks.Duration(30 * time.Second)
	}
	call, err := Prepare(&e, s)
	if err != nil {
		return model.CheckInconclusive, model.Message(err), nil
	}
	o, err := call.Do(ctx)
	if err != nil {
		return model.CheckInconclusive, model.Message(err), nil
	}
	if o.Err != nil || o.State == proc.TimedOut || o.State == proc.Cancelled || o.State == proc.Lost {
		why := o.Explain()
		if o.Err != nil {
			why = o.Err.Error()
		}
		return model.CheckInconclusive, why, o
	}
	expect, err := s.filled(c.Expect)
	if err != nil {
		return model.CheckInconclusive, model.Message(err), o
	}
	if c.Success != "" {
		expect = append(expect[:len(expect):len(expect)], runbooks.Expect{Number: c.Success})
	}
	if len(expect) == 0 {
		if o.State == proc.Succeeded {
			return model.CheckOK, last(o), o
		}
		return model.CheckFailed, last(o), o
	}
	if o.State != proc.Succeeded && !Decides(expect) { // an error message is no data: it may hold what is looked for, or lack it
		return model.CheckInconclusive, last(o), o
	}
	vs := Judge(expect, o)
	for _, v := range vs {
		if v.Result == Worst(vs) && v.Result != model.CheckOK {
			return v.Result, strings.TrimSpace(v.Name + ": " + v.Value), o
		}
	}
	value := last(o)
	if len(vs) > 0 {
		value = vs[len(vs)-1].Value
	}
	return model.CheckOK, value, o
}

func last(o *Outcome) string {
	if o.Status != 0 {
		return "status " + strconv.Itoa(o.Status)
	}
	if o.Signal != "" {
		return o.Signal
	}
	if o.Exit != 0 {
		for k := len(o.View.Lines) - 1; k >= 0; k-- {
			if l := strings.TrimSpace(o.View.Lines[k].Text); l != "" {
				return "exit " + strconv.Itoa(o.Exit) + ": " + l
			}
		}
		return "exit " + strconv.Itoa(o.Exit)
	}
	return firstLine(o.View.Stdout())
}

func lookTCP(ctx context.Context, c *runbooks.Check, s *Scope) (string, string) {
	call := &Call{scope: s}
	addr, err := call.fill(c.TCP)
	if err != nil {
		return model.CheckInconclusive, model.Message(err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout.Or(5*time.Second))
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	var dns *net.DNSError
	switch {
	case err == nil:
		_ = conn.Close()
		return model.CheckOK, "connects"
	case errors.As(err, &dns):
		return model.CheckInconclusive, "the name " + addr + " is not known"
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return model.CheckInconclusive, "stopped"
	}
	return model.CheckFailed, err.Error()
}

// lookPromQL asks a Prometheus server for one number. A value in a query can
// stand only inside its quotes.
func lookPromQL(ctx context.Context, c *runbooks.Check, s *Scope) (string, string) {
	server := c.Server
	if server == "" {
		server = s.Defaults.Prometheus
	}
	if server == "" {
		return model.CheckInconclusive, "no Prometheus server is named: set prometheus in defaults"
	}
	call := &Call{scope: s}
	server, err := call.fill(server)
	if err != nil {
		return model.CheckInconclusive, model.Message(err)
	}
	names := runbooks.Placeholders(c.PromQL)
	if err := call.check(names); err != nil {
		return model.CheckInconclusive, model.Message(err)
	}
	query := shell.Fill(c.PromQL, s.values(names), names, func(v string) string {
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`, "`", "", "\n", `\n`).Replace(v)
	})
	r := &request{method: http.MethodGet, header: http.Header{}, url: strings.TrimSuffix(server, "/") + "/api/v1/query?query=" + url.QueryEscape(query)}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout.Or(15*time.Second))
	defer cancel()
	resp, body, err := r.send(ctx, s.Client)
	if err != nil {
		return model.CheckInconclusive, err.Error()
	}
	if resp.StatusCode != 200 {
		return model.CheckInconclusive, "status " + resp.Status
	}
	n, why := number(body)
	if why != "" {
		return model.CheckInconclusive, why
	}
	bound := c.Success
	for _, e := range c.Expect {
		if e.Number != "" {
			bound = e.Number
		}
	}
	cmp, err := runbooks.ParseComparison(bound)
	if err != nil {
		return model.CheckInconclusive, "the check has no bound: say success, for example < 0.01"
	}
	value := strconv.FormatFloat(n, 'g', 4, 64)
	if cmp.Holds(n) {
		return model.CheckOK, value
	}
	return model.CheckFailed, value
}

// number reads the one value of an instant query.
func number(body []byte) (float64, string) {
	var a struct {
		Status string
		Error  string
		Data   struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	if json.Unmarshal(body, &a) != nil || a.Status != "success" {
		if a.Error != "" {
			return 0, a.Error
		}
		return 0, "the server's answer is no answer to a query"
	}
	var pair []any
	if a.Data.ResultType == "vector" {
		var vec []struct{ Value []any }
		if json.Unmarshal(a.Data.Result, &vec) != nil {
			return 0, "the server's answer cannot be read"
		}
		switch len(vec) {
		case 0:
			return 0, "no data"
		case 1:
			pair = vec[0].Value
		default:
			return 0, strconv.Itoa(len(vec)) + " series, one is wanted"
		}
	} else if a.Data.ResultType != "scalar" || json.Unmarshal(a.Data.Result, &pair) != nil {
		return 0, "the query gives no single number"
	}
	if len(pair) != 2 {
		return 0, "no data"
	}
	text, _ := pair[1].(string)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, "the value is " + text + ", which is no number to compare"
	}
	return n, ""
}
