package outbound

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// webhook posts every message as JSON, signed as the Standard Webhooks
// specification lays down. Its id stays the same over all attempts.
type webhook struct {
	base
	address Secret // often a secret itself
	key     Secret
}

// hookBody is what a webhook gets. Its fields are fixed, since others read them.
type hookBody struct {
	Type      string    `json:"type"` // warroom.declared, warroom.update, …
	Timestamp time.Time `json:"timestamp"`
	Data      hookData  `json:"data"`
}

type hookData struct {
	Incident  string   `json:"incident"`
	Seq       int64    `json:"seq"`
	Title     string   `json:"title"`
	Severity  int      `json:"severity"`
	Status    string   `json:"status"`
	Services  []string `json:"services"`
	Commander string   `json:"commander"`
	Text      string   `json:"text"`
}

func (v *webhook) Send(ctx context.Context, j outbox.Job) outbox.Result {
	c := j.Content
	b, err := json.Marshal(hookBody{"warroom." + string(c.Kind), j.Created.UTC(), hookData{
		j.Incident, j.Seq, c.Title, int(c.Severity), string(c.Status), append([]string{}, c.Services...), c.Commander, c.Text,
	}})
	if err != nil {
		return outbox.Result{Verdict: outbox.Refused, Reason: "the message cannot be encoded"}
	}
	return v.put(ctx, j.ID.String(), b)
}

func (v *webhook) put(ctx context.Context, id string, b []byte) outbox.Result {
	ctx, w := v.c.begin(ctx)
	h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(v.o.Now().Unix(), 10)}}
	if !v.key.Empty() {
		h.Set("Webhook-Signature", signHook(v.key, id, h.Get("Webhook-Timestamp"), b))
	}
	status, _, err := v.c.call(ctx, http.MethodPost, v.address.reveal(), h, b, nil)
	if err == nil && status/100 == 2 {
		return sent(outbox.Remote{ID: id})
	}
	return v.c.conclude(w, err, "")
}

// signHook is the signature of Standard Webhooks, version 1.
func signHook(key Secret, id, timestamp string, body []byte) string {
	k := []byte(key.reveal())
	if b, ok := strings.CutPrefix(key.reveal(), "whsec_"); ok {
		if d, err := base64.StdEncoding.DecodeString(b); err == nil {
			k = d
		}
	}
	mac := hmac.New(sha256.New, k)
	fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (v *webhook) Check(ctx context.Context) Identity {
	b, _ := json.Marshal(map[string]any{"type": "warroom.ping", "timestamp": v.o.Now().UTC(), "data": map[string]any{}})
	r := v.put(ctx, "warroom-connect-"+strconv.FormatInt(v.o.Now().Unix(), 10), b)
	id := Identity{Target: v.name, Vendor: v.t.Vendor, OK: r.Verdict == outbox.Done, Detail: r.Reason}
	if id.OK {
		id.Detail = "the webhook took a warroom.ping"
	}
	return id
}

func (v *webhook) Look(context.Context, model.Outlet) outbox.Standing {
	return outbox.Standing{Detail: "a webhook cannot be asked"}
}

// ntfy sends to phones. It has no way to tell a repetition, so that a message
// whose fate is unknown may come twice.
type ntfy struct {
	base
	token Secret
}

func (v *ntfy) Send(ctx context.Context, j outbox.Job) outbox.Result {
	c := j.Content
	priority := map[model.Severity]int{1: 5, 2: 4, 3: 3, 4: 2, 5: 1}[c.Severity]
	in := map[string]any{
		"topic": v.t.Topic, "title": cut(oneLine(j.Incident+" "+headline(c)), 250),
		"message": cut(model.Valid(c.Text), 4000), "priority": max(1, priority), "tags": []string{"warroom"},
	}
	ctx, w := v.c.begin(ctx)
	h := http.Header{}
	if !v.token.Empty() {
		h.Set("Authorization", "Bearer "+v.token.reveal())
	}
	var out struct {
		ID string `json:"id"`
	}
	status, body, err := v.c.call(ctx, http.MethodPost, strings.TrimSuffix(v.t.URL, "/")+"/", h, in, &out)
	if err == nil && status/100 == 2 {
		return sent(outbox.Remote{ID: out.ID})
	}
	var e struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &e)
	return v.c.conclude(w, err, e.Error)
}

func (v *ntfy) Check(ctx context.Context) Identity {
	id := Identity{Target: v.name, Vendor: v.t.Vendor}
	ctx, w := v.c.begin(ctx)
	h := http.Header{}
	if !v.token.Empty() {
		h.Set("Authorization", "Bearer "+v.token.reveal())
	}
	status, _, err := v.c.call(ctx, http.MethodGet, join(v.t.URL, v.t.Topic, "auth"), h, nil, nil)
	if err != nil || status/100 != 2 {
		id.Detail = v.c.conclude(w, err, "").Reason
		return id
	}
	id.OK, id.Detail = true, "ntfy lets us use the topic"
	if u, err := url.Parse(v.t.URL); err == nil && u.Host == "ntfy.sh" && v.token.Empty() {
		id.Detail += "; on a public server without a token, everybody who guesses its name reads it"
	}
	return id
}

func (v *ntfy) Look(context.Context, model.Outlet) outbox.Standing {
	return outbox.Standing{Detail: "ntfy keeps no state"}
}
