package outbound

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// Vendor sends to one target. All methods may take as long as ctx allows and
// return no error: what happened is in the result.
type Vendor interface {
	// Send carries out a message once. If it is Unsure, an earlier attempt may
	// have arrived: what that made is looked for first.
	Send(ctx context.Context, j outbox.Job) outbox.Result
	// Check makes a harmless call and says who we are there.
	Check(ctx context.Context) Identity
	// Look reads how the thing at the other side stands.
	Look(ctx context.Context, o model.Outlet) outbox.Standing
}

// Identity is what a target says about our credentials.
type Identity struct {
	Target  string        `json:"target"`
	Vendor  outbox.Vendor `json:"vendor"`
	OK      bool          `json:"ok"`
	Who     string        `json:"who,omitempty"`     // as whom we act there
	Detail  string        `json:"detail"`            // a sentence
	Missing []string      `json:"missing,omitempty"` // rights that are needed and not there
}

// Options are the surroundings of the vendors.
type Options struct {
	Version string                            // of the program, for User-Agent
	Secrets Secrets                           // where credentials come from
	Now     func() time.Time                  // nil: time.Now
	Dial    Dial                              // nil: the system's
	Pause   func(outbox.Vendor) time.Duration // least time between two messages; nil: Pace
	Settle  time.Duration                     // how long a vendor's search may lag; 0: 20 s
}

// New makes the vendor of a target. A secret that is missing is an error with a
// sentence that says where it is looked for.
func New(ctx context.Context, name string, t outbox.Target, o Options) (Vendor, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Settle == 0 {
		o.Settle = 20 * time.Second
	}
	s := o.Secrets.of(name, t)
	c := newClient(t.Vendor.Name(), o)
	base := base{name: name, t: t, c: c, o: o}
	var err error
	need := func(what string) Secret {
		v, e := s.get(ctx, what)
		if e == nil && v.Empty() {
			e = s.missing(what)
		}
		err = cmp.Or(err, e)
		c.hide(v)
		return v
	}
	may := func(what string) Secret {
		v, e := s.get(ctx, what)
		err = cmp.Or(err, e)
		c.hide(v)
		return v
	}
	var v Vendor
	switch t.Vendor {
	case outbox.PagerDuty:
		if t.Service != "" {
			v = newPagerDuty(base, may(whatRouting), need(whatToken))
		} else {
			v = newPagerDuty(base, need(whatRouting), may(whatToken))
		}
	case outbox.Slack:
		var app Secret
		if t.Echo != "" {
			app = may(whatApp) // without it only the listening does not work
		}
		v = newSlack(base, need(whatToken), app)
	case outbox.Jira:
		v = &jira{base, need(whatToken)}
	case outbox.Statuspage:
		v = &statuspage{base, need(whatToken)}
	case outbox.Webhook:
		address := newSecret(t.URL)
		if t.URL == "" {
			address = need(whatURL)
		}
		v = &webhook{base, address, may(whatSecret)}
	case outbox.Ntfy:
		v = &ntfy{base, may(whatToken)}
	case outbox.Mail:
		v = &mailer{base, may(whatPassword)}
	default:
		return nil, model.Errorf(model.Invalid, "target %s: vendor %q is not known", name, t.Vendor)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// base is what every vendor has.
type base struct {
	name string
	t    outbox.Target
	c    *client
	o    Options
}

// Format prints a vendor as its target's name, whatever the verb: the libraries
// keep the credentials in the open.
func (b base) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.name) }

// Pace is the least time between two messages to a vendor, after its published
// limits.
func Pace(v outbox.Vendor) time.Duration {
	switch v {
	case outbox.Slack, outbox.Statuspage:
		return 1100 * time.Millisecond
	case outbox.PagerDuty:
		return 500 * time.Millisecond
	case outbox.Jira:
		return time.Second // of one issue; ours nearly always is one
	}
	return 100 * time.Millisecond
}

// marker is the sign on a thing outside by which it is found again.
func marker(incident string) string { return "warroom:" + strings.ToLower(incident) }

// headline is an incident in one line.
func headline(c outbox.Content) string { return fmt.Sprintf("%s %s", c.Severity, c.Title) }

// cut shortens s to at most n bytes, between letters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const dots = "…"
	n -= len(dots)
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:max(n, 0)] + dots
}

// sent is the result of success.
func sent(r outbox.Remote) outbox.Result { return outbox.Result{Verdict: outbox.Done, Remote: r} }

// byHand is the result for what cannot be added to a thing that we do not know.
func byHand(vendor, what string) outbox.Result {
	return outbox.Result{Verdict: outbox.Refused, Reason: fmt.Sprintf("%s does not know %s: it was opened by hand, so send this by hand too", vendor, what)}
}

// unsupported is the result for an action that a vendor does not have.
func unsupported(j outbox.Job) outbox.Result {
	return outbox.Result{Verdict: outbox.Refused, Reason: fmt.Sprintf("%s has no way to %s", j.Vendor.Name(), j.Action)}
}
