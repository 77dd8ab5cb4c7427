package rehearsal_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rehearsal"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Each file of testdata/rewrite becomes the one beside it, whose tests hold, but for
// what must never come; and a second time changes nothing.
func TestRewrite_ExpectsWhatHappened(t *testing.T) {
	files, _ := filepath.Glob("testdata/rewrite/*.yaml")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		for name, ends := range map[string]string{"\\n": "\n", "\\r\\n": "\r\n"} {
			text := strings.ReplaceAll(read(t, file), "\n", ends)
			got, n := rewritten(t, text)
			if n == 0 {
				t.Errorf("%s: nothing is changed", file)
			}
			if ends == "\n" {
				golden(t, strings.TrimSuffix(file, ".yaml")+".want", got)
			}
			if again, n := rewritten(t, got); n != 0 || again != got {
				t.Errorf("%s with %s: %d changes the second time:\n%s", file, name, n, again)
			}
			set, _, err := rules.Parse("x.yaml", []byte(got), rules.Options{})
			if err != nil {
				t.Fatalf("%s with %s: %v\n%s", file, name, err, got)
			}
			for _, rt := range set.Tests {
				p := play(t, rt, setting(set))
				if v := p.Judge(); len(v.Failures) > 0 {
					t.Errorf("%s with %s: %s:\n%s", file, name, rt.Name, p.Text(v))
				}
			}
		}
	}
}

// A byte order mark, and what must never come, stay.
func TestRewrite_LeavesWhatIsNoExpectation(t *testing.T) {
	text := "\ufeff" + strings.Replace(rehearsalRules, "EXPECT", "{never: [{rule: each}]}", 1)
	if got, n := rewritten(t, text); n != 0 || got != text {
		t.Errorf("%d changes:\n%s", n, got)
	}
	text = "\ufeff" + strings.Replace(rehearsalRules, "EXPECT", "{alerts: [{at: 1m, rule: each}]}", 1)
	want := strings.Replace(text, "at: 1m", "at: 0s", 1)
	if got, n := rewritten(t, text); n != 1 || got != want {
		t.Errorf("%d changes:\n%s", n, got)
	}
}

const rehearsalRules = `rules: [{id: each, event: LOGIN_ERROR}]
tests:
- name: x
  input: [{at: 0s, log: smarty_accounts, event: LOGIN_ERROR}]
  expect: EXPECT
`

func rewritten(t *testing.T, text string) (string, int) {
	t.Helper()
	set, _, err := rules.Parse("x.yaml", []byte(text), rules.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var played []*rehearsal.Played
	for _, rt := range set.Tests {
		played = append(played, play(t, rt, setting(set)))
	}
	out, n := rehearsal.Rewrite([]byte(text), played)
	return string(out), n
}
