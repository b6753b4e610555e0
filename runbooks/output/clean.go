package output

import (
	"unicode"
	"unicode/utf8"
)

// Cleaner turns what a program prints for a terminal into plain lines: escape
// sequences (also those that set a title or the clipboard), control characters,
// direction marks and invisible characters go, a carriage return keeps the last
// state of its line, a backspace takes a letter away, and bytes that are not
// UTF-8 become U+FFFD. One byte at a time gives the same as everything at once.
type Cleaner struct {
	state state
	seq   int    // bytes of the sequence that is being left out
	rune  []byte // a character that has not ended
	line  []byte
	cr    bool // a carriage return was seen; what follows writes over the line
	out   func(line string)
}

type state byte

const (
	ground     state = iota
	escape           // after ESC
	csi              // until a final byte
	text             // OSC, DCS, APC, PM, SOS: until BEL or ST
	textEscape       // ESC inside such a text
	charset          // one more byte
)

// maxSequence bounds a sequence that never ends, so that it cannot swallow the
// rest of the output; what follows is shown.
const maxSequence = 4 << 10

// maxShown is the longest line handed out; a longer one is broken.
const maxShown = 8 << 10

// NewCleaner hands finished lines, without their end, to out.
func NewCleaner(out func(line string)) *Cleaner { return &Cleaner{out: out} }

// Write takes the next piece. It never fails.
func (c *Cleaner) Write(p []byte) (int, error) {
	for _, b := range p {
		c.take(b)
	}
	return len(p), nil
}

// Partial is the line that has not ended.
func (c *Cleaner) Partial() string { return string(c.line) }

// Close hands out the line that has not ended, if it holds anything.
func (c *Cleaner) Close() {
	if len(c.rune) > 0 {
		c.rune = c.rune[:0]
		c.add(utf8.RuneError)
	}
	if len(c.line) > 0 {
		c.flush()
	}
}

func (c *Cleaner) take(b byte) {
	switch c.state {
	case ground:
		c.plain(b)
		return
	case escape:
		switch {
		case b == '[':
			c.state = csi
		case b == ']' || b == 'P' || b == 'X' || b == '^' || b == '_':
			c.state = text
		case b >= 0x20 && b <= 0x2f:
			c.state = charset
		case b == 0x1b:
		case b < 0x20:
			c.state = ground
			c.plain(b)
		default:
			c.state = ground
		}
	case charset:
		if b < 0x20 || b > 0x2f {
			c.state = ground
		}
	case csi:
		switch {
		case b == 0x1b:
			c.state = escape
		case b >= 0x40 && b <= 0x7e:
			c.state = ground
		case b == '\n': // no sequence goes over a line end
			c.state = ground
			c.plain(b)
		case b >= 0x80:
			c.state = ground
			c.plain(b)
		}
	case text:
		switch b {
		case 0x07, 0x9c:
			c.state = ground
		case 0x1b:
			c.state = textEscape
		case 0x18, 0x1a:
			c.state = ground
		}
	case textEscape:
		switch b {
		case '\\':
			c.state = ground
		case 0x1b:
		default: // a new sequence cancels the text
			c.state = escape
			c.take(b)
			return
		}
	}
	if c.state == ground {
		c.seq = 0
	} else if c.seq++; c.seq > maxSequence {
		c.state, c.seq = ground, 0
	}
}

func (c *Cleaner) plain(b byte) {
	if len(c.rune) > 0 || b >= 0x80 {
		c.bytes(b)
		return
	}
	c.ascii(b)
}

func (c *Cleaner) ascii(b byte) {
	switch {
	case b == 0x1b:
		c.state, c.seq = escape, 0
	case b == '\n':
		c.flush()
	case b == '\r':
		c.cr = true
	case b == '\b':
		if _, n := utf8.DecodeLastRune(c.line); n > 0 {
			c.line = c.line[:len(c.line)-n]
		}
	case b == '\t':
		c.add('\t')
	case b < 0x20 || b == 0x7f:
	default:
		c.add(rune(b))
	}
}

// bytes joins the bytes of one character.
func (c *Cleaner) bytes(b byte) {
	if len(c.rune) > 0 && (b < 0x80 || b >= 0xc0) { // the one before has not ended
		c.rune = c.rune[:0]
		c.add(utf8.RuneError)
		c.plain(b)
		return
	}
	if len(c.rune) == 0 && b < 0xc0 {
		if b == 0x9b || b == 0x90 || b == 0x9d || b == 0x98 || b == 0x9e || b == 0x9f { // C1 controls of eight bits
			c.seq = 0
			if c.state = text; b == 0x9b {
				c.state = csi
			}
			return
		}
		c.add(utf8.RuneError)
		return
	}
	c.rune = append(c.rune, b)
	if !utf8.FullRune(c.rune) {
		return
	}
	r, n := utf8.DecodeRune(c.rune)
	bad := len(c.rune) - n
	c.rune = c.rune[:0]
	if r == utf8.RuneError {
		for range bad + 1 {
			c.add(utf8.RuneError)
		}
		return
	}
	if invisible(r) {
		return
	}
	c.add(r)
}

func invisible(r rune) bool {
	return r >= 0x80 && r <= 0x9f || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

func (c *Cleaner) add(r rune) {
	if c.cr {
		c.line, c.cr = c.line[:0], false
	}
	if len(c.line) >= maxShown {
		c.flush()
	}
	c.line = utf8.AppendRune(c.line, r)
}

func (c *Cleaner) flush() {
	c.out(string(c.line))
	c.line, c.cr = c.line[:0], false
}

// Clean is a whole output as plain lines.
func Clean(b []byte) []string {
	var out []string
	c := NewCleaner(func(l string) { out = append(out, l) })
	_, _ = c.Write(b)
	c.Close()
	return out
}
