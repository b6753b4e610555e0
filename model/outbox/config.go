package outbox

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"warroom/model"
	"warroom/model/strictyaml"
)

// Config is a team's outbound.yaml: where things go, and what goes there. It
// holds no secret; see integrations/outbound for where those come from.
type Config struct {
	Targets map[string]Target `yaml:"targets"`
	Rules   []Rule            `yaml:"rules"` // none: every target gets what its vendor is for
}

// Target is one place outside. Which fields count depends on the vendor.
type Target struct {
	Vendor Vendor `yaml:"vendor"`
	URL    string `yaml:"url"`    // base address, where it is not always the same; smtp://host:587 for mail
	User   string `yaml:"user"`   // Jira: the token's e-mail address; PagerDuty REST: a real user's; mail: the login
	Public bool   `yaml:"public"` // customers read it; always so for a status page

	EventsURL  string            `yaml:"events_url"` // PagerDuty: the Events address, for the EU
	Service    string            `yaml:"service"`    // PagerDuty REST: the service that is paged
	Channel    string            `yaml:"channel"`    // Slack: post there instead of a channel for each incident
	Private    bool              `yaml:"private"`    // Slack: channels are private
	Archive    bool              `yaml:"archive"`    // Slack: archive the channel when the incident is closed
	Echo       string            `yaml:"echo"`       // Slack: messages marked with this emoji, or sent to the bot, become entries; off if not said
	People     map[string]string `yaml:"people"`     // Slack: user id or e-mail of each person here; PagerDuty REST: user id
	Project    string            `yaml:"project"`    // Jira
	Type       string            `yaml:"type"`       // Jira: the type of issue; Incident if not said
	Done       string            `yaml:"done"`       // Jira: name of the transition that ends it; Done if not said
	Page       string            `yaml:"page"`       // Statuspage: the page's id
	Components map[string]string `yaml:"components"` // Statuspage: component id of each service here
	Notify     *bool             `yaml:"notify"`     // Statuspage: subscribers get a message; yes if not said
	Topic      string            `yaml:"topic"`      // ntfy
	From       string            `yaml:"from"`       // mail
	To         []string          `yaml:"to"`         // mail

	SecretCommand []string `yaml:"secret_command"` // a program and its arguments that prints the secret
}

// Notifies reports whether subscribers of a status page get a message.
func (t Target) Notifies() bool { return t.Notify == nil || *t.Notify }

// Moment is something in an incident's life that may concern the outside.
type Moment string

// The moments.
const (
	OnDeclared  Moment = "declared"
	OnAck       Moment = "acknowledged" // it left triage
	OnSeverity  Moment = "severity"
	OnStatus    Moment = "status"
	OnCommander Moment = "commander"
	OnRole      Moment = "role" // somebody got a role
	OnUpdate    Moment = "update"
	OnImportant Moment = "important" // an entry with the mark
	OnResolved  Moment = "resolved"  // also canceled
	OnClosed    Moment = "closed"
	OnLinked    Moment = "linked"    // something was opened elsewhere
	OnEscalated Moment = "escalated" // a runbook, or a response target, names somebody who is to come
)

// Moments lists every moment.
var Moments = []Moment{OnDeclared, OnAck, OnSeverity, OnStatus, OnCommander, OnRole, OnUpdate, OnImportant, OnResolved, OnClosed, OnLinked, OnEscalated}

// Rule says what goes to a target.
type Rule struct {
	To       string   `yaml:"to"`
	On       []Moment `yaml:"on"`       // none: all that the vendor is for
	Severity string   `yaml:"severity"` // 2, 1-3; none: see Target
	Services []string `yaml:"services"` // only incidents of one of these
	Audience []string `yaml:"audience"` // only updates for one of these
	Ask      *bool    `yaml:"ask"`      // a person must say yes; if not said: for pages and what is public
	Drills   bool     `yaml:"drills"`   // also for drills

	worst, mildest model.Severity
}

// Addresses that are always the same.
const (
	pagerdutyAPI    = "https://api.pagerduty.com"
	pagerdutyEvents = "https://events.pagerduty.com"
	slackAPI        = "https://slack.com/api/"
	statuspageAPI   = "https://api.statuspage.io"
	ntfyServer      = "https://ntfy.sh"
)

var emojiRe = regexp.MustCompile(`^[a-z0-9_+'-]{1,100}$`)

var nameRe = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

