package outbound

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"warroom/model"
	"warroom/model/outbox"
)

// slackRoom keeps a channel for each incident: made, told what happens, its topic
// and its pinned message kept current. All text is sent as plain text: nothing in
// it mentions, links or formats.
type slackRoom struct {
	base
	token Secret
	app   Secret // for listening; empty if that is not asked for
	api   *slack.Client
}

func newSlack(b base, token, app Secret) *slackRoom {
	url := b.t.URL
	if !strings.HasSuffix(url, "/") {
		url += "/"
	}
	return &slackRoom{b, token, app, slack.New(token.reveal(), slack.OptionAPIURL(url), slack.OptionHTTPClient(b.c.http), slack.OptionAppLevelToken(app.reveal()))}
}

// Limits of the API, in bytes.
const (
	slackName  = 80
	slackTopic = 250
	slackText  = 35_000
	slackPages = 50 // of the list of channels, a thousand each
)

// channelName is the seed's name of an incident's channel.
func channelName(incident string, n int) string {
	s := "incident-" + strings.ToLower(incident)
	if n > 1 {
		s += fmt.Sprint("-", n)
	}
	return cut(s, slackName)
}

func (s *slackRoom) Send(ctx context.Context, j outbox.Job) outbox.Result {
	ctx, w := s.c.begin(ctx)
	if j.Action == outbox.Open {
		return s.open(ctx, w, j)
	}
	channel := j.Opened.ID
	if s.t.Channel != "" {
		channel = s.t.Channel
	}
	if channel == "" {
		return byHand("Slack", "the channel")
	}
	switch j.Action {
	case outbox.Post:
		return s.post(ctx, w, j, channel, s.text(j))
	case outbox.Update:
		return s.update(ctx, w, j, channel)
	case outbox.Invite:
		return s.invite(ctx, w, j, channel)
	case outbox.Close:
		r := s.post(ctx, w, j, channel, s.text(j))
		if r.Verdict == outbox.Done && s.t.Archive {
			if err := s.api.ArchiveConversationContext(ctx, channel); err != nil && said(err) != "already_archived" {
				return s.end(w, err)
			}
		}
		if said := r.Reason; r.Verdict == outbox.Refused && strings.Contains(said, "is_archived") {
			return sent(outbox.Remote{Parent: channel}) // it is as it should be
		}
		return r
	}
	return unsupported(j)
}

// open makes the channel. Its name is the marker: only this incident has it. If
// it is taken by somebody else's channel, the next free name is used.
func (s *slackRoom) open(ctx context.Context, w *wire, j outbox.Job) outbox.Result {
	for n := 1; n <= 5; n++ {
		name := channelName(j.Incident, n)
		ch, err := s.api.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name, IsPrivate: s.t.Private})
		if err == nil {
			// The purpose says whose it is. If this fails, the maker says so too.
			_, _ = s.api.SetPurposeOfConversationContext(ctx, ch.ID, cut(marker(j.Incident)+" "+plainText(j.Content.Title), slackTopic))
			return sent(slackChannel(ch.ID, name))
		}
		if said(err) != "name_taken" {
			return s.end(w, err)
		}
		ch, err = s.find(ctx, name)
		if err != nil {
			return s.end(w, err)
		}
		if ch == nil { // a private channel that we do not see, or one just deleted
			continue
		}
		ours := strings.HasPrefix(ch.Purpose.Value, marker(j.Incident))
		if !ours && ch.Purpose.Value == "" {
			me, err := s.api.AuthTestContext(ctx)
			if err != nil {
				return s.end(w, err)
			}
			ours = me.UserID != "" && ch.Creator == me.UserID
		}
		if ours {
			return sent(slackChannel(ch.ID, name))
		}
	}
	return outbox.Result{Verdict: outbox.Refused, Reason: "the name " + channelName(j.Incident, 1) + " is taken by other channels in Slack"}
}

func slackChannel(id, name string) outbox.Remote {
	return outbox.Remote{ID: id, Key: "#" + name, URL: "https://slack.com/app_redirect?channel=" + id}
}

// find looks for a channel by its name; nil if there is none to be seen.
func (s *slackRoom) find(ctx context.Context, name string) (*slack.Channel, error) {
	kind := "public_channel"
	if s.t.Private {
		kind = "private_channel"
	}
	p := &slack.GetConversationsParameters{Limit: 1000, Types: []string{kind}}
	for range slackPages {
		list, next, err := s.api.GetConversationsContext(ctx, p)
		if err != nil {
			return nil, err
		}
		if k := slices.IndexFunc(list, func(c slack.Channel) bool { return c.Name == name }); k >= 0 {
			return &list[k], nil
		}
		if next == "" {
			return nil, nil
		}
		p.Cursor = next
	}
	return nil, nil
}

