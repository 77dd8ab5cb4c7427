package rehearsal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Failure is one expectation that does not hold.
type Failure struct {
	File string
	Line int
	Text string // what is wrong, in one line
	// Nearest is what comes closest to the expectation, "" if nothing does, and how
	// it differs.
	Nearest     string
	Differences []Difference
	Notes       []string // what else there is to know

	kind  kind
	value strictyaml.Value // of the expectation, or of the list that lacks one
	got   any              // the transition or notification that is the nearest, or one too many
	times int              // of a total: how often it happened
}

// kind is what is wrong with an expectation.
type kind uint8

const (
	missing    kind = iota // it did not come
	unexpected             // something came that nobody expects
	forbidden              // what must never come did
	miscounted             // it came too often, or not often enough
)

// Verdict is what a test comes to.
type Verdict struct {
	Failures []Failure

	expected map[int]mark // by place in the story
	absent   []absent
}

// mark says how a moment stands to what was expected.
type mark uint8

const (
	asExpected mark = iota + 1
	asNearest
	tooMuch
)

// absent is an expectation that nothing fits, at its time.
type absent struct {
	second int64
	text   string
}

// Judge holds what happened against what the test expects.
func (p *Played) Judge() *Verdict {
	v := &Verdict{expected: map[int]mark{}}
	p.judgeAlerts(v)
	p.judgeNotifications(v)
	p.judgeNever(v)
	p.judgeTotals(v)
	slices.SortStableFunc(v.Failures, func(a, b Failure) int { return cmp.Compare(a.Line, b.Line) })
	return v
}

func (v *Verdict) fail(f Failure) {
	f.File, f.Line = f.value.File(), f.value.Line()
	v.Failures = append(v.Failures, f)
}

// places are where in the story something of a kind happens.
func (p *Played) places(is func(*Moment) bool) (out []int) {
	for i := range p.Story {
		if is(&p.Story[i]) {
			out = append(out, i)
		}
	}
	return out
}

func (p *Played) judgeAlerts(v *Verdict) {
	places := p.places(func(m *Moment) bool { return m.Alert != nil })
	at := func(got int) *alert.Transition { return p.Story[places[got]].Alert }
	pairs := pairing(len(p.Test.Alerts), len(places), func(want, got int) bool {
		return len(p.differences(p.Test.Alerts[want], at(got), true)) == 0
	})
	left := leftover(pairs, len(places))
	for _, got := range pairs {
		if got >= 0 {
			v.expected[places[got]] = asExpected
		}
	}
	for i, want := range p.Test.Alerts {
		if pairs[i] < 0 {
			p.missingAlert(v, want, places, left)
		}
	}
	pending := slices.ContainsFunc(p.Test.Alerts, func(a ruletest.Alert) bool { return a.State == alert.Pending.String() })
	for _, got := range left {
		if t := at(got); p.Test.Exact && v.expected[places[got]] == 0 && (pending || t.State != alert.Pending) {
			v.expected[places[got]] = tooMuch
			v.fail(Failure{kind: unexpected, value: p.listOf("alerts"), got: t,
				Text: fmt.Sprintf("%s: %s is %s, and nobody expects it (match: exact)", span(p.After(t.At)), name(t.Rule, t.Group), t.State)})
		}
	}
}

// leftover are the places that no want took.
func leftover(pairs []int, n int) (left []int) {
	for got := range n {
		if !slices.Contains(pairs, got) {
			left = append(left, got)
		}
	}
	return left
}

// missingAlert tells of an alert that did not come, and what comes closest to it of
// those that are left.
func (p *Played) missingAlert(v *Verdict, want ruletest.Alert, places, left []int) {
	f := Failure{kind: missing, value: want.Value(), Text: fmt.Sprintf("expected at %s: %s", span(want.At), wanted(want))}
	best, nearest := -1, apart{}
	for _, got := range left {
		t := p.Story[places[got]].Alert
		ds := p.differences(want, t, true)
		far := farness(ds, want.At, p.After(t.At))
		if t.Rule != want.Rule || v.expected[places[got]] != 0 || best >= 0 && !far.less(nearest) {
			continue
		}
		best, nearest, f.Differences, f.got = places[got], far, ds, t
	}
	if best < 0 {
		f.Text += ": did not come"
		f.Notes = p.whyNot(want)
		v.absent = append(v.absent, absent{p.Test.Start.Add(want.At).Unix(), wanted(want)})
	} else {
		v.expected[best] = asNearest
		t := p.Story[best].Alert
		f.Text += ": came otherwise"
		f.Nearest = fmt.Sprintf("%s: %s", span(p.After(t.At)), changed(t))
	}
	v.fail(f)
}

