package call

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
)

// maxAnswer is how much of an HTTP answer is read.
const maxAnswer = 1 << 20

type request struct {
	method, url string
	header      http.Header
	body        []byte
	expect      []runbooks.Expect
	retry       *runbooks.HTTPRetry
}

// hosts are what may stand in the place of a host.
var hosts = regexp.MustCompile(`^[A-Za-z0-9._-]+(:[0-9]{1,5})?$`)

func (c *Call) prepareHTTP(e *runbooks.Exec) error {
	h := e.HTTP
	r := &request{method: strings.ToUpper(h.Method), header: http.Header{}, retry: h.Retry}
	if r.method == "" {
		r.method = http.MethodGet
	}
	var err error
	if r.url, err = c.address(h.URL, h.Plain); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(h.Headers)) {
		v, err := c.fill(h.Headers[k])
		if err != nil {
			return err
		}
		if strings.ContainsAny(v, "\r\n\x00") {
			return model.Errorf(model.Invalid, "the header %s would hold a line end", model.Brief(k, 40))
		}
		r.header.Set(k, v)
	}
	if h.Body != nil {
		if r.body, err = c.body(h.Body); err != nil {
			return err
		}
		if _, text := h.Body.(string); !text && r.header.Get("Content-Type") == "" {
			r.header.Set("Content-Type", "application/json")
		}
	}
	shown := r.method + " " + r.url
	for _, k := range slices.Sorted(maps.Keys(r.header)) {
		shown += "\n" + k + ": " + strings.Join(r.header[k], ", ")
	}
	if len(r.body) > 0 {
		shown += "\n\n" + string(r.body)
	}
	c.Hash = digest(r.method, r.url, shown)
	if h.Auth != nil {
		if err := c.auth(r, h.Auth); err != nil {
			return err
		}
		c.Hash = digest(c.Hash, h.Auth.Secret, c.scope.Secrets[h.Auth.Secret])
		shown += fmt.Sprintf("\n(with the secret %s)", h.Auth.Secret)
	}
	if h.Expect != nil {
		r.expect = append(r.expect, *h.Expect)
	}
	if len(h.Status) > 0 {
		r.expect = append(r.expect, runbooks.Expect{Status: h.Status})
	}
	if len(r.expect) == 0 {
		r.expect = []runbooks.Expect{{Status: runbooks.Ints{200, 201, 202, 204}}}
	}
	if r.expect, err = c.scope.filled(r.expect); err != nil {
		return err
	}
	c.Shown, c.http, c.Risk = shown, r, runbooks.RiskMutate
	if r.method == http.MethodGet || r.method == http.MethodHead {
		c.Risk = runbooks.RiskRead
	}
	return nil
}

func (c *Call) auth(r *request, a *runbooks.Auth) error {
	v, ok := c.scope.Secrets[a.Secret]
	if !ok {
		return &model.Error{Code: model.Invalid, Msg: "the secret " + a.Secret + " is not known: give it a source (from: env:NAME or file:PATH)", Err: &Unfilled{[]string{a.Secret}}}
	}
	if strings.ContainsAny(v, "\r\n\x00") {
		return model.Errorf(model.Invalid, "the secret %s holds a line end", a.Secret)
	}
	name := a.Header
	if name == "" {
		name = "Authorization"
	}
	switch a.Scheme {
	case "none":
	case "Basic":
		v = "Basic " + base64.StdEncoding.EncodeToString([]byte(v))
	case "":
		if name == "Authorization" {
			v = "Bearer " + v
		}
	default:
		v = a.Scheme + " " + v
	}
	r.header.Set(name, v)
	return nil
}

