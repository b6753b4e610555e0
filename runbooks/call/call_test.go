package call

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/output"
	"warroom/runbooks/proc"
)

func TestMain(m *testing.M) {
	proc.Keep()
	os.Exit(m.Run())
}

const token = "sesame-open-9"

// scope has one value of each kind that matters, and a secret.
func scope(t *testing.T) *Scope {
	t.Helper()
	hide := &output.Secrets{}
	if err := hide.Add("token", token); err != nil {
		t.Fatal(err)
	}
	params := []runbooks.Param{{Name: "free", Type: runbooks.TypeText}, {Name: "host"}, {Name: "base", Type: runbooks.TypeURL}, {Name: "token", Type: runbooks.TypeSecret}, {Name: "empty"}}
	return &Scope{Params: params, Values: map[string]string{"free": `a "b" c/d?e&f=g #h`, "host": "localhost"},
		Secrets: map[string]string{"token": token}, Hide: hide, Environ: os.Environ(), Dir: t.TempDir()}
}

// server answers by path and remembers what it was asked.
type server struct {
	*httptest.Server
	last  *http.Request
	body  string
	count atomic.Int32
}

func serve(t *testing.T, h http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.last, s.body = r, string(b)
		s.count.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func plain(method, url string) *runbooks.HTTP {
	return &runbooks.HTTP{Method: method, URL: url, Plain: true}
}

func TestLookAtHTTP(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "elsewhere") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/json":
			io.WriteString(w, `{"success": true, "n": 3, "list": [{"name": "orders"}], "host": "localhost"}`)
		case "/500":
			w.WriteHeader(500)
			io.WriteString(w, "<html>no</html>")
		case "/here":
			http.Redirect(w, r, "/json", http.StatusFound)
		case "/there":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/long":
			io.WriteString(w, "begin ")
			io.WriteString(w, strings.Repeat("x", 2<<20))
			io.WriteString(w, " end")
		case "/header":
			w.Header().Set("X-Cache", "HIT from "+token)
		case "/slow":
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Second):
			}
		case "/number":
			io.WriteString(w, " 0.25\n")
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "half")
		}
	})
	closed := httptest.NewServer(nil)
	closed.Close()
	body := func(m runbooks.Match) []runbooks.Expect { return []runbooks.Expect{{Body: &m}} }
	for name, c := range map[string]struct {
		url    string
		expect []runbooks.Expect
		want   string
		value  string
	}{
		"status that is good by itself":  {s.URL + "/json", nil, model.CheckOK, "status 200"},
		"status that is not":             {s.URL + "/500", nil, model.CheckFailed, "status 500"},
		"expected to be so":              {s.URL + "/500", []runbooks.Expect{{Status: runbooks.Ints{500}}}, model.CheckOK, "500"},
		"turned round":                   {s.URL + "/500", []runbooks.Expect{{Status: runbooks.Ints{500}, Result: "fail"}}, model.CheckFailed, "500"},
		"JSON":                           {s.URL + "/json", []runbooks.Expect{{JSON: map[string]any{"$.success": true, "$.list[0].name": "orders"}}}, model.CheckOK, "true"},
		"JSON with a value":              {s.URL + "/json", []runbooks.Expect{{JSON: map[string]any{"$.host": "<host>"}}}, model.CheckOK, "localhost"},
		"JSON bound":                     {s.URL + "/json", []runbooks.Expect{{JSON: map[string]any{"$.n": "> 5"}}}, model.CheckFailed, "3"},
		"JSON that is not there":         {s.URL + "/json", []runbooks.Expect{{JSON: map[string]any{"$.gone": 1}}}, model.CheckFailed, "not there"},
		"no JSON":                        {s.URL + "/header", []runbooks.Expect{{JSON: map[string]any{"$.n": 1}}}, model.CheckFailed, "no JSON"},
		"number":                         {s.URL + "/number", []runbooks.Expect{{Number: "< 0.5"}}, model.CheckOK, "0.25"},
		"no number is no answer":         {s.URL + "/json", []runbooks.Expect{{Number: "< 0.5"}}, model.CheckInconclusive, "success"},
		"an error holds what is wanted":  {s.URL + "/500", body(runbooks.Match{Contains: "no"}), model.CheckInconclusive, "status 500"},
		"an error lacks what is not":     {s.URL + "/500", body(runbooks.Match{NotMatches: "pending"}), model.CheckInconclusive, "status 500"},
		"an error, turned round":         {s.URL + "/500", []runbooks.Expect{{JSON: map[string]any{"$.n": 1}, Result: "fail"}}, model.CheckInconclusive, "status 500"},
		"an error that is expected":      {s.URL + "/500", []runbooks.Expect{{Status: runbooks.Ints{500}, Body: &runbooks.Match{Contains: "no"}}}, model.CheckOK, "<html>no"},
		"redirect on the same host":      {s.URL + "/here", body(runbooks.Match{Contains: "orders"}), model.CheckOK, "success"},
		"redirect to another host":       {s.URL + "/there", nil, model.CheckFailed, "status 302"},
		"long, and status only":          {s.URL + "/long", []runbooks.Expect{{Status: runbooks.Ints{200}}}, model.CheckOK, "200"},
		"long, found at its beginning":   {s.URL + "/long", body(runbooks.Match{Contains: "begin"}), model.CheckOK, "begin"},
		"long, not found":                {s.URL + "/long", body(runbooks.Match{Contains: "end"}), model.CheckInconclusive, "too much"},
		"long, must not hold":            {s.URL + "/long", body(runbooks.Match{NotMatches: "end"}), model.CheckInconclusive, "too much"},
		"long, holds what it must not":   {s.URL + "/long", body(runbooks.Match{NotMatches: "begin"}), model.CheckFailed, "begin"},
		"long JSON":                      {s.URL + "/long", []runbooks.Expect{{JSON: map[string]any{"$.n": 1}}}, model.CheckInconclusive, "too much"},
		"header, its secret hidden":      {s.URL + "/header", []runbooks.Expect{{Headers: map[string]runbooks.Match{"x-cache": {Matches: "^HIT"}}}}, model.CheckOK, "HIT from ****(token)"},
		"nobody answers":                 {closed.URL, nil, model.CheckInconclusive, "refused"},
		"nobody answers, turned round":   {closed.URL, []runbooks.Expect{{Status: runbooks.Ints{200}, Result: "fail"}}, model.CheckInconclusive, "refused"},
		"too slow":                       {s.URL + "/slow", nil, model.CheckInconclusive, "deadline"},
		"half an answer":                 {s.URL + "/cut", nil, model.CheckInconclusive, "EOF"},
		"a value that is missing":        {s.URL + "/<empty>", nil, model.CheckInconclusive, "not filled in: <empty>"},
		"a secret in the address":        {s.URL + "/?key=<token>", nil, model.CheckInconclusive, "use auth"},
		"an expectation without a value": {s.URL + "/json", []runbooks.Expect{{JSON: map[string]any{"$.host": "<empty>"}}}, model.CheckInconclusive, "not filled in"},
	} {
		t.Run(name, func(t *testing.T) {
			check := &runbooks.Check{Exec: runbooks.Exec{HTTP: plain("", c.url), Timeout: runbooks.Duration(5 * time.Second)}, Expect: c.expect}
			if strings.Contains(c.value, "deadline") {
				check.Timeout = runbooks.Duration(30 * time.Millisecond)
			}
			v, _ := Look(context.Background(), check, scope(t))
			if v.Result != c.want || !strings.Contains(v.Value, c.value) || strings.Contains(v.Value, token) {
				t.Errorf("%s %q, want %s with %q", v.Result, v.Value, c.want, c.value)
			}
		})
	}
}

