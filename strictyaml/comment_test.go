package strictyaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func TestComments_AreAboutLines(t *testing.T) {
	text := `# head
---
# still the head

version: 1  # behind
rules:
# above a rule

- id: a
  # above a key
  aggregates:
    x: {count: true}
    y: 'a # b' # after quotes
  match: "# no \" comment"
  text: |   # on the text
    # none
     # neither

    # nor this
  last: >-
    x # none
  # above the next
- id: b#no
  plain: a#b
  quoted: 'it''s # none
    # none' # behind both
# at the end
`
	want := []string{
		"1 head 1-28 head", "3 still the head 1-28 head", "5 behind 5-5", "7 above a rule 9-21",
		"10 above a key 11-13", "13 after quotes 13-13", "15 on the text 15-19", "22 above the next 23-26",
		"26 behind both 26-26", "27 at the end 29-29",
	}
	var got []string
	for _, c := range strictyaml.Comments([]byte(text)) {
		s := fmt.Sprintf("%d %s %d-%d", c.Line, c.Text, c.From, c.To)
		if c.Head {
			s += " head"
		}
		got = append(got, s)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("comments:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzComments: no panic, and every comment begins with # where it is said to.
func FuzzComments(f *testing.F) {
	for _, seed := range []string{"a: b # c\n", "a: |\n  # x\n# y\n", "'#': \"# \\\" #\" # z", "# a\r# b\u2028a: b # c\n", "a: >2\n\n   # x\n  y\n # z\n", "- # a\n  b: 'c\n # d' # e\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range strictyaml.Comments([]byte(text)) {
			fault := c.Fault("f", "x-y", "", "m", false)
			rs := []rune(fault.Source())
			if c.Col < 1 || c.Col > len(rs) || rs[c.Col-1] != '#' || c.From > c.To || !c.Head && c.From < c.Line {
				t.Errorf("%q: comment %+v in line %q", text, c, fault.Source())
			}
			_ = fault.Text()
		}
	})
}
