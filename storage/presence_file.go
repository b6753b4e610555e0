package storage

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"warroom/model"
)

// The file of a seat begins with the one line that counts: a checksum of eight
// hexadecimal digits, a space and a model.Presence in JSON. It is written in
// place, since a new file would need a new lock, and the checksum tells a reader
// that it read while somebody wrote.

const (
	seatEnd   = ".seat" // of the name of a file
	seatName  = 16      // hexadecimal digits before that, by chance
	seatLimit = 4 << 10 // bytes; a file with more is none of ours
	newborn   = 2 * time.Second
	maxSeats  = 1000 // that are shown
	maxFiles  = 10 * maxSeats
)

func isSeat(name string) bool {
	digits, ok := strings.CutSuffix(name, seatEnd)
	return ok && len(digits) == seatName && strings.Trim(digits, "0123456789abcdef") == ""
}

func hallDir(s *Store) string { return s.path + "-here" }

// makeHall makes the folder if it is missing and tells the mode for files in it.
func makeHall(s *Store) (os.FileMode, error) {
	if no, why := s.ReadOnly(); no {
		return 0, model.Errorf(model.ReadOnly, "nobody is shown: %s", why)
	}
	record, err := os.Stat(s.path)
	if err != nil {
		return 0, err // it was moved away: nothing is made where it was
	}
	mode, dir := sideMode(record), hallDir(s)
	within := mode | mode>>2&0o110
	if err := os.Mkdir(dir, within); err == nil {
		_ = os.Chmod(dir, within) // the umask may have taken the group's
	} else if at, gone := os.Lstat(dir); gone != nil || !at.IsDir() {
		return 0, err
	}
	return mode, nil
}

// tell brings what others see up to date; st.mu is held. What cannot be told is
// tried again by mend.
func (st *Seat) tell() {
	switch {
	case st.f == nil:
		if time.Since(st.sat) >= st.nap {
			st.sit()
		}
	case !st.told.Same(st.want):
		if st.write() != nil {
			st.drop()
		}
	}
}

// mend makes sure that the seat has a file that others can see, and says how
// long from now it is to be looked at again; 0 if all is well.
func (st *Seat) mend() time.Duration {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.left || !st.said {
		return 0
	}
	if st.f != nil {
		if now, err := os.Stat(st.path); err == nil && sameAs(st.f, now) {
			return 0
		}
		st.drop()
	}
	if no, _ := st.s.ReadOnly(); no {
		return 0
	}
	st.tell()
	if st.f != nil {
		return 0
	}
	return max(time.Until(st.sat.Add(st.nap)), time.Millisecond)
}

// drop gives the file up.
func (st *Seat) drop() {
	if st.f == nil {
		return
	}
	// While it is locked, so that it is certainly the own one.
	if now, err := os.Stat(st.path); err == nil && sameAs(st.f, now) {
		removeSeat(st.f, st.path)
	} else {
		st.f.Close()
	}
	st.f = nil
}

// removeSeat removes a file and closes it. Some systems want that the other way
// round.
func removeSeat(f *os.File, path string) {
	err := os.Remove(path)
	f.Close()
	if err != nil {
		_ = os.Remove(path)
	}
}

// sit makes a file for the seat.
func (st *Seat) sit() {
	now := time.Now()
	if now.Sub(st.sat) > 2*longestNap {
		st.nap = 0
	}
	st.sat, st.nap = now, min(max(2*st.nap, firstNap), longestNap)
	mode, err := makeHall(st.s)
	for try := 0; err == nil && st.f == nil && try < 20; try++ {
		err = st.place(mode)
	}
}

// place tries to make a file; there is none afterwards if somebody took the new
// one for a dead one.
func (st *Seat) place(mode os.FileMode) error {
	var id [seatName / 2]byte
	rand.Read(id[:])
	path := filepath.Join(hallDir(st.s), hex.EncodeToString(id[:])+seatEnd)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if mode&0o060 != 0 {
		_ = os.Chmod(path, mode) // the umask may have taken the group's
	}
	for try := 0; ; try++ { // somebody may look at it at this moment
		if err = lockSeat(f, true); err == nil || !isHeld(err) || try == 20 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		removeSeat(f, path)
		return err
	}
	if now, err := os.Stat(path); err != nil || !sameAs(f, now) {
		f.Close()
		return nil
	}
	st.f, st.path = f, path
	if err := st.write(); err != nil {
		st.drop()
		return err
	}
	return nil
}

// write puts what is wanted into the file.
func (st *Seat) write() error {
	text, err := json.Marshal(st.want)
	if err != nil {
		return err
	}
	st.wrote = time.Now()
	// What is left of a longer line comes after the end of this one.
	if _, err := st.f.WriteAt(fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(text), text), 0); err != nil {
		return err
	}
	st.told = st.want
	return nil
}

// parseSeat reads what is in a file.
func parseSeat(text []byte) (p model.Presence, ok bool) {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	if len(line) < 10 || len(text) > seatLimit || line[8] != ' ' {
		return p, false
	}
	var sum [4]byte
	if _, err := hex.Decode(sum[:], line[:8]); err != nil {
		return p, false
	}
	if crc := crc32.ChecksumIEEE(line[9:]); [4]byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)} != sum {
		return p, false
	}
	if json.Unmarshal(line[9:], &p) != nil {
		return model.Presence{}, false
	}
	p = p.Bounded()
	return p, p.Person != "" && p.PID >= 0
}

// visit looks at one file of the hall: who it is, if it can be read, and whether
// somebody lives in it. One whose owner is gone is removed.
func (s *Store) visit(name string) (p model.Presence, known, alive bool) {
	path := filepath.Join(hallDir(s), name)
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() || fi.Size() > seatLimit {
		return p, false, false
	}
	if age := time.Since(fi.ModTime()); fi.Size() == 0 && age > -newborn && age < newborn {
		return p, false, true // its owner is about to lock it
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openGently, 0)
	if err != nil {
		return p, false, false
	}
	switch err := lockSeat(f, false); {
	case err == nil: // the owner would not have let go of it
		if no, _ := s.ReadOnly(); no {
			f.Close()
		} else {
			removeSeat(f, path)
		}
		return p, false, false
	case !isHeld(err):
		f.Close()
		return p, false, false
	}
	defer f.Close()
	var text [seatLimit + 1]byte
	for try := range 4 { // it may be written to at this moment
		time.Sleep(time.Duration(try) * 20 * time.Microsecond)
		n, err := f.ReadAt(text[:], 0)
		if err != nil && err != io.EOF {
			break
		}
		if p, known = parseSeat(text[:n]); known {
			break
		}
	}
	return p, known, true
}

// roll looks at all files of the hall, up to a limit.
func (s *Store) roll(ctx context.Context) (map[string]model.Presence, error) {
	there := map[string]model.Presence{}
	dir := hallDir(s)
	if fi, err := os.Lstat(dir); err != nil || !fi.IsDir() {
		return there, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return there, nil
	}
	defer d.Close()
	for files := 0; files < maxFiles && len(there) < maxSeats; {
		names, err := d.Readdirnames(min(256, maxFiles-files))
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if files++; !isSeat(name) {
				continue
			}
			if p, ok, _ := s.visit(name); ok && len(there) < maxSeats {
				there[name] = p
			}
		}
		if err != nil || len(names) == 0 {
			break
		}
	}
	return there, nil
}