// A value is written by place: it stays one part of a path, of a query, of a JSON
// string; and it never becomes a host, a header or a second field.
func TestValuesStayInTheirPlace(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	sc := scope(t)
	h := plain("POST", s.URL+"/x/<free>/y?q=<free>&z=1")
	h.Headers = map[string]string{"X-Reason": "because <free>"}
	h.Body = map[string]any{"text": "is <free>", "list": []any{"<free>", 1, true}, "deep": map[string]any{"a": "<host>"}}
	c, err := Prepare(&runbooks.Exec{HTTP: h}, sc)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := c.Do(context.Background()); err != nil || o.State != proc.Succeeded {
		t.Fatalf("%+v %v", o, err)
	}
	free := sc.Values["free"]
	if s.last.URL.Path != "/x/"+free+"/y" || s.last.URL.Query().Get("q") != free || s.last.URL.Query().Get("z") != "1" || s.last.Header.Get("X-Reason") != "because "+free {
		t.Errorf("%s %q", s.last.URL, s.last.Header)
	}
	var got struct {
		Text string
		List []any
		Deep map[string]string
	}
	if err := json.Unmarshal([]byte(s.body), &got); err != nil || got.Text != "is "+free || got.List[0] != free || got.List[2] != true || got.Deep["a"] != "localhost" || s.last.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", s.body, err)
	}
	for name, c := range map[string]struct {
		h    *runbooks.HTTP
		want string
	}{
		"not encrypted":            {&runbooks.HTTP{URL: "http://example.com/"}, "is not encrypted"},
		"a password in it":         {plain("", "http://ana:hunter22@example.com/"), "use auth"},
		"a value as host":          {plain("", "http://<free>/"), "in the place of a host"},
		"no address":               {plain("", "<free>/x"), "is no address"},
		"a line end in a header":   {&runbooks.HTTP{URL: "https://example.com", Headers: map[string]string{"X": "a\r\nY: b"}}, "line end"},
		"a secret nobody knows":    {&runbooks.HTTP{URL: "https://example.com", Auth: &runbooks.Auth{Secret: "other"}}, "is not known"},
		"another scheme":           {&runbooks.HTTP{URL: "file:///etc/passwd"}, "is no address"},
		"a value that is no value": {plain("", "http://example.com/<empty>"), "not filled in"},
	} {
		if _, err := Prepare(&runbooks.Exec{HTTP: c.h}, sc); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// R6: what was captured and what an incident is called have no pattern; neither
// becomes an option of a command, and elsewhere they are only text.
func TestR06NoValueBecomesAnOption(t *testing.T) {
	for _, name := range []string{"captured.pod", "incident.title"} {
		sc := scope(t)
		sc.Values[name] = "--all"
		for _, e := range []runbooks.Exec{{Argv: []string{"echo", "<" + name + ">"}}, {Command: `echo "<` + name + `>"`}} {
			if _, err := Prepare(&e, sc); err == nil || !strings.Contains(err.Error(), "taken for an option") {
				t.Errorf("%s: %v", name, err)
			}
		}
		c, err := Prepare(&runbooks.Exec{Argv: []string{"cat"}, Stdin: "<" + name + ">"}, sc)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := c.Do(context.Background()); err != nil || o.View.Stdout() != "--all\n" {
			t.Errorf("%s: %q %v", name, o.View.Stdout(), err)
		}
		sc.Values[name] = "web-1"
		if _, err := Prepare(&runbooks.Exec{Argv: []string{"echo", "<" + name + ">"}}, sc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// R14: a secret goes into the header it is meant for, and nowhere else; the digest
// of the call does not depend on it.
func TestR14SecretOfARequest(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "you said ", r.Header.Get("Authorization"), r.Header.Get("Api-Key"))
	})
	for _, c := range []struct {
		auth         runbooks.Auth
		header, want string
	}{
		{runbooks.Auth{Secret: "token"}, "Authorization", "Bearer " + token},
		{runbooks.Auth{Secret: "token", Scheme: "Basic"}, "Authorization", "Basic c2VzYW1lLW9wZW4tOQ=="},
		{runbooks.Auth{Secret: "token", Scheme: "Token"}, "Authorization", "Token " + token},
		{runbooks.Auth{Secret: "token", Scheme: "none", Header: "Api-Key"}, "Api-Key", token},
	} {
		h := plain("PUT", s.URL)
		h.Auth, h.Body = &c.auth, map[string]any{"password": "<token>"}
		sc := scope(t)
		call, err := Prepare(&runbooks.Exec{HTTP: h}, sc)
		if err != nil {
			t.Fatal(err)
		}
		o, err := call.Do(context.Background())
		if err != nil || s.last.Header.Get(c.header) != c.want || !strings.Contains(s.body, token) {
			t.Errorf("sent %q and %q: %v", s.last.Header, s.body, err)
		}
		if all := call.Shown + o.Body + fmt.Sprint(o.View.Lines); strings.Contains(all, token) || strings.Contains(all, "c2VzYW1l") || !strings.Contains(o.Body, "****(token)") {
			t.Errorf("not hidden: %s", all)
		}
		unread := scope(t)
		unread.Secrets["token"], unread.Hide = "****", nil
		planned, err := Prepare(&runbooks.Exec{HTTP: h}, unread)
		if err != nil || planned.Hash != call.Hash || planned.Shown != call.Shown {
			t.Errorf("planned %q %v, run %q", planned.Shown, err, call.Shown)
		}
	}
}

func TestRepeatedRequests(t *testing.T) {
	for name, c := range map[string]struct {
		codes []int
		retry *runbooks.HTTPRetry
		want  proc.State
		asked int32
	}{
		"not asked to":          {[]int{503}, nil, proc.Failed, 1},
		"until it is good":      {[]int{503, 429, 200}, &runbooks.HTTPRetry{Attempts: 5}, proc.Succeeded, 3},
		"not for ever":          {[]int{503, 503, 503}, &runbooks.HTTPRetry{Attempts: 2}, proc.Failed, 2},
		"not what is no use":    {[]int{404, 200}, &runbooks.HTTPRetry{Attempts: 3}, proc.Failed, 1},
		"only what is named":    {[]int{503, 200}, &runbooks.HTTPRetry{On: runbooks.Strings{"429"}, Attempts: 3}, proc.Failed, 1},
		"waits as it is told":   {[]int{429, 200}, &runbooks.HTTPRetry{Attempts: 2, Backoff: runbooks.Duration(time.Hour), HonorRetryAfter: true}, proc.Succeeded, 2},
		"three if nothing said": {[]int{500, 500, 500, 500}, &runbooks.HTTPRetry{}, proc.Failed, 3},
	} {
		t.Run(name, func(t *testing.T) {
			var s *server
			s = serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(c.codes[min(int(s.count.Load())-1, len(c.codes)-1)])
			})
			if c.retry != nil && c.retry.Backoff == 0 {
				c.retry.Backoff = runbooks.Duration(time.Millisecond)
			}
			h := plain("POST", s.URL)
			h.Retry, h.Body = c.retry, "the same each time"
			call, err := Prepare(&runbooks.Exec{HTTP: h}, scope(t))
			if err != nil {
				t.Fatal(err)
			}
			o, _ := call.Do(context.Background())
			if o.State != c.want || s.count.Load() != c.asked || s.body != "the same each time" {
				t.Errorf("%s after %d, want %s after %d; sent %q", o.State, s.count.Load(), c.want, c.asked, s.body)
			}
		})
	}
}

