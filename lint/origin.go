package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// eventDomain is the events of logs: documented ones of other logs are not among
// them.
func eventDomain(logs []string) domain {
	d := unknown()
	if len(logs) == 0 {
		return d
	}
	d.why = "it is not written to " + strings.Join(logs, " or ")
	d.holding(func(s string) bool {
		doc, ok := smartylog.EventByName(s)
		return !ok || slices.Contains(logs, doc.Log)
	})
	return d
}

// logDomain is the logs of documented events. A log that the documentation does
// not have may hold any of them.
func logDomain(events []string) domain {
	d := unknown()
	d.why = "logs are named without directories and .log"
	d.holding(func(s string) bool { return !strings.Contains(s, "/") && !strings.HasSuffix(s, ".log") })
	var theirs, others []string
	for _, e := range events {
		doc, ok := smartylog.EventByName(e)
		if !ok {
			return d
		}
		theirs = append(theirs, doc.Log)
	}
	if len(events) == 0 {
		return d
	}
	for _, info := range smartylog.Logs() {
		if info.Documented && !slices.Contains(theirs, info.Stem) {
			others = append(others, info.Stem)
		}
	}
	d.null = false
	d.why = fmt.Sprintf("%s is written to the log %s", strings.Join(events, ", "), strings.Join(slices.Compact(theirs), " or "))
	d.holding(func(s string) bool { return !slices.Contains(others, s) })
	return d
}
