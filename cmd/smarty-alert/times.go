package main

import (
	"fmt"
	"time"
)

// timeLayouts are the forms of a time on the command line besides RFC 3339, in
// the configured zone.
var timeLayouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// parseTime reads a time flag. An empty one gives 0.
func parseTime(flag, s string, zone *time.Location) (int64, error) {
	if s == "" {
		return 0, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Unix(), nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.Unix(), nil
		}
	}
	return 0, usageError(fmt.Errorf("--%s %q: write 2026-01-15T10:00:00+03:00 or '2026-01-15 10:00'", flag, s))
}
