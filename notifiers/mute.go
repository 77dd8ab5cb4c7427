package notifiers

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// silenceMemory is how long a silence that is over can still be looked up.
const silenceMemory = 5 * 24 * time.Hour

// mutes are what people have set against being told, and what of it changed.
type mutes struct {
	silences map[string]alert.Silence
	acks     map[string]alert.Ack // by alert id
	fixed    map[string]bool      // ids of the configuration's silences
	dirty    map[string]bool      // silences
	dirtyAck map[string]bool
}

func newMutes() mutes {
	return mutes{silences: map[string]alert.Silence{}, acks: map[string]alert.Ack{}, dirty: map[string]bool{}, dirtyAck: map[string]bool{}}
}

// RestoreMutes takes over what was stored. Acknowledgements of alerts that no
// group holds are dropped: they are over.
func (d *Dispatcher) RestoreMutes(m alert.Mutes, now time.Time) {
	for _, s := range m.Silences {
		d.silences[s.ID] = s
	}
	for _, a := range m.Acks {
		d.acks[a.AlertID] = a
		if _, known := d.in[a.AlertID]; !known {
			d.unack(a.AlertID)
		}
	}
	d.forgetSilences(now)
}

// ChangedMutes returns what changed since the last call, for the transaction that
// stores it.
func (d *Dispatcher) ChangedMutes() (c alert.MuteChanges) {
	for _, id := range slices.Sorted(maps.Keys(d.dirty)) {
		if s, ok := d.silences[id]; ok {
			c.Silences = append(c.Silences, s)
		} else {
			c.GoneSilences = append(c.GoneSilences, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.dirtyAck)) {
		if a, ok := d.acks[id]; ok {
			c.Acks = append(c.Acks, a)
		} else {
			c.GoneAcks = append(c.GoneAcks, id)
		}
	}
	clear(d.dirty)
	clear(d.dirtyAck)
	return c
}

// ErrUnknown is returned for a silence or an alert that is not there.
var ErrUnknown = errors.New("not found")

// SetSilence adds a silence, under the new id given, or changes the one whose id
// it has. As in Alertmanager a change that would alter what was muted in the past
// ends the old one and makes another. A start in the past is now. The result is
// the silence as it is kept.
func (d *Dispatcher) SetSilence(s alert.Silence, newID string, now time.Time) (alert.Silence, error) {
	if d.fixed[s.ID] {
		return s, errFixed(s.ID)
	}
	old, known := d.silences[s.ID]
	if s.ID != "" && !known {
		return s, fmt.Errorf("silence %s: %w", s.ID, ErrUnknown)
	}
	// What others may be told of it and give back.
	s.StartsAt, s.EndsAt = s.StartsAt.Truncate(time.Millisecond), s.EndsAt.Truncate(time.Millisecond)
	if err := s.Check(now); err != nil {
		return s, err
	}
	if !known || !changeable(old, s, now) {
		if known && old.State(now) != alert.SilenceExpired {
			d.end(old, now)
		}
		s.ID = newID
		if s.StartsAt.Before(now) {
			s.StartsAt = now.Truncate(time.Millisecond)
		}
	}
	s.UpdatedAt = now
	d.keepSilence(s, now)
	d.forgetSilences(now)
	return s, nil
}

// changeable reports whether s can take the place of old without telling a
// different past.
func changeable(old, s alert.Silence, now time.Time) bool {
	same := slices.EqualFunc(old.Matchers, s.Matchers, func(a, b alert.Matcher) bool { return a.String() == b.String() })
	switch old.State(now) {
	case alert.SilenceActive:
		return same && old.StartsAt.Equal(s.StartsAt)
	case alert.SilencePending:
		return same && !s.StartsAt.Before(now)
	}
	return false
}

// ExpireSilence ends a silence now. One that has ended is an error.
func (d *Dispatcher) ExpireSilence(id string, now time.Time) error {
	s, ok := d.silences[id]
	switch {
	case d.fixed[id]:
		return errFixed(id)
	case !ok:
		return fmt.Errorf("silence %s: %w", id, ErrUnknown)
	case s.State(now) == alert.SilenceExpired:
		return fmt.Errorf("silence %s expired already", id)
	}
	d.end(s, now)
	return nil
}

func errFixed(id string) error {
	return fmt.Errorf("silence %s stands in the configuration: edit it there", id)
}

func (d *Dispatcher) end(s alert.Silence, now time.Time) {
	if s.StartsAt.After(now) {
		s.StartsAt = now
	}
	s.EndsAt, s.UpdatedAt = now, now
	d.keepSilence(s, now)
}

func (d *Dispatcher) keepSilence(s alert.Silence, now time.Time) {
	d.silences[s.ID] = s
	d.dirty[s.ID] = true
	d.lookAgain(now, func(t alert.Transition) bool { return s.Matchers.Matches(t.Set(d.o.External)) })
}

// lookAgain wakes the groups that hold certain alerts back: what muted them has
// changed.
func (d *Dispatcher) lookAgain(now time.Time, concerns func(alert.Transition) bool) {
	for _, g := range d.groups {
		for _, t := range g.alerts {
			if t.Active() && concerns(t) {
				g.wake(later(now, later(g.Due, g.NotBefore)))
				d.touch(g)
				break
			}
		}
	}
}

func (d *Dispatcher) forgetSilences(now time.Time) {
	for id, s := range d.silences {
		if s.EndsAt.Add(silenceMemory).Before(now) {
			delete(d.silences, id)
			d.dirty[id] = true
		}
	}
}

// Silences returns all that are known, those that end first at the beginning.
func (d *Dispatcher) Silences() []alert.Silence {
	all := slices.AppendSeq(slices.Clone(d.o.Silences), maps.Values(d.silences))
	slices.SortFunc(all, func(a, b alert.Silence) int {
		return cmp.Or(a.EndsAt.Compare(b.EndsAt), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Ack takes an acknowledgement of an alert that fires; a second one replaces the
// first.
func (d *Dispatcher) Ack(a alert.Ack) error {
	if err := a.Check(); err != nil {
		return err
	}
	t, ok := d.firing(a.AlertID)
	if !ok {
		return fmt.Errorf("alert %s: %w", a.AlertID, ErrUnknown)
	}
	a.Severity = t.Severity
	d.acks[a.AlertID] = a
	d.dirtyAck[a.AlertID] = true
	d.noteAck(a.AlertID, a.At)
	return nil
}

// Unack takes an acknowledgement back: the alert may be told again.
func (d *Dispatcher) Unack(alertID string, now time.Time) error {
	if _, ok := d.acks[alertID]; !ok {
		return fmt.Errorf("acknowledgement of %s: %w", alertID, ErrUnknown)
	}
	d.unack(alertID)
	d.noteAck(alertID, now)
	d.lookAgain(now, func(t alert.Transition) bool { return t.AlertID == alertID })
	return nil
}

func (d *Dispatcher) unack(alertID string) {
	if _, ok := d.acks[alertID]; ok {
		delete(d.acks, alertID)
		d.dirtyAck[alertID] = true
	}
}

// firing is the newest transition of an alert that is on.
func (d *Dispatcher) firing(alertID string) (newest alert.Transition, ok bool) {
	for _, g := range d.in[alertID] {
		if t := g.alerts[alertID]; t.Active() && (!ok || t.At > newest.At) {
			newest, ok = t, true
		}
	}
	return newest, ok
}

func (d *Dispatcher) silenced(t alert.Transition, now time.Time) bool {
	return !d.silenceEnds(t, now).IsZero()
}

// silenceEnds is when the last of the silences that hold for an alert ends; the
// zero time if none does.
func (d *Dispatcher) silenceEnds(t alert.Transition, now time.Time) (ends time.Time) {
	if len(d.silences)+len(d.o.Silences) == 0 {
		return ends
	}
	ls := t.Set(d.o.External)
	holds := func(s alert.Silence) {
		if s.Mutes(ls, now) {
			ends = later(ends, s.EndsAt)
		}
	}
	for _, s := range d.silences {
		holds(s)
	}
	for _, s := range d.o.Silences {
		holds(s)
	}
	return ends
}

// acked reports whether somebody looks after the alert and knows how severe it is.
func (d *Dispatcher) acked(t alert.Transition) bool {
	a, ok := d.acks[t.AlertID]
	return ok && t.Severity <= a.Severity
}

func (d *Dispatcher) acksOf(ts []alert.Transition) (out []alert.Ack) {
	for _, t := range ts {
		if a, ok := d.acks[t.AlertID]; ok && t.Active() {
			out = append(out, a)
		}
	}
	return out
}
