package outbound

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"warroom/model"
	"warroom/model/outbox"
)

// Ledger is what the echo needs of the record.
type Ledger interface {
	// Whose gives the incident that opened a thing outside; "" if none did.
	Whose(ctx context.Context, target, remote string) (string, error)
	List(ctx context.Context, f model.Filter) ([]model.Summary, error)
	Do(ctx context.Context, incident string, r model.Request) (model.Receipt, error)
}

// Echo brings into the timeline what is said in Slack: messages that somebody has
// marked with the emoji that the target chose, and those that are sent to the
// bot. It listens by Socket Mode, so that nothing has to reach this machine.
//
// A message becomes one entry, however often it is marked, delivered, or heard by
// several rooms. Slack is told that it was taken only when the record has it.
type Echo struct {
	Ledger Ledger
	Config outbox.Config
	Options
	Again time.Duration        // between two tries to listen; 0: a minute
	Logf  func(string, ...any) // each new reason why nothing comes in; nil: nowhere

	mu     sync.Mutex
	silent map[string]string
}

// What bounds the echo.
const (
	echoAgain   = time.Minute
	echoFrame   = 1 << 20 // bytes of one delivery
	echoWorks   = 10 * time.Second
	tookIt      = "white_check_mark" // the bot's sign under what it was told
	memberNames = 1000               // that are remembered
)

// Run listens until ctx ends.
func (e *Echo) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, n := range e.Config.Names() {
		if t := e.Config.Targets[n]; t.Echo != "" {
			all.Go(func() { e.listen(ctx, n, t) })
		}
	}
	all.Wait()
}

// Deaf says why nothing comes in from Slack; "" if it does, or if nothing is to.
func (e *Echo) Deaf() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range e.Config.Names() {
		if why := e.silent[n]; why != "" {
			return n + ": " + why
		}
	}
	return ""
}

func (e *Echo) silence(name, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.silent == nil {
		e.silent = map[string]string{}
	}
	if why != "" && why != e.silent[name] && e.Logf != nil {
		e.Logf("%s: %s", name, why)
	}
	e.silent[name] = why
}

// listen keeps a connection for one target.
func (e *Echo) listen(ctx context.Context, name string, t outbox.Target) {
	again := e.Again
	if again == 0 {
		again = echoAgain
	}
	for ctx.Err() == nil {
		s, err := newEar(ctx, name, t, e.Options)
		if err == nil {
			err = e.hear(ctx, s)
		}
		if ctx.Err() != nil {
			return
		}
		e.silence(name, model.Message(err))
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// ear is the listening side of a Slack target.
type ear struct {
	*slackRoom
	socket *socketmode.Client
	me     string // our own user
	names  map[string]string
}

func newEar(ctx context.Context, name string, t outbox.Target, o Options) (*ear, error) {
	v, err := New(ctx, name, t, o)
	if err != nil {
		return nil, err
	}
	s := &ear{slackRoom: v.(*slackRoom), names: map[string]string{}}
	if s.app.Empty() {
		return nil, o.Secrets.of(name, t).missing(whatApp)
	}
	dial := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, NetDialContext: s.c.dial, HandshakeTimeout: tlsPatience}
	s.socket = socketmode.New(s.api, socketmode.OptionDialer(dial), socketmode.OptionReadLimit(echoFrame))
	return s, nil
}

// hear takes what is said until the connection cannot be had any more. The error
// is a sentence.
func (e *Echo) hear(ctx context.Context, s *ear) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	call, w := s.c.begin(ctx)
	me, err := s.api.AuthTestContext(call)
	if err != nil {
		return model.Errorf(model.Busy, "%s", s.end(w, err).Reason)
	}
	s.me = me.UserID
	ended := make(chan error, 1)
	go func() { ended <- s.socket.RunContext(ctx) }()
	for {
		select {
		case err := <-ended:
			return model.Errorf(model.Busy, "%s", s.deaf(err))
		case v := <-s.socket.Events:
			switch v.Type {
			case socketmode.EventTypeHello:
				e.silence(s.name, "")
			case socketmode.EventTypeConnectionError:
				if c, ok := v.Data.(*slack.ConnectionErrorEvent); ok {
					e.silence(s.name, s.deaf(c.ErrorObj))
				}
			case socketmode.EventTypeEventsAPI:
				api, ok := v.Data.(slackevents.EventsAPIEvent)
				if v.Request == nil {
					continue
				}
				if !ok || e.take(ctx, s, api.InnerEvent.Data) {
					_ = s.socket.AckCtx(ctx, v.Request.EnvelopeID, nil)
				}
			}
		}
	}
}

