package examples_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

var update = flag.Bool("update", false, "write testdata/replay.jsonl and the blocks of docs/cookbook.md anew")

const logs = "../testdata/logs"

// outcome is everything one replay said.
type outcome struct {
	alerts  []*alert.Transition
	lines   []byte // as JSON lines, the summary last
	summary *replay.Summary
}

func loadRules(t *testing.T) *rules.Set {
	t.Helper()
	set, warnings, err := rules.Load([]string{"rules"}, rules.Options{})
	if err != nil {
		t.Fatalf("load rules:\n%v", err)
	}
	for _, w := range warnings {
		t.Errorf("warning:\n%s", w.Text())
	}
	return set
}

func replayed(t *testing.T, set *rules.Set) *outcome {
	t.Helper()
	sources, err := ingest.Find([]string{logs})
	if err != nil {
		t.Fatal(err)
	}
	var out outcome
	var buf bytes.Buffer
	lines := replay.NewJSONL(&buf)
	o := replay.Options{Rules: set, Sources: sources, Lateness: engine.DefaultLateness, Redactor: redact.New(nil, nil)}
	out.summary, err = replay.Run(t.Context(), o, func(ev replay.Event) error {
		if ev.Alert != nil {
			out.alerts = append(out.alerts, ev.Alert)
		}
		return lines.Event(ev)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := lines.Summary(out.summary); err != nil {
		t.Fatal(err)
	}
	out.lines = buf.Bytes()
	return &out
}

func TestReplayIsAsRecorded(t *testing.T) {
	got := replayed(t, loadRules(t)).lines
	golden := filepath.Join("testdata", "replay.jsonl")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("%s:%d differs (-update writes it anew)\n got %s\nwant %s", golden, i+1, gotLines[i], wantLines[i])
		}
	}
	t.Fatalf("%d lines, want %d of %s (-update writes it anew)", len(gotLines), len(wantLines), golden)
}

// Each rule that an incident of the logs is for fires and ends; for all of them
// their own tests show it (TestEveryRuleHasTests).
func TestEveryRuleThatFiresEnds(t *testing.T) {
	set := loadRules(t)
	summary := replayed(t, set).summary
	if summary.Late+summary.Future+summary.Unparsed != 0 {
		t.Errorf("late %d, future %d, unparsed %d records, want none", summary.Late, summary.Future, summary.Unparsed)
	}
	for _, r := range set.Rules {
		s := summary.Rules[r.ID]
		switch {
		case s.Fired == 0 && expected(r.ID):
			t.Errorf("%s never fired", r.ID)
		case r.ID == "epg_import_empty": // the logs end before the next import
		case r.Mode == rules.StateMode && s.Resolved != s.Fired:
			t.Errorf("%s fired %d times and resolved %d times", r.ID, s.Fired, s.Resolved)
		}
		if s.EvalErrors+s.MissingGroup+s.Evicted > 0 {
			t.Errorf("%s: %d evaluation errors (%s), %d records without a group, %d groups evicted",
				r.ID, s.EvalErrors, s.FirstError, s.MissingGroup, s.Evicted)
		}
	}
}

func expected(id string) bool {
	for _, names := range caught {
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, id+"{") }) {
			return true
		}
	}
	return false
}

func TestTextsAreFitForPeople(t *testing.T) {
	for _, language := range rules.Languages() {
		t.Run(language, func(t *testing.T) { textsAreFit(t, language) })
	}
}

func textsAreFit(t *testing.T, language string) {
	set, _, err := rules.Load([]string{"rules"}, rules.Options{Language: language})
	if err != nil {
		t.Fatal(err)
	}
	out := replayed(t, set)
	for _, a := range out.alerts {
		for _, name := range []string{"summary", "description", "runbook"} {
			text := a.Annotation(name)
			switch {
			case text == "":
				t.Errorf("%s has no %s", a.Rule, name)
			case strings.Contains(text, "text failed") || strings.Contains(text, "<no value>") || strings.Contains(text, "<nil>"):
				t.Errorf("%s: %s did not render: %s", a.Rule, name, text)
			case name == "summary" && (len([]rune(text)) > 160 || strings.Contains(text, "\n")):
				t.Errorf("%s: the summary does not fit a line: %s", a.Rule, text)
			case name == "runbook" && (strings.Count(text, "\n") < 1 || strings.Count(text, "\n") > 3):
				t.Errorf("%s: the runbook has not 2 to 4 steps:\n%s", a.Rule, text)
			}
		}
		if len(a.Samples) == 0 && a.State != alert.Resolved && !silent(set.Find(a.Rule)) {
			t.Errorf("%s shows no sample record", a.Rule)
		}
	}
}

// silent rules tell of what is not there, or of other alerts.
func silent(r *rules.Rule) bool { return r.Absence || r.Source == rules.AlertRecords }

// What a rule over logs says depends on no other rule.
func TestEachRuleAloneSaysTheSame(t *testing.T) {
	set := loadRules(t)
	whole := linesByRule(replayed(t, set).lines)
	for _, r := range set.Rules {
		if r.Source != rules.LogRecords || whole[r.ID] == nil {
			continue
		}
		alone := &rules.Set{Rules: []*rules.Rule{r}, Files: set.Files}
		got := linesByRule(replayed(t, alone).lines)
		if ids := slices.Collect(maps.Keys(got)); len(ids) != 1 || ids[0] != r.ID {
			t.Errorf("%s alone speaks of %v", r.ID, ids)
		}
		if !slices.Equal(got[r.ID], whole[r.ID]) {
			t.Errorf("%s alone:\n%s\namong all:\n%s", r.ID, strings.Join(got[r.ID], "\n"), strings.Join(whole[r.ID], "\n"))
		}
	}
}

// linesByRule sorts out all lines but the summary.
func linesByRule(lines []byte) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(string(lines)) {
		_, rest, found := strings.Cut(line, `"rule":"`)
		if !found {
			continue
		}
		id, _, _ := strings.Cut(rest, `"`)
		out[id] = append(out[id], line)
	}
	return out
}
