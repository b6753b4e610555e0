package model

import (
	"errors"
	"fmt"
)

// Code says what sort of failure an Error is, so that a caller can choose an
// exit status or a next step without reading the sentence.
type Code string

// The codes. Their text appears in --json output and is fixed.
const (
	Invalid  Code = "invalid"   // the input is wrong; nothing was written
	NotFound Code = "not_found" // no such incident, entry or order
	Conflict Code = "conflict"  // understood, but the incident's state forbids it
	Busy     Code = "busy"      // the record is locked by somebody else; try again
	ReadOnly Code = "read_only" // the record cannot be written from here
	Full     Code = "full"      // no space left to write
	Corrupt  Code = "corrupt"   // the file is damaged or is not a record of ours
	Newer    Code = "newer"     // the record was written by a newer warroom
	Internal Code = "internal"  // everything else
)

// Error is the one failure that crosses package borders: a code for programs
// and a whole sentence for people, which says what is wrong and what to do.
type Error struct {
	Code Code
	Msg  string
	Err  error // the cause, if another error caused it
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of the given code.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error of the given code that keeps its cause. The sentence is
// what people read; the cause is for the log and for errors.Is.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...), Err: cause}
}

// CodeOf returns the code of the first Error in err's chain, Internal for any
// other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// Message returns the sentence for people: the first Error's own, without its
// cause, or err's text.
func Message(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Msg
	}
	return err.Error()
}
