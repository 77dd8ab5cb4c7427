package rules_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// What only evaluation can find is said in the words of the rule: the person who
// reads it wrote the rule, not the program.
func TestErrorsWhileEvaluatingSpeakOfFields(t *testing.T) {
	const line = "Fri Mar 24 10:22:35+0300 2017 ERROR check:64 run[1.MainThread] STREAM_SERVICE_CHECKING_ERROR " +
		"stream_service='edge-01' check_ping_success='maybe'\n"
	for match, want := range map[string]string{
		"not (check_http_success ?? check_tcp_success)": "a field that is missing stands where true or false is needed",
		"not (check_ping_success ?? check_tcp_success)": "a field that is no boolean stands where true or false is needed",
		"stream_service > 5":                            `cannot order the text "edge-01" and 5`,
	} {
		text := "rules: [{id: a, event: STREAM_SERVICE_CHECKING_ERROR, match: '" + match + "'}]"
		set, _, err := rules.Parse("a.yaml", []byte(text), rules.Options{})
		if err != nil {
			t.Fatalf("%s: %v", match, err)
		}
		var rec smartylog.Record
		s := smartylog.NewScanner(strings.NewReader(line), 0, smartylog.Options{})
		if err := s.Next(&rec); err != nil && !s.Flush(&rec) {
			t.Fatal(err)
		}
		holds, err := set.Rules[0].Match.Holds(rules.NewScratch(), &rec)
		if holds || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: holds %v, error %v, want %q", match, holds, err, want)
		}
	}
}