func TestRequestIsStopped(t *testing.T) {
	asked := make(chan bool, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { asked <- true; <-r.Context().Done() })
	call, err := Prepare(&runbooks.Exec{HTTP: plain("GET", s.URL)}, scope(t))
	if err != nil {
		t.Fatal(err)
	}
	j, err := call.Start("", 0)
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	j.Stop()
	if o := j.Wait(); o.State != proc.Cancelled {
		t.Errorf("%+v", o)
	}
}

func TestLookAtTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	gone, _ := net.Listen("tcp", "127.0.0.1:0")
	none := gone.Addr().String()
	gone.Close()
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx         context.Context
		addr        string
		want, value string
	}{
		"open":         {context.Background(), l.Addr().String(), model.CheckOK, "connects"},
		"by its name":  {context.Background(), "<host>:" + port, model.CheckOK, "connects"},
		"closed":       {context.Background(), none, model.CheckFailed, "refused"},
		"not filled":   {context.Background(), "<empty>:1", model.CheckInconclusive, "not filled in"},
		"stopped":      {over, l.Addr().String(), model.CheckInconclusive, "stopped"},
		"not a number": {context.Background(), "127.0.0.1:no-such-port", model.CheckInconclusive, "no-such-port"},
	} {
		v, _ := Look(c.ctx, &runbooks.Check{TCP: c.addr}, scope(t))
		if v.Result != c.want || !strings.Contains(v.Value, c.value) {
			t.Errorf("%s: %s %q, want %s with %q", name, v.Result, v.Value, c.want, c.value)
		}
	}
}

