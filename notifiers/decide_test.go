package notifiers

import (
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, tc := range map[string]struct {
		s    standing
		send bool
		want Reason
	}{
		"nothing at all":                         {standing{}, false, Unchanged},
		"new, still collecting":                  {standing{New: 1, Due: now.Add(1)}, false, GroupWait},
		"new, collected":                         {standing{New: 1, Due: now}, true, First},
		"new beside a known one, too soon":       {standing{New: 1, Knows: true, LastSent: ago(time.Minute), Due: now.Add(1)}, false, GroupInterval},
		"new beside a known one":                 {standing{New: 1, Knows: true, LastSent: ago(time.Hour), Due: now}, true, NewAlerts},
		"new after all was over":                 {standing{New: 1, LastSent: ago(time.Hour), Due: now}, true, First},
		"new wins over the rest":                 {standing{New: 1, Updated: 1, Resolved: 1, Knows: true, Due: now}, true, NewAlerts},
		"severity changed":                       {standing{Updated: 1, Knows: true, Due: now}, true, Update},
		"update wins over resolve":               {standing{Updated: 1, Resolved: 1, Knows: true, Due: now}, true, Update},
		"over":                                   {standing{Resolved: 1, Knows: true, Due: now}, true, Resolved},
		"over, others held":                      {standing{Resolved: 1, Held: 2, Knows: true, Due: now}, true, Resolved},
		"over, too soon":                         {standing{Resolved: 1, Knows: true, LastSent: ago(time.Minute), Due: now.Add(1)}, false, GroupInterval},
		"told, not due":                          {standing{Firing: 1, Knows: true, LastSent: ago(time.Hour), Repeat: 4 * time.Hour}, false, RepeatInterval},
		"told, due to the second":                {standing{Firing: 1, Knows: true, LastSent: ago(4 * time.Hour), Repeat: 4 * time.Hour}, true, Repeat},
		"repeat due, held others keep held":      {standing{Firing: 1, Held: 1, Knows: true, LastSent: ago(5 * time.Hour), Repeat: 4 * time.Hour}, true, Repeat},
		"repeat due before the changes are":      {standing{Firing: 1, New: 1, Knows: true, LastSent: ago(4 * time.Hour), Due: now.Add(1), Repeat: 4 * time.Hour}, true, NewAlerts},
		"held by a calendar":                     {standing{Held: 1, HeldBy: OutOfCalendar, Due: ago(time.Hour)}, false, OutOfCalendar},
		"held by another alert":                  {standing{Held: 1, HeldBy: Inhibition}, false, Inhibition},
		"held by a silence":                      {standing{Held: 1, HeldBy: Silenced}, false, Silenced},
		"acknowledged":                           {standing{Held: 1, HeldBy: Acked}, false, Acked},
		"quiet until it is calm":                 {standing{Held: 1, HeldBy: Unsteady, Knows: true}, false, Unsteady},
		"flapping wins over all":                 {standing{Flaps: 1, New: 1, Resolved: 1, Due: now}, true, Flapping},
		"flapping, too soon":                     {standing{Flaps: 1, LastSent: ago(time.Minute), Due: now.Add(1)}, false, GroupInterval},
		"what held it is over, still collecting": {standing{New: 1, Firing: 1, LastSent: now.Add(-h), NotBefore: now.Add(1)}, false, GroupWait},
		"what held it is over":                   {standing{New: 1, NotBefore: now}, true, First},
		"held by a calendar, another not yet":    {standing{Held: 1, New: 1, Due: now.Add(1)}, false, GroupWait},
		"held by a calendar, another announced":  {standing{Held: 1, New: 1, Due: now}, true, First},
	} {
		t.Run(name, func(t *testing.T) {
			send, got := decide(tc.s, now)
			if send != tc.send || got != tc.want {
				t.Errorf("decide(%+v) = %v, %v; want %v, %v", tc.s, send, got, tc.send, tc.want)
			}
		})
	}
}

func TestStrongest(t *testing.T) {
	for _, tc := range [][3]Reason{{First, Resolved, First}, {Repeat, NewAlerts, NewAlerts}, {Resolved, Update, Update}, {Repeat, Repeat, Repeat}, {First, Flapping, First}} {
		if got := strongest(tc[0], tc[1]); got != tc[2] {
			t.Errorf("strongest(%s, %s) = %s, want %s", tc[0], tc[1], got, tc[2])
		}
	}
}
