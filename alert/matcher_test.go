package alert_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestParseMatcher(t *testing.T) {
	ls := alert.NewLabels(alert.Label{Name: "severity", Value: "critical"},
		alert.Label{Name: "params_abonement", Value: "12"},
		alert.Label{Name: "city", Value: `Нижний "Новгород"`}, alert.Label{Name: "path", Value: `a\b`})
	for in, want := range map[string]bool{
		`severity="critical"`:             true,
		` severity = "critical" `:         true,
		`severity=critical`:               true,
		`severity!="critical"`:            false,
		`severity!=warning`:               true,
		`severity=~"crit.*"`:              true,
		`severity=~"crit"`:                false, // anchored
		`severity=~critical|warning`:      true,
		`severity!~"warn.*|info"`:         true,
		`params.abonement="12"`:           true,
		`params_abonement=~"\d+"`:         true,
		`city="Нижний \"Новгород\""`:      true,
		`path="a\\b"`:                     true,
		`absent=""`:                       true,
		`absent!=""`:                      false,
		`absent=~".*"`:                    true,
		`severity=~"critical|warning"`:    true,
		`severity=~"(?i)CRITICAL"`:        true,
		`severity!~"critical"`:            false,
		`severity=`:                       false,
		`severity="critical or a=\"b\" "`: false,
	} {
		m, err := alert.ParseMatcher(in)
		if err != nil {
			t.Errorf("ParseMatcher(%q): %v", in, err)
			continue
		}
		if got := m.Matches(ls); got != want {
			t.Errorf("%q matches = %v, want %v", in, got, want)
		}
	}
}

func TestParseMatcher_Faults(t *testing.T) {
	for in, want := range map[string]string{
		``:                  "label name",
		`="a"`:              "label name",
		`severity`:          "must follow",
		`severity>"a"`:      "must follow",
		`severity="a`:       "closing quote",
		`severity="a" b`:    "unexpected",
		`severity=a b`:      "must be quoted",
		`severity=~"("`:     "regular expression",
		`a="b",c="d"`:       "unexpected",
		`severity == "bad"`: "must be quoted",
	} {
		if _, err := alert.ParseMatcher(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseMatcher(%q) = %v, want an error with %q", in, err, want)
		}
	}
}

func TestMatchers_AllMustMatch(t *testing.T) {
	ls := alert.NewLabels(alert.Label{Name: "a", Value: "1"})
	yes, _ := alert.NewMatcher("a", alert.Equal, "1")
	no, _ := alert.NewMatcher("a", alert.NotEqual, "1")
	if !(alert.Matchers{}).Matches(ls) || !(alert.Matchers{yes}).Matches(ls) || (alert.Matchers{yes, no}).Matches(ls) {
		t.Error("none matches all, one decides, all must match")
	}
	if _, err := alert.NewMatcher("a", "~", "1"); err == nil {
		t.Error("an unknown operator is an error")
	}
	if (alert.Matcher{Name: "a", Op: "?"}).Matches(ls) {
		t.Error("a matcher without operator matches nothing")
	}
}

func FuzzParseMatcher(f *testing.F) {
	for _, s := range []string{`a="b"`, `a=~"x\\d"`, `a!=b`, `a!~"\n\""`, `é="ж"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := alert.ParseMatcher(s)
		if err != nil {
			return
		}
		back, err := alert.ParseMatcher(m.String())
		if err != nil || back.Name != m.Name || back.Op != m.Op || back.Value != m.Value {
			t.Errorf("%q → %q → %+v, %v", s, m, back, err)
		}
	})
}
