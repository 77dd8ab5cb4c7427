package strictyaml_test

import (
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func TestDurationPattern_IsWhatIsRead(t *testing.T) {
	for _, longest := range []time.Duration{0, time.Minute, 5 * time.Minute, 24 * time.Hour, 31 * 24 * time.Hour, 400 * 24 * time.Hour} {
		re := regexp.MustCompile("^(?:0|" + strictyaml.DurationPattern(longest) + ")$")
		rapid.Check(t, func(t *rapid.T) {
			text := rapid.StringMatching(`(0{0,2}[0-9]{1,7}w)?([0-9]{1,4}d)?([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,8}s)?[a-z0-9]?`).Draw(t, "text")
			d, err := strictyaml.ParseDuration(text)
			got := re.MatchString(text)
			switch {
			case err == nil && (longest == 0 || d <= longest) && !got:
				t.Errorf("%q is read as %s and does not match up to %s", text, d, longest)
			case err != nil && text != "" && got && longest > 0:
				t.Errorf("%q matches and is not read: %v", text, err)
			}
		})
	}
}

// One unit alone tells all: 32d is longer than 31d, and so is 745h.
func TestDurationPattern_KnowsTheLongest(t *testing.T) {
	re := regexp.MustCompile("^" + strictyaml.DurationPattern(31*24*time.Hour) + "$")
	for text, want := range map[string]bool{"31d": true, "32d": false, "744h": true, "745h": false, "4w": true, "5w": false, "2678400s": true, "2678401s": false, "031d": true, "0031d": true} {
		if got := re.MatchString(text); got != want {
			t.Errorf("%s matches up to 31d: %t, want %t", text, got, want)
		}
	}
}
