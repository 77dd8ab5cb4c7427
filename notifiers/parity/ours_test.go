package parity

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

var update = flag.Bool("update", false, "write the golden files")

// said is what was told after each step: "receiver {group} firing: alerts resolved: alerts".
type said [][]string

// The timers of both. Alertmanager runs in real time: a step must be longer than its
// interval on a slow machine.
const (
	groupWait     = time.Second
	groupInterval = 3 * time.Second
	stepLength    = 4500 * time.Millisecond
)

var receivers = map[string]notifiers.ReceiverOptions{
	"noc": {SendResolved: true}, "duty": {SendResolved: true}, "mail": {SendResolved: true}, "quiet": {},
}

const (
	theirsFile = "testdata/alertmanager.json"
	oursFile   = "testdata/ours.json"
)

func TestDispatcher_SaysWhatAlertmanagerSaid(t *testing.T) {
	theirs, own := load(t, theirsFile), load(t, oursFile)
	got := map[string]said{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want, ok := theirs[c.name]
			if !ok {
				t.Fatal("Alertmanager has not been asked: make parity")
			}
			is := ours(t, c)
			diff := gocmp.Diff(want, is)
			if c.differs == "" {
				if diff != "" {
					t.Errorf("(-alertmanager +ours):\n%s", diff)
				}
				return
			}
			got[c.name] = is
			if diff == "" {
				t.Errorf("does not differ, though it should: %s", c.differs)
			}
			if diff := gocmp.Diff(own[c.name], is); diff != "" && !*update {
				t.Errorf("%s (-want +got):\n%s", c.differs, diff)
			}
		})
	}
	if *update {
		save(t, oursFile, got)
	}
	if n := len(cases); n < 40 || len(theirs) != n {
		t.Errorf("%d cases, %d of them asked", n, len(theirs))
	}
}

// ours runs a case in virtual time.
func ours(t *testing.T, c parityCase) said {
	t.Helper()
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	root := *c.root
	root.GroupWait, root.GroupInterval, root.RepeatInterval = groupWait, groupInterval, 4*time.Hour
	o := notifiers.Options{Root: &root, Receivers: receivers}
	for _, in := range c.inhibit {
		o.Inhibit = append(o.Inhibit, notifiers.InhibitRule{Source: matchers(in.source), Target: matchers(in.target), Equal: in.equal})
	}
	d, err := notifiers.NewDispatcher(o, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	var out said
	silences := 0
	for _, s := range c.steps {
		for _, i := range s.expire {
			if err := d.ExpireSilence(fmt.Sprint(i), now); err != nil {
				t.Fatal(err)
			}
		}
		for _, ms := range s.silence {
			_, err := d.SetSilence(alert.Silence{Matchers: matchers(ms), StartsAt: now, EndsAt: now.Add(time.Hour), CreatedBy: "x", Comment: "x"}, fmt.Sprint(silences), now)
			if err != nil {
				t.Fatal(err)
			}
			silences++
		}
		for _, a := range s.fire {
			d.Observe([]alert.Transition{transition(a, alert.Firing, now)}, now)
		}
		for _, r := range s.raise {
			d.Observe([]alert.Transition{transition(r[1], alert.Update, now)}, now)
		}
		for _, a := range s.end {
			d.Observe([]alert.Transition{transition(a, alert.Resolved, now)}, now)
		}
		end := now.Add(stepLength)
		out = append(out, flushUntil(d, end))
		now = end
	}
	return out
}

func flushUntil(d *notifiers.Dispatcher, end time.Time) []string {
	lines := []string{}
	for {
		next, ok := d.Next()
		if !ok || next.After(end) {
			slices.Sort(lines)
			return lines
		}
		ds, _ := d.Flush(next)
		for _, dl := range ds {
			var firing, resolved []string
			for _, t := range dl.Message.Alerts {
				if text := labelText(t.Set(nil)); t.State == alert.Resolved {
					resolved = append(resolved, text)
				} else {
					firing = append(firing, text)
				}
			}
			lines = append(lines, line(dl.Receiver, dl.Message.GroupLabels, firing, resolved))
		}
	}
}

func line(receiver string, group alert.Labels, firing, resolved []string) string {
	slices.Sort(firing)
	slices.Sort(resolved)
	text := receiver + " {" + labelText(group) + "}"
	if len(firing) > 0 {
		text += " firing: " + strings.Join(firing, "; ")
	}
	if len(resolved) > 0 {
		text += " resolved: " + strings.Join(resolved, "; ")
	}
	return text
}

// labelText leaves out what says nothing new.
func labelText(ls alert.Labels) string {
	var parts []string
	for _, l := range ls {
		if l.Name != "alertname" && l.Name != "case" {
			parts = append(parts, l.Name+"="+l.Value)
		}
	}
	return strings.Join(parts, " ")
}

// transition reads an alert as the cases write it. Its severity is no part of its
// identity.
func transition(text string, state alert.State, now time.Time) alert.Transition {
	words := strings.Fields(text)
	severity, ok := alert.ParseSeverity(words[1])
	if !ok {
		panic("no severity: " + text)
	}
	var group []alert.Label
	for _, w := range words[2:] {
		name, value, _ := strings.Cut(w, "=")
		group = append(group, alert.Label{Name: name, Value: value})
	}
	t := alert.Transition{Rule: words[0], State: state, Severity: severity, Group: alert.NewLabels(group...), At: now.Unix(), StartsAt: now.Unix()}
	t.Fingerprint = alert.Fingerprint(t.Rule, t.Group)
	t.AlertID = t.Fingerprint
	t.ID = fmt.Sprint(t.AlertID, state, now.UnixNano())
	if state == alert.Resolved {
		t.EndsAt = now.Unix()
	}
	return t
}

func matcher(text string) alert.Matcher {
	m, err := alert.ParseMatcher(text)
	if err != nil {
		panic(err)
	}
	return m
}

func matchers(texts []string) (ms alert.Matchers) {
	for _, text := range texts {
		ms = append(ms, matcher(text))
	}
	return ms
}

func load(t *testing.T, file string) (out map[string]said) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	return out
}

func save(t *testing.T, file string, what map[string]said) {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := cmp.Or(enc.Encode(what), os.WriteFile(file, []byte(b.String()), 0o644)); err != nil {
		t.Fatal(err)
	}
}
