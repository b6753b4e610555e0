package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"warroom/model"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"\n", []string{""}},
		{"a", []string{"a"}},
		{"a\n", []string{"a"}},
		{"a\r\nb", []string{"a", "b"}},
		{"a\r\r\n", []string{"a\r"}},
		{"\n\na\n\n", []string{"", "", "a", ""}},
		{"\ufeffa\n\ufeffb\n", []string{"a", "\ufeffb"}},
		{strings.Repeat("x", 40<<10) + "\nb\n", []string{strings.Repeat("x", 40<<10), "b"}},
	} {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(c.in), "byte by byte": iotest.OneByteReader(strings.NewReader(c.in)),
			"data with EOF": iotest.DataErrReader(strings.NewReader(c.in)),
		} {
			var got []string
			n := 0
			for l := range lines(r) {
				n++
				if l.err != nil || l.end != nil || l.n != n {
					t.Errorf("%.20q %s: line %d: %+v", c.in, name, n, l)
				}
				got = append(got, l.text)
			}
			if strings.Join(got, "|") != strings.Join(c.want, "|") || len(got) != len(c.want) {
				t.Errorf("%.20q %s: got %.60q, want %.60q", c.in, name, got, c.want)
			}
		}
	}
}

// zeros is an endless line.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestLinesBoundMemory(t *testing.T) {
	const size = 200 << 20
	r := io.MultiReader(strings.NewReader("before\n"), io.LimitReader(zeros{}, size), strings.NewReader("\nafter"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var got []inputLine
	for l := range lines(r) {
		got = append(got, l)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 {
		t.Errorf("%d bytes allocated for a line of %d", n, size)
	}
	if len(got) != 3 || got[0].text != "before" || got[2].text != "after" || got[2].n != 3 {
		t.Fatalf("got %d lines: %+v", len(got), got)
	}
	if model.CodeOf(got[1].err) != model.Invalid || !strings.Contains(got[1].err.Error(), "209715201 bytes") {
		t.Errorf("long line: %v", got[1].err)
	}
}

func TestLinesLimit(t *testing.T) {
	for n, long := range map[int]bool{maxLine - 1: false, maxLine: false, maxLine + 1: true, maxLine + 2: true, maxLine + 3: true} {
		for _, end := range []string{"", "\n", "\r\n"} {
			for l := range lines(strings.NewReader(strings.Repeat("x", n) + end)) {
				if (l.err != nil) != long {
					t.Errorf("%d bytes and %q: %v", n, end, l.err)
				}
				if !long && len(l.text) != n {
					t.Errorf("%d bytes and %q: %d came back", n, end, len(l.text))
				}
			}
		}
	}
}

func TestLinesReadError(t *testing.T) {
	broken := errors.New("cable cut")
	var got []inputLine
	for l := range lines(io.MultiReader(strings.NewReader("one\ntwo"), iotest.ErrReader(broken))) {
		got = append(got, l)
	}
	if len(got) != 3 || got[1].text != "two" || !errors.Is(got[2].end, broken) {
		t.Errorf("got %+v", got)
	}
}

// A pipe that is silent must not keep the program from ending.
func TestInputEndsWhenCanceled(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int)
	go func() {
		n := 0
		for range input(ctx, r) {
			n++
			cancel()
		}
		done <- n
	}()
	io.Copy(w, bytes.NewReader([]byte("one\n")))
	select {
	case n := <-done:
		if n != 1 {
			t.Errorf("%d lines", n)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still waiting for input")
	}
}
