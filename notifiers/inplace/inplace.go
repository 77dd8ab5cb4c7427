// Package inplace keeps one message per incident of an alert group true, in chats
// whose messages can be edited. Start at Chat.
//
// The reference that a chat's receiver keeps is that of the incident's message and,
// after it, those of other messages that are to be put right: copies of it, which say
// what it says for as long as it is edited, and the messages of earlier incidents that
// do not say yet that these are over. What is new is said at once, and the others are
// put right then, if need be in further tries.
package inplace

import (
	"context"
	"fmt"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Chat is what a receiver can do with single messages. References of messages have
// no spaces, do not begin with "=" and do not end in "!".
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
	was := split(ref)
	old := was.at
	switch {
	case d.Ref != "": // an earlier try of this delivery got so far
		was = split(d.Ref)
	case d.Reason == string(notifiers.First):
		was = was.past()
	}
	now, err := c.tell(ctx, d, was, old)
	if err != nil && (now.at == "" || now.at == was.at) {
		return "", err // what is known is as it was
	}
	if err == nil {
		now, err = c.putRight(ctx, d, now)
	}
	return now.String(), err
}

// Message is the incident's own message of a reference.
func Message(ref string) string { return split(ref).at }

// tell makes a message say the delivery. What it returns names the one that does, or
// will do when what went wrong is over.
func (c Chat) tell(ctx context.Context, d alert.Delivery, p place, old string) (place, error) {
	p, err := c.edit(ctx, d, p)
	if p.at != "" {
		return p, err
	}
	found, err := c.left(ctx, d, old)
	if err != nil {
		return place{}, err
	}
	if p, err = c.edit(ctx, d, p.with(found)); p.at != "" {
		return p, err
	}
	p.at, err = c.Post(ctx, d)
	return p, err
}

// edit makes the message, or the first of its copies that still stands, say the
// delivery. There is none left if what it returns has no message.
func (c Chat) edit(ctx context.Context, d alert.Delivery, p place) (place, error) {
	for p.at != "" {
		err := c.Edit(ctx, d, p.at)
		if err == nil || !c.Gone(err) {
			return p, err
		}
		p = p.without()
	}
	return p, nil
}

func (c Chat) left(ctx context.Context, d alert.Delivery, old string) ([]string, error) {
	if c.Find == nil || len(d.Again) == 0 {
		return nil, nil
	}
	return c.Find(ctx, d, old)
}

// putRight makes the copies say the delivery too, and shows in the messages of earlier
// incidents that these are over, where the delivery that said so never left on its own.
// What is refused three times is left as it is: the incident's message says it too.
func (c Chat) putRight(ctx context.Context, d alert.Delivery, p place) (place, error) {
	over, any := ended(d)
	var kept []string
	for i, ref := range p.others {
		says, what := over, closing
		if copied(ref) {
			says, what = d, copying
		} else if !any {
			continue
		}
		err := c.Edit(ctx, says, plain(ref))
		switch {
		case err == nil && copied(ref):
			kept = append(kept, copyMark+plain(ref)) // there will be more to say
			continue
		case err == nil || c.Gone(err):
			continue
		}
		e := c.Classify(err)
		why := fmt.Errorf("%s: %w", what, e.Err)
		if !e.Permanent {
			return place{p.at, append(kept, p.others[i:]...)}, &notifiers.SendError{Err: why, Class: e.Class, RetryAfter: e.RetryAfter, Unclear: e.Unclear}
		}
		if refusals(ref) < mostRefusals-1 {
			rest := append(append(kept, ref+refusal), p.others[i+1:]...)
			return place{p.at, rest}, &notifiers.SendError{Err: why, Class: e.Class, Answered: true} // soon again: news must not wait for it
		}
	}
	return place{p.at, kept}, nil
}

const (
	closing      = "show in the message before that it is over"
	copying      = "show in the copy of the message what is new"
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
