// Command smarty-alert watches the logs of Microimpuls Smarty and tells people
// what is wrong. Everything is wired here; each subcommand has a file of its
// own.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones must be there on machines that have none
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away is an error of the write
	context.AfterFunc(ctx, stop)   // a second Ctrl-C ends the program at once
	code := run(ctx, os.Args[1:], &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, release: resetSignals})
	stop()
	os.Exit(code)
}

func resetSignals() { signal.Reset(os.Interrupt, syscall.SIGTERM) }