// apart is how far what came is from what was expected: it matters more which alert
// it is than when it came, and that more than what it says.
type apart struct {
	weight int
	time   time.Duration
}

func farness(ds []Difference, want, got time.Duration) apart {
	n := 0
	for _, d := range ds {
		switch d.Key[0] {
		case "state", "group", "status":
			n += 100
		case "at", "within":
			n += 10
		}
		n++
	}
	return apart{n, (want - got).Abs()}
}

func (a apart) less(b apart) bool {
	return a.weight < b.weight || a.weight == b.weight && a.time < b.time
}

// whyNot says what is known of a rule none of whose changes is like the wanted one.
func (p *Played) whyNot(want ruletest.Alert) (notes []string) {
	if want.At > p.After(p.End) {
		return []string{"the test ends before, at " + span(p.After(p.End))}
	}
	for _, st := range p.Stats {
		if st.Rule != want.Rule {
			continue
		}
		note := fmt.Sprintf("%s matched %s", st.Rule, many(st.Matched, "record"))
		if st.Peak.Seen {
			note += fmt.Sprintf("; %s came to %s at %s", st.Peak.Of, valueText(st.Peak.Value), span(p.After(st.Peak.At)))
			if len(st.Peak.Group) > 0 {
				note += " in " + st.Peak.Group.String()
			}
		}
		notes = append(notes, note)
		if st.EvalErrors > 0 {
			notes = append(notes, fmt.Sprintf("%s could not be evaluated %s: %s", st.Rule, manyTimes(st.EvalErrors), st.FirstError))
		}
		if st.MissingGroup > 0 {
			notes = append(notes, fmt.Sprintf("%s of it had no field to group by", many(st.MissingGroup, "record")))
		}
	}
	return notes
}

func (p *Played) judgeNotifications(v *Verdict) {
	places := p.places(func(m *Moment) bool { return m.Notification != nil })
	at := func(got int) *replay.Notification { return p.Story[places[got]].Notification }
	pairs := pairing(len(p.Test.Notifications), len(places), func(want, got int) bool {
		return len(p.told(p.Test.Notifications[want], at(got))) == 0
	})
	left := leftover(pairs, len(places))
	for _, got := range pairs {
		if got >= 0 {
			v.expected[places[got]] = asExpected
		}
	}
	for i, want := range p.Test.Notifications {
		if pairs[i] < 0 {
			p.missingNotification(v, want, places, left)
		}
	}
	for _, got := range left {
		if n := at(got); p.Test.Exact && p.Test.TellsOfNotifications() && v.expected[places[got]] == 0 {
			v.expected[places[got]] = tooMuch
			v.fail(Failure{kind: unexpected, value: p.listOf("notifications"), got: n,
				Text: fmt.Sprintf("%s: %s is told (%s), and nobody expects it (match: exact)", span(p.After(n.At.Unix())), n.Receiver, message(n))})
		}
	}
}

func (p *Played) missingNotification(v *Verdict, want ruletest.Notification, places, left []int) {
	text := fmt.Sprintf("%s is told", want.Receiver)
	if s := wantedMessage(want); s != "" {
		text += " (" + s + ")"
	}
	f := Failure{kind: missing, value: want.Value(), Text: fmt.Sprintf("expected within %s..%s: %s", span(want.From), span(want.To), text)}
	best, nearest := -1, apart{}
	for _, got := range left {
		n := p.Story[places[got]].Notification
		ds := p.told(want, n)
		far := farness(ds, want.From, p.After(n.At.Unix()))
		if n.Receiver != want.Receiver || v.expected[places[got]] != 0 || best >= 0 && !far.less(nearest) {
			continue
		}
		best, nearest, f.Differences, f.got = places[got], far, ds, n
	}
	if best < 0 {
		f.Text += ": nothing was sent"
		v.absent = append(v.absent, absent{p.Test.Start.Add(want.To).Unix(), text})
	} else {
		v.expected[best] = asNearest
		n := p.Story[best].Notification
		f.Text += ": was sent otherwise"
		f.Nearest = fmt.Sprintf("%s: %s (%s)", span(p.After(n.At.Unix())), n.Receiver, message(n))
	}
	v.fail(f)
}

