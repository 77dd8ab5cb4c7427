package main

import (
	"errors"
	"fmt"

	"github.com/smarty-alert/smarty-alert/ingest"
)

// searchLogs finds the logs that arguments name. Archives that are left alone are
// told at once, in one line; what could not be searched is left to unreadError,
// when all else was read.
func (a *app) searchLogs(args []string) (*ingest.Found, error) {
	found, err := ingest.Search(args)
	if err != nil {
		return nil, err
	}
	a.noteNested(found.Nested)
	return found, nil
}

func (a *app) noteNested(nested []string) {
	switch n := len(nested); n {
	case 0:
	case 1:
		fmt.Fprintf(a.stderr, "smarty-alert: note: the archive %s is left alone: name it, or unpack it, to read it\n", printable(nested[0]))
	default:
		fmt.Fprintf(a.stderr, "smarty-alert: note: %s are left alone, the first is %s: name them, or unpack them, to read them\n", count(n, "archive"), printable(nested[0]))
	}
}

// unreadError ends a command that did what it could: what was wrong with what it
// read, and what it could not search for logs. Nil when there is nothing.
func unreadError(read error, unread []error) error {
	if err := errors.Join(append(unread[:len(unread):len(unread)], read)...); err != nil {
		return ioError(err)
	}
	return nil
}
