package notifiers

import "time"

// Reason is why a message was sent or, in a Decision that was not, why not.
type Reason string

// The reasons to send, the strongest first.
const (
	Flapping  Reason = "flapping"   // something comes and goes too often: the notice of it, and then quiet
	First     Reason = "first"      // the receiver knows of nothing that fires in the group
	NewAlerts Reason = "new_alerts" // alerts joined those it knows of
	Update    Reason = "update"     // a severity changed
	Resolved  Reason = "resolved"   // something it knows of is over
	Repeat    Reason = "repeat"     // nothing changed for the repeat interval
	// Acknowledged is of a message that only shows who looks after what: it alerts
	// nobody and goes to receivers alone that edit their messages.
	Acknowledged Reason = "acknowledged"
)

// The reasons not to send.
const (
	GroupWait      Reason = "group_wait"      // the group's first message collects alerts
	GroupInterval  Reason = "group_interval"  // the group has been told something just now
	RepeatInterval Reason = "repeat_interval" // told, and not due again
	OutOfCalendar  Reason = "calendar"        // muted now
	Inhibition     Reason = "inhibition"      // another alert that fires says enough
	Silenced       Reason = "silence"         // somebody wants to hear nothing of it for a while
	Acked          Reason = "ack"             // somebody looks after it
	Unsteady       Reason = "unsteady"        // said to be flapping, and not calm yet
	InStorm        Reason = "storm"           // told of in the receiver's digest
	Unchanged      Reason = "unchanged"       // what changed has changed back
	ShortLived     Reason = "short_lived"     // over before anybody was told of it, and was read in time
)

// standing is what the receiver knows of a group against what is.
type standing struct {
	Knows     bool // of a firing alert
	New       int  // firing, not told
	Updated   int  // told with another severity
	Resolved  int  // told as firing, over
	Flaps     int  // found to be flapping, not said yet
	Held      int  // new, updated or flapping, but held back
	HeldBy    Reason
	Firing    int // told, firing, may be repeated
	LastSent  time.Time
	Due       time.Time     // changes wait until then
	NotBefore time.Time     // and everything until then
	Repeat    time.Duration // the shortest of the firing alerts
}

// decide is the whole decision whether a group is told something now.
func decide(s standing, now time.Time) (send bool, why Reason) {
	changed := s.New + s.Updated + s.Resolved + s.Flaps
	repeat := s.Firing > 0 && !now.Before(s.LastSent.Add(s.Repeat))
	switch {
	case now.Before(s.NotBefore):
		return false, GroupWait
	case changed > 0 && now.Before(s.Due) && s.LastSent.IsZero():
		return false, GroupWait
	case changed > 0 && now.Before(s.Due) && !repeat:
		return false, GroupInterval
	case s.Flaps > 0:
		return true, Flapping
	case s.New > 0 && !s.Knows:
		return true, First
	case s.New > 0:
		return true, NewAlerts
	case s.Updated > 0:
		return true, Update
	case s.Resolved > 0:
		return true, Resolved
	case repeat:
		return true, Repeat
	case s.Held > 0:
		return false, s.HeldBy
	case s.Firing > 0:
		return false, RepeatInterval
	}
	return false, Unchanged
}

// strongest returns which of two reasons to send says more: it is the reason of
// a message that stands for both.
func strongest(a, b Reason) Reason {
	for _, r := range []Reason{First, Flapping, NewAlerts, Update, Resolved, Repeat, Acknowledged} {
		if a == r || b == r {
			return r
		}
	}
	return a
}

// holders are what may hold an alert back, the one that is named first.
var holders = [...]Reason{OutOfCalendar, Inhibition, Silenced, Acked, Unsteady}
