// Package output handles what a command prints, which is foreign text that may
// hold secrets, control sequences, gigabytes, or no text at all.
//
// It imports model and nothing else of ours, and reads no clock.
//
//	pipe ──▶ Redactor ──▶ Record ──┬──▶ head 64 KiB + tail 192 KiB in memory
//	         a stream;             └──▶ the whole text in a file of mode 0600
//	         holds back what       │
//	         may be half a secret  ▼ Lines, for a screen, a timeline, a clipboard
//	                             Cleaner ──▶ plain text, line by line
//
// Nothing that was not redacted is kept anywhere. A program that changes a
// secret in a way that is not listed at Secrets can still show it.
package output