// sign is what marks a message of ours: its id, and for the one that is kept
// current the incident, since any of its updates may have been the first.
func sign(j outbox.Job) string {
	if j.Action == outbox.Update {
		return "state:" + j.Incident
	}
	return j.ID.String()
}

func (s *slackRoom) post(ctx context.Context, w *wire, j outbox.Job, channel, text string) outbox.Result {
	if j.Unsure {
		ts, err := s.written(ctx, j, channel)
		if err != nil {
			return s.end(w, err)
		}
		if ts != "" {
			return sent(outbox.Remote{ID: ts, Parent: channel})
		}
	}
	return s.put(ctx, w, j, channel, text)
}

// put posts without looking.
func (s *slackRoom) put(ctx context.Context, w *wire, j outbox.Job, channel, text string) outbox.Result {
	_, ts, err := s.api.PostMessageContext(ctx, channel, slack.MsgOptionText(cut(text, slackText), false),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "warroom", EventPayload: map[string]any{"id": sign(j), "incident": j.Incident}}),
		slack.MsgOptionDisableMarkdown(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if err != nil {
		return s.end(w, err)
	}
	return sent(outbox.Remote{ID: ts, Parent: channel})
}

// written looks for a message of ours at the end of a channel.
func (s *slackRoom) written(ctx context.Context, j outbox.Job, channel string) (ts string, err error) {
	p := &slack.GetConversationHistoryParameters{
		ChannelID: channel, Limit: 200, IncludeAllMetadata: true,
	}
	if j.Action != outbox.Update {
		p.Oldest = fmt.Sprintf("%d.000000", j.Created.Add(-5*time.Minute).Unix()) // clocks differ
	}
	for range slackPages {
		h, err := s.api.GetConversationHistoryContext(ctx, p)
		if err != nil {
			return "", err
		}
		for _, m := range h.Messages {
			if m.Metadata.EventType == "warroom" && m.Metadata.EventPayload["id"] == sign(j) {
				return m.Timestamp, nil
			}
		}
		if !h.HasMore || h.ResponseMetaData.NextCursor == "" {
			return "", nil
		}
		p.Cursor = h.ResponseMetaData.NextCursor
	}
	return "", nil
}

// update sets topic and pinned message. Both may be set twice without harm.
func (s *slackRoom) update(ctx context.Context, w *wire, j outbox.Job, channel string) outbox.Result {
	if _, err := s.api.SetTopicOfConversationContext(ctx, channel, cut(plainText(topic(j.Content)), slackTopic)); err != nil {
		return s.end(w, err)
	}
	text, ts := s.state(j), j.Pinned.ID
	if ts == "" { // an earlier update may have made it and not come to say so
		var err error
		if ts, err = s.written(ctx, j, channel); err != nil {
			return s.end(w, err)
		}
	}
	r := sent(outbox.Remote{ID: ts, Parent: channel})
	if ts != "" {
		_, _, _, err := s.api.UpdateMessageContext(ctx, channel, ts, slack.MsgOptionText(cut(text, slackText), false), slack.MsgOptionDisableMarkdown())
		if e := said(err); e == "message_not_found" || e == "cant_update_message" {
			ts = "" // somebody took it away
		} else if err != nil {
			return s.end(w, err)
		}
	}
	if ts == "" {
		if r = s.put(ctx, w, j, channel, text); r.Verdict != outbox.Done {
			return r
		}
	} else if j.Pinned.ID != "" {
		return r // and pinned
	}
	if err := s.api.AddPinContext(ctx, channel, slack.NewRefToMessage(channel, r.Remote.ID)); err != nil && said(err) != "already_pinned" {
		if v := s.end(w, err); v.Verdict != outbox.Refused && v.Verdict != outbox.Denied {
			v.Verdict = outbox.Unknown // the message is there
			return v
		}
	}
	return r
}

// topic is how an incident stands, in one line.
func topic(c outbox.Content) string {
	parts := []string{c.Severity.String(), string(c.Status)}
	if c.Commander != "" {
		parts = append(parts, "IC "+c.Commander)
	} else if c.Status.Live() {
		parts = append(parts, "no commander")
	}
	if len(c.Services) > 0 {
		parts = append(parts, strings.Join(c.Services, ", "))
	}
	return strings.Join(parts, " · ")
}

// state is the pinned message.
func (s *slackRoom) state(j outbox.Job) string {
	c := j.Content
	lines := []string{j.Incident + " " + c.Title, topic(c)}
	for _, l := range c.Links {
		lines = append(lines, l.Name+": "+l.URL)
	}
	return plainText(strings.Join(lines, "\n"))
}

func (s *slackRoom) text(j outbox.Job) string {
	t := j.Content.Text
	if s.t.Channel != "" {
		t = j.Incident + " " + t // many incidents share the channel
	}
	return plainText(t)
}

// plainText makes text that Slack shows as it is. Its three special letters are
// escaped, so that nothing becomes a mention or a hidden link.
func plainText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(model.Valid(s))
}

