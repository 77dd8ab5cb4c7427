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
	Start time.Time
	Input []Input
	Ops   []Op
	Expect
	Exact bool // nothing may happen that is not expected
}

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
	File   string // a log, relative to the test's file
}

// Pair is a name and a value: nil, bool, int64, float64, string or a list of them.
type Pair struct {
	Name  string
	Value any
}

// Op is what an operator does meanwhile: a Silence or a Restart.
type Op struct {
	At      time.Duration
	Silence *Silence
	Restart Restart // "": none
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
}

// Alert is a transition that is expected. Zero fields may be anything.
type Alert struct {
	At       time.Duration
	Rule     string
	Group    []Pair // values are texts
	State    string
	Severity string
	Values   []Pair
	Summary  Pattern

	rule strictyaml.Value
}

// Notification is a message that is expected, between From and To.
type Notification struct {
	From, To time.Duration
	Receiver string
	Status   string
	Alerts   int // 0: any number
}

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
