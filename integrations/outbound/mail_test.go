package outbound_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
)

// post is a mail server that answers the next mails as it is told to.
type post struct {
	addr string
	mu   sync.Mutex
	say  []string // to each mail: an answer, or "break" for taking it and going away
	got  []string
}

func newPost(t *testing.T, say ...string) *post {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := &post{addr: l.Addr().String(), say: say}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

func (p *post) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	fmt.Fprint(c, "220 post\r\n")
	for in.Scan() {
		switch verb, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); verb {
		case "EHLO":
			fmt.Fprint(c, "250-post\r\n250 8BITMIME\r\n")
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var mail strings.Builder
			for in.Scan() && in.Text() != "." {
				mail.WriteString(in.Text() + "\n")
			}
			p.mu.Lock()
			p.got = append(p.got, mail.String())
			answer := "250 taken"
			if len(p.say) > 0 {
				answer, p.say = p.say[0], p.say[1:]
			}
			p.mu.Unlock()
			if answer == "break" {
				return
			}
			fmt.Fprint(c, answer+"\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}

// header gives the lines of a mail's header that begin with a name.
func header(mail, name string) []string {
	var out []string
	head, _, _ := strings.Cut(mail, "\n\n")
	for line := range strings.Lines(head) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), name+": "); ok {
			out = append(out, v)
		}
	}
	return out
}

func TestMail(t *testing.T) {
	p := newPost(t, "451 later", "break")
	s := newStageOf(t, func(*rig) string {
		return fmt.Sprintf("targets:\n  mail: {url: %q, from: warroom@example.com, to: [ops@example.com]}\n", "smtp://"+p.addr)
	})
	id := s.do("", model.Declare{Title: "x\r\nBcc: everybody@example.com", Description: "line\r\n.\r\nRSET", Severity: 1})
	for range 4 {
		s.drain()
		s.pass(time.Minute)
	}
	if got := s.left(); got != "" {
		t.Fatalf("not sent:\n%s", got)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) != 3 {
		t.Fatalf("%d mails were handed over, want 3: later, broken off, taken", len(p.got))
	}
	ids := map[string]bool{}
	for _, m := range p.got {
		for _, v := range header(m, "Message-ID") {
			ids[v] = true
		}
		if refs := header(m, "References"); len(refs) != 1 || !strings.Contains(refs[0], strings.ToLower(id)) {
			t.Errorf("its thread is %q", refs)
		}
		if bcc := header(m, "Bcc"); len(bcc) > 0 {
			t.Errorf("a title made a header: %q", bcc)
		}
	}
	if len(ids) != 1 {
		t.Errorf("the ids of one message's tries: %v", ids)
	}
}

func TestMailThatIsRefused(t *testing.T) {
	p := newPost(t, "550 nobody here wants CANARY")
	s := newStageOf(t, func(*rig) string {
		return fmt.Sprintf("targets:\n  mail: {url: %q, from: warroom@example.com, to: [ops@example.com]}\n", "smtp://"+p.addr)
	})
	s.do("", model.Declare{Title: "x"})
	if m := s.attempt(); m.State != outbox.Failed || m.Reason != "the mail server answered 550" {
		t.Errorf("%s %q", m.State, m.Reason)
	}
	v, err := outbound.New(bg, "mail", s.conf.Targets["mail"], s.worker.Options)
	if err != nil {
		t.Fatal(err)
	}
	if who := v.Check(bg); !who.OK {
		t.Error(who.Detail)
	}
}