// address fills in a URL: a value in the place of the host has to be one, and
// anywhere behind it is escaped.
func (c *Call) address(t string, plain bool) (string, error) {
	names := runbooks.Placeholders(t)
	if err := c.check(names); err != nil {
		return "", err
	}
	values := c.scope.values(names)
	var b strings.Builder
	last := 0
	for _, s := range runbooks.Spans(t) {
		b.WriteString(t[last:s.Start])
		last = s.End
		before, v := b.String(), values[s.Name]
		if p, ok := c.scope.param(s.Name); ok && p.Secret() {
			return "", model.Errorf(model.Invalid, "the secret %s stands in an address, which is written into logs: use auth", s.Name)
		}
		_, rest, ok := strings.Cut(before, "://")
		switch {
		case before == "": // the base of the address
			if !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
				return "", model.Errorf(model.Invalid, "%q is no address: it begins with https://", model.Brief(v, 60))
			}
			b.WriteString(strings.TrimSuffix(v, "/"))
		case !ok || !strings.Contains(rest, "/"):
			if !hosts.MatchString(v) {
				return "", model.Errorf(model.Invalid, "%q cannot stand in the place of a host", model.Brief(v, 60))
			}
			b.WriteString(v)
		case strings.ContainsAny(rest, "?#"):
			b.WriteString(url.QueryEscape(v))
		default:
			b.WriteString(url.PathEscape(v))
		}
		if !slices.Contains(c.Params, s.Name) {
			c.Params = append(c.Params, s.Name)
		}
	}
	b.WriteString(t[last:])
	u, err := url.Parse(b.String())
	switch {
	case err != nil || u.Host == "":
		return "", model.Errorf(model.Invalid, "%q is no address", model.Brief(b.String(), 80))
	case u.User != nil:
		return "", model.Errorf(model.Invalid, "the address holds a password: use auth with a secret")
	case u.Scheme == "https" || u.Scheme == "http" && plain:
	default:
		return "", model.Errorf(model.Invalid, "%s is not encrypted: use https, or say allow_http", model.Brief(u.Scheme+"://"+u.Host, 80))
	}
	return b.String(), nil
}

// body encodes what is sent. In JSON a value is always part of one string.
func (c *Call) body(v any) ([]byte, error) {
	if s, ok := v.(string); ok {
		t, err := c.fill(s)
		return []byte(t), err
	}
	filled, err := c.fillAny(v)
	if err != nil {
		return nil, err
	}
	return json.Marshal(filled)
}

func (c *Call) fillAny(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return c.fill(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			f, err := c.fillAny(e)
			if err != nil {
				return nil, err
			}
			out[i] = f
		}
		return out, nil
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			f, err := c.fillAny(e)
			if err != nil {
				return nil, err
			}
			out[k] = f
		}
		return out, nil
	case map[any]any:
		out := map[string]any{}
		for k, e := range v {
			f, err := c.fillAny(e)
			if err != nil {
				return nil, err
			}
			out[fmt.Sprint(k)] = f
		}
		return out, nil
	}
	return v, nil
}

// DefaultClient follows no redirect to another host, so that a secret goes only
// where it was meant to.
var DefaultClient = &http.Client{
	Timeout: 60 * time.Second,
	CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 || r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
			return http.ErrUseLastResponse
		}
		return nil
	},
}

// send carries out a request, again where the runbook says so.
func (r *request) send(ctx context.Context, client *http.Client) (*http.Response, []byte, error) {
	if client == nil {
		client = DefaultClient
	}
	attempts := 1
	if r.retry != nil {
		attempts = max(1, min(r.retry.Attempts, 10))
		if r.retry.Attempts == 0 {
			attempts = 3
		}
	}
	for n := 1; ; n++ {
		req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
		if err != nil {
			return nil, nil, err
		}
		req.Header = r.header.Clone()
		req.Header.Set("User-Agent", "warroom")
		resp, err := client.Do(req)
		var body []byte
		if err == nil {
			body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
			_ = resp.Body.Close()
		}
		if n >= attempts || !r.again(resp, err) {
			return resp, body, err
		}
		wait := r.retry.Backoff.Or(time.Second) << (n - 1)
		if resp != nil && r.retry.HonorRetryAfter {
			if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 && s <= 300 {
				wait = time.Duration(s) * time.Second
			}
		}
		select {
		case <-time.After(min(wait, 5*time.Minute)):
		case <-ctx.Done():
			return resp, body, ctx.Err()
		}
	}
}

func (r *request) again(resp *http.Response, err error) bool {
	on := r.retry.On
	if len(on) == 0 {
		on = runbooks.Strings{"429", "5xx"}
	}
	if err != nil {
		return slices.Contains(on, "error") && !errors.Is(err, context.Canceled)
	}
	code := strconv.Itoa(resp.StatusCode)
	return slices.Contains(on, code) || slices.Contains(on, code[:1]+"xx")
}
