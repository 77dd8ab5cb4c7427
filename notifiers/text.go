package notifiers

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Limits of what is shown, in characters. Channels with narrower ones cut again.
const (
	maxName    = 120
	maxValue   = 300
	maxProse   = 1000
	maxSample  = 400
	maxSamples = 3
	maxShown   = 20
)

// Text is what a message says, in plain words: everything in it is Visible and
// cut, nothing is escaped, for that is each channel's last step.
type Text struct {
	Title    string // one line: state, severity, what, where
	Firing   bool
	Severity alert.Severity // the highest of what fires, else of all
	Alerts   []AlertText
	More     int    // alerts that are not shown
	Silence  string // the command that silences what fires, "" if there is none
	Open     string // the address that shows what the command silences, "" if there is no page
	Words    Words  // what else a channel has to say

	words *words
}

// Words are the names that channels put beside parts of a text.
type Words struct{ Todo, Runbook, Silence, Open, AsOf string }

// Blame says in a built-in text why it is not the one that was asked for.
func (tx *Text) Blame(err error) {
	if len(tx.Alerts) > 0 {
		tx.Alerts[0].add(tx.words.template, Cut(Visible(err.Error()), maxValue))
	}
}

// AndMore says that n alerts are not shown.
func (tx Text) AndMore(n int) string { return tx.words.count(n, tx.words.more) }

// Acked reports whether somebody looks after all that fires.
func (tx Text) Acked() bool {
	firing, acked := 0, 0
	for _, a := range tx.Alerts {
		if a.Firing {
			firing++
		}
		if a.Firing && a.Acked {
			acked++
		}
	}
	return tx.More == 0 && firing > 0 && acked == firing
}

// AlertText is one alert of a Text.
type AlertText struct {
	Head       string // like the title, for this alert alone
	Firing     bool
	Acked      bool // somebody looks after it
	Severity   alert.Severity
	Summary    string
	Facts      []Fact
	Samples    []SampleText
	Runbook    string // what to do
	RunbookURL string // an http or https address, or ""
}

// Fact is a named line.
type Fact struct{ Name, Value string }

// SampleText is one log record and where it stands: file:offset.
type SampleText struct{ Where, Text string }

// Voice is how texts are written. The zero value is English with times in UTC.
type Voice struct {
	Language Language
	Zone     *time.Location // of the times; nil: UTC
	URL      string         // of the page that shows alerts; "": there is none
}

// NewText writes a delivery's text in English with times in zone (nil: UTC).
func NewText(d alert.Delivery, zone *time.Location) Text { return Voice{Zone: zone}.Text(d) }

// Moment is a time in full.
func (v Voice) Moment(at time.Time) string {
	w := newWriter(v, at)
	return w.clock(at.In(w.zone))
}

// Text writes a delivery's text.
func (v Voice) Text(d alert.Delivery) Text {
	w := newWriter(v, d.Created)
	m := d.Message
	if m.Digest != nil {
		return w.digest(d)
	}
	tx := Text{Firing: m.Status == "firing", Words: w.Words, words: w.words}
	for _, t := range m.Alerts {
		if over := t.State == alert.Resolved; over != tx.Firing {
			tx.Severity = max(tx.Severity, t.Severity)
		}
	}
	tx.Title = w.title(d, tx.Severity)
	shown := m.Alerts
	if len(shown) > maxShown {
		shown, tx.More = shown[:maxShown], len(shown)-maxShown
	}
	for i := range shown {
		a := w.alert(&shown[i], m.External)
		a.spare(&shown[i], shown[:i])
		w.addStanding(&a, m, &shown[i])
		tx.Alerts = append(tx.Alerts, a)
	}
	if tx.Firing {
		tx.Silence, tx.Open = w.silence(m)
	}
	return tx
}

// writer writes one text.
type writer struct {
	*words
	zone *time.Location
	url  string
	now  time.Time
}

func newWriter(v Voice, now time.Time) writer {
	if v.Zone == nil {
		v.Zone = time.UTC
	}
	return writer{v.Language.words(), v.Zone, v.URL, now}
}

func (w writer) title(d alert.Delivery, top alert.Severity) string {
	ts := d.Message.Alerts
	if len(ts) == 1 {
		word := w.stateWord(&ts[0])
		switch Reason(d.Reason) {
		case Repeat:
			word = w.still
		case First:
			if t := &ts[0]; t.State == alert.Resolved {
				word = fmt.Sprintf(w.wasFiring, w.minute(t.StartsAt), w.minute(t.EndsAt))
			}
		}
		return "[" + word + "] " + w.head(&ts[0])
	}
	firing := 0
	for _, t := range ts {
		if t.State != alert.Resolved {
			firing++
		}
	}
	word := w.sums(firing, len(ts)-firing)
	if firing == len(ts) && d.Reason == string(Repeat) {
		word = fmt.Sprintf(w.stillMany, word)
	}
	return fmt.Sprintf("[%s] %s: %s", word, w.severityName(top), w.common(d.Message))
}

