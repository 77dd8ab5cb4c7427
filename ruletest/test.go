package ruletest

import (
	"regexp"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// DefaultStart is where the time of a test begins when it does not say.
var DefaultStart = time.Date(2026, time.January, 15, 10, 0, 0, 0, time.UTC)

// Test is one test as it was written. Times in it are lengths since Start.
type Test struct {
	Name  string
	File  string
	Line  int
	Rules []string // files, directories and globs, relative to File; nil: the file's own rules
	// Config is a configuration of the service, relative to File: its routes, zone,
	// vars and calendars. "": none.
	Config string
	Start  time.Time
	Until  time.Duration // when the test ends; 0: with the last of what is logged, done and expected
	Input  []Input
	Ops    []Op
	Expect
	Exact bool // nothing may happen that is not expected

	at     strictyaml.Value
	config strictyaml.Value
}

// Value is where the test is written.
func (t Test) Value() strictyaml.Value { return t.at }

// ConfigValue is where the test names its configuration.
func (t Test) ConfigValue() strictyaml.Value { return t.config }

// Input is one or several records: of an event with fields, of a raw line, or of a
// file of lines.
type Input struct {
	At    time.Duration
	Every time.Duration // 0: once
	Times int           // at least 1

	Log    string
	Event  string
	Fields []Pair
	Text   string // a raw line, in which {{ts}} stands for the time
	File   string // a log, relative to the test's file; it is called Log, or by its name

	at strictyaml.Value
}

// Value is where the input is written.
func (in Input) Value() strictyaml.Value { return in.at }

// Pair is a name and a value: nil, bool, int64, float64, string or a list of them.
type Pair struct {
	Name  string
	Value any
}

// Op is what an operator does meanwhile: a Silence, an Ack or a Restart. It comes
// after everything else of its second.
type Op struct {
	At      time.Duration
	Silence *Silence
	Ack     *Ack
	Restart Restart  // "": none
	Rules   []string // of a Reload: what the rules are from then on, as Test.Rules; nil: the same

	at strictyaml.Value
}

// Value is where the op is written.
func (op Op) Value() strictyaml.Value { return op.at }

// Ack says that somebody looks after the alerts that match and fire.
type Ack struct {
	Matchers alert.Matchers
	By       string
}

// Silence mutes alerts.
type Silence struct {
	Matchers alert.Matchers
	For      time.Duration
}

// Restart is how the program ends and begins.
type Restart string

// A crash loses what is not yet stored, a graceful restart nothing; a reload
// reads the rules anew.
const (
	Crash    Restart = "crash"
	Graceful Restart = "graceful"
	Reload   Restart = "reload"
)

// Expect is what must come of a test, and what must not.
type Expect struct {
	Alerts        []Alert
	Notifications []Notification
	Never         []Alert // At is not set
	Totals        []Total

	at strictyaml.Value
}

// Value is where it is written.
func (e Expect) Value() strictyaml.Value { return e.at }

// TellsOfNotifications reports whether the test says something about which messages
// are sent, be it that there are none.
func (e Expect) TellsOfNotifications() bool { return e.at.QuietMapping().Get("notifications").There() }

// Alert is a transition that is expected. Zero fields may be anything, and texts
// between slashes are regular expressions.
type Alert struct {
	At          time.Duration
	Rule        string
	Group       []Text
	State       string
	Severity    string
	Reason      string
	Values      []Pair
	Labels      []Text
	Summary     Pattern
	Annotations []Text

	rule, at strictyaml.Value
}

// Value is where the alert is written.
func (a Alert) Value() strictyaml.Value { return a.at }

// Text is a name and what its text must be like.
type Text struct {
	Name string
	Pattern
}

// Total is how often something must happen: a change of an alert, or, with a
// Receiver, a message.
type Total struct {
	Alert           // At, Reason, Values, Labels, Summary, Annotations are not set
	Receiver string // instead of Rule
	Status   string // of the message
	Times    int
}

// Notification is a message that is expected, between From and To.
type Notification struct {
	From, To time.Duration
	Receiver string
	Status   string
	Reason   string
	Alerts   int      // 0: any number
	Rules    []string // that some of its alerts are of
	Text     Pattern  // the whole message as a plain text

	at strictyaml.Value
}

// Value is where the message is written.
func (n Notification) Value() strictyaml.Value { return n.at }

// Pattern is a text that must be equal, or a regular expression that must match.
// The zero Pattern is content with anything.
type Pattern struct {
	Text   string
	Regexp *regexp.Regexp // instead of Text
}

// Matches reports whether the text is as expected.
func (p Pattern) Matches(text string) bool {
	switch {
	case p.Regexp != nil:
		return p.Regexp.MatchString(text)
	case p.Text == "":
		return true
	}
	return p.Text == text
}

// String is the pattern as it is written.
func (p Pattern) String() string {
	if p.Regexp != nil {
		return "/" + p.Regexp.String() + "/"
	}
	return p.Text
}

// IsZero reports whether the pattern is content with anything.
func (p Pattern) IsZero() bool { return p.Regexp == nil && p.Text == "" }
