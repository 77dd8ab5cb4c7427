package inplace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/inplace"
)

var errGone = errors.New("no such message")

// chat answers calls by what they are, in their order, and keeps them.
type chat struct {
	calls   []string
	answers map[string][]error // by call
	found   []string
}

func (c *chat) call(what string) error {
	c.calls = append(c.calls, what)
	if errs := c.answers[what]; len(errs) > 0 {
		c.answers[what] = errs[1:]
		return errs[0]
	}
	return nil
}

func (c *chat) inPlace() inplace.Chat {
	return inplace.Chat{
		Post: func(_ context.Context, d alert.Delivery) (string, error) {
			if err := c.call("post " + says(d)); err != nil {
				return "", err
			}
			return "new", nil
		},
		Edit: func(_ context.Context, d alert.Delivery, ref string) error {
			return c.call("edit " + ref + " " + says(d))
		},
		Gone:     func(err error) bool { return errors.Is(err, errGone) },
		Classify: notifiers.Classify,
		Find: func(_ context.Context, d alert.Delivery, old string) ([]string, error) {
			return c.found, c.call("find " + strings.Join(d.Again, ",") + " near " + old)
		},
	}
}

func says(d alert.Delivery) string {
	var out []string
	for _, t := range d.Message.Alerts {
		if t.State == alert.Resolved {
			out = append(out, "-"+t.AlertID)
		} else {
			out = append(out, t.AlertID)
		}
	}
	return strings.Join(out, " ")
}

func delivery(reason notifiers.Reason, alerts ...string) alert.Delivery {
	d := alert.Delivery{ID: "d", Reason: string(reason), Message: alert.Message{Status: "firing"}}
	for _, a := range alerts {
		t := alert.Transition{AlertID: strings.TrimPrefix(a, "-"), State: alert.Firing}
		if strings.HasPrefix(a, "-") {
			t.State = alert.Resolved
		}
		d.Message.Alerts = append(d.Message.Alerts, t)
	}
	return d
}

var (
	errDown = &notifiers.SendError{Err: errors.New("down"), Class: "server"}
	errBad  = notifiers.Rejected(errors.New("bad"))
)

// A step is one try: what it is to return, and the reference it leaves.
type step struct {
	ref  string // that the receiver gave last for the group
	fail bool
	want string
}

