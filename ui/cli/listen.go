package cli

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/integrations/inbound"
	"warroom/model"
)

// The address that listen takes by itself: only this machine can reach it.
const listenAddr = "127.0.0.1:9099"

// datadogTemplate is a payload for Datadog's webhook, which has no fixed shape.
const datadogTemplate = `{"event_title":"$EVENT_TITLE","event_msg":"$TEXT_ONLY_MSG","alert_id":"$ALERT_ID","alert_title":"$ALERT_TITLE","alert_transition":"$ALERT_TRANSITION","alert_cycle_key":"$ALERT_CYCLE_KEY","aggreg_key":"$AGGREG_KEY","alert_priority":"$ALERT_PRIORITY","alert_scope":"$ALERT_SCOPE","date":"$DATE","link":"$LINK"}`

func (a *app) listen(root *cobra.Command) {
	var addr, tlsCert, tlsKey, keep string
	var sources []string
	c := a.add(root, groupCare, &cobra.Command{
		Use: "listen", Short: "Receive alerts from monitoring tools by HTTP",
		Long: "Receive alerts by HTTP until ctrl+c. Nothing listens unless this runs, and by itself only this machine can reach it.\n\n" +
			"A source is a name and its secret: NAME=file:PATH or NAME=env:VARIABLE; twice the same name gives two secrets, of which either will do while one is changed. " +
			"Its alerts go to http://ADDRESS/alerts/NAME. The secret is sent as Authorization: Bearer, as the password of basic authorization, as X-Warroom-Token, or as ?token=; " +
			"or the sender signs (PagerDuty, Sentry, Grafana, X-Hub-Signature-256). Without sources everything under /alerts is taken, on a loopback address only.\n\n" +
			"Formats are recognised by themselves: " + strings.Join(inbound.Formats(), ", ") + ". An answer of 202 means that the alerts are on the disk. " +
			"What cannot be read is kept aside: warroom alert aside.\n\n" +
			"Amazon SNS proves itself by the secret in its address, https://sns:SECRET@HOST/alerts/NAME. Its signature is not checked: the certificate for that has to be fetched from where the payload says, and no payload makes warroom ask anybody for anything. " +
			"For the same reason a person confirms the subscription.\n\n" +
			"Alertmanager: receivers: [{name: warroom, webhook_configs: [{url: http://" + listenAddr + "/alerts/alertmanager, max_alerts: 500}]}]\n" +
			"Datadog has no fixed format; use this as the payload: " + datadogTemplate,
		Example: "warroom listen\nwarroom listen --addr 0.0.0.0:9099 --source alertmanager=file:/run/secrets/am --source pagerduty=env:PD_SECRET --cert c.pem --key k.pem",
	}, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("listen --addr HOST:PORT --source NAME=file:PATH")
		}
		list, err := readSources(sources)
		if err != nil {
			return err
		}
		var kept time.Duration
		if keep != "" {
			if kept, err = keepFor(keep); err != nil {
				return err
			}
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		if ro, why := a.store.ReadOnly(); ro {
			return model.Errorf(model.ReadOnly, "alerts cannot be received: the record is open for reading only: %s", why)
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return model.Wrap(model.Invalid, err, "cannot listen at %s", model.Brief(addr, 80))
		}
		defer l.Close()
		o := inbound.Options{Sources: list, Inbox: a.store, Log: func(line string) { a.hint(model.Visible(line)) }}
		s, err := inbound.NewServer(o, l.Addr())
		if err != nil {
			return err
		}
		scheme := "http"
		if tlsCert != "" || tlsKey != "" {
			if l, err = secure(l, tlsCert, tlsKey); err != nil {
				return err
			}
			scheme = "https"
		}
		if err := a.listening(scheme, l.Addr().String(), list); err != nil {
			return err
		}
		if kept > 0 {
			go a.pruning(ctx, kept)
		}
		if err := s.Serve(ctx, l); err != nil {
			return model.Wrap(model.Internal, err, "listening at %s has ended", l.Addr())
		}
		return ctx.Err()
	})
	f := c.Flags()
	f.StringVar(&addr, "addr", listenAddr, "where to listen; port 0 takes a free one")
	f.StringArrayVar(&sources, "source", nil, "a sender: NAME=file:PATH or NAME=env:VARIABLE; may be repeated")
	f.StringVar(&keep, "keep", "", "forget old alerts of no incident after this time, such as 180d (see warroom alert prune); nothing is forgotten without it")
	f.StringVar(&tlsCert, "cert", "", "certificate for HTTPS, a PEM file")
	f.StringVar(&tlsKey, "key", "", "its key")
}

// listening says where alerts go to.
func (a *app) listening(scheme, addr string, sources []inbound.Source) error {
	base := scheme + "://" + addr + inbound.Prefix
	var urls []string
	for _, s := range sources {
		urls = append(urls, base+"/"+s.Name)
	}
	if a.flag.json {
		b, err := json.Marshal(map[string]any{"listening": addr, "urls": list(urls)})
		if err != nil {
			return model.Wrap(model.Internal, err, "cannot write where it listens")
		}
		return a.write(append(b, '\n'))
	}
	p := a.page()
	if len(urls) == 0 {
		p.linef("alerts go to %s (only this machine can reach it, without a secret)", base)
	}
	for _, u := range urls {
		p.linef("alerts go to %s", u)
	}
	return a.send(p)
}

// readSources reads the senders and their secrets.
func readSources(flags []string) ([]inbound.Source, error) {
	var out []inbound.Source
	for _, f := range flags {
		name, where, _ := strings.Cut(f, "=")
		kind, at, _ := strings.Cut(where, ":")
		var secret []byte
		switch kind {
		case "env":
			secret = []byte(os.Getenv(at))
		case "file":
			file, err := os.Open(at)
			if err != nil {
				return nil, unreadable(at, err)
			}
			secret, err = io.ReadAll(io.LimitReader(file, 64<<10))
			file.Close()
			if err != nil {
				return nil, unreadable(at, err)
			}
		default:
			return nil, model.Errorf(model.Invalid, "%q says no secret: give NAME=file:PATH or NAME=env:VARIABLE", model.Brief(name, 40))
		}
		secret = []byte(strings.TrimSpace(string(secret)))
		if len(secret) < 8 {
			return nil, model.Errorf(model.Invalid, "the secret of %s (%s) is missing or shorter than 8 characters", model.Brief(name, 40), model.Brief(where, 80))
		}
		known := false
		for i := range out {
			if out[i].Name == name {
				out[i].Secrets = append(out[i].Secrets, secret)
				known = true
			}
		}
		if !known {
			out = append(out, inbound.Source{Name: name, Auth: inbound.Auth{Secrets: [][]byte{secret}}})
		}
	}
	return out, nil
}

// secure puts TLS over a listener.
func secure(l net.Listener, cert, key string) (net.Listener, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, model.Wrap(model.Invalid, err, "the certificate cannot be used: give --cert and --key, both PEM files")
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}