// deaf words why there is no connection. The address is a secret, so nothing of
// an error of the library is used.
func (s *ear) deaf(err error) string {
	_, w := s.c.begin(context.Background())
	switch {
	case err == nil:
		return "the connection ended"
	case said(err) != "" || errors.As(err, new(*slack.RateLimitedError)):
		return "what is marked there does not come in: " + s.end(w, err).Reason
	}
	reason, _ := s.c.fault(err)
	return "what is marked there does not come in: " + reason
}

// heard is a message of Slack that is to become an entry.
type heard struct {
	channel, ts, user, text string
	told                    bool // it was said to the bot, which answers
}

// take writes down what an event of Slack brings. It reports whether Slack needs
// not deliver it again.
func (e *Echo) take(ctx context.Context, s *ear, event any) bool {
	ctx, cancel := context.WithTimeout(ctx, echoWorks)
	defer cancel()
	var h heard
	switch v := event.(type) {
	case *slackevents.ReactionAddedEvent:
		if v.Reaction != s.t.Echo || v.Item.Type != "message" {
			return true
		}
		if whose, err := e.Ledger.Whose(ctx, s.name, v.Item.Channel); err != nil {
			return false
		} else if whose == "" && v.Item.Channel != s.t.Channel {
			return true // people use emoji elsewhere, too
		}
		m, err := s.message(ctx, v.Item.Channel, v.Item.Timestamp)
		if err != nil {
			return false
		}
		if m == nil {
			return true
		}
		h = heard{v.Item.Channel, m.Timestamp, m.User, m.Text, false}
	case *slackevents.AppMentionEvent:
		if v.BotID != "" || v.Edited != nil {
			return true
		}
		h = heard{v.Channel, v.TimeStamp, v.User, v.Text, true}
	case *slackevents.MessageEvent:
		if v.BotID != "" || v.SubType != "" || v.ChannelType != "im" {
			return true
		}
		h = heard{v.Channel, v.TimeStamp, v.User, v.Text, true}
	default:
		return true
	}
	if h.user == s.me || h.user == "" {
		return true
	}
	err := e.write(ctx, s, h)
	switch code := model.CodeOf(err); {
	case err == nil:
		if h.told {
			_ = s.api.AddReactionContext(ctx, tookIt, slack.NewRefToMessage(h.channel, h.ts))
		}
	case code == model.Busy || code == model.Internal:
		return false
	default:
		_, _, _ = s.api.PostMessageContext(ctx, h.channel, slack.MsgOptionText(plainText("not written down: "+model.Message(err)), false),
			slack.MsgOptionTS(h.ts), slack.MsgOptionDisableMarkdown())
	}
	return true
}

// message reads one message of a channel, also of a thread; nil if it is not
// there or is one of our own.
func (s *ear) message(ctx context.Context, channel, ts string) (*slack.Message, error) {
	list, _, _, err := s.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: ts, Oldest: ts, Latest: ts, Inclusive: true, Limit: 1, IncludeAllMetadata: true,
	})
	switch said(err) {
	case "message_not_found", "thread_not_found", "channel_not_found", "not_in_channel":
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k := slices.IndexFunc(list, func(m slack.Message) bool { return m.Timestamp == ts })
	if k < 0 || list[k].BotID != "" || list[k].Metadata.EventType == "warroom" {
		return nil, nil
	}
	return &list[k], nil
}

var namesIncident = regexp.MustCompile(`^(?i:inc)-[0-9-]{3,30}`)

