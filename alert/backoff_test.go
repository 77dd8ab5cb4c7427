package alert_test

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestBackoff_After(t *testing.T) {
	for name, c := range map[string]struct {
		b    alert.Backoff
		n    int
		want time.Duration
	}{
		"none":                  {alert.Backoff{}, 7, time.Hour},
		"before the first":      {alert.Backoff{Factor: 2, Max: 24 * time.Hour}, 0, time.Hour},
		"after the first":       {alert.Backoff{Factor: 2, Max: 24 * time.Hour}, 1, 2 * time.Hour},
		"after the fourth":      {alert.Backoff{Factor: 2, Max: 24 * time.Hour}, 4, 16 * time.Hour},
		"at most max":           {alert.Backoff{Factor: 2, Max: 24 * time.Hour}, 5, 24 * time.Hour},
		"max below interval":    {alert.Backoff{Factor: 2, Max: time.Minute}, 0, time.Minute},
		"without a bound":       {alert.Backoff{Factor: 1.5}, 2, 135 * time.Minute},
		"never beyond a time":   {alert.Backoff{Factor: 10}, 1 << 30, 100 * 365 * 24 * time.Hour},
		"factor one stays even": {alert.Backoff{Factor: 1}, 9, time.Hour},
	} {
		if got := c.b.After(c.n, time.Hour); got != c.want {
			t.Errorf("%s: after %d repeats %v, want %v", name, c.n, got, c.want)
		}
	}
}
