package slack_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
)

func TestSend_NewMessageWhenTheOldIsGone(t *testing.T) {
	for _, word := range []string{"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_archived", "is_inactive"} {
		f, _, url := newFake(t)
		f.Answer("chat.update", `{"ok":false,"error":"`+word+`"}`)
		got, err := bot(t, url).Send(t.Context(), delivery(notifiers.Resolved, edge("a", alert.Resolved)), "C999:1.000001")
		if err != nil || got.Ref != "C123:1700000000.000001" {
			t.Errorf("%s: %+v, %v", word, got, err)
		}
		if diff := cmp.Diff([]string{"chat.update refused", "post"}, f.Calls()); diff != "" {
			t.Error(word, diff)
		}
	}
}

// After a try whose end is not known the channel is looked through first.
func TestSend_NothingIsPostedTwiceAfterAnUnclearEnd(t *testing.T) {
	for name, faults := range map[string][]fakes.Fault{
		"the message":           {fakes.AcceptReset},
		"the reply":             {fakes.None, fakes.AcceptReset},
		"both, garbled":         {fakes.AcceptReset, fakes.None, fakes.None, fakes.None, fakes.AcceptReset},
		"the message, reset":    {fakes.Reset},
		"the reply, never sent": {fakes.None, fakes.Broken},
	} {
		t.Run(name, func(t *testing.T) {
			f, faulty, url := newFake(t)
			r, err := slack.New(slack.Options{Token: "xoxb-s3cr3t", Channel: "C123", APIURL: url, HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
			if err != nil {
				t.Fatal(err)
			}
			faulty.Next = fakes.Sequence(faults...)
			d, tries := delivery(notifiers.First, edge("a", alert.Firing)), 0
			for ; tries < 5; tries++ {
				got, err := r.Send(t.Context(), d, d.Ref)
				if err == nil {
					break
				}
				var se *notifiers.SendError
				if !errors.As(err, &se) || !se.Unclear {
					t.Fatalf("%v is not unclear", err)
				}
				d.Again, d.Ref = []string{d.ID}, got.Ref
			}
			if tries == 0 || tries == 5 {
				t.Fatalf("%d failed tries", tries)
			}
			var parts []string
			for _, m := range f.Messages() {
				parts = append(parts, m.Thread)
			}
			if diff := cmp.Diff([]string{"", "1700000000.000001"}, parts); diff != "" {
				t.Errorf("messages by thread (-want +got):\n%s\n%s", diff, strings.Join(f.Calls(), "\n"))
			}
		})
	}
}

func TestSend_WithoutTheRightToReadItIsSaidAgain(t *testing.T) {
	f, _, url := newFake(t)
	f.Answer("conversations.history", `{"ok":false,"error":"missing_scope"}`)
	f.Answer("conversations.replies", `{"ok":false,"error":"missing_scope"}`)
	d := delivery(notifiers.First, edge("a", alert.Firing))
	d.Again = []string{d.ID}
	if _, err := bot(t, url).Send(t.Context(), d, "C123:1.1"); err != nil || len(f.Messages()) != 2 {
		t.Errorf("%v, %d messages", err, len(f.Messages()))
	}
}

// Two copies stand there after a look that was refused, once the channel can be read
// again: both are edited until the incident is over, and neither by the next one.
func TestSend_CopiesGoOnBeingEdited(t *testing.T) {
	f, faulty, url := newFake(t)
	r, err := slack.New(slack.Options{Token: "xoxb-s3cr3t", Channel: "C123", APIURL: url, HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	send := func(d alert.Delivery, ref string, faults ...fakes.Fault) string {
		t.Helper()
		faulty.Next = fakes.Sequence(faults...)
		got, err := r.Send(t.Context(), d, ref)
		if failed := slices.Contains(faults, fakes.AcceptReset); (err != nil) != failed {
			t.Fatalf("after %q: %+v, %v", faults, got, err)
		}
		return got.Ref
	}
	d := delivery(notifiers.First, edge("a", alert.Firing))
	send(d, "", fakes.AcceptReset)
	d.Again = []string{d.ID}
	send(d, "", fakes.BadRequest, fakes.AcceptReset) // no look, and the answer is lost again
	ref := send(d, "")
	over := delivery(notifiers.Resolved, edge("a", alert.Resolved))
	over.ID = "d2"
	ref = send(over, ref)
	next := delivery(notifiers.First, edge("b", alert.Firing))
	next.ID = "d3"
	send(next, ref)
	var firing []bool
	for _, m := range f.Messages() {
		if m.Thread == "" {
			firing = append(firing, strings.Contains(m.Text, "FIRING"))
		}
	}
	if diff := cmp.Diff([]bool{false, false, true}, firing); diff != "" {
		t.Errorf("messages that say that it fires (-want +got):\n%s\n%s", diff, strings.Join(f.Calls(), "\n"))
	}
}

func TestSend_Faults(t *testing.T) {
	type want struct {
		class     string
		permanent bool
		unclear   bool
		after     time.Duration
	}
	faults := map[fakes.Fault]want{
		fakes.BadRequest: {class: "rejected", permanent: true}, fakes.Unauthorized: {class: "rejected", permanent: true}, fakes.NotFound: {class: "rejected", permanent: true},
		fakes.TooMany: {class: "rate_limited"}, fakes.TooManyAfter: {class: "rate_limited", after: 7 * time.Second},
		fakes.Broken: {class: "server", unclear: true}, fakes.Hang: {class: "timeout", unclear: true}, fakes.Reset: {class: "network", unclear: true},
		fakes.AcceptReset: {class: "network", unclear: true}, fakes.Garbage: {class: "network", unclear: true},
	}
	words := map[string]want{
		"invalid_auth": {class: "rejected", permanent: true}, "missing_scope": {class: "rejected", permanent: true}, "msg_too_long": {class: "rejected", permanent: true},
		"internal_error": {class: "server", unclear: true}, "service_unavailable": {class: "server"}, "ratelimited": {class: "rate_limited", after: 30 * time.Second},
	}
	check := func(t *testing.T, url string, w want) {
		limit := 10 * time.Second
		if w.class == "timeout" {
			limit = 300 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		got, err := bot(t, url).Send(ctx, delivery(notifiers.First, edge("a", alert.Firing)), "")
		var se *notifiers.SendError
		if !errors.As(err, &se) || (want{se.Class, se.Permanent, se.Unclear, se.RetryAfter}) != w || got.Ref != "" {
			t.Errorf("%#v, receipt %+v", err, got)
		}
		if err != nil && (strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "http://")) {
			t.Errorf("the error says too much: %v", err)
		}
	}
	for fault, w := range faults {
		t.Run(string(fault), func(t *testing.T) {
			_, faulty, url := newFake(t)
			faulty.Next = func(*http.Request) fakes.Fault { return fault }
			check(t, url, w)
		})
	}
	for word, w := range words {
		t.Run(word, func(t *testing.T) {
			f, _, url := newFake(t)
			f.Answer("chat.postMessage", `{"ok":false,"error":"`+word+`"}`)
			check(t, url, w)
		})
	}
	t.Run("slow drip", func(t *testing.T) {
		f, faulty, url := newFake(t)
		faulty.Next = func(*http.Request) fakes.Fault { return fakes.Drip }
		if _, err := bot(t, url).Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err != nil || len(f.Messages()) != 2 {
			t.Errorf("%v", err)
		}
	})
}

func TestNew_Faults(t *testing.T) {
	for name, o := range map[string]slack.Options{
		"nothing": {}, "no channel": {Token: "s3cr3t"}, "both": {Token: "s3cr3t", WebhookURL: "http://x"}, "url": {WebhookURL: "s3cr3t"}, "api": {Token: "s3cr3t", Channel: "c", APIURL: "x"},
	} {
		if _, err := slack.New(o); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
