package strictyaml

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// units are Prometheus's, largest first.
var units = [...]struct {
	name string
	d    time.Duration
}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}

// ParseDuration reads Prometheus's durations (90s, 5m, 1h30m, 2d, 1w), largest
// unit first, whole seconds only, because a second is the unit of evaluation.
func ParseDuration(s string) (time.Duration, error) {
	rest, total, next := s, time.Duration(0), 0
	if s == "0" {
		return 0, nil
	}
	for rest != "" {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if n == 0 || n > 9 {
			return 0, fmt.Errorf("%q is not a duration", s)
		}
		count, _ := strconv.ParseInt(rest[:n], 10, 64)
		rest = rest[n:]
		if rest == "" {
			return 0, fmt.Errorf("%q has no unit", s)
		}
		for next < len(units) && !strings.HasPrefix(rest, units[next].name) {
			next++
		}
		if next == len(units) || strings.HasPrefix(rest, "ms") {
			return 0, fmt.Errorf("%q is not a duration", s)
		}
		total += time.Duration(count) * units[next].d
		if total < 0 || count > int64(1<<62/units[next].d) {
			return 0, fmt.Errorf("%q is too long", s)
		}
		rest = rest[1:]
		next++
	}
	if s == "" {
		return 0, fmt.Errorf("a duration is missing")
	}
	return total, nil
}

// FormatDuration is ParseDuration's inverse; parts of seconds are dropped.
func FormatDuration(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	var b strings.Builder
	for _, u := range units {
		if n := d / u.d; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d -= n * u.d
		}
	}
	return b.String()
}

// DurationPattern is a regular expression, without anchors, of the texts that
// ParseDuration reads, but for "0". Of those longer than longest it leaves out the
// ones that a single unit tells; 0 is no bound.
func DurationPattern(longest time.Duration) string {
	var b strings.Builder
	for _, u := range units {
		digits := "[0-9]{1,9}"
		if longest > 0 {
			digits = upTo(int64(longest / u.d))
		}
		b.WriteString("(?:" + digits + u.name + ")?")
	}
	return b.String()
}

// upTo is a regular expression of the whole numbers up to n.
func upTo(n int64) string {
	s := strconv.FormatInt(n, 10)
	of := []string{s}
	for i := range s {
		rest := ""
		if after := len(s) - 1 - i; after > 0 {
			rest = fmt.Sprintf("[0-9]{%d}", after)
		}
		if s[i] > '0' {
			of = append(of, fmt.Sprintf("%s[0-%c]%s", s[:i], s[i]-1, rest))
		}
	}
	if len(s) > 1 {
		of = append(of, fmt.Sprintf("[0-9]{1,%d}", len(s)-1))
	}
	return "0*(?:" + strings.Join(of, "|") + ")"
}
