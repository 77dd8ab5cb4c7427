package rules

import "testing"

// BenchmarkQuick is the cost of one evaluation, by the quick way where there is one and by
// the machine of expr.
func BenchmarkQuick(b *testing.B) {
	rec := oddRecord{"event": "LOGIN_ERROR", "reason": "external_api_error", "n": int64(12), "params.ip": "10.1.2.3"}
	for _, shape := range []struct{ name, source string }{
		{"equal", `reason == "external_api_error"`},
		{"event and field", `event == "LOGIN_ERROR" and reason != "account_is_not_active"`},
		{"in", `reason in ["a", "b", "c", "d", "e", "external_api_error"]`},
		{"number", `n >= 10 and not (n == 13)`},
		{"text", `params.ip startsWith "10." or reason contains "api"`},
		{"one of several texts", `reason matches "(?i)timeout|error|404"`},
	} {
		x, err := ParseMatch("x", shape.source, nil)
		if err != nil || x.quick == nil {
			b.Fatal(shape.source, err)
		}
		s := NewScratch()
		b.Run(shape.name+"/quick", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := x.Holds(s, rec); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
		b.Run(shape.name+"/machine", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v, err := x.machine(s, rec); v != true || err != nil {
					b.Fatal(v, err)
				}
			}
		})
	}
}

// BenchmarkCondition is the same for a condition over aggregates.
func BenchmarkCondition(b *testing.B) {
	set, _, err := Parse("x.yaml", []byte("rules: [{id: r, event: LOGIN_ERROR, window: 5m, condition: count >= 5}]"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	x, s, vars := set.Rules[0].Condition, NewScratch(), VariableMap{"count": 7}
	machine := *x
	machine.quick = nil
	for i, x := range []*Expr{x, &machine} {
		b.Run([]string{"count/quick", "count/machine"}[i], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := x.True(s, vars); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