// ParseConfig reads an outbound.yaml. name is the file as it is to be called in
// errors, which are model.Errors with the place in the file.
func ParseConfig(name string, data []byte) (Config, error) {
	var c Config
	doc, err := strictyaml.Parse(name, data)
	if err == nil {
		err = doc.Decode(&c)
	}
	if err != nil {
		// Without the piece of the file that the reason shows: it may hold a
		// secret, which somebody put there in spite of all.
		said, _ := Redact(model.Message(err))
		return Config{}, model.Errorf(model.CodeOf(err), "%s", said)
	}
	for _, n := range c.Names() {
		t := c.Targets[n]
		at := "$.targets." + n
		if !nameRe.MatchString(n) {
			return Config{}, doc.Errorf("$.targets", "%q is no name for a target: give small letters, digits and hyphens, at most 30", model.Brief(n, 40))
		}
		if t.Vendor == "" && slices.Contains(Vendors, Vendor(n)) {
			t.Vendor = Vendor(n)
		}
		if !slices.Contains(Vendors, t.Vendor) {
			return Config{}, doc.Errorf(at, "target %s: vendor %q is not known: give one of %s", n, model.Brief(string(t.Vendor), 40), list(Vendors))
		}
		if err := t.fill(); err != nil {
			return Config{}, doc.Errorf(at, "target %s: %s", n, model.Message(err))
		}
		c.Targets[n] = t
	}
	for i := range c.Rules {
		if where, err := c.Rules[i].check(c.Targets); err != nil {
			return Config{}, doc.Errorf(fmt.Sprintf("$.rules[%d]%s", i, where), "rule %d: %s", i+1, model.Message(err))
		}
	}
	return c, nil
}

// Names lists the targets in order.
func (c Config) Names() []string {
	var out []string
	for n := range c.Targets {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Named is a target with its name.
type Named struct {
	Name   string
	Vendor Vendor
}

// List gives the targets in order.
func (c Config) List() []Named {
	var out []Named
	for _, n := range c.Names() {
		out = append(out, Named{n, c.Targets[n].Vendor})
	}
	return out
}

// Empty reports whether there is nowhere to send anything.
func (c Config) Empty() bool { return len(c.Targets) == 0 }

func list[T ~string](words []T) string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return strings.Join(out, ", ")
}

// fill puts in what was not said, and refuses what cannot work.
func (t *Target) fill() error {
	need := func(what, value string) error {
		if strings.TrimSpace(value) == "" {
			return model.Errorf(model.Invalid, "%s is missing: %s needs it", what, t.Vendor.Name())
		}
		return nil
	}
	or := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	var err error
	switch t.Vendor {
	case PagerDuty:
		or(&t.URL, pagerdutyAPI)
		or(&t.EventsURL, pagerdutyEvents)
		if t.Service != "" {
			err = need("user", t.User)
		}
	case Slack:
		or(&t.URL, slackAPI)
		t.Echo = strings.Trim(t.Echo, ":")
		if t.Echo != "" && !emojiRe.MatchString(t.Echo) {
			err = model.Errorf(model.Invalid, "%q is no name of an emoji: give one like pushpin", model.Brief(t.Echo, 40))
		}
	case Jira:
		or(&t.Type, "Incident")
		or(&t.Done, "Done")
		for _, n := range []struct{ what, value string }{{"url", t.URL}, {"user", t.User}, {"project", t.Project}} {
			if err == nil {
				err = need(n.what, n.value)
			}
		}
	case Statuspage:
		t.Public = true
		or(&t.URL, statuspageAPI)
		err = need("page", t.Page)
	case Ntfy:
		or(&t.URL, ntfyServer)
		err = need("topic", t.Topic)
	case Mail:
		if err = need("url", t.URL); err == nil {
			err = need("from", t.From)
		}
		if err == nil && len(t.To) == 0 {
			err = need("to", "")
		}
	}
	if err == nil && t.Echo != "" && t.Vendor != Slack {
		err = model.Errorf(model.Invalid, "echo is for Slack only: %s has no such thing", t.Vendor.Name())
	}
	if err != nil {
		return err
	}
	for _, u := range []string{t.URL, t.EventsURL} {
		if err := t.address(u); err != nil {
			return err
		}
	}
	return nil
}

// address refuses what would send a secret in the open or carries one itself.
func (t *Target) address(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return model.Errorf(model.Invalid, "%q is no address: give one like https://host/path", model.Brief(raw, 80))
	case u.User != nil:
		return model.Errorf(model.Invalid, "the address carries a login: secrets come from the environment, see `warroom connect --help`")
	case t.Vendor == Mail && (u.Scheme == "smtp" || u.Scheme == "smtps"):
		return nil
	case u.Scheme == "https", u.Scheme == "http" && Loopback(u.Hostname()):
		return nil
	case t.Vendor == Mail:
		return model.Errorf(model.Invalid, "%q is no mail server: give smtp://host:587 or smtps://host:465", model.Brief(raw, 80))
	}
	return model.Errorf(model.Invalid, "%q: only https is used, except to this machine itself", model.Brief(raw, 80))
}

