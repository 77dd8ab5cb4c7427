package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
)

// reasons tells the resolves of a swap.
func reasons(out []engine.Output) []string {
	var lines []string
	for _, o := range out {
		lines = append(lines, o.Alert.Rule+" "+o.Alert.State.String()+" "+o.Alert.Reason)
	}
	return lines
}

func TestSwap_WhatKeepsStateAndWhatDoesNot(t *testing.T) {
	const old = "- {id: r, event: " + failed + ", window: 1m, condition: count >= 2}"
	for name, tc := range map[string]struct {
		now   string
		swap  []string // at once
		after []string // when the log goes on
	}{
		"texts, severity and times keep it": {
			"- {id: r, event: " + failed + ", window: 1m, condition: count >= 2, severity: critical, keep_firing_for: 30s, annotations: {summary: new}}",
			nil, []string{"+90 resolved r{} count=0"},
		},
		"the place in the file does not matter": {
			"- {id: first, event: LOGIN_ERROR}\n" + old,
			nil, []string{"+60 resolved r{} count=1"},
		},
		"another condition is another rule": {
			"- {id: r, event: " + failed + ", window: 1m, condition: count >= 3}",
			[]string{"r resolved rule_changed"}, nil,
		},
		"a rule that is gone ends its alerts": {
			"- {id: other, event: LOGIN_ERROR}",
			[]string{"r resolved rule_removed"}, nil,
		},
		"a disabled one too": {
			"- {id: r, event: " + failed + ", window: 1m, condition: count >= 2, status: disabled}",
			[]string{"r resolved rule_removed"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine.New(mustRules(t, old), engine.Options{})
			feed(t, e, "smarty_stream_services", at(failed, "", 0, 1)+at(fine, "", 20))
			if got := reasons(e.Swap(mustRules(t, tc.now))); !cmp.Equal(tc.swap, got) {
				t.Errorf("at the swap = %q, want %q", got, tc.swap)
			}
			out := feed(t, e, "smarty_stream_services", at(fine, "", 300))
			e.Finish(0)
			out = append(out, clone(e.Close())...)
			if diff := cmp.Diff(tc.after, story(out)); diff != "" {
				t.Errorf("after it (-want +got):\n%s", diff)
			}
		})
	}
}

// A rule that is edited while its group is pending waits for the new time.
func TestSwap_PendingWaitsForTheNewTime(t *testing.T) {
	rule := func(d string) string {
		return "- {id: r, event: " + failed + ", window: 2m, condition: count >= 2, for: " + d + "}"
	}
	e := engine.New(mustRules(t, rule("30s")), engine.Options{})
	feed(t, e, "smarty_stream_services", at(failed, "", 0, 1)+at(fine, "", 10))
	e.Swap(mustRules(t, rule("1m")))
	out := feed(t, e, "smarty_stream_services", at(fine, "", 100))
	e.Finish(0)
	out = append(out, clone(e.Close())...)
	if diff := cmp.Diff([]string{"+61 firing r{} count=2"}, story(out)); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
}

// Records that a rule has wanted are shown when it stands at another place in its file since.
func TestSwap_KeepsSamples(t *testing.T) {
	const rule = "- {id: r, event: " + failed + ", window: 1h, condition: count >= 80}"
	var before, after strings.Builder
	for i := range 60 {
		before.WriteString(line(0, failed, fmt.Sprintf("n=%d", i)))
	}
	before.WriteString(line(20, fine, ""))
	for s := range int64(60) {
		for range 40 {
			after.WriteString(line(30+s, "LOGIN_ERROR", "text='"+strings.Repeat("x", 500)+"'"))
		}
	}
	after.WriteString(strings.Repeat(line(100, failed, "n=last"), 20) + line(120, fine, ""))

	e := engine.New(mustRules(t, rule), engine.Options{})
	feed(t, e, "smarty_stream_services", before.String())
	e.Swap(mustRules(t, "- {id: first, event: LOGIN_ERROR, window: 5m, condition: count >= 10000}\n"+rule))
	out := feed(t, e, "smarty_stream_services", after.String())
	if diff := cmp.Diff([]string{"+100 firing r{} count=80"}, story(out)); diff != "" {
		t.Fatalf("story (-want +got):\n%s", diff)
	}
	for i, want := range []string{"n=0", "n=1", "n=2", "n=last", "n=last", "n=last"} {
		if got := out[len(out)-1].Alert.Samples[i].Text; !strings.HasSuffix(got, want) {
			t.Errorf("sample %d is %q, want one that ends with %s", i, got, want)
		}
	}
}