func (s *slackRoom) invite(ctx context.Context, w *wire, j outbox.Job, channel string) outbox.Result {
	for _, person := range j.Content.People {
		id := s.t.People[strings.ToLower(person)]
		if strings.Contains(id, "@") {
			u, err := s.api.GetUserByEmailContext(ctx, id)
			if err != nil {
				return s.end(w, err)
			}
			id = u.ID
		}
		if id == "" {
			return outbox.Result{Verdict: outbox.Refused, Reason: "outbound.yaml does not say who " + model.Brief(person, 40) + " is in Slack"}
		}
		_, err := s.api.InviteUsersToConversationContext(ctx, channel, id)
		if e := said(err); err != nil && e != "already_in_channel" && e != "cant_invite_self" {
			return s.end(w, err)
		}
	}
	return sent(outbox.Remote{Parent: channel})
}

// said is the error word of Slack, which answers 200 even when it refuses.
func said(err error) string {
	var e slack.SlackErrorResponse
	if errors.As(err, &e) {
		return e.Err
	}
	return ""
}

// end sorts Slack's error words.
func (s *slackRoom) end(w *wire, err error) outbox.Result {
	word := said(err)
	if word == "" {
		var many *slack.RateLimitedError
		if errors.As(err, &many) {
			return outbox.Result{Verdict: outbox.Again, Limited: true, After: many.RetryAfter, Reason: "Slack asks us to slow down"}
		}
		return s.c.conclude(w, err, "")
	}
	r := outbox.Result{Verdict: outbox.Refused, Reason: "Slack answered " + s.c.clean(word)}
	switch word {
	case "ratelimited", "rate_limited":
		r.Verdict, r.Limited, r.Reason = outbox.Again, true, "Slack asks us to slow down"
		r.After = 30 * time.Second
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
		r.Verdict = outbox.Unknown
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "missing_scope", "org_login_required", "ekm_access_denied", "access_denied":
		r.Verdict = outbox.Denied
		if word == "missing_scope" {
			var e slack.SlackErrorResponse
			if errors.As(err, &e) && e.Needed != "" {
				r.Reason += ": the right " + s.c.clean(e.Needed) + " is missing"
			}
		}
		r.Reason += "; check the credentials with `warroom connect`"
	}
	return r
}

// slackScopes are the rights that a token needs for all that is done here.
var slackScopes = []string{"channels:manage", "channels:read", "channels:history", "chat:write", "pins:write", "users:read.email"}

// echoScopes are those that listening needs besides.
var echoScopes = []string{"reactions:read", "reactions:write", "app_mentions:read", "im:history", "users:read"}

func (s *slackRoom) Check(ctx context.Context) Identity {
	id := Identity{Target: s.name, Vendor: s.t.Vendor}
	ctx, w := s.c.begin(ctx)
	me, err := s.api.AuthTestContext(ctx)
	if err != nil {
		id.Detail = s.end(w, err).Reason
		return id
	}
	id.OK, id.Who = true, model.Brief(me.User, 60)
	id.Detail = "Slack knows the token"
	if me.Team != "" {
		id.Detail += ", in the workspace " + model.Brief(me.Team, 60)
	}
	if w.scopes != "" {
		have := strings.FieldsFunc(w.scopes, func(r rune) bool { return r == ',' || r == ' ' })
		all := slackScopes
		if s.t.Echo != "" {
			all = slices.Concat(all, echoScopes)
		}
		for _, need := range all {
			if s.t.Private {
				need = strings.NewReplacer("channels:manage", "groups:write", "channels:", "groups:").Replace(need)
			}
			if !slices.Contains(have, need) {
				id.Missing = append(id.Missing, need)
			}
		}
	}
	if s.t.Echo != "" {
		id.Missing = append(id.Missing, s.hears(ctx)...)
	}
	return id
}

// hears says what is missing for listening. Asking for a place to listen at opens
// no connection.
func (s *slackRoom) hears(ctx context.Context) []string {
	if s.app.Empty() {
		return []string{"the app token, for what comes in: " + model.Message(s.o.Secrets.of(s.name, s.t).missing(whatApp))}
	}
	ctx, w := s.c.begin(ctx)
	if _, _, err := s.api.StartSocketModeContext(ctx); err != nil {
		return []string{"what comes in: " + s.end(w, err).Reason}
	}
	return nil
}

func (s *slackRoom) Look(ctx context.Context, o model.Outlet) outbox.Standing {
	ctx, w := s.c.begin(ctx)
	ch, err := s.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: o.ID})
	if err != nil {
		return outbox.Standing{Detail: s.end(w, err).Reason}
	}
	st := outbox.Standing{Known: true, Word: "open", Over: ch.IsArchived}
	if ch.IsArchived {
		st.Word = "archived"
	}
	return st
}
