package output

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

// Stream says where a piece came from.
type Stream byte

// The streams of a program.
const (
	Out Stream = 1
	Err Stream = 2
)

// Limits on what is kept. The rest is counted, never an error.
const (
	HeadKept = 64 << 10  // bytes of the beginning in memory
	TailKept = 192 << 10 // bytes of the end in memory
	FileKept = 64 << 20  // bytes of one step in its file
)

type piece struct {
	stream Stream
	at     time.Time
	data   []byte
}

// Record keeps what one command printed. It is safe for several goroutines.
type Record struct {
	mu      sync.Mutex
	head    []piece
	tail    []piece
	headMax int
	tailMax int
	headLen int
	tailLen int
	total   int64
	dropped int64 // bytes that are in neither head nor tail
	by      [3]int64
	nuls    int
	invalid int
	probed  int
	cut     [3][]byte // per stream, the beginning of a character that has not ended
	file    io.Writer
	left    int64 // what the file still takes
	begun   bool  // the file holds something
	fileErr error
	version int64
}

// NewRecord also writes everything to file, at most limit bytes; file may be nil.
func NewRecord(file io.Writer, limit int64) *Record {
	return &Record{file: file, left: limit, headMax: HeadKept, tailMax: TailKept}
}

// Keep says how many bytes stay in memory: a quarter of them of the beginning, the
// rest of the end. Call it before the first Add; 0 leaves it as it is.
func (r *Record) Keep(n int) {
	if n > 0 {
		r.headMax, r.tailMax = n/4, n-n/4
	}
}

// Add takes a redacted piece of a stream that came at a moment.
func (r *Record) Add(s Stream, at time.Time, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version++
	r.probe(s, p)
	r.total += int64(len(p))
	r.by[s] += int64(len(p))
	if r.file != nil && r.left > 0 && r.fileErr == nil {
		n := min(int64(len(p)), r.left)
		if _, err := r.file.Write(p[:n]); err != nil {
			r.fileErr = err
		}
		r.left, r.begun = r.left-n, true
	}
	if room := r.headMax - r.headLen; room > 0 {
		n := min(room, len(p))
		r.head = join(r.head, s, at, p[:n])
		r.headLen += n
		p = p[n:]
	}
	if len(p) > r.tailMax {
		r.dropped += int64(len(p) - r.tailMax)
		p = p[len(p)-r.tailMax:]
	}
	if len(p) == 0 {
		return
	}
	r.tail = join(r.tail, s, at, p)
	r.tailLen += len(p)
	for r.tailLen > r.tailMax {
		over := r.tailLen - r.tailMax
		first := &r.tail[0]
		n := min(over, len(first.data))
		first.data = first.data[n:]
		if r.tailLen, r.dropped = r.tailLen-n, r.dropped+int64(n); len(first.data) == 0 {
			r.tail = r.tail[1:]
		}
	}
}

// join puts a piece behind others of the same stream, so that a program that
// writes letter by letter makes no more pieces than one that writes lines.
func join(list []piece, s Stream, at time.Time, p []byte) []piece {
	const chunk = 16 << 10
	for len(p) > 0 {
		if n := len(list); n > 0 && list[n-1].stream == s && len(list[n-1].data) < cap(list[n-1].data) {
			last := &list[n-1]
			k := min(len(p), cap(last.data)-len(last.data))
			last.data = append(last.data, p[:k]...)
			p = p[k:]
			continue
		}
		size := 512
		if n := len(list); n > 0 && list[n-1].stream == s || len(p) > size {
			size = chunk
		}
		list = append(list, piece{s, at, make([]byte, 0, size)})
	}
	return list
}

// probe looks at the first 8 KiB for signs that this is no text. A character that
// a piece cuts in two is looked at whole.
func (r *Record) probe(s Stream, p []byte) {
	const look = 8 << 10
	if r.probed >= look {
		return
	}
	p = p[:min(len(p), look-r.probed)]
	r.probed += len(p)
	r.nuls += bytes.Count(p, []byte{0})
	p = append(r.cut[s], p...)
	for len(p) > 0 && utf8.FullRune(p) {
		c, n := utf8.DecodeRune(p)
		if c == utf8.RuneError && n == 1 {
			r.invalid++
		}
		p = p[n:]
	}
	r.cut[s] = p
}

// Line is one plain line with its stream.
type Line struct {
	Stream Stream
	Text   string
}

// View is a record as it can be shown.
type View struct {
	Lines   []Line
	Total   int64 // bytes printed, after redaction
	Out     int64
	Err     int64
	Dropped int64 // bytes that Lines do not hold
	Binary  bool  // Lines then only say so
	FileErr error // why the file does not hold everything
	Unsaved bool  // the file is full
	Version int64 // grows with every piece
}

// Version tells cheaply whether anything came since the last View.
func (r *Record) Version() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

// View cleans what is kept. Lines of both streams are in the order in which they
// ended.
func (r *Record) View() View {
	r.mu.Lock()
	v := View{Total: r.total, Out: r.by[Out], Err: r.by[Err], Dropped: r.dropped, FileErr: r.fileErr, Unsaved: r.file != nil && r.left <= 0, Version: r.version}
	v.Binary = r.nuls > 0 || r.probed > 0 && r.invalid*10 > r.probed*3
	saved := ""
	if f, ok := r.file.(interface{ Name() string }); ok && r.begun && r.fileErr == nil {
		saved = ", saved as " + f.Name()
	}
	head, tail := copied(r.head), copied(r.tail)
	r.mu.Unlock()
	if v.Binary {
		v.Lines = []Line{{Out, fmt.Sprintf("binary, %d bytes", v.Total) + saved}}
		return v
	}
	if v.Dropped == 0 {
		v.Lines = clean(append(head, tail...))
		return v
	}
	v.Lines = clean(head)
	v.Lines = append(v.Lines, Line{Out, fmt.Sprintf("… %d bytes not kept …", v.Dropped)})
	v.Lines = append(v.Lines, clean(tail)...)
	return v
}

func copied(list []piece) []piece {
	out := make([]piece, len(list))
	for i, p := range list {
		out[i] = piece{p.stream, p.at, bytes.Clone(p.data)}
	}
	return out
}

func clean(list []piece) []Line {
	var out []Line
	var cs [3]*Cleaner
	for _, s := range []Stream{Out, Err} {
		cs[s] = NewCleaner(func(l string) { out = append(out, Line{s, l}) })
	}
	for _, p := range list {
		_, _ = cs[p.stream].Write(p.data)
	}
	cs[Out].Close()
	cs[Err].Close()
	return out
}

// Stdout is what was kept of the standard output, cleaned, with line ends; for
// checks and captures.
func (v View) Stdout() string { return v.text(Out) }

// Stderr is the same of the other stream.
func (v View) Stderr() string { return v.text(Err) }

func (v View) text(s Stream) string {
	var b bytes.Buffer
	for _, l := range v.Lines {
		if l.Stream == s {
			b.WriteString(l.Text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}
