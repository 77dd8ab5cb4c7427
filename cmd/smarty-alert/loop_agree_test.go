package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestLoop_WhatIsToldBeforeAgrees plays hours live, with growing and rotated files,
// kills and stops, and then asks the commands about the same files up to the live final
// second: their alert lines are those of the service byte for byte, and the report of a
// replay is the one that the service's own history makes. A test that expects what the
// service did, and nothing else, passes; explain finds the same alerts of each group.
func TestLoop_WhatIsToldBeforeAgrees(t *testing.T) {
	for seed := range uint64(2) {
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
		a.test(t)
		a.explain(t)
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

// test writes what the service did as a test of its rules over the same records.
func (a *agreement) test(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "lab.yaml"), []byte(labRules))
	var b strings.Builder
	s, err := replay.Run(context.Background(), a.options, func(replay.Event) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	from := s.From.Unix()
	fmt.Fprintf(&b, "tests:\n- name: as live\n  rules: [lab.yaml]\n  start: %s\n  until: %ds\n  match: exact\n  input:\n", s.From.Format(time.RFC3339), a.options.Until-from)
	for _, src := range a.options.Sources {
		var whole []byte
		for _, file := range src.Files {
			part, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			whole = append(whole, part...)
		}
		write(t, filepath.Join(dir, src.Stem+".log"), whole)
		fmt.Fprintf(&b, "  - {file: %s.log}\n", src.Stem)
	}
	b.WriteString("  expect:\n    alerts:\n")
	expected := func(late int64) string {
		var e strings.Builder
		for _, tr := range a.history() {
			group, err := json.Marshal(tr.Group)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&e, "    - {at: %ds, rule: %s, group: %s, state: %s, values: {count: %v}}\n", tr.At-from+late, tr.Rule, group, tr.State, tr.Values[0].V)
			late = 0
		}
		return e.String()
	}
	for late, want := range map[int64]int{0: 0, 1: 1} { // a second too late for one of them is too late
		file := filepath.Join(dir, fmt.Sprintf("late%d_test.yaml", late))
		write(t, file, []byte(b.String()+expected(late)))
		if status, stdout, stderr := runCommandLine(t, "test", file); status != want {
			t.Fatalf("test, %d s late: status %d, want %d\n%s%s", late, status, want, stdout[:min(len(stdout), 3000)], stderr)
		}
	}
}

// explain tells of each rule what was counted and which alerts each group had.
func (a *agreement) explain(t *testing.T) {
	perRule, _ := a.loop.eng.Stats()
	for i, rule := range a.set.Rules {
		live := map[string][]string{} // by group: the beginnings of its alerts
		for _, tr := range a.history() {
			if tr.Rule == rule.ID && (tr.State == alert.Firing || tr.State == alert.Event) {
				live[tr.Group.String()] = append(live[tr.Group.String()], tr.AlertID+" "+time.Unix(tr.StartsAt, 0).UTC().String())
			}
		}
		x, err := replay.Explain(context.Background(), replay.ExplainOptions{Options: a.options, Rule: rule, Shown: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if perRule[i].Rule != rule.ID || x.Counted != perRule[i].Matched || int64(x.Fired) != perRule[i].Fired {
			t.Errorf("rule %s: live %d counted and %d fired, explain %d and %d", rule.ID, perRule[i].Matched, perRule[i].Fired, x.Counted, x.Fired)
		}
		told := map[string][]string{}
		for _, g := range x.Firing {
			for _, s := range g.Spells {
				told[g.Group.String()] = append(told[g.Group.String()], s.ID+" "+s.StartsAt.UTC().String())
			}
		}
		for group, alerts := range live {
			live[group] = alerts[:min(len(alerts), 20)] // it shows so many of one group
		}
		if diff := gocmp.Diff(live, told); diff != "" {
			t.Errorf("rule %s: alerts by group (-live +explain):\n%s", rule.ID, diff)
		}
	}
}
