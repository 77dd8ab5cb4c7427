package lint_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// left is what remains of a file of rules, a line each.
func left(t *testing.T, text string, done lint.Scope) string {
	t.Helper()
	set, faults, err := rules.Parse("r.yaml", []byte(text), rules.Options{Keep: true})
	if err != nil {
		faults = append(faults, err.(strictyaml.Errors)...)
	} else {
		faults = append(faults, lint.Check(set, nil)...)
	}
	var b strings.Builder
	for _, f := range lint.Ignore([]lint.File{{Name: "r.yaml", Data: []byte(text)}}, faults, done) {
		b.WriteString(f.Error())
		if f.Code != "" {
			b.WriteString(" [" + f.Code + "]")
		}
		if f.Hint != "" {
			b.WriteString(" (" + f.Hint + ")")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Two rules with a dead match and a summary that is missing.
const twoDead = `HEADrules:
ABOVE1- id: one
  event: LOGIN_ERROR
ABOVEKEY  match: event == "X" BEHIND
  severity: critical
ABOVE2- id: two
  event: LOGIN_ERROR
  match: event == "X"
`

func TestIgnore_Places(t *testing.T) {
	const comment = "# check: ignore never-matches it comes with the next version"
	for name, tc := range map[string]struct {
		put           map[string]string
		first, second bool // still told
	}{
		"none":            {nil, true, true},
		"file":            {map[string]string{"HEAD": comment + "\n"}, false, false},
		"above the rule":  {map[string]string{"ABOVE1": comment + "\n"}, false, true},
		"above the other": {map[string]string{"ABOVE2": comment + "\n\n"}, true, false},
		"above the key":   {map[string]string{"ABOVEKEY": "  " + comment + "\n"}, false, true},
		"behind the line": {map[string]string{"BEHIND": comment}, false, true},
		"colon, dash":     {map[string]string{"BEHIND": "# check: ignore never-matches: it comes later"}, false, true},
	} {
		text := twoDead
		for _, at := range []string{"HEAD", "ABOVE1", "ABOVE2", "ABOVEKEY", "BEHIND"} {
			text = strings.Replace(text, at, tc.put[at], 1)
		}
		got := left(t, text, lint.Scope{All: true})
		for rule, want := range map[string]bool{`"one"`: tc.first, `"two"`: tc.second} {
			told := strings.Contains(got, rule+": match: the rule can never match")
			if told != want {
				t.Errorf("%s: rule %s told %t; left:\n%s", name, rule, told, got)
			}
		}
		if strings.Contains(got, "unused-ignore") || strings.Count(got, "missing-summary") != 1 {
			t.Errorf("%s: left:\n%s", name, got)
		}
	}
}

func TestIgnore_CommentsAreChecked(t *testing.T) {
	rule := func(comment string) string {
		return "rules:\n- {id: a, event: LOGIN_ERROR} " + comment + "\n"
	}
	for comment, want := range map[string]string{
		"# check: ignore":                            "r.yaml:2:31: which warning is ignored is missing (write # check: ignore CODE REASON)\n",
		"# check: ignore never-fires":                "r.yaml:2:31: a warning is ignored without a reason (say why it is meant so, behind the code)\n",
		"# check: ignore never-fires: --":            "r.yaml:2:31: a warning is ignored without a reason (say why it is meant so, behind the code)\n",
		"# check: ignore never-fire it is meant so":  "r.yaml:2:31: no warning has the code never-fire (did you mean \"never-fires\"?)\n",
		"# check: ignroe never-fires it is meant so": "r.yaml:2:31: this comment is for check, and check knows only ignore (write # check: ignore CODE REASON)\n",
		"# check: ignore invalid-rule no time":       "r.yaml:2:31: an error cannot be ignored (mend what it says)\n",
		"# check: ignore never-fires it is meant so": "r.yaml:2:31: warning: nothing here has the warning never-fires [unused-ignore] (remove it)\n",
		"# Check: Ignore never-fires it is meant so": "r.yaml:2:31: warning: nothing here has the warning never-fires [unused-ignore] (remove it)\n",
		"# as in May # check: ignore never-fires so": "r.yaml:2:31: warning: nothing here has the warning never-fires [unused-ignore] (remove it)\n",
		"# check ignore never-fires it is meant so":  "r.yaml:2:31: this comment is for check, and check knows only ignore (write # check: ignore CODE REASON)\n",
		"# please check: ignored in May":             "",
		"# check these rules again in May":           "",
		"# check: ignore never-seen no logs today":   "", // the check against logs did not run
		"# check: ignore duplicate-rule elsewhere":   "", // the other one may be in another file
	} {
		if got := left(t, rule(comment), lint.Scope{All: true}); got != want {
			t.Errorf("%s:\n%swant\n%s", comment, got, want)
		}
	}
}

func TestIgnore_NotErrorsAndNotUnusedWhereNothingWasChecked(t *testing.T) {
	text := "rules:\n# check: ignore never-matches it is meant so\n- {id: a, event: LOGIN_ERROR, widnow: 5m}\n"
	got := left(t, text, lint.Scope{})
	if strings.Contains(got, "unused-ignore") || !strings.Contains(got, `unknown key "widnow"`) {
		t.Errorf("left:\n%s", got)
	}
}

func TestIgnore_HidesTheRestOfASecretLine(t *testing.T) {
	text := "receivers: {noc: {slack: {token: xoxb-1}}} # check: ignore never-fire because\n"
	list := lint.Ignore([]lint.File{{Name: "c.yaml", Data: []byte(text), Secret: true}}, nil, lint.Scope{})
	if len(list) != 1 || strings.Contains(list[0].Text(), "xoxb") || !strings.Contains(list[0].Text(), "# check: ignore never-fire because") {
		t.Errorf("faults = %v", list)
	}
}