func TestLookAtPrometheus(t *testing.T) {
	vector := func(values ...string) string {
		var out []string
		for _, v := range values {
			out = append(out, `{"metric":{},"value":[1700000000,"`+v+`"]}`)
		}
		return `{"status":"success","data":{"resultType":"vector","result":[` + strings.Join(out, ",") + `]}}`
	}
	for name, c := range map[string]struct {
		code        int
		answer      string
		want, value string
	}{
		"good":             {200, vector("0.004"), model.CheckOK, "0.004"},
		"bad":              {200, vector("0.5"), model.CheckFailed, "0.5"},
		"on the bound":     {200, vector("0.01"), model.CheckFailed, "0.01"},
		"scalar":           {200, `{"status":"success","data":{"resultType":"scalar","result":[1700000000,"0"]}}`, model.CheckOK, "0"},
		"no data":          {200, vector(), model.CheckInconclusive, "no data"},
		"NaN":              {200, vector("NaN"), model.CheckInconclusive, "NaN"},
		"infinite":         {200, vector("+Inf"), model.CheckInconclusive, "Inf"},
		"two series":       {200, vector("0", "1"), model.CheckInconclusive, "2 series"},
		"a range":          {200, `{"status":"success","data":{"resultType":"matrix","result":[{"values":[]}]}}`, model.CheckInconclusive, "no single number"},
		"refused":          {400, `{"status":"error","error":"parse error"}`, model.CheckInconclusive, "400"},
		"error inside":     {200, `{"status":"error","error":"query timed out"}`, model.CheckInconclusive, "query timed out"},
		"no JSON":          {200, "<html>", model.CheckInconclusive, "no answer to a query"},
		"over its limits":  {503, "", model.CheckInconclusive, "503"},
		"an empty pair":    {200, `{"status":"success","data":{"resultType":"vector","result":[{"value":[]}]}}`, model.CheckInconclusive, "no data"},
		"a number no text": {200, `{"status":"success","data":{"resultType":"scalar","result":[1,2]}}`, model.CheckInconclusive, "no number"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(c.code); io.WriteString(w, c.answer) })
			v, _ := Look(context.Background(), &runbooks.Check{PromQL: `rate(errors{a="<free>"}[5m])`, Success: "< 0.01", Server: s.URL}, scope(t))
			if v.Result != c.want || !strings.Contains(v.Value, c.value) {
				t.Errorf("%s %q, want %s with %q", v.Result, v.Value, c.want, c.value)
			}
			if q := s.last.URL.Query().Get("query"); q != `rate(errors{a="a \"b\" c/d?e&f=g #h"}[5m])` {
				t.Errorf("asked %s", q)
			}
		})
	}
	for name, c := range map[string]*runbooks.Check{
		"no server":       {PromQL: "up", Success: "> 0"},
		"nobody answers":  {PromQL: "up", Success: "> 0", Server: "http://127.0.0.1:1"},
		"a value missing": {PromQL: `up{a="<empty>"}`, Success: "> 0", Server: "http://127.0.0.1:1"},
		"a person":        {Ask: "is it over?"},
		"nothing":         {},
	} {
		if v, _ := Look(context.Background(), c, scope(t)); v.Result != model.CheckInconclusive || v.Value == "" {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// A program as a check: its exit status and output decide, and what was stopped or
// did not start says nothing.
func TestLookAtAProgram(t *testing.T) {
	out := func(m runbooks.Match) []runbooks.Expect { return []runbooks.Expect{{Stdout: &m}} }
	for name, c := range map[string]struct {
		text        string
		expect      []runbooks.Expect
		success     string
		want, value string
	}{
		"exit 0":             {"echo fine", nil, "", model.CheckOK, "fine"},
		"exit 1":             {"echo broken >&2; exit 1", nil, "", model.CheckFailed, "exit 1: broken"},
		"exit that warns":    {"exit 2", []runbooks.Expect{{ExitCode: runbooks.Ints{0}, WarnCode: runbooks.Ints{2}}}, "", model.CheckOK, "2 (warning)"},
		"a number":           {"echo 0.2", nil, "< 0.5", model.CheckOK, "0.2"},
		"a percentage":       {"echo 97%", nil, "< 90", model.CheckFailed, "97"},
		"NaN":                {"echo NaN", nil, "< 0.5", model.CheckInconclusive, "NaN"},
		"nothing at all":     {"true", nil, "< 0.5", model.CheckInconclusive, ""},
		"too long":           {"sleep 30", nil, "", model.CheckInconclusive, "too long"},
		"a signal":           {"kill -9 $$", []runbooks.Expect{{ExitCode: runbooks.Ints{0}}}, "", model.CheckFailed, "SIGKILL"},
		"no such program":    {"", nil, "", model.CheckInconclusive, "not on PATH"},
		"more than was kept": {"yes | head -c 2000000", []runbooks.Expect{{Stdout: &runbooks.Match{NotMatches: "error"}}}, "", model.CheckInconclusive, "too much"},
		"holds, and fails":   {"echo 7; echo refused >&2; exit 1", out(runbooks.Match{Contains: "7"}), "", model.CheckInconclusive, "exit 1"},
		"lacks, and fails":   {"echo refused >&2; exit 1", out(runbooks.Match{NotMatches: "pending"}), "", model.CheckInconclusive, "exit 1: refused"},
		"turned, and fails":  {"exit 1", []runbooks.Expect{{Stdout: &runbooks.Match{Contains: "7"}, Result: "fail"}}, "", model.CheckInconclusive, "exit 1"},
		"fails as expected":  {"echo inactive; exit 3", []runbooks.Expect{{ExitCode: runbooks.Ints{3}}, {Stdout: &runbooks.Match{Equals: "inactive"}}}, "", model.CheckOK, "inactive"},
		"a word":             {"echo shop. 60 IN A 192.0.2.1", out(runbooks.Match{Word: "192.0.2.1"}), "", model.CheckOK, "192.0.2.1"},
		"part of a word":     {"echo 192.0.2.10", out(runbooks.Match{Word: "192.0.2.1"}), "", model.CheckFailed, "has the word 192.0.2.1"},
		"a name in the DNS":  {"echo a.example.com.", out(runbooks.Match{Word: "a.example.com"}), "", model.CheckOK, "a.example.com."},
		"another name":       {"echo a.example.com.", out(runbooks.Match{Word: "example.com"}), "", model.CheckFailed, "a.example.com."},
		"no word at all":     {"echo", out(runbooks.Match{Word: "192.0.2.1"}), "", model.CheckFailed, ""},
		"errors":             {"echo oops >&2", []runbooks.Expect{{Stderr: &runbooks.Match{Equals: "oops"}}}, "", model.CheckOK, "oops"},
	} {
		t.Run(name, func(t *testing.T) {
			check := &runbooks.Check{Exec: runbooks.Exec{Argv: []string{"sh", "-c", c.text}}, Expect: c.expect, Success: c.success}
			if c.text == "" {
				check.Argv = []string{"no-such-program-here"}
			}
			if c.value == "too long" {
				check.Timeout = runbooks.Duration(50 * time.Millisecond)
			}
			v, _ := Look(context.Background(), check, scope(t))
			if v.Result != c.want || !strings.Contains(v.Value, c.value) {
				t.Errorf("%s %q, want %s with %q", v.Result, v.Value, c.want, c.value)
			}
		})
	}
}

func TestCapture(t *testing.T) {
	no := false
	o := &Outcome{Status: 200, Body: " {\"a\": {\"b\": [1, \"two\"]}, \"n\": 1.5} "}
	for _, c := range []struct {
		capture runbooks.Capture
		want    string
		ok      bool
	}{
		{runbooks.Capture{JSON: "$.a.b[1]"}, "two", true},
		{runbooks.Capture{JSON: "$.a.b"}, `[1,"two"]`, true},
		{runbooks.Capture{JSON: "$.n"}, "1.5", true},
		{runbooks.Capture{JSON: "$.gone"}, "", false},
		{runbooks.Capture{Regex: `"n": ([0-9.]+)`}, "1.5", true},
		{runbooks.Capture{Regex: `t.o`}, "two", true},
		{runbooks.Capture{Regex: `x`}, "", false},
		{runbooks.Capture{From: "stderr"}, "", false},
		{runbooks.Capture{Regex: `^ `, Trim: &no}, " ", true},
		{runbooks.Capture{Max: 5}, "", false}, // half of a value is a wrong value
	} {
		if got, ok := Capture(&c.capture, o); ok != c.ok || ok && got != c.want {
			t.Errorf("%+v: %q %v, want %q", c.capture, got, ok, c.want)
		}
	}
}

// R27: nothing is left of requests, however they ended, also where an answer is too
// long to be read to its end.
func TestR27RequestsLeaveNothing(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			<-r.Context().Done()
		case "/long":
			io.WriteString(w, strings.Repeat("x", maxAnswer+64<<10))
		}
	})
	sc := scope(t)
	var open atomic.Int32
	sc.Client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		open.Add(1)
		return &counted{Conn: c, open: &open}, nil
	}}}
	before := runtime.NumGoroutine()
	for n := range 1000 {
		path, timeout := "/", time.Second
		switch {
		case n%3 == 0:
			path, timeout = "/hang", 2*time.Millisecond
		case n%30 == 1:
			path, timeout = "/long", 10*time.Second
		}
		c, err := Prepare(&runbooks.Exec{HTTP: plain("GET", s.URL+path), Timeout: runbooks.Duration(timeout)}, sc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	sc.Client.CloseIdleConnections()
	for n := 0; open.Load() > 0; n++ {
		if n > 200 {
			t.Fatalf("%d connections are open", open.Load())
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.CloseClientConnections()
	for n := 0; runtime.NumGoroutine() > before+2; n++ {
		if n > 200 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// counted is a connection that is counted until it is closed.
type counted struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}
