package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Wherever a name is looked up, a misspelt one is met with the one that was meant.
func TestParse_MisspeltNamesAreRecognised(t *testing.T) {
	const top = "lists: {revenue: [check_accounts]}\nvars: {size: 2}\nrules:\n- id: login-storm\n  event: LOGIN_ERROR\n"
	const windowed = top + "  group_by: [reason]\n  window: 5m\n"
	for name, tc := range map[string]struct{ text, want string }{
		"a key of the file":           {"ruls: []\n", `"rules"`},
		"a key of a rule":             {top + "  windw: 5m\n", `"window"`},
		"a key of a rule in capitals": {top + "  Match: pid > 1\n", `"match"`},
		"a key of groups":             {windowed + "  condition: count > 3\n  groups: {forget_afetr: 1h}\n", `"forget_after"`},
		"a key of repeat_backoff":     {windowed + "  condition: count > 3\n  repeat_backoff: {facter: 2}\n", `"factor"`},
		"a key of defaults":           {"defaults: {sevrity: info}\n" + top[strings.Index(top, "rules"):], `"severity"`},
		"a key of a step":             {"rules:\n- id: a\n  within: 5m\n  sequence: [{evnt: LOGIN_ERROR}, {event: LOGIN_SUCCESS}]\n", `"event"`},
		"a key of an aggregate":       {windowed + "  condition: x > 3\n  aggregates: {x: {count: true, wher: pid > 1}}\n", `"where"`},
		"an aggregate function":       {windowed + "  condition: x > 3\n  aggregates: {x: {distint: params.ip}}\n", `"distinct"`},
		"a level":                     {windowed + "  levels: {warnig: count > 3}\n", `"warning"`},
		"a field":                     {top + "  match: reson == \"x\"\n", `"reason"`},
		"a field of every record":     {top + "  match: evnet == \"LOGIN_ERROR\"\n", `"event"`},
		"a field in where":            {windowed + "  condition: x > 3\n  aggregates: {x: {count: true, where: raeson == \"x\"}}\n", `"reason"`},
		"a field in group_by":         {top + "  group_by: [raeson]\n", `"reason"`},
		"a field of last":             {windowed + "  condition: count > 3 and last.raeson == \"x\"\n", `"reason"`},
		"a derived field":             {top + "  fields: {cause: lower(reason)}\n  match: casue == \"x\"\n", `"cause"`},
		"a list":                      {top + "  match: reason in revnue\n", `"revenue"`},
		"a var":                       {windowed + "  condition: count > sizee\n", `"size"`},
		"a list of expected groups":   {windowed + "  condition: count == 0\n  absence: true\n  groups: {expect: revnue}\n", `"revenue"`},
		"a name of the window":        {windowed + "  condition: coutn > 3\n", `"count"`},
		"an aggregate":                {windowed + "  condition: peple > 3\n  aggregates: {people: {distinct: params.ip}}\n", `"people"`},
		"a group label":               {windowed + "  condition: count > 3 and resaon == \"x\"\n", `"reason"`},
		"a function":                  {top + "  match: lowr(reason) == \"x\"\n", `"lower"`},
		"an event":                    {top + "- {id: b, event: LOGIN_EROR, windw: 5m}\n", `"LOGIN_ERROR"`},
		"a log":                       {top + "- {id: b, log: smarty_acounts, windw: 5m}\n", `"smarty_accounts"`},
		"a severity":                  {top + "  severity: warnning\n", `"warning"`},
		"a status":                    {top + "  status: tset\n", `"test"`},
		"a mode":                      {top + "  mode: evnt\n", `"event"`},
		"a source":                    {"rules:\n- {id: a, source: alert}\n", `"alerts"`},
		"a state of alerts":           {"rules:\n- {id: a, source: alerts, match: state == \"fireing\"}\n", `"firing"`},
		"a rule that is inhibited":    {windowed + "  condition: count > 3\n  inhibits: [login-slwo]\n- {id: login-slow, event: LOGIN_ERROR}\n", `"login-slow"`},
		"a calendar":                  {top + "  active: [wrokdays]\n", `"workdays"`},
		"a name of templates":         {top + "  annotations: {summary: '{{.Valuse.count}}'}\n", `.Values`},
		"a value of templates":        {windowed + "  condition: count > 3\n  annotations: {summary: '{{.Values.cuont}}'}\n", `.Values.count`},
		"a group of templates":        {windowed + "  condition: count > 3\n  annotations: {summary: '{{.Group.raeson}}'}\n", `.Group.reason`},
		"a label of templates":        {windowed + "  condition: count > 3\n  annotations: {summary: '{{.Labels.sevrity}}'}\n", `.Labels.severity`},
		"a function of templates":     {top + "  annotations: {summary: '{{toUper .Rule}}'}\n", `"toUpper"`},
		"a field of a sample":         {top + "  annotations: {summary: '{{range .Samples}}{{.Txt}}{{end}}'}\n", `.Text`},
		"a key in Cyrillic letters":   {top + "  sоurcе: alerts\n", `"source"`},
		"a severity in full width":    {top + "  severity: ｗarning\n", "warning"},
		"a unit of time":              {strings.Replace(windowed, "5m", "5mnutes", 1) + "  condition: count > 3\n", "5m"},
	} {
		t.Run(name, func(t *testing.T) {
			_, warnings, err := rules.Parse("r.yaml", []byte(tc.text), rules.Options{Calendars: []string{"workdays", "nights"}})
			var faults strictyaml.Errors
			errors.As(err, &faults)
			hints := ""
			for _, f := range append(faults, warnings...) {
				hints += f.Hint + "\n"
			}
			if !strings.Contains(hints, tc.want) || !strings.Contains(hints, "did you mean") && !strings.Contains(hints, "write ") {
				t.Errorf("%s\nis told: %s\nwhich does not name %s", tc.text, fmt.Sprint(err, warnings), tc.want)
			}
		})
	}
}

// What Windows editors add is no fault: a byte order mark, and \r before each \n.
func TestParse_FilesOfWindowsAreFine(t *testing.T) {
	const text = "\ufeffrules:\r\n- id: a\r\n  event: LOGIN_ERROR\r\n  match: >-\r\n    reason == \"x\"\r\n    or pid > 1\r\n  window: 5m\r\n  condition: count >= 5\r\n"
	set, warnings, err := rules.Parse("r.yaml", []byte(text), rules.Options{})
	if err != nil || len(warnings) > 0 || set.Rules[0].Match.Source != `reason == "x" or pid > 1` {
		t.Errorf("%v %v", err, warnings)
	}
	_, _, err = rules.Parse("r.yaml", []byte(strings.Replace(text, "pid", "pdi", 1)), rules.Options{})
	if err == nil || !strings.Contains(err.Error(), "r.yaml:6:8: rule \"a\": match: unknown name \"pdi\"\n    6 |     or pdi > 1\n") {
		t.Error(err)
	}
}
