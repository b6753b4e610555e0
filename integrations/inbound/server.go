package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// Source is one sender: the last part of its address, and its secrets.
type Source struct {
	Name string
	Auth
}

// Options says how to listen.
type Options struct {
	Sources []Source // none: /alerts takes everything, on a loopback address only
	Inbox   Inbox
	Now     func() time.Time   // nil: time.Now
	Log     func(line string)  // a line per request that is of interest; nil: none
	Rate    float64            // requests a second of one source; 0: 200
	Seen    func(alert.Intake) // told what each request changed; nil: nobody
}

const (
	defaultRate = 200
	burst       = 5 // seconds of Rate that may come at once
	busyAnswers = 8 // requests read at the same time: bounds what they take of memory
	answerTime  = 20 * time.Second
)

// Server receives what the tools send. It is an http.Handler.
type Server struct {
	o     Options
	b     *batcher
	slots chan struct{}

	mu      sync.Mutex
	buckets map[string]*bucket
}

// NewServer makes a server for a listener at addr. Without a secret for every
// source it refuses to listen where others can reach it.
func NewServer(o Options, addr net.Addr) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rate == 0 {
		o.Rate = defaultRate
	}
	names := map[string]bool{}
	for _, s := range o.Sources {
		if !nameOK(s.Name) || names[s.Name] {
			return nil, model.Errorf(model.Invalid, "%q is no name for a source, or stands there twice: use letters, digits, - and _", model.Brief(s.Name, 40))
		}
		names[s.Name] = true
	}
	if !Loopback(addr) {
		if len(o.Sources) == 0 {
			return nil, model.Errorf(model.Invalid, "others can reach %s: give every source a secret, for example --source alertmanager=file:/run/secrets/am", addr)
		}
		for _, s := range o.Sources {
			if len(s.Secrets) == 0 {
				return nil, model.Errorf(model.Invalid, "others can reach %s, and the source %s has no secret: give it one, for example --source %s=file:/run/secrets/%s", addr, s.Name, s.Name, s.Name)
			}
		}
	}
	return &Server{o: o, b: newBatcher(o.Inbox), slots: make(chan struct{}, busyAnswers), buckets: map[string]*bucket{}}, nil
}

func nameOK(s string) bool {
	return s != "" && len(s) <= 40 && strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// Loopback reports whether only this machine can reach an address.
func Loopback(addr net.Addr) bool {
	if a, ok := addr.(*net.TCPAddr); ok {
		return a.IP.IsLoopback()
	}
	return addr.Network() == "unix"
}

// Serve answers on l until ctx ends; then requests under way are answered and
// what waits is committed.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: answerTime + 10*time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		err = h.Shutdown(last)
		cancel()
	}
	s.b.close()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// Prefix is where the sources' addresses begin.
const Prefix = "/alerts"

// source finds whose address a request is for.
func (s *Server) source(path string) (Source, bool) {
	rest, ok := strings.CutPrefix(path, Prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return Source{}, false
	}
	name := strings.Trim(rest, "/")
	if len(s.o.Sources) == 0 {
		return Source{Name: name}, name == "" || nameOK(name)
	}
	k := slices.IndexFunc(s.o.Sources, func(x Source) bool { return x.Name == name })
	if k < 0 {
		return Source{}, false
	}
	return s.o.Sources[k], true
}

// reply is an answer.
type reply struct {
	code int
	body any
}

func refuse(code int, format string, args ...any) reply {
	return reply{code, map[string]any{"error": map[string]string{"code": strings.ToLower(strings.ReplaceAll(http.StatusText(code), " ", "_")), "message": fmt.Sprintf(format, args...)}}}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path == "/healthz" && r.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, "ok\n")
		return
	}
	began := s.o.Now()
	rep := s.handle(w, r)
	if rep.code >= 400 {
		_, _ = io.CopyN(io.Discard, r.Body, 64<<10) // so that the sender reads the answer
	}
	if rep.code == http.StatusServiceUnavailable || rep.code == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(rep.code)
	_ = json.NewEncoder(w).Encode(rep.body)
	if s.o.Log != nil { // the path only: a token may stand in the query
		s.o.Log(fmt.Sprintf("%s %d %s %s from %s in %s%s", began.UTC().Format(time.TimeOnly), rep.code, r.Method, model.Brief(r.URL.Path, 80), model.Brief(r.RemoteAddr, 60), s.o.Now().Sub(began).Round(time.Millisecond), said(rep)))
	}
}

