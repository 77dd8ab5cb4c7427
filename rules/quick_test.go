package rules

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// TestQuick_IsWhatTheMachineSays evaluates random expressions over random values
// twice: a quick answer is that of the machine of expr, which does not fail then.
func TestQuick_IsWhatTheMachineSays(t *testing.T) {
	var answered, failed, made, asked int
	rapid.Check(t, func(t *rapid.T) {
		source := drawTest(t, []string{"a", "b", "event", "c.d"}, 3)
		x, err := ParseMatch("x", source, nil)
		if err != nil {
			t.Skip(source, err)
		}
		if asked++; x.quick == nil {
			return
		}
		made++
		s := NewScratch()
		for range 20 {
			rec := oddRecord{}
			for _, name := range x.Names {
				rec[name] = oddValue().Draw(t, name)
			}
			s.Begin()
			run := quickRun{x: x, s: s, rec: rec}
			got, ok := run.answer(x.quick)
			if !ok {
				failed++
			} else {
				answered++
			}
			compareQuick(t, x, rec, got, ok, func() (any, error) { return x.machine(s, rec) })
		}
	})
	if answered < 2*failed || failed == 0 || made < asked/3 {
		t.Errorf("%d expressions, %d quick; %d answers, %d to be asked again: that proves little", asked, made, answered, failed)
	}
}

// TestQuick_OfConditions is the same for what conditions are made of.
func TestQuick_OfConditions(t *testing.T) {
	var answered, failed, calculated int
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"count", "count", "bad", "slow", "host", "last.n"}
		source := drawTest(t, names, 3)
		set, _, err := Parse("x.yaml", []byte(strings.Join([]string{"rules:", "- id: r", "  event: [A, B]", "  group_by: [host]", "  window: 5m", "  absence: true",
			"  aggregates: {bad: {count: true, where: n == 1}, slow: {p95: n}}", "  condition: |-", "    " + source, ""}, "\n")), Options{})
		if err != nil || set.Rules[0].Condition.quick == nil {
			t.Skip(source, err)
		}
		x, s := set.Rules[0].Condition, NewScratch()
		for range 20 {
			vars := VariableMap{"count": rapid.IntRange(-1, 6).Draw(t, "count"), "bad": rapid.IntRange(0, 3).Draw(t, "bad"), "slow": oddValue().Draw(t, "slow"),
				"host": oddValue().Draw(t, "host"), "last.n": oddValue().Draw(t, "last.n")}
			if rapid.IntRange(0, 20).Draw(t, "odd") == 0 {
				vars["count"] = oddValue().Draw(t, "odd count")
			}
			if hasNumbers(x.quick) {
				calculated++
			}
			run := quickRun{x: x, s: s, vars: vars}
			got, ok := run.answer(x.quick)
			if !ok {
				failed++
			} else {
				answered++
			}
			compareQuick(t, x, vars, got, ok, func() (any, error) {
				for _, name := range x.Names {
					s.vars[name] = vars.Variable(name)
				}
				return x.run(s)
			})
		}
	})
	if answered < 2*failed || failed == 0 || calculated < answered/20 {
		t.Errorf("%d answers, %d to be asked again, %d of what is calculated: that proves little", answered, failed, calculated)
	}
}

// hasNumbers tells of an expression that calculates.
func hasNumbers(q *quick) bool {
	return q.op == quickArithmetic || q.op == quickRatio || slices.ContainsFunc(q.args, hasNumbers)
}

func compareQuick(t *rapid.T, x *Expr, values, got any, ok bool, machine func() (any, error)) {
	want, err := machine()
	if ok && (err != nil || !reflect.DeepEqual(got, want)) {
		t.Fatalf("%s over %#v: quick %#v, machine %#v, %v", x.Source, values, got, want, err)
	}
}

