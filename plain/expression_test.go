package plain_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/expr-lang/expr/ast"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/plain"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// said is what is said of a match.
func said(t interface{ Fatal(...any) }, match string) string {
	set, _, err := rules.Parse("x.yaml", []byte("rules:\n- id: x\n  event: [ZED]\n  match: '"+strings.ReplaceAll(match, "'", "''")+"'\n"), rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(plain.Describe(set.Rules[0]).Watches[0], "ZED where ")
}

func TestWords_OddCases(t *testing.T) {
	for match, want := range map[string]string{
		`a == 1`:                                 `a is 1`,
		`a == -1.5`:                              `a is -1.5`,
		`not (a == 1)`:                           `a is not 1`,
		`!(a != 1)`:                              `a is 1`,
		`not not (a == 1)`:                       `a is 1`,
		`not (a < 1)`:                            `a is not less than 1`,
		`5 > a`:                                  `5 is more than a`,
		`a == nil`:                               `a is missing`,
		`nil != a`:                               `a is present`,
		`not (a == nil)`:                         `a is present`,
		`a == true`:                              `a is true`,
		`a == "x" and b == "y" or c == "z"`:      `(a is "x" and b is "y") or c is "z"`,
		`a == "x" and (b == "y" or c == "z")`:    `a is "x" and (either b is "y" or c is "z")`,
		`a == 1 or b == 2 or c == 3`:             `a is 1 or b is 2 or c is 3`,
		`not (a == 1 or b == 2)`:                 `it is not so that (either a is 1 or b is 2)`,
		`not (a == 1 and b == 2) and c == 3`:     `it is not so that (a is 1 and b is 2) and c is 3`,
		`a in [1]`:                               `a is 1`,
		`a in [1, "2"]`:                          `a is one of 1, "2"`,
		`a not in [1, 2]`:                        `a is none of 1, 2`,
		`a not in [1, 2, 3]`:                     `a is none of 1, 2, 3`,
		`"x" in a`:                               `"x" is among a`,
		`not ("x" in a.b)`:                       `"x" is not among a.b`,
		`a contains 'say "x"'`:                   `a contains 'say "x"'`,
		`not (a startsWith "x")`:                 `a does not start with "x"`,
		`a matches "^\\d+$"`:                     `a matches the pattern "^\d+$"`,
		`not matches(a, "x")`:                    `a does not match the pattern "x"`,
		`cidr(a, "10.0.0.0/8", "192.0.2.1")`:     `a is an address in "10.0.0.0/8" or "192.0.2.1"`,
		`lower(a) == "x"`:                        `a in lower case is "x"`,
		`len(lower(a)) > 3`:                      `the length of (a in lower case) is more than 3`,
		`lower(a) contains lower(b)`:             `a in lower case contains b in lower case`,
		`a + b * 2 > 3`:                          `a + (b × 2) is more than 3`,
		`(a + b) * 2 > 3`:                        `(a + b) × 2 is more than 3`,
		`ratio(a, b) * 2 > 3`:                    `(the ratio of a to b) × 2 is more than 3`,
		`ratio(a, b * 2) > 3`:                    `the ratio of a to (b × 2) is more than 3`,
		`seconds(a - b) > 3`:                     `(a - b) in seconds is more than 3`,
		`ctx["line"] == 3`:                       `ctx["line"] is 3`,
		`a["odd key"].b[0] == 3`:                 `a["odd key"].b[0] is 3`,
		`a[b] == 3`:                              "`a[b]` is 3",
		`any(a, # == "x")`:                       `for some item of a it holds that the item is "x"`,
		`all(a, #.b == 1 and #.c == 2)`:          `for every item of a it holds that (b of the item is 1 and c of the item is 2)`,
		`not none(a, # > 1)`:                     `it is not so that (for no item of a it holds that the item is more than 1)`,
		`any(a, any(#.b, # == 1))`:               "for some item of a it holds that `any(.b, # == 1)` (# being the item) holds",
		`(a == 1 ? b : c) == 2`:                  `(if a is 1: b, otherwise: c) is 2`,
		`a == 1 ? b == 2 : c == 3`:               "`a == 1 ? b == 2 : c == 3` holds",
		`capture(a, "x=(\\d+)") == 1`:            `what the pattern "x=(\d+)" captures of a is 1`,
		`capture(a, "x=(\\d+)(y)", 2) == 1`:      `what group 2 of the pattern "x=(\d+)(y)" captures of a is 1`,
		`text contains "\n"`:                     `text contains "\n"`,
		`a == ["x", 1]`:                          `a is ["x", 1]`,
		`a == "" and true`:                       `a is "" and always`,
		`event in ["X", "Y"] and level != "ERR"`: `event is one of "X", "Y" and level is not "ERR"`,
	} {
		if got := said(t, match); got != want {
			t.Errorf("%s\n got %s\nwant %s", match, got, want)
		}
	}
}

// record is a record of fields that are given.
type record map[string]any

func (r record) Field(p smartylog.Path) any { return r[p.String()] }

// matches draws expressions of few names and values, so that two that differ are
// often alike.
func matches(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
		thing := func(label string) string {
			return pick(label, "a", "b", "c", "1", "2", `"x"`, `"x y"`, "a + 1", "a - b * 2", "(a - b) * 2", "lower(a)", "len(lower(b))", "ratio(a, b)", "ratio(a, b) * 2", "nil", "abs(a - b)", "abs(a) - b")
		}
		kind := 0
		if depth > 0 {
			kind = rapid.IntRange(0, 6).Draw(t, "kind")
		}
		sub := func(label string) string { return matches(depth-1).Draw(t, label) }
		switch kind {
		case 1, 2:
			return "(" + sub("left") + ") and (" + sub("right") + ")"
		case 3, 4:
			return "(" + sub("left") + ") or (" + sub("right") + ")"
		case 5:
			return "not (" + sub("inner") + ")"
		case 6:
			return pick("of", "any", "all", "none") + `([1, "x", 2], ` + pick("about", "# == 1", "# != b", "# in [1, 2] or # == a", "not (# == 1 and a == 1)") + ")"
		}
		switch rapid.IntRange(0, 4).Draw(t, "leaf") {
		case 0:
			return pick("name", "a", "b") + pick("in", " in ", " not in ") + pick("list", `[1]`, `[1, 2]`, `[1, "x", 2]`, "c")
		case 1:
			return pick("name", "a", "b") + pick("text", " contains ", " startsWith ", " endsWith ", " matches ") + pick("part", `"x"`, `"y"`)
		}
		return pick("name", "a", "b", "a * 2", "lower(b)") + pick("op", " == ", " != ", " < ", " <= ", " > ", " >= ") + thing("right")
	})
}