func TestShow(t *testing.T) {
	next := delivery(notifiers.First, "b", "-a") // the end of a is told with the beginning of b
	next.Ended = []string{"a"}
	twice := delivery(notifiers.First, "-b") // came and went; the message of a was finished long ago
	again := delivery(notifiers.First, "-a", "-b")
	again.Again = []string{"d0", "d1"}
	lost := delivery(notifiers.Update, "a")
	lost.Again = []string{"d"}
	update := delivery(notifiers.Update, "a")
	nextAgain, backAgain := next, next
	nextAgain.Ref, nextAgain.Again = "m2 m1", []string{"d"}
	backAgain.Again = []string{"d0"} // the end of a, whose message was gone, was posted
	for name, tc := range map[string]struct {
		d       alert.Delivery
		answers map[string][]error
		found   []string
		steps   []step
		calls   []string
	}{
		"the first":                           {d: delivery(notifiers.First, "a"), steps: []step{{"", false, "new"}}, calls: []string{"post a"}},
		"an edit":                             {d: delivery(notifiers.Update, "a"), steps: []step{{"m1", false, "m1"}}, calls: []string{"edit m1 a"}},
		"what is new first, then what is old": {d: next, steps: []step{{"m1", false, "new"}}, calls: []string{"post b -a", "edit m1 -a"}},
		"what is old, until it has been done": {d: next, answers: map[string][]error{"edit m1 -a": {errDown, errDown}},
			steps: []step{{"m1", true, "new m1"}, {"new m1", true, "new m1"}, {"new m1", false, "new"}},
			calls: []string{"post b -a", "edit m1 -a", "edit new b -a", "edit m1 -a", "edit new b -a", "edit m1 -a"}},
		"what is old, refused three times": {d: next, answers: map[string][]error{"edit m1 -a": {errBad, errBad, errBad, errBad}},
			steps: []step{{"m1", true, "new m1!"}, {"new m1!", true, "new m1!!"}, {"new m1!!", false, "new"}},
			calls: []string{"post b -a", "edit m1 -a", "edit new b -a", "edit m1 -a", "edit new b -a", "edit m1 -a"}},
		"what is old and gone":                    {d: next, answers: map[string][]error{"edit m1 -a": {errGone}}, steps: []step{{"m1", false, "new"}}, calls: []string{"post b -a", "edit m1 -a"}},
		"the message of another incident is kept": {d: twice, steps: []step{{"m1", false, "new"}}, calls: []string{"post -b"}},
		"nothing is posted": {d: next, answers: map[string][]error{"post b -a": {errDown}}, steps: []step{{"m1", true, ""}, {"m1", false, "new"}},
			calls: []string{"post b -a", "post b -a", "edit m1 -a"}},
		"all that was left is found": {d: again, found: []string{"m8", "m9"}, steps: []step{{"m1", false, "m8 =m9"}}, calls: []string{"find d0,d1 near m1", "edit m8 -a -b", "edit m9 -a -b"}},
		"the copy of what is found, until it has been done": {d: again, found: []string{"m8", "m9"}, answers: map[string][]error{"edit m9 -a -b": {errDown}},
			steps: []step{{"m1", true, "m8 =m9 m1"}, {"m1", false, "m8 =m9"}},
			calls: []string{"find d0,d1 near m1", "edit m8 -a -b", "edit m9 -a -b", "edit m8 -a -b", "edit m9 -a -b"}},
		"what is found, before its copy": {d: again, found: []string{"m8", "m9"}, answers: map[string][]error{"edit m8 -a -b": {errDown}},
			steps: []step{{"m1", true, "m8 =m9 m1"}, {"m1", false, "m8 =m9"}},
			calls: []string{"find d0,d1 near m1", "edit m8 -a -b", "edit m8 -a -b", "edit m9 -a -b"}},
		"what was left is what is old": {d: backAgain, found: []string{"m1"}, steps: []step{{"m1", false, "m1"}}, calls: []string{"find d0 near m1", "edit m1 b -a"}},
		"a copy is edited as well":     {d: update, steps: []step{{"m1 =m2", false, "m1 =m2"}}, calls: []string{"edit m1 a", "edit m2 a"}},
		"a copy, until it has been done": {d: update, answers: map[string][]error{"edit m2 a": {errDown}},
			steps: []step{{"m1 =m2", true, "m1 =m2"}, {"m1 =m2", false, "m1 =m2"}}, calls: []string{"edit m1 a", "edit m2 a", "edit m1 a", "edit m2 a"}},
		"a copy, refused three times": {d: update, answers: map[string][]error{"edit m2 a": {errBad, errBad, errBad, errBad}},
			steps: []step{{"m1 =m2 =m3", true, "m1 =m2! =m3"}, {"m1 =m2! =m3", true, "m1 =m2!! =m3"}, {"m1 =m2!! =m3", false, "m1 =m3"}},
			calls: []string{"edit m1 a", "edit m2 a", "edit m1 a", "edit m2 a", "edit m1 a", "edit m2 a", "edit m3 a"}},
		"a copy that was refused once": {d: update, steps: []step{{"m1 =m2!", false, "m1 =m2"}}, calls: []string{"edit m1 a", "edit m2 a"}},
		"a copy that is gone":          {d: update, answers: map[string][]error{"edit m2 a": {errGone}}, steps: []step{{"m1 =m2", false, "m1"}}, calls: []string{"edit m1 a", "edit m2 a"}},
		"a copy stands in":             {d: update, answers: map[string][]error{"edit m1 a": {errGone}}, steps: []step{{"m1 =m2! =m3", false, "m2 =m3"}}, calls: []string{"edit m1 a", "edit m2 a", "edit m3 a"}},
		"a copy of what is old":        {d: next, steps: []step{{"m1 =m2!", false, "new"}}, calls: []string{"post b -a", "edit m1 -a", "edit m2 -a"}},
		"gone, and no look": {d: nextAgain, answers: map[string][]error{"find d near m2": {errDown}, "edit m2 b -a": {errGone}},
			steps: []step{{"m2", true, ""}}, calls: []string{"edit m2 b -a", "find d near m2"}},
		"what was left is gone":    {d: again, found: []string{"m8"}, answers: map[string][]error{"edit m8 -a -b": {errGone}}, steps: []step{{"", false, "new"}}, calls: []string{"find d0,d1 near ", "edit m8 -a -b", "post -a -b"}},
		"gone, and perhaps posted": {d: lost, found: []string{"m7"}, answers: map[string][]error{"edit m1 a": {errGone}}, steps: []step{{"m1", false, "m7"}}, calls: []string{"edit m1 a", "find d near m1", "edit m7 a"}},
		"an edit that fails":       {d: delivery(notifiers.Update, "a"), answers: map[string][]error{"edit m1 a": {errDown}}, steps: []step{{"m1", true, ""}}, calls: []string{"edit m1 a"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &chat{answers: tc.answers, found: tc.found}
			d := tc.d
			for i, s := range tc.steps {
				got, err := c.inPlace().Show(t.Context(), d, s.ref)
				if got != s.want || (err != nil) != s.fail {
					t.Fatalf("try %d: ref %q, %v, want %q", i, got, err, s.want)
				}
				if s.fail {
					d.Ref = got
				}
			}
			if diff := cmp.Diff(tc.calls, c.calls); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A refusal of what is old must not make news wait as long as a refusal of the news.
func TestShow_WhatIsOldKeepsNothingBack(t *testing.T) {
	d := delivery(notifiers.First, "b", "-a")
	d.Ended = []string{"a"}
	c := &chat{answers: map[string][]error{"edit m1 -a": {errBad}}}
	_, err := c.inPlace().Show(t.Context(), d, "m1")
	var se *notifiers.SendError
	if !errors.As(err, &se) || se.Permanent || !se.Answered {
		t.Errorf("%#v", err)
	}
	wait := &notifiers.SendError{Err: errors.New("slow down"), Class: "rate_limited", RetryAfter: time.Minute}
	c = &chat{answers: map[string][]error{"edit m1 -a": {wait}}}
	if _, err = c.inPlace().Show(t.Context(), d, "m1"); !errors.As(err, &se) || se.RetryAfter != time.Minute {
		t.Errorf("%#v", err)
	}
	if inplace.Message("new m1!") != "new" || inplace.Message("") != "" {
		t.Error("the incident's own message is the first of a reference")
	}
}
