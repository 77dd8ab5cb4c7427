package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// length writes a duration as people say it: two units at most.
func length(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return twoUnits(s, 60, "m", "s")
	case s < 86400:
		return twoUnits(s/60, 60, "h", "m")
	}
	return twoUnits(s/3600, 24, "d", "h")
}

// twoUnits writes n small units, of which per make a large one.
func twoUnits(n, per int64, large, small string) string {
	if n%per == 0 {
		return fmt.Sprintf("%d%s", n/per, large)
	}
	return fmt.Sprintf("%d%s%d%s", n/per, large, n%per, small)
}

// some writes at most n names, and how many more there are.
func some(names []string, n int) string {
	if more := len(names) - n; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), more)
	}
	return strings.Join(names, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
