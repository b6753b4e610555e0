package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"

	"warroom/model"
)

// maxLine is what is kept of a line of input, in bytes: an entry as long as it
// may be, and room for time, mark and kind in front of it.
const maxLine = model.MaxText + 256

// inputLine is a line that was read.
type inputLine struct {
	n    int // 1, 2, 3 …; blank lines count
	text string
	err  error // why the line cannot be used
	end  error // why nothing more can be read; the line is void
}

// input reads lines in the background until the end or until ctx is canceled: a
// pipe that is silent must not keep the program from ending. Memory stays
// bounded whatever comes.
func input(ctx context.Context, r io.Reader) iter.Seq[inputLine] {
	ch := make(chan inputLine, 64)
	stop := make(chan struct{})
	go func() {
		defer close(ch)
		for l := range lines(r) {
			select {
			case ch <- l:
			case <-stop:
				return
			}
		}
	}()
	return func(yield func(inputLine) bool) {
		defer close(stop)
		for {
			select {
			case <-ctx.Done():
				return
			case l, ok := <-ch:
				if !ok || !yield(l) {
					return
				}
			}
		}
	}
}

// lines cuts r into lines without their ends (LF or CR LF). The last one needs
// no end. A line longer than maxLine is read over and reported.
func lines(r io.Reader) iter.Seq[inputLine] {
	return func(yield func(inputLine) bool) {
		br := bufio.NewReaderSize(r, 16<<10)
		var buf []byte
		for n := 1; ; n++ {
			buf = buf[:0]
			size := 0
			var err error
			for {
				var part []byte
				part, err = br.ReadSlice('\n')
				size += len(part)
				if room := maxLine + 2 - len(buf); room > 0 { // 2: the line's end
					buf = append(buf, part[:min(room, len(part))]...)
				}
				if !errors.Is(err, bufio.ErrBufferFull) {
					break
				}
			}
			if size == 0 && err != nil {
				if !errors.Is(err, io.EOF) {
					yield(inputLine{n: n - 1, end: err})
				}
				return
			}
			text := bytes.TrimSuffix(bytes.TrimSuffix(buf, []byte("\n")), []byte("\r"))
			if n == 1 {
				text = bytes.TrimPrefix(text, []byte("\ufeff")) // a mark that Windows tools put first
			}
			l := inputLine{n: n, text: string(text)}
			if len(text) > maxLine {
				l.text = ""
				l.err = model.Errorf(model.Invalid, "the line is too long: %d bytes, at most %d; put the rest in a file and name it", size, model.MaxText)
			}
			if !yield(l) {
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(inputLine{n: n, end: err})
				}
				return
			}
		}
	}
}