// Loopback reports whether a host is this machine, by its usual names.
func Loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// check settles a rule; where is the field that is wrong.
func (r *Rule) check(targets map[string]Target) (where string, err error) {
	t, ok := targets[r.To]
	if !ok {
		return "", model.Errorf(model.Invalid, "there is no target %q: name one of those under targets", model.Brief(r.To, 40))
	}
	for i, m := range r.On {
		if !slices.Contains(Moments, m) {
			return fmt.Sprintf(".on[%d]", i), model.Errorf(model.Invalid, "%q is nothing to act on: give %s", model.Brief(string(m), 40), list(Moments))
		}
	}
	if r.worst, r.mildest, err = severities(r.Severity, t.Vendor); err != nil {
		return ".severity", err
	}
	return "", nil
}

// severities reads a range. A status page is for major incidents if nothing else
// is said, everything else for all.
func severities(s string, v Vendor) (worst, mildest model.Severity, err error) {
	s = strings.TrimSpace(s)
	if s == "" {
		if v == Statuspage {
			return 1, 2, nil
		}
		return model.SevWorst, model.SevMildest, nil
	}
	from, to, ranged := strings.Cut(s, "-")
	a, e1 := strconv.Atoi(strings.TrimSpace(from))
	b, e2 := a, error(nil)
	if ranged {
		b, e2 = strconv.Atoi(strings.TrimSpace(to))
	}
	worst, mildest = model.Severity(a), model.Severity(b)
	if e1 != nil || e2 != nil || !worst.Valid() || !mildest.Valid() || worst > mildest {
		return 0, 0, model.Errorf(model.Invalid, "%q is no range of severities: give 2 or 1-3", model.Brief(s, 40))
	}
	return worst, mildest, nil
}

// does is what each vendor does at each moment.
var does = map[Vendor]map[Moment][]Action{
	PagerDuty: {
		OnDeclared: {Open}, OnAck: {Ack}, OnRole: {Invite}, OnUpdate: {Post}, OnImportant: {Post}, OnResolved: {Close}, OnEscalated: {Invite, Post},
	},
	Slack: {
		OnDeclared: {Open, Update}, OnSeverity: {Update, Post}, OnStatus: {Update, Post}, OnCommander: {Update},
		OnRole: {Invite}, OnUpdate: {Post}, OnImportant: {Post}, OnResolved: {Update, Post}, OnClosed: {Close}, OnLinked: {Update}, OnEscalated: {Invite, Post},
	},
	Jira: {
		OnDeclared: {Open}, OnSeverity: {Post}, OnStatus: {Post}, OnUpdate: {Post}, OnImportant: {Post}, OnResolved: {Close}, OnLinked: {Update},
	},
	Statuspage: {
		OnDeclared: {Open}, OnSeverity: {Update}, OnStatus: {Post}, OnUpdate: {Post}, OnResolved: {Close},
	},
	Webhook: {
		OnDeclared: {Post}, OnSeverity: {Post}, OnStatus: {Post}, OnCommander: {Post}, OnUpdate: {Post}, OnImportant: {Post}, OnResolved: {Post}, OnClosed: {Post}, OnEscalated: {Post},
	},
	Ntfy: {OnDeclared: {Post}, OnSeverity: {Post}, OnUpdate: {Post}, OnResolved: {Post}, OnEscalated: {Post}},
	Mail: {OnDeclared: {Post}, OnSeverity: {Post}, OnUpdate: {Post}, OnResolved: {Post}, OnEscalated: {Post}},
}

// match finds the rule by which a moment concerns a target. ok is false if none
// does.
func (c Config) match(name string, m Moment, i *model.Incident, audience string) (r Rule, ok bool) {
	t := c.Targets[name]
	if len(does[t.Vendor][m]) == 0 || m == OnEscalated && t.Public { // who is called is nobody's business out there
		return r, false
	}
	rules := c.Rules
	if len(rules) == 0 {
		r := Rule{To: name}
		r.worst, r.mildest, _ = severities("", t.Vendor)
		rules = []Rule{r}
	}
	for _, r := range rules {
		switch {
		case r.To != name,
			len(r.On) > 0 && !slices.Contains(r.On, m),
			i.Severity < r.worst || i.Severity > r.mildest,
			i.Drill && !r.Drills,
			len(r.Services) > 0 && !slices.ContainsFunc(i.Services, func(s string) bool {
				return slices.ContainsFunc(r.Services, func(w string) bool { return strings.EqualFold(s, w) })
			}),
			m == OnUpdate && audience != "" && len(r.Audience) > 0 && !slices.Contains(r.Audience, audience):
			continue
		}
		return r, true
	}
	return r, false
}

// asks reports whether an action needs a person's yes: if nothing is said, what
// wakes somebody up, what calls for somebody and what customers read does.
func (r Rule) asks(t Target, m Moment, a Action) bool {
	if r.Ask != nil {
		return *r.Ask
	}
	return m == OnEscalated || t.Public || t.Vendor == PagerDuty && (a == Open || a == Invite)
}
