package rehearsal_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rehearsal"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
)

var update = flag.Bool("update", false, "write the expected texts of testdata anew")

// load reads rules with their tests.
func load(t testing.TB, name, text string) *rules.Set {
	t.Helper()
	set, warnings, err := rules.Parse(name, []byte(text), rules.Options{})
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v\n%v", err, warnings)
	}
	return set
}

func setting(set *rules.Set) rehearsal.Setting {
	return rehearsal.Setting{Rules: set.WithBuiltin(), Lateness: engine.DefaultLateness}
}

func play(t testing.TB, rt ruletest.Test, s rehearsal.Setting) *rehearsal.Played {
	t.Helper()
	p, err := rehearsal.Play(t.Context(), rt, s)
	if err != nil {
		t.Fatalf("%s: %v", rt.Name, err)
	}
	return p
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", name, diff)
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Each file of testdata/failures has tests that do not hold, and beside it what
// their authors are told, to the letter. Played twice it is the same.
func TestPlay_FailuresAreTold(t *testing.T) {
	files, _ := filepath.Glob("testdata/failures/*.yaml")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		set := load(t, filepath.Base(file), read(t, file))
		var text [2]strings.Builder
		for _, rt := range set.Tests {
			for i := range text {
				p := play(t, rt, setting(set))
				v := p.Judge()
				if len(v.Failures) == 0 {
					t.Errorf("%s: %s: does not fail", file, rt.Name)
				}
				fmt.Fprintf(&text[i], "%s\n%s\n", rt.Name, p.Text(v))
			}
		}
		if text[0].String() != text[1].String() {
			t.Errorf("%s: another text the second time:\n%s", file, cmp.Diff(text[0].String(), text[1].String()))
		}
		golden(t, strings.TrimSuffix(file, ".yaml")+".txt", text[0].String())
	}
}

const storm = `version: 1
rules:
- id: login_storm
  event: LOGIN_ERROR
  group_by: [reason]
  window: 2m
  condition: count >= %d
  severity: critical
  annotations: {summary: '{{.Values.count}} failed'}
tests:
- name: three are a storm
  input:
  - {at: 0s, every: 30s, times: 3, log: smarty_accounts, event: LOGIN_ERROR, fields: {reason: a}}
  until: 5m
  expect:
    alerts:
    - {at: 1m, rule: login_storm, group: {reason: a}, state: firing, values: {count: 3}, summary: 3 failed}
    - {at: 2m, rule: login_storm, state: resolved}
    notifications:
    - {within: 1m..90s, receiver: default, reason: first, rules: [login_storm], alerts: 1, text: /CRITICAL.*login_storm/}
    totals:
    - {rule: login_storm, state: firing, times: 1}
`

// A rule that was broken by a slip is noticed, and the text says what became of it.
func TestPlay_NoticesAWrongThreshold(t *testing.T) {
	for threshold, want := range map[int][]string{
		3: nil,
		4: {
			`storm.yaml:17: expected at 1m: login_storm{reason="a"} firing: did not come`,
			"note: login_storm matched 3 records; count came to 3 at 1m in",
			`storm.yaml:18: expected at 2m: login_storm resolved: did not come`,
			"storm.yaml:20: expected within 1m..1m30s: default is told (first, 1 alert, login_storm): nothing was sent",
			"storm.yaml:22: login_storm firing: never, expected 1",
		},
		2: {
			`storm.yaml:17: expected at 1m: login_storm{reason="a"} firing: came otherwise`,
			"came  30s: login_storm{reason=\"a\"} firing critical, count 2",
			"values.count  - 3\n                    + 2",
		},
	} {
		set := load(t, "storm.yaml", fmt.Sprintf(storm, threshold))
		p := play(t, set.Tests[0], setting(set))
		v := p.Judge()
		if (len(v.Failures) > 0) != (want != nil) {
			t.Errorf("threshold %d: %d failures:\n%s", threshold, len(v.Failures), p.Text(v))
		}
		text := p.Text(v)
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("threshold %d: the text lacks %q:\n%s", threshold, part, text)
			}
		}
	}
}

// told is the story without records and ops.
func told(p *rehearsal.Played) string {
	var b strings.Builder
	lines := replay.NewJSONL(&b)
	for _, m := range p.Story {
		if m.Log == nil && m.Op == nil {
			if err := lines.Event(m.Event); err != nil {
				panic(err)
			}
		}
	}
	return b.String()
}

// A restart at any second changes nothing of what comes.
func TestPlay_RestartsChangeNothing(t *testing.T) {
	set := load(t, "restart.yaml", read(t, "testdata/restart.yaml"))
	for _, rt := range set.Tests {
		want := told(play(t, rt, setting(set)))
		if strings.Count(want, `"state":"firing"`) == 0 || strings.Count(want, `"type":"notification"`) < 2 {
			t.Errorf("%s: it proves little:\n%s", rt.Name, want)
		}
		ops := load(t, "ops.yaml", opsOf(t, 0, 720, 18)).Tests
		for _, with := range ops {
			now := rt
			now.Ops = append(append([]ruletest.Op(nil), rt.Ops...), with.Ops...)
			if got := told(play(t, now, setting(set))); got != want {
				t.Fatalf("%s, %s: -without +with:\n%s", rt.Name, with.Name, cmp.Diff(want, got))
			}
		}
	}
}

// opsOf are tests that have nothing but restarts, one each, and one with all.
func opsOf(t *testing.T, from, to, step int) string {
	t.Helper()
	var b, all strings.Builder
	b.WriteString("rules: [{id: x, event: LOGIN_ERROR}]\ntests:\n")
	for _, kind := range []string{"crash", "graceful", "reload"} {
		for s := from; s <= to; s += step {
			op := fmt.Sprintf("  - {at: %ds, restart: %s}\n", s, kind)
			fmt.Fprintf(&b, "- name: %s at %d\n  input: []\n  expect: {never: [{rule: x}]}\n  ops:\n%s", kind, s, op)
			all.WriteString(op)
		}
	}
	fmt.Fprintf(&b, "- name: all\n  input: []\n  expect: {never: [{rule: x}]}\n  ops:\n%s", all.String())
	return b.String()
}