func (p *Played) judgeNever(v *Verdict) {
	for _, never := range p.Test.Never {
		for _, place := range p.places(func(m *Moment) bool { return m.Alert != nil }) {
			t := p.Story[place].Alert
			if len(p.differences(never, t, false)) > 0 || t.State == alert.Pending && never.State != "pending" {
				continue
			}
			v.expected[place] = tooMuch
			v.fail(Failure{kind: forbidden, value: never.Value(), got: t, Nearest: fmt.Sprintf("%s: %s", span(p.After(t.At)), changed(t)),
				Text: "must never come, and came: " + wanted(never)})
			break
		}
	}
}

func (p *Played) judgeTotals(v *Verdict) {
	for _, total := range p.Test.Totals {
		n := p.count(total)
		if n == total.Times {
			continue
		}
		what := wanted(total.Alert)
		if total.Receiver != "" {
			what = total.Receiver + " is told"
			if total.Status != "" {
				what += " (" + total.Status + ")"
			}
		}
		v.fail(Failure{kind: miscounted, value: total.Value(), times: n,
			Text:        fmt.Sprintf("%s: %s, expected %d", what, manyTimes(int64(n)), total.Times),
			Differences: []Difference{{Key: []string{"times"}, Want: fmt.Sprint(total.Times), Got: fmt.Sprint(n), got: int64(n)}}})
	}
}

func (p *Played) count(total ruletest.Total) (n int) {
	for i := range p.Story {
		m := &p.Story[i]
		switch {
		case total.Receiver != "":
			if m.Notification != nil && m.Notification.Receiver == total.Receiver && (total.Status == "" || total.Status == m.Notification.Status) {
				n++
			}
		case m.Alert != nil && len(p.differences(total.Alert, m.Alert, false)) == 0 && (m.Alert.State != alert.Pending || total.State == "pending"):
			n++
		}
	}
	return n
}

// listOf is where a list of expectations is written, or would be.
func (p *Played) listOf(key string) strictyaml.Value {
	if v := p.Test.Expect.Value().QuietMapping().Get(key); v.There() {
		return v
	}
	return p.Test.Expect.Value()
}

// wanted is an expected alert in one line.
func wanted(a ruletest.Alert) string {
	var b strings.Builder
	b.WriteString(a.Rule)
	for i, g := range a.Group {
		b.WriteString(pick(i == 0, "{", ", ") + g.Name + "=" + quotedPattern(g.Pattern))
	}
	if len(a.Group) > 0 {
		b.WriteByte('}')
	}
	for _, s := range []string{a.State, a.Severity} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	return b.String()
}

func quotedPattern(p ruletest.Pattern) string {
	if p.Regexp != nil {
		return p.String()
	}
	return fmt.Sprintf("%q", p.Text)
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// changed is a change of an alert in one line.
func changed(t *alert.Transition) string {
	text := fmt.Sprintf("%s %s", name(t.Rule, t.Group), t.State)
	if t.State != alert.Resolved {
		text += " " + t.Severity.String()
	} else if t.Reason != "condition" {
		text += " (" + t.Reason + ")"
	}
	for i, v := range t.Values {
		text += pick(i == 0, ", ", " ") + v.Name + " " + pick(v.Approx, "~", "") + valueText(v.V)
	}
	return text
}

func wantedMessage(n ruletest.Notification) string {
	parts := []string{n.Status, n.Reason}
	if n.Alerts > 0 {
		parts = append(parts, many(int64(n.Alerts), "alert"))
	}
	parts = append(parts, n.Rules...)
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func message(n *replay.Notification) string {
	return fmt.Sprintf("%s, %s, %s: %s", n.Status, n.Reason, many(int64(len(n.Message.Alerts)), "alert"), strings.Join(rulesOf(n), ", "))
}

func many(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func manyTimes(n int64) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
