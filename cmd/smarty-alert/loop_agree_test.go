package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestLoop_ReplayDiffAndReportAgree plays hours live, with growing and rotated files,
// kills and stops, and then asks the commands about the same files up to the live final
// second: their alert lines are those of the service byte for byte, and the report of a
// replay is the one that the service's own history makes.
func TestLoop_ReplayDiffAndReportAgree(t *testing.T) {
	for seed := range uint64(3) {
		b := newLab(t, t.TempDir())
		d := day{lab: b, dice: rand.New(rand.NewPCG(seed, 9))}
		b.up()
		for _, end := range []func(){b.kill, b.stop, func() {}} {
			for till := b.now.Add(4 * time.Hour); b.now.Before(till); {
				d.spell()
			}
			b.up()
			b.rotate(labEvents[0].log)
			end()
		}
		b.settle()
		a := newAgreement(t, b)
		lines := a.live(t)
		if n := bytes.Count(lines, []byte("\n")); n < 20 {
			t.Fatalf("seed %d: %d lines say too little", seed, n)
		}
		a.replay(t, lines)
		a.diff(t, lines)
		b.close()
	}
}

// agreement is what the service of a lab did, beside what others say of the same files.
type agreement struct {
	*lab
	set     *rules.Set
	options replay.Options
}

func newAgreement(t *testing.T, b *lab) *agreement {
	sources, err := ingest.Find([]string{b.logs})
	if err != nil {
		t.Fatal(err)
	}
	final, ok := b.loop.eng.Final()
	if !ok {
		t.Fatal("nothing was evaluated")
	}
	set, _, err := rules.Parse("rules.yaml", []byte(labRules), rules.Options{Zone: time.UTC, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	return &agreement{lab: b, set: set, options: replay.Options{Rules: set, Sources: sources, Until: final, Lateness: 2, Courses: true}}
}

// live are the alert lines of the service's history.
func (a *agreement) live(t *testing.T) []byte {
	var out bytes.Buffer
	w := replay.NewJSONL(&out)
	for _, tr := range a.history() {
		if err := w.Event(replay.Event{Alert: &tr}); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// alertsOnly writes alert lines and tells a collector of the same.
func alertsOnly(w *replay.JSONL, c *report.Collector) func(replay.Event) error {
	return func(ev replay.Event) error {
		if ev.Alert == nil {
			return nil // the store keeps no suppressions
		}
		if err := c.Event(ev); err != nil {
			return err
		}
		return w.Event(ev)
	}
}

func (a *agreement) collector() *report.Collector {
	return report.NewCollector(report.Options{Rules: a.set, Zone: time.UTC, Redactor: redact.New(nil, nil), Until: a.options.Until})
}

func (a *agreement) replay(t *testing.T, want []byte) {
	var got bytes.Buffer
	c := a.collector()
	s, err := replay.Run(context.Background(), a.options, alertsOnly(replay.NewJSONL(&got), c))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got.String()); diff != "" {
		t.Fatalf("alert lines (-live +replay):\n%s", diff)
	}
	a.sameTotals(t, s)
	own := a.collector()
	for _, tr := range a.history() {
		if err := own.Event(replay.Event{Alert: &tr}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff(page(t, own.Report(s)), page(t, c.Report(s))); diff != "" {
		t.Fatalf("the report (-live +replay):\n%s", diff)
	}
	if r := c.Report(s); r.Still != len(a.loop.eng.Firing()) {
		t.Errorf("%d alerts fire at the end of the replay, %d live", r.Still, len(a.loop.eng.Firing()))
	}
}

// rotated is the end of a rotated file's name: where a record lies later was not known
// when it was read live.
var rotated = regexp.MustCompile(`\.log\.\d+`)

func page(t *testing.T, r *report.Report) string {
	t.Helper()
	var b strings.Builder
	if err := report.HTML(&b, r, report.English); err != nil {
		t.Fatal(err)
	}
	return rotated.ReplaceAllString(b.String(), ".log")
}

// sameTotals holds the summary against what the service counted.
func (a *agreement) sameTotals(t *testing.T, s *replay.Summary) {
	perRule, _ := a.loop.eng.Stats()
	for _, st := range perRule {
		r := s.Rules[st.Rule]
		if r == nil {
			continue
		}
		if r.Matched != st.Matched || r.Groups != st.Groups || r.Fired != st.Fired || r.Resolved != st.Resolved || r.Suppressed != st.Suppressed {
			t.Errorf("rule %s: live %+v, replay %+v", st.Rule, st, r)
		}
		live := &replay.Peak{Of: st.Peak.Of, Value: st.Peak.Value, At: time.Unix(st.Peak.At, 0).UTC(), Group: st.Peak.Group}
		if !st.Peak.Seen {
			live = nil
		}
		if diff := gocmp.Diff(live, r.Peak, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("rule %s: the peak (-live +replay):\n%s", st.Rule, diff)
		}
	}
}

// diff reads the logs once for both sides: each is the service's, and so nothing
// differs.
func (a *agreement) diff(t *testing.T, want []byte) {
	var sides [2]bytes.Buffer
	var lanes []replay.Lane
	for i := range sides {
		lanes = append(lanes, replay.Lane{Rules: a.set, Emit: alertsOnly(replay.NewJSONL(&sides[i]), a.collector())})
	}
	if _, err := replay.RunLanes(context.Background(), a.options, lanes); err != nil {
		t.Fatal(err)
	}
	for i := range sides {
		if diff := gocmp.Diff(string(want), sides[i].String()); diff != "" {
			t.Fatalf("side %d of diff (-live +diff):\n%s", i, diff)
		}
	}
	d, err := replay.Compare(context.Background(), a.options, replay.DiffLanes{Old: a.set, New: a.set})
	if err != nil || d.Different() {
		t.Errorf("the rules differ from themselves: %+v, %v", d, err)
	}
}
