package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Wherever a name is looked up, a misspelt one is met with the one that was meant.
func TestParse_MisspeltNamesAreRecognised(t *testing.T) {
	const good = `logs: [a.log]
rules: rules
receivers: {noc: {webhook: {url: https://example.com/}}}
calendars: {nights: [{times: ["22:00-08:00"]}]}
route: {receiver: noc, routes: [{matchers: ['severity="critical"'], mute_calendars: [nights], active_calendars: [nights]}]}
`
	if _, _, err := config.Parse("c.yaml", []byte(good), env); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ old, misspelt, want string }{
		{"rules: rules", "ruls: rules", `"rules"`},
		{"route: {receiver: noc", "route: {receiver: nco", `"noc"`},
		{"route: {receiver", "route: {reciever", `"receiver"`},
		{"mute_calendars: [nights]", "mute_calendars: [night]", `"nights"`},
		{"active_calendars: [nights]", "active_calendars: [nihgts]", `"nights"`},
		{"mute_calendars", "mute_calender", `"mute_calendars"`},
		{`severity="critical"`, `severity="critcal"`, `critical`},
		{"webhook:", "webhok:", `"webhook"`},
		{"url:", "ulr:", `"url"`},
		{"times:", "tmies:", `"times"`},
		{"logs: [a.log]", "logs: [{path: a.log, instnce: x}]", `"instance"`},
		{"logs: [a.log]", "logs: [{path: a.log, offset: trsut}]", `trust`},
		{"logs: [a.log]", "timezoen: UTC\nlogs: [a.log]", `"timezone"`},
		{"logs: [a.log]", "state: {rtention: 30d}\nlogs: [a.log]", `"retention"`},
		{"logs: [a.log]", "overrides: {a: {sevrity: info}}\nlogs: [a.log]", `"severity"`},
		{"logs: [a.log]", "overrides: {a: {active: [night]}}\nlogs: [a.log]", `"nights"`},
	} {
		text := strings.Replace(good, tc.old, tc.misspelt, 1)
		_, warnings, err := config.Parse("c.yaml", []byte(text), env)
		var faults strictyaml.Errors
		errors.As(err, &faults)
		hints := ""
		for _, f := range append(faults, warnings...) {
			hints += f.Hint + "\n"
		}
		if !strings.Contains(hints, tc.want) {
			t.Errorf("%s is told: %s\nwhich does not name %s", tc.misspelt, fmt.Sprint(err, warnings), tc.want)
		}
	}
}