// TestWords_SayTheSameOfTheSameOnly looks for two expressions with the same words
// of which one holds for a record and the other does not.
func TestWords_SayTheSameOfTheSameOnly(t *testing.T) {
	seen := map[string]*rules.Expr{}
	scratch := rules.NewScratch()
	rapid.Check(t, func(t *rapid.T) {
		for range 12 {
			source := matches(3).Draw(t, "match")
			x, err := rules.ParseMatch("x", source, nil)
			if err != nil {
				continue
			}
			words := said(t, source)
			if seen[words] == nil {
				seen[words] = x
			}
			sameTruth(t, scratch, x, seen[words], words)
		}
	})
}

func sameTruth(t *rapid.T, scratch *rules.Scratch, x, other *rules.Expr, words string) {
	values := []any{nil, int64(1), int64(2), "x", "X", "x y", []any{int64(1), "x"}, 2.5}
	for i := 0; i < 10 && x.Source != other.Source; i++ {
		rec := record{}
		for _, name := range []string{"a", "b", "c"} {
			rec[name] = rapid.SampledFrom(values).Draw(t, name)
		}
		one, oneErr := x.Holds(scratch, rec)
		two, twoErr := other.Holds(scratch, rec)
		if oneErr == nil && twoErr == nil && one != two {
			t.Fatalf("for %v %t of\n  %s\nand %t of\n  %s\nwhich are both said as\n  %s", rec, one, x.Source, two, other.Source, words)
		}
	}
}

// TestWords_LeaveNothingOut draws expressions and looks for each name and each
// literal of them in the words.
func TestWords_LeaveNothingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := matches(3).Draw(t, "match")
		x, err := rules.ParseMatch("x", source, nil)
		if err != nil {
			t.Skip(err)
		}
		missing(t, x, said(t, source))
	})
}

// missing reports the names and literals of an expression that a text lacks.
func missing(t interface{ Errorf(string, ...any) }, x *rules.Expr, words string) {
	tree := x.Tree()
	for _, want := range parts(tree) {
		coded := strings.Trim(strconv.Quote(want), `"`) // as it stands in an expression that is shown
		if !regexp.MustCompile(`(^|[^A-Za-z0-9_])(?:` + regexp.QuoteMeta(want) + `|` + regexp.QuoteMeta(coded) + `)($|[^A-Za-z0-9_])`).MatchString(words) {
			t.Errorf("%s\nis said as %s\nwithout %s", x.Source, words, want)
		}
	}
}

// parts are the names, numbers and texts of a tree.
func parts(tree ast.Node) []string {
	var p partFinder
	ast.Walk(&tree, &p)
	return p.found
}

type partFinder struct{ found []string }

func (p *partFinder) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.IdentifierNode:
		if !strings.HasPrefix(n.Value, "$") && n.Value != "ratio" && n.Value != "seconds" && n.Value != "capture" && n.Value != "matches" && n.Value != "cidr" {
			p.found = append(p.found, n.Value)
		}
	case *ast.IntegerNode:
		p.found = append(p.found, fmt.Sprint(n.Value))
	case *ast.FloatNode:
		p.found = append(p.found, fmt.Sprint(n.Value))
	case *ast.StringNode:
		p.found = append(p.found, n.Value)
	}
}

// TestWords_OfExamplesLeaveNothingOut does the same for what the shipped rules
// say, and what was written for the purpose.
func TestWords_OfExamplesLeaveNothingOut(t *testing.T) {
	set, _, err := rules.Load([]string{"../examples/rules", "testdata/every.yaml"}, rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range set.Rules {
		w := plain.Describe(r)
		all := strings.Join(append(append(append(append([]string{}, w.Watches...), w.Values...), w.Fires...), w.Resolves...), "\n")
		all = strings.NewReplacer("the number of ", "count ", "there are no ", "count 0 1 there are no ", "there are ", "count ", "there is ", "count ").Replace(all)
		for _, x := range r.Expressions() {
			missing(t, x, all)
		}
	}
}
