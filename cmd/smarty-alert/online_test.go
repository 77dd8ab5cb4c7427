package main

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/smarty-alert/smarty-alert/alert"
)

// A loop that waits for a full disk takes no questions. Whoever asks is told so in
// words, and not left alone.
func TestOnline_SaysThatTheLoopIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		s.loop.Store(&loop{asks: make(chan ask)})
		o := &online{s}
		_, err := o.view(t.Context())
		changed := o.Ack(t.Context(), "x", alert.Ack{By: "anna"})
		for _, err := range []error{err, changed} {
			if !errors.Is(err, errBusy) || httpStatus(err) != http.StatusServiceUnavailable {
				t.Errorf("%v, status %d", err, httpStatus(err))
			}
		}
	})
}
