// Package inplace keeps one message per incident of an alert group true, in chats
// whose messages can be edited. Start at Chat.
//
// The reference that a chat's receiver keeps is that of the incident's message and,
// after it, those of the messages of earlier incidents that do not say yet that
// these are over: what is new is said at once, and what is old put right then, if
// need be in further tries.
package inplace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Chat is what a receiver can do with single messages. References of messages have
// no spaces and do not end in "!".
type Chat struct {
	// Post says what the delivery tells in a new message.
	Post func(ctx context.Context, d alert.Delivery) (ref string, err error)
	// Edit makes a message say it.
	Edit func(ctx context.Context, d alert.Delivery, ref string) error
	// Gone reports whether an error of Edit means that the message cannot be edited
	// any more.
	Gone func(err error) bool
	// Classify knows the errors of all three.
	Classify func(err error) *notifiers.SendError
	// Find returns the messages that earlier tries without a clear end have left;
	// old is the reference of an earlier message of the group, or "". nil: there is
	// no way to know.
	Find func(ctx context.Context, d alert.Delivery, old string) (refs []string, err error)
}

// Show brings the incident's message up to date: by an edit if there is one, else by
// a new one. ref is the group's last reference. A reference beside an error is to be
// kept as the delivery's own.
func (c Chat) Show(ctx context.Context, d alert.Delivery, ref string) (string, error) {
	at, stale := split(ref)
	old, own := at, false
	switch {
	case d.Ref != "": // an earlier try of this delivery got so far
		at, stale = split(d.Ref)
		own = true
	case d.Reason == string(notifiers.First):
		if at != "" {
			stale = append([]string{at}, stale...)
		}
		at = ""
	}
	now, err := c.tell(ctx, d, at, old)
	if err != nil && !own && (now == "" || now == at) {
		return "", err // the group's reference is as it was
	}
	if err == nil {
		stale, err = c.close(ctx, d, stale)
	}
	return join(now, stale), err
}

// Message is the incident's own message of a reference.
func Message(ref string) string {
	at, _ := split(ref)
	return at
}

// tell makes a message say the delivery, and returns which one does, or will do when
// what went wrong is over.
func (c Chat) tell(ctx context.Context, d alert.Delivery, at, old string) (string, error) {
	if at != "" {
		if err := c.Edit(ctx, d, at); err == nil || !c.Gone(err) {
			return at, err
		}
	}
	found, err := c.left(ctx, d, old)
	if err != nil {
		return "", err
	}
	now := ""
	for _, ref := range found { // of several groups that leave as one message, several may be out
		err := c.Edit(ctx, d, ref)
		if c.Gone(err) {
			continue
		}
		if now == "" {
			now = ref
		}
		if err != nil {
			return now, err
		}
	}
	if now != "" {
		return now, nil
	}
	return c.Post(ctx, d)
}

func (c Chat) left(ctx context.Context, d alert.Delivery, old string) ([]string, error) {
	if c.Find == nil || len(d.Again) == 0 {
		return nil, nil
	}
	return c.Find(ctx, d, old)
}

// close shows in the messages of earlier incidents that these are over, where the
// delivery that said so never left on its own. What is refused three times is left as
// it is: the new message says it too. It returns those that are still to be closed.
func (c Chat) close(ctx context.Context, d alert.Delivery, stale []string) ([]string, error) {
	d, any := ended(d)
	if !any {
		return nil, nil
	}
	for i, ref := range stale {
		plain := strings.TrimRight(ref, refusal)
		err := c.Edit(ctx, d, plain)
		if err == nil || c.Gone(err) {
			continue
		}
		e := c.Classify(err)
		why := fmt.Errorf("%s: %w", closing, e.Err)
		if !e.Permanent {
			return stale[i:], &notifiers.SendError{Err: why, Class: e.Class, RetryAfter: e.RetryAfter, Unclear: e.Unclear}
		}
		if len(ref)-len(plain) < mostRefusals-1 {
			rest := slices.Clone(stale[i:])
			rest[0] += refusal
			return rest, &notifiers.SendError{Err: why, Class: e.Class, Answered: true} // soon again: news must not wait for it
		}
	}
	return nil, nil
}

const (
	closing      = "show in the message before that it is over"
	refusal      = "!" // behind a reference, for each
	mostRefusals = 3
)

// ended is what the delivery tells of earlier incidents.
func ended(d alert.Delivery) (_ alert.Delivery, any bool) {
	over := slices.DeleteFunc(slices.Clone(d.Message.Alerts), func(t alert.Transition) bool {
		return t.State != alert.Resolved || !slices.Contains(d.Ended, t.AlertID)
	})
	d.Reason = string(notifiers.Resolved)
	d.Message.Alerts, d.Message.Status, d.Message.Digest = over, "resolved", nil
	return d, len(over) > 0
}

func split(ref string) (at string, stale []string) {
	parts := strings.Fields(ref)
	if len(parts) == 0 {
		return "", nil
	}
	return parts[0], parts[1:]
}

func join(at string, stale []string) string {
	return strings.Join(append([]string{at}, stale...), " ")
}
