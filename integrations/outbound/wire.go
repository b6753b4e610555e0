package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// Dial connects to an address.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// How long the parts of a request may take. No part waits for a name server or a
// network that swallows packets longer than this.
const (
	requestPatience = 10 * time.Second
	dialPatience    = 3 * time.Second
	tlsPatience     = 5 * time.Second
	headerPatience  = 8 * time.Second
	maxBody         = 1 << 20
)

// client is the HTTP client of one target. Requests go through it whether a
// vendor's library or we make them, so that what happened on the wire is known in
// one place.
type client struct {
	vendor string
	agent  string
	now    func() time.Time
	http   *http.Client
	dial   Dial

	mu      sync.Mutex
	secrets []Secret
}

func newClient(vendor string, o Options) *client {
	d := &net.Dialer{Timeout: dialPatience}
	c := &client{vendor: vendor, agent: "warroom/" + o.Version, now: o.Now, dial: o.Dial}
	if o.Version == "" {
		c.agent = "warroom"
	}
	if c.dial == nil {
		c.dial = d.DialContext
	}
	tr := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: c.dial, TLSHandshakeTimeout: tlsPatience,
		ResponseHeaderTimeout: headerPatience, ForceAttemptHTTP2: true, MaxIdleConns: 4, IdleConnTimeout: time.Minute,
		MaxResponseHeaderBytes: 64 << 10,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}
	c.http = &http.Client{
		Transport: &watched{tr, c},
		Timeout:   requestPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a token would follow to wherever it leads
		},
	}
	return c
}

// hide keeps a secret out of every reason.
func (c *client) hide(s Secret) {
	v := s.reveal()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(v) >= 4 && !slices.ContainsFunc(c.secrets, func(x Secret) bool { return x.reveal() == v }) {
		c.secrets = append(c.secrets, s, newSecret(url.QueryEscape(v)))
	}
}

// clean makes foreign text fit for a reason.
func (c *client) clean(s string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range c.secrets {
		s = strings.ReplaceAll(s, x.reveal(), hidden)
	}
	s, _ = outbox.Redact(s)
	return model.Brief(s, 300)
}

// wire is what happened to the requests of one attempt.
type wire struct {
	mu     sync.Mutex
	status int           // of the newest answer
	after  time.Duration // that it asked for
	wrote  bool          // a request that changes something was written out whole, without an answer since
	scopes string        // that Slack says the token has
}

type wireKey struct{}

// begin makes a context whose requests are watched.
func (c *client) begin(ctx context.Context) (context.Context, *wire) {
	w := &wire{}
	return context.WithValue(ctx, wireKey{}, w), w
}

// watched notes what happens on the wire, and bounds what is read.
type watched struct {
	next http.RoundTripper
	c    *client
}

func (t *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	w, _ := r.Context().Value(wireKey{}).(*wire)
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", t.c.agent)
	if w == nil {
		w = &wire{}
	}
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead
	trace := &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) {
		if changes && i.Err == nil {
			w.mu.Lock()
			w.wrote = true
			w.mu.Unlock()
		}
	}}
	resp, err := t.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = 0
	if err != nil {
		return nil, err
	}
	w.status, w.after = resp.StatusCode, retryAfter(resp.Header, t.c.now())
	if s := resp.Header.Get("X-OAuth-Scopes"); s != "" {
		w.scopes = s
	}
	if resp.StatusCode < 500 {
		w.wrote = false // we know what became of it
	}
	resp.Body = &bounded{io.LimitReader(resp.Body, maxBody), resp.Body}
	return resp, nil
}

type bounded struct {
	io.Reader
	io.Closer
}

// retryAfter reads how long we are asked to wait: seconds or a date, or the
// headers of PagerDuty and Jira. 0 if nothing was said.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		if h.Get("Ratelimit-Remaining") != "0" {
			return 0
		}
		v = strings.TrimSpace(h.Get("Ratelimit-Reset"))
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 && n < 1e6 {
		return time.Duration(n * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// conclude turns the end of an attempt into a result. said is what the other side
// answered as its reason, "" if nothing.
func (c *client) conclude(w *wire, err error, said string) outbox.Result {
	w.mu.Lock()
	status, after, wrote := w.status, w.after, w.wrote
	w.mu.Unlock()
	r := outbox.Result{Verdict: outbox.Again, After: after}
	if wrote {
		r.Verdict = outbox.Unknown
	}
	answer := fmt.Sprintf("%s answered %d", c.vendor, status)
	if said = strings.TrimSpace(said); said != "" {
		answer += ": " + c.clean(said)
	}
	switch {
	case status == 401 || status == 403:
		r.Verdict = outbox.Denied
		r.Reason = answer + "; it does not accept our credentials: check them with `warroom connect`"
	case status == 429 || status == 420:
		r.Verdict, r.Limited = outbox.Again, true
		r.Reason = c.vendor + " asks us to slow down"
	case status == 408 || status == 425:
		r.Reason = answer
	case status >= 500:
		r.Reason = answer
	case status >= 300 && status < 400:
		r.Verdict = outbox.Refused
		r.Reason = answer + ": it sends us elsewhere, where our credentials do not go; check the address"
	case status >= 400:
		r.Verdict = outbox.Refused
		r.Reason = answer
	case err != nil:
		r.Reason, err = c.fault(err)
		if err != nil {
			r.Verdict = outbox.Denied
		}
	default:
		r.Verdict, r.Reason = outbox.Unknown, answer
	}
	return r
}

// fault words an error of the network. Nothing of its own text is used, since it
// may hold an address that is a secret. final is set if trying again is no use.
func (c *client) fault(err error) (reason string, final error) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify):
		return c.vendor + " shows a certificate that cannot be trusted: something stands in between, or the clock is wrong", err
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return c.vendor + " does not speak TLS at this address: check it", err
	case errors.As(err, &dns):
		return "the name of " + c.vendor + " cannot be resolved: is there a network?", nil
	case errors.Is(err, context.Canceled):
		return "we left before " + c.vendor + " answered", nil
	case errors.Is(err, context.DeadlineExceeded), timeout(err):
		return c.vendor + " did not answer in time", nil
	case errors.As(err, &op) && op.Op == "dial":
		return c.vendor + " cannot be reached", nil
	}
	return "the connection to " + c.vendor + " broke", nil
}

func timeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// call makes a request with a JSON body and reads a JSON answer into out, if that
// is not nil. Only transport failures and unreadable answers are errors; the
// status is in the wire.
func (c *client) call(ctx context.Context, method, address string, header http.Header, in, out any) (status int, body []byte, err error) {
	var data io.Reader
	if in != nil {
		b, ok := in.([]byte)
		if !ok {
			var buf bytes.Buffer
			enc := json.NewEncoder(&buf)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(in); err != nil {
				return 0, nil, err
			}
			b = bytes.TrimSpace(buf.Bytes())
		}
		data = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, data)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Accept", "application/json")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		r.Header[k] = v
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	if err == nil && out != nil && resp.StatusCode/100 == 2 && len(body) > 0 {
		err = json.Unmarshal(body, out)
	}
	return resp.StatusCode, body, err
}

// join puts a path behind a base address. The parts are escaped.
func join(base string, parts ...string) string {
	s := strings.TrimSuffix(base, "/")
	for _, p := range parts {
		s += "/" + url.PathEscape(p)
	}
	return s
}