// write makes the entry.
func (e *Echo) write(ctx context.Context, s *ear, h heard) error {
	text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(h.text), "<@"+s.me+">"))
	incident, err := e.Ledger.Whose(ctx, s.name, h.channel)
	if err != nil {
		return err
	}
	if incident == "" {
		open, err := e.Ledger.List(ctx, model.Filter{Open: true})
		if err != nil {
			return err
		}
		named := namesIncident.FindString(text)
		var ids []string
		for _, o := range open {
			if named == "" || strings.EqualFold(o.ID, named) {
				ids = append(ids, o.ID)
			}
		}
		switch {
		case len(ids) == 1:
			incident = ids[0]
			text = strings.TrimLeft(text[len(named):], " :,")
		case named != "":
			return model.Errorf(model.NotFound, "no incident %s is open", named)
		case len(ids) == 0:
			return model.Errorf(model.NotFound, "no incident is open")
		default:
			return model.Errorf(model.Invalid, "%d incidents are open: say it in the channel of one, or begin with its id, like %s", len(ids), ids[0])
		}
	}
	at, err := slackTime(h.ts)
	if err != nil {
		return err
	}
	_, err = e.Ledger.Do(ctx, incident, model.Request{
		ID: heardID(h, at), Actor: s.person(ctx, h.user),
		Command: model.AddNote{Text: s.readable(ctx, text), At: at},
	})
	return err
}

// slackTime reads Slack's stamp of a message, seconds with a fraction.
func slackTime(ts string) (time.Time, error) {
	sec, frac, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(sec, 10, 64)
	us, err2 := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil || err2 != nil || n < 0 || n > 1<<33 || us < 0 {
		return time.Time{}, model.Errorf(model.Invalid, "Slack gave %q as the time of the message, which is none", model.Brief(ts, 30))
	}
	return model.Millis(time.Unix(n, us*1000)), nil
}

// heardID is the id of the request that writes a message down: the same however
// often it comes.
func heardID(h heard, at time.Time) model.ID {
	sum := sha256.Sum256(fmt.Appendf(nil, "warroom/echo/v1\x00%s\x00%s", h.channel, h.ts))
	id := model.ID(sum[:16])
	for k, ms := 5, at.UnixMilli(); k >= 0; k, ms = k-1, ms>>8 {
		id[k] = byte(ms)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return id
}

// person is who a user of Slack is here: as the target's people say, or as Slack
// calls them, marked, since anybody may call themselves anything there.
func (s *ear) person(ctx context.Context, user string) string {
	if n, ok := s.names[user]; ok {
		return n
	}
	name, known := "", false
	mail := ""
	if u, err := s.api.GetUserInfoContext(ctx, user); err == nil {
		name, mail = u.Profile.DisplayName, u.Profile.Email
		for _, other := range []string{u.RealName, u.Name} {
			if strings.TrimSpace(name) == "" {
				name = other
			}
		}
	}
	for who, id := range s.t.People {
		if id == user || mail != "" && strings.EqualFold(id, mail) {
			name, known = who, true
		}
	}
	name = strings.Join(strings.Fields(model.Visible(model.Brief(name, 60))), " ")
	if name == "" {
		name = user
	}
	if !known {
		name += " (Slack)"
	}
	if len(s.names) < memberNames {
		s.names[user] = name
	}
	return name
}

var marksUp = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

// readable is a text of Slack as people read it there: names for its ids, and its
// three escaped letters as they are.
func (s *ear) readable(ctx context.Context, text string) string {
	text = marksUp.ReplaceAllStringFunc(text, func(m string) string {
		p := marksUp.FindStringSubmatch(m)
		kind, what, label := p[1], p[2], p[3]
		switch kind {
		case "@":
			if label == "" {
				label = strings.TrimSuffix(s.person(ctx, what), " (Slack)")
			}
			return "@" + label
		case "#":
			if label == "" {
				label = what
			}
			return "#" + label
		case "!":
			if label == "" {
				label, _, _ = strings.Cut(what, "^")
			}
			return "@" + strings.TrimPrefix(label, "@")
		}
		if label == "" || label == what || strings.HasSuffix(what, "://"+label) || what == "mailto:"+label {
			return what
		}
		return label + " (" + what + ")"
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
