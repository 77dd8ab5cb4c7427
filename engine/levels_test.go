package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
)

func TestLevels(t *testing.T) {
	const rule = "{id: r, event: TEST_A, window: 10s, levels: {info: count >= 1, warning: count >= 2, critical: count >= 4}"
	checkAll(t, map[string]tale{
		"up at once, down at once without keep, resolved below all": {
			rule + "}", "0 A; 1 A; 2 A; 3 A; 40 Z",
			[]string{"+0 firing r{} info count=1", "+1 update r{} count=2", "+3 update r{} critical count=4", "+10 update r{} count=3",
				"+12 update r{} info count=1", "+13 resolved r{} info count=0"},
		},
		"fires with the highest that is true": {
			rule + "}", "0 A; 0 A; 0 A; 0 A; 40 Z",
			[]string{"+0 firing r{} critical count=4", "+10 resolved r{} critical count=0"},
		},
		"down after keep_firing_for, to the highest true then; resolve has its own": {
			rule + ", keep_firing_for: 5s}", "0 A; 1 A; 2 A; 3 A; 40 Z",
			// Below critical from +10, so down at +15 if some level were true: none is since +13.
			[]string{"+0 firing r{} info count=1", "+1 update r{} count=2", "+3 update r{} critical count=4", "+18 resolved r{} critical count=0"},
		},
		"down exactly at the end of keep": {
			rule + ", keep_firing_for: 5s}", "0 A; 1 A; 2 A; 3 A; 13 A; 14 A; 60 Z",
			[]string{"+0 firing r{} info count=1", "+1 update r{} count=2", "+3 update r{} critical count=4", "+15 update r{} count=2",
				"+29 resolved r{} count=0"},
		},
		"a level that becomes true again starts keep anew": {
			rule + ", keep_firing_for: 5s}", "0 A; 0 A; 0 A; 0 A; 9 A; 12 A; 12 A; 12 A; 60 Z",
			// critical fails at +10 and holds again from +12 to +19: at +24 nothing holds.
			[]string{"+0 firing r{} critical count=4", "+27 resolved r{} critical count=0"},
		},
		"while pending the severity is the highest true one": {
			rule + ", for: 3s}", "0 A; 1 A; 2 A; 3 A; 40 Z",
			[]string{"+0 pending r{} info count=1", "+3 firing r{} critical count=4", "+10 update r{} count=3", "+12 update r{} info count=1", "+13 resolved r{} info count=0"},
		},
		"resolve while a level holds": {
			"{id: r, event: TEST_A, window: 10s, levels: {warning: count >= 1, critical: count >= 2}, resolve: count >= 3}", "0 A; 1 A; 2 A; 40 Z",
			[]string{"+0 firing r{} count=1", "+1 update r{} critical count=2", "+2 resolved r{} critical count=3", "+10 firing r{} critical count=2",
				"+11 update r{} count=1", "+12 resolved r{} count=0"},
		},
	})
}

// A rule that is edited keeps its level and the time since which it has been low.
func TestLevels_Swap(t *testing.T) {
	rule := func(keep string) string {
		return "- {id: r, event: TEST_A, window: 10s, levels: {warning: count >= 1, critical: count >= 3}, keep_firing_for: " + keep + "}"
	}
	e := engine.New(mustRules(t, rule("20s")), engine.Options{})
	out := feed(t, e, "smarty_main", logOf("0 A; 0 A; 0 A; 8 A; 16 A; 19 Z")) // low since +10
	e.Swap(mustRules(t, rule("9s")))
	out = append(out, feed(t, e, "smarty_main", logOf("21 A; 60 Z"))...)
	e.Finish(0)
	out = append(out, clone(e.Close())...)
	want := []string{"+0 firing r{} critical count=3", "+19 update r{} count=1", "+40 resolved r{} count=0"}
	if diff := cmp.Diff(want, details(out)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
