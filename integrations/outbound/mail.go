package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"warroom/model"
	"warroom/model/outbox"
)

// mailer sends plain mail. Its Message-ID stays the same over all attempts, and
// all mail of an incident is one thread.
type mailer struct {
	base
	password Secret
}

func (v *mailer) client() (*mail.Client, error) {
	u, err := url.Parse(v.t.URL)
	if err != nil {
		return nil, err
	}
	o := []mail.Option{mail.WithTimeout(dialPatience), mail.WithDialContextFunc(mail.DialContextFunc(v.c.dial)), mail.WithoutNoop()}
	switch {
	case u.Scheme == "smtps":
		o = append(o, mail.WithSSL(), mail.WithPort(465))
	case outbox.Loopback(u.Hostname()):
		o = append(o, mail.WithTLSPolicy(mail.TLSOpportunistic), mail.WithPort(587))
	default:
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithPort(587))
	}
	if p, err := strconv.Atoi(u.Port()); err == nil {
		o = append(o, mail.WithPort(p))
	}
	if v.t.User != "" && !v.password.Empty() {
		o = append(o, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(v.t.User), mail.WithPassword(v.password.reveal()))
	}
	return mail.NewClient(u.Hostname(), o...)
}

func (v *mailer) host() string {
	_, host, _ := strings.Cut(v.t.From, "@")
	return strings.Trim(host, "> ")
}

func (v *mailer) Send(ctx context.Context, j outbox.Job) outbox.Result {
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.From(v.t.From); err != nil {
		return outbox.Result{Verdict: outbox.Refused, Reason: "from in outbound.yaml is no mail address"}
	}
	if err := m.To(v.t.To...); err != nil {
		return outbox.Result{Verdict: outbox.Refused, Reason: "to in outbound.yaml has something that is no mail address"}
	}
	c := j.Content
	m.Subject(cut(oneLine(j.Incident+" "+headline(c)), 200))
	m.SetMessageIDWithValue(j.ID.String() + "@" + v.host())
	root := "<" + strings.ToLower(j.Incident) + "@" + v.host() + ">"
	m.SetGenHeader(mail.HeaderReferences, root)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetDateWithValue(j.Created)
	m.SetBodyString(mail.TypeTextPlain, fmt.Sprintf("%s\n\n%s %s\n", model.Valid(c.Text), j.Incident, topic(c)))
	cl, err := v.client()
	if err != nil {
		return outbox.Result{Verdict: outbox.Refused, Reason: "the mail server in outbound.yaml cannot be used: check its address"}
	}
	if err := cl.DialAndSendWithContext(ctx, m); err != nil {
		return v.end(err)
	}
	return sent(outbox.Remote{ID: j.ID.String() + "@" + v.host()})
}

// end sorts the errors of a mail server: 4xx is for later, 5xx for good.
func (v *mailer) end(err error) outbox.Result {
	var se *mail.SendError
	if errors.As(err, &se) {
		code := se.ErrorCode()
		r := outbox.Result{Verdict: outbox.Unknown, Reason: fmt.Sprintf("the mail server answered %d", code)}
		switch {
		case code == 0:
			r.Reason = "the mail server broke off"
		case se.IsTemp():
			r.Verdict = outbox.Again
		case code == 535 || code == 530 || code == 534:
			r.Verdict = outbox.Denied
		default:
			r.Verdict = outbox.Refused
		}
		return r
	}
	if strings.Contains(err.Error(), "535") || strings.Contains(strings.ToLower(err.Error()), "auth") {
		return outbox.Result{Verdict: outbox.Denied, Reason: "the mail server does not accept the login: check user and password"}
	}
	reason, final := v.c.fault(err)
	r := outbox.Result{Verdict: outbox.Again, Reason: reason}
	if final != nil {
		r.Verdict = outbox.Denied
	}
	return r
}

func (v *mailer) Check(ctx context.Context) Identity {
	id := Identity{Target: v.name, Vendor: v.t.Vendor, Who: v.t.User}
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	cl, err := v.client()
	if err == nil {
		err = cl.DialWithContext(ctx)
	}
	if err != nil {
		id.Detail = v.end(err).Reason
		return id
	}
	_ = cl.Close()
	id.OK, id.Detail = true, "the mail server lets us in"
	return id
}

func (v *mailer) Look(context.Context, model.Outlet) outbox.Standing {
	return outbox.Standing{Detail: "mail keeps no state"}
}
