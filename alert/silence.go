package alert

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Bounds of what people write into a silence or an acknowledgement.
const (
	MaxMuteMatchers = 50
	MaxMuteText     = 4000 // characters of a comment, an author or a matcher's value
)

// Silence keeps alerts from being told between two moments, whatever rule they
// are of. It never keeps a rule from being evaluated.
type Silence struct {
	ID        string    `json:"id"`
	Matchers  Matchers  `json:"matchers"`
	StartsAt  time.Time `json:"starts_at"`
	EndsAt    time.Time `json:"ends_at"`
	CreatedBy string    `json:"created_by"`
	Comment   string    `json:"comment"`
	UpdatedAt time.Time `json:"updated_at"`
}

// SilenceState is where a silence stands, in Alertmanager's words.
type SilenceState string

// The states of a silence.
const (
	SilencePending SilenceState = "pending"
	SilenceActive  SilenceState = "active"
	SilenceExpired SilenceState = "expired"
)

// State is where the silence stands at now.
func (s *Silence) State(now time.Time) SilenceState {
	switch {
	case !now.Before(s.EndsAt):
		return SilenceExpired
	case now.Before(s.StartsAt):
		return SilencePending
	}
	return SilenceActive
}

// Mutes reports whether the silence holds at now for an alert with these labels.
func (s *Silence) Mutes(ls Labels, now time.Time) bool {
	return s.State(now) == SilenceActive && s.Matchers.Matches(ls)
}

// Check says, all at once, what keeps a new silence from being taken.
func (s *Silence) Check(now time.Time) error {
	errs := []error{checkMuteText("author", s.CreatedBy), checkMuteText("comment", s.Comment)}
	switch {
	case s.EndsAt.IsZero():
		errs = append(errs, errors.New("a silence needs an end"))
	case !s.StartsAt.Before(s.EndsAt):
		errs = append(errs, errors.New("the silence ends before it starts"))
	case !now.Before(s.EndsAt):
		errs = append(errs, errors.New("the silence ends in the past"))
	}
	return errors.Join(append(errs, s.Matchers.checkMute())...)
}

// checkMute refuses matchers that would mute everything there is.
func (ms Matchers) checkMute() error {
	switch {
	case len(ms) == 0:
		return errors.New("a silence needs a matcher, such as rule=\"edge_down\"")
	case len(ms) > MaxMuteMatchers:
		return fmt.Errorf("a silence has %d matchers at most", MaxMuteMatchers)
	case !slices.ContainsFunc(ms, func(m Matcher) bool { return !Matchers{m}.Matches(nil) }):
		return errors.New("the silence would match every alert: some matcher must not match an empty value")
	}
	for _, m := range ms {
		if name, rest := cutName(m.Name); name == "" || rest != "" {
			return fmt.Errorf("%q is not the name of a label", m.Name)
		}
		if !utf8.ValidString(m.Name+m.Value) || utf8.RuneCountInString(m.Value) > MaxMuteText {
			return fmt.Errorf("the value for %s is not text of at most %d characters", m.Name, MaxMuteText)
		}
	}
	return nil
}

func checkMuteText(what, text string) error {
	switch {
	case text == "":
		return fmt.Errorf("the %s is missing: whoever meets it later wants to know", what)
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > MaxMuteText:
		return fmt.Errorf("the %s is not text of at most %d characters", what, MaxMuteText)
	}
	return nil
}

// Ack says that somebody looks after an alert: until it is over it is not told
// again, unless it becomes more severe than it was then.
type Ack struct {
	AlertID  string    `json:"alert_id"`
	Severity Severity  `json:"severity"`
	By       string    `json:"by"`
	Comment  string    `json:"comment,omitempty"`
	At       time.Time `json:"at"`
}

// Check says what keeps an acknowledgement from being taken.
func (a *Ack) Check() error {
	err := checkMuteText("author", a.By)
	if a.Comment != "" {
		err = errors.Join(err, checkMuteText("comment", a.Comment))
	}
	return err
}

// Mutes are the silences and acknowledgements that people have set.
type Mutes struct {
	Silences []Silence
	Acks     []Ack
}

// MuteChanges are what a transaction changes of them.
type MuteChanges struct {
	Mutes                 // added or changed
	GoneSilences []string // by id
	GoneAcks     []string // by alert id
}

// Empty reports whether nothing changed.
func (c *MuteChanges) Empty() bool {
	return len(c.Silences)+len(c.Acks)+len(c.GoneSilences)+len(c.GoneAcks) == 0
}
