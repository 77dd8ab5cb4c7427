package installation

import (
	"errors"
	"fmt"
	"time"
)

// Bounds of Options.
const (
	MinSubscribers = 100
	MaxSubscribers = 5_000_000
	MaxServers     = 64
)

// Options says what installation there is and what happens to it.
type Options struct {
	Seed        uint64
	Start       time.Time // of whole seconds
	Duration    time.Duration
	Zone        *time.Location // of the servers; nil: UTC
	Python      int            // 2 or 3; 0: 3
	Subscribers int
	Servers     int // 0: 1; the first one runs cron
	Incidents   []Incident
}

func (o *Options) normal() {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Python == 0 {
		o.Python = 3
	}
	if o.Servers == 0 {
		o.Servers = 1
	}
}

// Edges is how many edges an installation has: 10 for 10,000 subscribers.
func Edges(subscribers int) int { return min(300, 5+subscribers/2000) }

// check returns all that is wrong with normal options.
func (o *Options) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Start.IsZero() || o.Duration < time.Second {
		bad("start %v or duration %v is not set", o.Start, o.Duration)
	}
	if o.Python != 2 && o.Python != 3 {
		bad("python %d is not 2 or 3", o.Python)
	}
	if o.Subscribers < MinSubscribers || o.Subscribers > MaxSubscribers {
		bad("%d subscribers: must be from %d to %d", o.Subscribers, MinSubscribers, MaxSubscribers)
	}
	if o.Servers < 1 || o.Servers > MaxServers {
		bad("%d servers: must be from 1 to %d", o.Servers, MaxServers)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return checkIncidents(o)
}
