package lint_test

import (
	"slices"
	"testing"
)

// What is written for many rules does nothing in some of them, and is fine there.
func TestCheck_RepeatsOfManyRules(t *testing.T) {
	const service = "# config\nversion: 1\nlogs: [{path: x.log}]\nrules: [rules.yaml]\nreceivers: {noc: {webhook: {url_file: s}}}\nroute: {receiver: noc}\n"
	const single = "rules:\n- {id: once, event: LOGIN_ERROR, mode: event}\n"
	for _, c := range []struct {
		config, rules string
		told          bool
	}{
		{"", "defaults: {repeat_interval: 4h}\n" + single, false},
		{service + "overrides: {'*': {repeat_interval: 2h}}\n", single, false},
		{service, "rules:\n- {id: once, event: LOGIN_ERROR, mode: event, repeat_interval: 2h}\n", true},
		{service, "rules:\n- {id: lasts, event: LOGIN_ERROR, window: 5m, condition: count >= 5, repeat_interval: 2h}\n", false},
		{service, "rules:\n- {id: off, status: disabled, event: LOGIN_ERROR, mode: event, repeat_interval: 2h}\n", false},
	} {
		codes, text := example{config: c.config, rules: c.rules}.check(t)
		invalid := slices.Contains(codes, "invalid-rule") || slices.Contains(codes, "invalid-config")
		if invalid || slices.Contains(codes, "no-effect") != c.told {
			t.Errorf("%s%s: told is %q, %s", c.config, c.rules, codes, text)
		}
	}
}
