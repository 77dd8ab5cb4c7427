package store

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

func encode(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// decode reads what encode wrote. Numbers inside values of unknown type are
// left as json.Number, for plain.
func decode(data string, v any) error {
	d := json.NewDecoder(strings.NewReader(data))
	d.UseNumber()
	return d.Decode(v)
}

// finiteAll is finite for each transition, in a slice of its own.
func finiteAll(ts []alert.Transition) []alert.Transition {
	out := slices.Clone(ts)
	for i := range out {
		out[i] = finite(out[i])
	}
	return out
}

// finite replaces numbers that JSON cannot hold by their text: a quotient that
// ran to infinity must not keep the alert from being stored.
func finite(t alert.Transition) alert.Transition {
	bad := func(v alert.Value) bool {
		f, ok := v.V.(float64)
		return ok && (math.IsNaN(f) || math.IsInf(f, 0))
	}
	if !slices.ContainsFunc(t.Values, bad) {
		return t
	}
	t.Values = slices.Clone(t.Values)
	for i, v := range t.Values {
		if bad(v) {
			t.Values[i].V = fmt.Sprint(v.V)
		}
	}
	return t
}

// plain turns the numbers of decoded transitions into int64 where they are
// whole and fit, else float64, so that an account number keeps all its digits.
func plain(ts []alert.Transition) {
	for i := range ts {
		for j := range ts[i].Values {
			v := &ts[i].Values[j]
			v.V = plainValue(v.V)
		}
	}
}

func plainValue(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64() // encode wrote it from a float64
		return f
	case []any:
		for i := range v {
			v[i] = plainValue(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainValue(v[k])
		}
		return ranked(v)
	}
	return v
}

// ranked is a mapping as it was encoded, if it was one of the most frequent texts.
func ranked(m map[string]any) any {
	value, text := m["value"].(string)
	count, number := m["count"].(int64)
	if len(m) == 2 && text && number {
		return alert.Ranked{Value: value, Count: count}
	}
	return m
}

// nanos is a time as a column: Unix nanoseconds, 0 for the zero time. It holds
// the years 1678 to 2262.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// fromNanos is the time of a column, in UTC.
func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
