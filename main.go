// Command warroom is the incident command post in a terminal.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"warroom/runbooks/proc"
	"warroom/ui/cli"
)

func main() {
	proc.Keep() // started as the keeper of a command: see there
	os.Exit(run())
}

func run() int {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // under nohup it is meant to go on
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop) // the first asks to end, a second one ends at once
	// A closed pipe is an error of the write, not the end of the program: what is
	// still coming in is recorded although nobody reads the echo.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}