func (w writer) minute(second int64) string { return time.Unix(second, 0).In(w.zone).Format("15:04") }

// common names what the alerts of a group share.
func (w writer) common(m alert.Message) string {
	same := true
	for _, t := range m.Alerts {
		same = same && t.Rule == m.Alerts[0].Rule
	}
	var where []string
	for _, l := range m.GroupLabels {
		if l.Name != "rule" && l.Name != "alertname" && l.Name != "severity" {
			where = append(where, labelText(l))
		}
	}
	what := w.several
	if same && len(m.Alerts) > 0 {
		what = ruleName(&m.Alerts[0])
	}
	return what + inBrackets(where)
}

func (w writer) stateWord(t *alert.Transition) string {
	switch t.State {
	case alert.Resolved:
		return w.resolved
	case alert.Event:
		return w.event
	}
	return w.firing
}

func (w writer) head(t *alert.Transition) string {
	var where []string
	for _, l := range t.Group {
		where = append(where, labelText(l))
	}
	return w.severityName(t.Severity) + ": " + ruleName(t) + inBrackets(where)
}

func ruleName(t *alert.Transition) string {
	if t.Name != "" {
		return Cut(Visible(t.Name), maxName)
	}
	return Cut(Visible(t.Rule), maxName)
}

func labelText(l alert.Label) string {
	return Cut(Visible(l.Name), maxName) + "=" + Cut(Visible(l.Value), maxName)
}

func inBrackets(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (w writer) alert(t *alert.Transition, external alert.Labels) AlertText {
	a := AlertText{
		Head:     "[" + w.stateWord(t) + "] " + w.head(t),
		Firing:   t.State != alert.Resolved,
		Severity: t.Severity,
		Summary:  Cut(Visible(t.Annotation("summary")), maxValue),
	}
	a.add(w.when(t))
	a.add(w.value, w.values(t.Values))
	a.add(w.words.condition, w.conditionText(t))
	if t.Suppressed > 0 {
		a.add(w.suppressed, w.count(int(min(t.Suppressed, math.MaxInt32)), w.suppressedBy))
	}
	if t.Name != "" {
		a.add(w.rule, Cut(Visible(t.Rule), maxName))
	}
	a.add(w.labels, labelsText(external, t.Labels))
	if a.Firing {
		w.addEvidence(&a, t)
	}
	return a
}

// spare leaves out what an alert above of the same rule has said already.
func (a *AlertText) spare(t *alert.Transition, above []alert.Transition) {
	i := slices.IndexFunc(above, func(o alert.Transition) bool { return o.Rule == t.Rule && o.State != alert.Resolved })
	if i < 0 {
		return
	}
	same := func(name string) bool { return above[i].Annotation(name) == t.Annotation(name) }
	if same("runbook") {
		a.Runbook = ""
	}
	if same("runbook_url") {
		a.RunbookURL = ""
	}
}

// addEvidence says what helps to act; of what is over nobody needs it.
func (w writer) addEvidence(a *AlertText, t *alert.Transition) {
	a.add(w.about, Cut(VisibleLines(t.Annotation("description")), maxProse))
	a.Runbook = Cut(VisibleLines(t.Annotation("runbook")), maxProse)
	if a.RunbookURL = WebAddress(t.Annotation("runbook_url")); a.RunbookURL == "" {
		a.add(w.words.Runbook, Cut(Visible(t.Annotation("runbook_url")), maxValue))
	}
	for i, s := range t.Samples {
		if i == maxSamples {
			break
		}
		a.Samples = append(a.Samples, SampleText{sampleWhere(s), Cut(VisibleLines(strings.TrimRight(s.Text, "\r\n")), maxSample)})
	}
}

func (a *AlertText) add(name, value string) {
	if value != "" {
		a.Facts = append(a.Facts, Fact{name, value})
	}
}

func labelsText(sets ...alert.Labels) string {
	var parts []string
	for _, ls := range sets {
		for _, l := range ls {
			parts = append(parts, labelText(l))
		}
	}
	return Cut(strings.Join(parts, ", "), maxValue)
}

func sampleWhere(s alert.Sample) string {
	file := s.File
	if instance, _, ok := strings.Cut(s.Source, "/"); ok {
		file = instance + "/" + file
	}
	return Cut(Visible(file), maxName) + ":" + strconv.FormatInt(s.Pos, 10)
}

// WebAddress returns s if it can be shown as a link without surprise.
func WebAddress(s string) string {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") || len(s) > 1000 {
		return ""
	}
	for _, r := range s {
		if r <= ' ' || r > '~' || strings.ContainsRune("<>\"'`|\\@", r) {
			return ""
		}
	}
	return s
}