// drawTest draws an expression that is true or false, of the common shapes and of some
// others.
func drawTest(t *rapid.T, names []string, depth int) string {
	name := func() string { return rapid.SampledFrom(names).Draw(t, "name") }
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "deeper") > 0 {
		left, right := drawTest(t, names, depth-1), drawTest(t, names, depth-1)
		return fmt.Sprintf(rapid.SampledFrom([]string{"(%s) and (%s)", "(%s) or (%s)", "not (%s) and (%s)", "(%s) && !(%s)", "(%s) || (%s)", "(%s) == (%s)", "(%s) ? (%s) : false"}).Draw(t, "logic"), left, right)
	}
	switch rapid.IntRange(0, 12).Draw(t, "atom") {
	case 0:
		return fmt.Sprintf("%s %s [%s]", name(), rapid.SampledFrom([]string{"in", "not in"}).Draw(t, "in"), strings.Join(rapid.SliceOfN(rapid.SampledFrom(constants), 1, 9).Draw(t, "list"), ", "))
	case 1:
		return fmt.Sprintf("%s in [%s]", name(), strings.Join(rapid.SliceOfN(rapid.SampledFrom(textConstants), 1, 9).Draw(t, "texts"), ", "))
	case 2:
		return fmt.Sprintf("%s %s %s", name(), rapid.SampledFrom([]string{"contains", "startsWith", "endsWith", "matches"}).Draw(t, "text"), rapid.SampledFrom(textConstants).Draw(t, "part"))
	case 3:
		return fmt.Sprintf("%s(%s) %s %s", rapid.SampledFrom([]string{"lower", "len", "abs", "round", "seconds", "trim"}).Draw(t, "function"), name(), drawOperator(t), rapid.SampledFrom(constants).Draw(t, "constant"))
	case 4:
		return fmt.Sprintf("%s %s %s", name(), drawOperator(t), name())
	case 5:
		return fmt.Sprintf("ratio(%s, %s) %s 0.5", name(), name(), drawOperator(t))
	case 6:
		return fmt.Sprintf("(%s ?? %s) %s %s", name(), rapid.SampledFrom(append([]string{name()}, constants...)).Draw(t, "otherwise"), drawOperator(t), rapid.SampledFrom(constants).Draw(t, "constant"))
	case 7:
		return fmt.Sprintf("(%s %s %s ? %s : %s) %s %s", name(), drawOperator(t), name(), name(), rapid.SampledFrom(constants).Draw(t, "otherwise"), drawOperator(t), rapid.SampledFrom(constants).Draw(t, "constant"))
	case 9:
		return fmt.Sprintf("%s matches %s", name(), rapid.SampledFrom(patterns).Draw(t, "pattern"))
	case 10:
		return fmt.Sprintf("(capture(%s, %s, %d) ?? %s) %s %s", name(), rapid.SampledFrom(patterns).Draw(t, "pattern"), rapid.IntRange(0, 1).Draw(t, "group"), name(), drawOperator(t), rapid.SampledFrom(textConstants).Draw(t, "constant"))
	case 8:
		return fmt.Sprintf("%s %s %s", drawNumber(t, names, 2), drawOperator(t), drawNumber(t, names, 2))
	}
	return fmt.Sprintf("%s %s %s", name(), drawOperator(t), rapid.SampledFrom(constants).Draw(t, "constant"))
}

// drawNumber draws what is calculated of variables that may be numbers.
func drawNumber(t *rapid.T, names []string, depth int) string {
	if depth > 0 && rapid.Bool().Draw(t, "calculated") {
		form := rapid.SampledFrom([]string{"(%s + %s)", "(%s - %s)", "%s * %s", "(%s / %s)", "ratio(%s, %s)"}).Draw(t, "form")
		return fmt.Sprintf(form, drawNumber(t, names, depth-1), drawNumber(t, names, depth-1))
	}
	if rapid.IntRange(0, 3).Draw(t, "number") == 0 {
		return rapid.SampledFrom([]string{"2", "0", "0.3", "3", "-1"}).Draw(t, "constant")
	}
	return rapid.SampledFrom(names).Draw(t, "name")
}

func drawOperator(t *rapid.T) string {
	return rapid.SampledFrom([]string{"==", "==", "!=", "<", "<=", ">", ">="}).Draw(t, "operator")
}

var (
	textConstants = []string{`"X"`, `"1"`, `"TRUE"`, `"1.0"`, `""`, `"account_deivce_invalid"`, `"2"`, `"x|T"`}
	patterns      = []string{`"^(.)$"`, `"(.)R"`, `"([0-9.]+)|x"`, `"(?i)(tru)e?"`}
	constants     = append([]string{"1", "0", "1.0", "-1", "2.5", "true", "false", "nil"}, textConstants...)
)

// oddValue draws a value of a record or an aggregate, of any kind.
func oddValue() *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		if rapid.IntRange(0, 400).Draw(t, "huge") == 400 {
			return strings.Repeat("X", 7<<20) // too expensive to search
		}
		return rapid.SampledFrom(oddValues).Draw(t, "odd")
	})
}

var oddValues = []any{nil, nil, true, false, int64(0), int64(1), int64(2), int64(math.MaxInt64), 0.0, 1.0, -1.0, 2.5, math.NaN(), math.Inf(1), 0, 1,
	"", "X", "x", "1", "1.0", " 1 ", "1e0", "2", "true", "TRUE", "False", "account_deivce_invalid", "account_device_invalid",
	[]any{}, []any{int64(1), "X"}, []any{"1", nil}, smartylog.Dict{}, smartylog.Dict{{Key: "X", Value: int64(1)}}, alert.Ranked{Value: "X", Count: 1}}

// oddRecord is a record whose fields are known by the names that expressions give them.
type oddRecord map[string]any

func (r oddRecord) Field(p smartylog.Path) any { return r[p.String()] }

// TestQuick_RemembersSearches asks about the same few texts again and again, from memory
// that is written over meanwhile, as that of records is.
func TestQuick_RemembersSearches(t *testing.T) {
	x, err := ParseMatch("x", `capture(a, "(MAG\\d+|iPhone)") in ["MAG250", "iPhone"] and a matches "^.*[05]$"`, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewScratch()
	for range 3 {
		for text, want := range map[string]bool{"a MAG250": true, "a MAG254": false, "an iPhone 5": true, "an iPad 50": false, strings.Repeat("x", 300) + " MAG250": true} {
			memory := []byte(text)
			rec := oddRecord{"a": unsafe.String(&memory[0], len(memory))}
			if got, err := x.Holds(s, rec); got != want || err != nil {
				t.Fatalf("%q: %t, %v, want %t", text, got, err, want)
			}
			clear(memory)
		}
	}
	rec := oddRecord{"a": "a MAG250"}
	if n := testing.AllocsPerRun(100, func() { x.Holds(s, rec) }); n > 0 {
		t.Errorf("%g allocations for a text that was there before, want 0", n)
	}
}
