package ruletest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/smarty-alert/smarty-alert/ruletest"
)

var update = flag.Bool("update", false, "write the expected texts of testdata/bad anew")

// Each file of testdata/bad has what its author is told beside it, to the letter.
func TestParse_FaultsOfBadFiles(t *testing.T) {
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	if len(files) == 0 {
		t.Fatal("no bad files")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ruletest.Parse(filepath.Base(file), data)
		if err == nil {
			t.Errorf("%s is accepted", file)
			continue
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err2 := os.ReadFile(golden)
		if err2 != nil {
			t.Fatal(err2)
		}
		if diff := cmp.Diff(string(want), err.Error()+"\n"); diff != "" {
			t.Errorf("%s: -want +got:\n%s", file, diff)
		}
	}
}

func TestLoad_ReadsEverything(t *testing.T) {
	tests, err := ruletest.Load("testdata/good/login_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(tests) != 1 {
		t.Fatalf("%d tests, want 1", len(tests))
	}
	got := tests[0]
	if !got.Exact || got.Line != 4 || len(got.Input) != 4 || len(got.Ops) != 4 || len(got.Alerts) != 2 || len(got.Notifications) != 1 || len(got.Never) != 1 || len(got.Totals) != 2 {
		t.Errorf("read as %+v", got)
	}
	if want := time.Date(2026, 1, 15, 7, 0, 0, 0, time.UTC); !got.Start.Equal(want) {
		t.Errorf("start = %s, want %s", got.Start, want)
	}
	wantInput := ruletest.Input{Every: 30 * time.Second, Times: 5, Log: "smarty_accounts", Event: "LOGIN_ERROR",
		Fields: []ruletest.Pair{{Name: "reason", Value: "unknown_error"}, {Name: "params", Value: []any{int64(1), "two", true}}}}
	if diff := cmp.Diff(wantInput, got.Input[0], cmpopts.IgnoreUnexported(ruletest.Input{})); diff != "" {
		t.Errorf("input: -want +got:\n%s", diff)
	}
	if n := got.Notifications[0]; n.From != 2*time.Minute || n.To != 3*time.Minute || n.Receiver != "noc" || n.Alerts != 1 {
		t.Errorf("notification = %+v", n)
	}
	if s := got.Ops[0].Silence; s == nil || s.For != 10*time.Minute || len(s.Matchers) != 1 || got.Ops[1].Restart != ruletest.Crash {
		t.Errorf("ops = %+v", got.Ops)
	}
	if a := got.Ops[2].Ack; a == nil || a.By != "olga" || len(a.Matchers) != 1 || got.Ops[3].Restart != ruletest.Reload || len(got.Ops[3].Rules) != 1 {
		t.Errorf("ack and reload = %+v", got.Ops[2:])
	}
	if got.Config != "../smarty-alert.yaml" || got.Until != time.Hour || got.Input[3].Log != "smarty_accounts" {
		t.Errorf("config %q, until %s, log of the file %q", got.Config, got.Until, got.Input[3].Log)
	}
	if a, n := got.Totals[0], got.Totals[1]; a.Rule != "login_bruteforce" || a.Times != 1 || n.Receiver != "noc" || n.Status != "firing" || n.Times != 0 {
		t.Errorf("totals = %+v", got.Totals)
	}
	if a := got.Alerts[0]; len(a.Group) != 1 || !a.Group[0].Matches("unknown_error") || a.Group[0].Matches("x") || len(a.Annotations) != 1 || len(a.Labels) != 1 {
		t.Errorf("alert = %+v", a)
	}
	for text, want := range map[string]bool{"5 failed logins": true, "4 failed logins": false} {
		if got.Alerts[0].Summary.Matches(text) != want {
			t.Errorf("the summary %q as expected: %t, want %t", text, !want, want)
		}
	}
	if p := got.Alerts[1].Summary; p.Matches("over and out") || !p.Matches("over") || !(ruletest.Pattern{}).Matches("x") {
		t.Errorf("a plain summary must be equal: %+v", p)
	}
}
