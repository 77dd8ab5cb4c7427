package rehearsal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// DefaultReceiver is told of everything where no configuration says who is.
const DefaultReceiver = "default"

// Setting is what a test is played with, beside what it says itself.
type Setting struct {
	Rules *rules.Set // the program's own included
	// Reload gives the rules of an op that changes them; nil: those there are.
	Reload   func(ruletest.Op) (*rules.Set, error)
	Dispatch notifiers.Options // without a Root: DefaultReceiver is told of everything
	Voice    notifiers.Voice
	Lateness int64                                 // seconds
	Options  func(source string) smartylog.Options // how records are read; nil: in UTC
	Redactor *redact.Redactor
}

func (s Setting) options(source string) smartylog.Options {
	if s.Options == nil {
		return smartylog.Options{}
	}
	return s.Options(source)
}

func (s Setting) dispatch() notifiers.Options {
	o := s.Dispatch
	if o.Root == nil {
		o.Root = &notifiers.Route{Receiver: DefaultReceiver}
		o.Receivers = map[string]notifiers.ReceiverOptions{DefaultReceiver: {SendResolved: true}}
	}
	return o
}

// Played is a test, and what came of it.
type Played struct {
	Test  ruletest.Test
	End   int64 // the last second that was evaluated
	Story []Moment
	Rules []*rules.Rule  // all there were, the program's own included
	Stats []engine.Stats // of those at the end

	voice notifiers.Voice
}

// Moment is one thing that happened: exactly one field is set.
type Moment struct {
	Log *Logged
	Op  *ruletest.Op
	replay.Event

	second int64
}

// Logged is a record that was read.
type Logged struct {
	Source, Event string
}

// After is how long after the start of the test a second is.
func (p *Played) After(second int64) time.Duration {
	return time.Duration(second-p.Test.Start.Unix()) * time.Second
}

// Alerts are the changes of alerts, in order.
func (p *Played) Alerts() (out []*alert.Transition) {
	for i := range p.Story {
		if t := p.Story[i].Alert; t != nil {
			out = append(out, t)
		}
	}
	return out
}

// Notifications are the messages that were sent, in order.
func (p *Played) Notifications() (out []*replay.Notification) {
	for i := range p.Story {
		if n := p.Story[i].Notification; n != nil {
			out = append(out, n)
		}
	}
	return out
}

// MessageText is a message as a plain text.
func (p *Played) MessageText(n *replay.Notification) string {
	return p.voice.Text(alert.Delivery{Receiver: n.Receiver, Reason: n.Reason, Created: n.At, Message: n.Message}).Plain()
}

// Play plays a test to its end. The error is a strictyaml.Errors about what the test
// says, or says what could not be read.
func Play(ctx context.Context, t ruletest.Test, s Setting) (*Played, error) {
	if err := s.check(t); err != nil {
		return nil, err
	}
	sources, err := s.sources(t)
	if err != nil {
		return nil, err
	}
	st, err := newStage(t, s, sources)
	if err != nil {
		return nil, err
	}
	defer func() { st.feed.close() }()
	if err := st.play(ctx); err != nil {
		return nil, fmt.Errorf("play %q: %w", t.Name, err)
	}
	p := &Played{Test: t, End: st.end, Story: st.story, Rules: st.rules, voice: s.Voice}
	p.Stats, _ = st.eng.Stats()
	slices.SortStableFunc(p.Story, func(a, b Moment) int { return cmp.Compare(a.second, b.second) })
	return p, nil
}

// endOf is the last second of a test: as it says, or with the last of what is done
// and expected; read is the last second of what is logged.
func endOf(t ruletest.Test, read int64) int64 {
	after := func(d time.Duration) int64 { return t.Start.Add(d).Unix() }
	if t.Until != 0 {
		return after(t.Until)
	}
	end := max(read, t.Start.Unix())
	for _, op := range t.Ops {
		end = max(end, after(op.At))
	}
	for _, a := range t.Alerts {
		end = max(end, after(a.At))
	}
	for _, n := range t.Notifications {
		end = max(end, after(n.To))
	}
	return end
}

func name(rule string, group alert.Labels) string {
	if len(group) == 0 {
		return rule
	}
	return rule + "{" + strings.ReplaceAll(group.String(), "\n", " ") + "}"
}
