package model

import (
	"fmt"
	"strings"
	"time"
)

// KeptTree is the fault tree of a review: the file as somebody wrote it, so that
// every terminal can solve and draw it. What it means is the business of package
// faulttree.
type KeptTree struct {
	Name string    `json:"name"` // of the file it came from
	Text string    `json:"text"` // YAML or Open-PSA XML; "" if there is none
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Seq  int64     `json:"seq"` // the event that kept it
}

// MaxTree bounds a kept tree, in bytes. About a thousand events fit.
const MaxTree = MaxText

// KindReviewTree is a fault tree that was kept, replaced or taken away.
const KindReviewTree Kind = "review_tree"

var _ = register(KindReviewTree, newBody[ReviewTree])

// ReviewTree keeps a fault tree in the record. An empty File takes it away.
type ReviewTree struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Base   int64  `json:"base,omitempty"` // the tree that it replaces
	Reason string `json:"reason,omitempty"`
}

func (b *ReviewTree) Text() string {
	if b.File == "" {
		return fmt.Sprintf("postmortem: fault tree %s taken away", b.Name) + because(b.Reason)
	}
	return fmt.Sprintf("postmortem: fault tree %s kept", b.Name)
}
func (b *ReviewTree) Important() bool { return false }

func (b *ReviewTree) fold(i *Incident, e Event) {
	if b.File == "" {
		i.Writeup.Tree = KeptTree{Seq: e.Seq}
		return
	}
	i.Writeup.Tree = KeptTree{b.Name, b.File, e.Actor, e.At, e.Seq}
}

// KeepTree keeps a fault tree in the record, in place of the one that is there.
// Base is the Seq of that one as the writer saw it; below 0 does not ask. The
// caller has checked that File is a tree.
type KeepTree struct {
	Name, File string
	Base       int64
}

// Decide refuses what is too long, the same tree again, and a tree in place of
// one that the writer has not seen.
func (c KeepTree) Decide(s Scene) ([]Draft, error) {
	there := s.Incident.Writeup.Tree
	name, err := cleanText("name of the tree", c.Name, MaxTitle)
	if err != nil {
		return nil, err
	}
	file := strings.ReplaceAll(Valid(c.File), "\r\n", "\n")
	switch {
	case strings.TrimSpace(file) == "":
		return nil, Errorf(Invalid, "the tree is empty")
	case len(file) > MaxTree:
		return nil, Errorf(Invalid, "the tree has %d bytes: at most %d are kept in the record; leave it in a file and name that", len(file), MaxTree)
	case c.Base >= 0 && c.Base != there.Seq:
		return nil, Errorf(Conflict, "the fault tree was changed meanwhile (#%d): look at that one and keep yours again; yours was not kept", there.Seq)
	case file == there.Text:
		return nil, Errorf(Conflict, "nothing would change")
	}
	return []Draft{{Kind: KindReviewTree, Body: &ReviewTree{Name: name, File: file, Base: there.Seq}}}, nil
}

// DropTree takes the fault tree away. The record keeps what it was.
type DropTree struct{ Reason string }

// Decide refuses if there is none.
func (c DropTree) Decide(s Scene) ([]Draft, error) {
	there := s.Incident.Writeup.Tree
	if there.Text == "" {
		return nil, Errorf(NotFound, "no fault tree is kept with %s", s.Incident.ID)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindReviewTree, Body: &ReviewTree{Name: there.Name, Base: there.Seq, Reason: reason}}}, nil
}
