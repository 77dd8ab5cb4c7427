package calendar_test

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/calendar"
)

func TestCronPattern_RefusesNothingThatIsRead(t *testing.T) {
	re := regexp.MustCompile("^(?:" + calendar.CronPattern() + ")$")
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.StringMatching(` ?([*]|[0-5]?[0-9](-5[0-9])?)(/[1-9])?(,0?[0-9])? +([*]|[0-2]?[0-9])(/2)? +([*?]|[0-3]?[0-9]) ([*]|1?[0-9]|jan|Dec) ([*]|[0-7]|mon-Fri)`).Draw(t, "spec")
		_, err := calendar.ParseCron(spec, nil)
		if err == nil {
			read++
		}
		if err == nil && !re.MatchString(spec) {
			t.Errorf("%q is read and does not match", spec)
		}
	})
	if read < 20 {
		t.Errorf("only %d were read", read)
	}
	for spec, want := range map[string]bool{
		"0 9 * * *": true, "*/5 0-3 1,15 jan-mar mon": true, "@daily": true,
		"0 0 9 * * *": false, "0 25 * * *": false, "60 * * * *": false, "0 9 * *": false, "0 9 32 * *": false, "0 9 * 13 *": false, "0 9 * * 7": false, "@every 5m": false, "": false,
	} {
		if got := re.MatchString(spec); got != want {
			t.Errorf("%q matches: %t, want %t", spec, got, want)
		}
	}
}