func said(r reply) string {
	b, _ := json.Marshal(r.body)
	return ": " + model.Brief(string(b), 200)
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) reply {
	src, ok := s.source(r.URL.Path)
	if !ok {
		return refuse(http.StatusNotFound, "nothing listens here: alerts go to %s/NAME", Prefix)
	}
	if r.Header.Get("Origin") != "" { // a page in a browser has no business here
		return refuse(http.StatusForbidden, "browsers may not post here")
	}
	switch r.Method {
	case http.MethodOptions: // CloudEvents asks before it sends
		if o := r.Header.Get("Webhook-Request-Origin"); o != "" && len(o) < 200 {
			w.Header().Set("WebHook-Allowed-Origin", o)
			w.Header().Set("Allow", "POST, PUT")
			return reply{http.StatusOK, map[string]any{}}
		}
		fallthrough
	default:
		w.Header().Set("Allow", "POST, PUT")
		return refuse(http.StatusMethodNotAllowed, "send alerts by POST")
	case http.MethodPost, http.MethodPut:
	}
	if !typeOK(r) {
		return refuse(http.StatusUnsupportedMediaType, "send application/json, not %s", model.Brief(r.Header.Get("Content-Type"), 60))
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return refuse(http.StatusUnsupportedMediaType, "send the payload as it is, not as %s", model.Brief(enc, 30))
	}
	if !s.allowed(src.Name) {
		if strings.HasPrefix(r.UserAgent(), "Alertmanager") { // it tries again after 503 only
			return refuse(http.StatusServiceUnavailable, "too many requests of this source: slow down")
		}
		return refuse(http.StatusTooManyRequests, "too many requests of this source: slow down")
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-time.After(2 * time.Second):
		return refuse(http.StatusServiceUnavailable, "too many requests at once: try again in a moment")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); !large {
			return refuse(http.StatusBadRequest, "the request ended before all of it was here")
		}
		if len(src.Secrets) == 0 || src.Check(r, nil, s.o.Now()) == nil { // only from who has proved itself without the body
			s.keep(r.Context(), src, body, fmt.Sprintf("the payload is larger than %d bytes: only its beginning was kept", MaxBody))
		}
		return refuse(http.StatusRequestEntityTooLarge, "the payload is larger than %d bytes: send it in parts (Alertmanager: max_alerts)", MaxBody)
	}
	if err := src.Check(r, body, s.o.Now()); err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		return refuse(http.StatusUnauthorized, "not allowed")
	}
	return s.accept(r, src, body)
}

// accept reads a payload that may be read, and answers when it is durable.
func (s *Server) accept(r *http.Request, src Source, body []byte) reply {
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	read, err := Read(body, r.Header, s.o.Now())
	if err != nil {
		if !s.keep(ctx, src, body, model.Message(err)) {
			return refuse(http.StatusServiceUnavailable, "the payload cannot be read, and cannot be kept aside at present: try again")
		}
		code := http.StatusUnprocessableEntity
		switch {
		case errors.Is(err, errSyntax):
			code = http.StatusBadRequest
		case errors.Is(err, errMany):
			code = http.StatusRequestEntityTooLarge
		}
		return refuse(code, "%s; it was kept aside", model.Message(err))
	}
	if src.Name != "" {
		for i := range read.Aside {
			read.Aside[i].Source = src.Name
		}
	}
	if len(read.Alerts)+len(read.Aside) == 0 {
		return reply{http.StatusAccepted, map[string]any{"accepted": 0, "note": read.Note}}
	}
	n, err := s.b.put(ctx, read.Alerts, read.Aside)
	if err != nil {
		return refuse(http.StatusServiceUnavailable, "the alerts could not be written (%s): try again", model.Message(err))
	}
	if s.o.Seen != nil {
		s.o.Seen(n)
	}
	out := map[string]any{"accepted": len(read.Alerts), "format": read.Format}
	if len(read.Aside) > 0 {
		out["kept_aside"] = len(read.Aside)
	}
	if read.Note != "" {
		out["note"] = read.Note
	}
	return reply{http.StatusAccepted, out}
}

// keep puts a payload aside; false if that failed.
func (s *Server) keep(ctx context.Context, src Source, body []byte, why string) bool {
	if ctx.Err() != nil {
		return false
	}
	name := src.Name
	if name == "" {
		name = "listen"
	}
	_, err := s.b.put(ctx, nil, []alert.Aside{{Received: s.o.Now(), Source: name, Reason: why, Size: len(body), Body: body}})
	return err == nil
}

// typeOK reports whether a request says that it brings JSON. Amazon SNS says
// text/plain; some say nothing.
func typeOK(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("Content-Type") == "":
		return true
	case err != nil:
		return false
	case t == "text/plain":
		return r.Header.Get("X-Amz-Sns-Message-Type") != ""
	}
	return t == "application/json" || strings.HasSuffix(t, "+json") || t == "application/x-ndjson" || t == "application/jsonl"
}

// bucket holds the requests that a source may still make.
type bucket struct {
	left float64
	at   time.Time
}

func (s *Server) allowed(name string) bool {
	now := s.o.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[name]
	if b == nil {
		if len(s.buckets) > 1000 { // names are free where there are no sources
			clear(s.buckets)
		}
		b = &bucket{left: burst * s.o.Rate, at: now}
		s.buckets[name] = b
	}
	b.left = min(burst*s.o.Rate, b.left+max(0, now.Sub(b.at).Seconds())*s.o.Rate)
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
