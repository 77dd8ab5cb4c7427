// Package loggen writes logs as a Microimpuls Smarty server does: all 14 documented logs, all 52 documented events with all
// their keys, in the way Python 2 or Python 3 prints them, with the rhythm of a day, commands at their periods, and incidents
// at chosen moments.
//
// Start with Write, which fills a directory; Generator gives the same records one by one, and Render makes a single record
// from given fields, which is what tests of rules want.
//
// Promises. The output depends on Options alone: equal options give equal bytes on any machine (integers only, a PRNG of its
// own, no clock, no order of maps). Records come in time order. Every record draws from a seed of its own, so a Burst or a
// Quiet adds or takes away its records and leaves all others as they were, except what Smarty itself would say differently
// (was_available_before after an outage). Nobody is real: names are invented, addresses are those reserved for documentation.
package loggen

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Unhandled names the records of smarty_main that carry no event name ("Internal Server Error: …", local variables and a
// traceback). It selects them in Burst, Quiet and Render; Record.Event of such a record is "".
const Unhandled = "_UNHANDLED"

// Options says what to generate.
type Options struct {
	Seed     uint64
	Start    time.Time     // of whole seconds; the first record is not earlier
	Duration time.Duration // must be positive; records lie in [Start, Start+Duration)
	// Rate is the mean number of records per second over all 14 logs. Commands, checks of edges and EPG imports run at their
	// own periods; the rest of Rate is traffic of subscribers and staff. Bursts come on top.
	Rate   float64
	Python int            // 2, 3, or 0: from 2 to 3 half-way, with a restart
	Zone   *time.Location // nil: UTC
	Logs   []string       // stems, e.g. smarty_epg; nil: all
	Bursts []Burst
	Quiet  []Quiet
	// Edges is the number of stream services; 0: as fits Rate (10 at 12/s, 300 at most).
	Edges int
	// CheckEvery is how often each edge is checked, in whole minutes; 0: every minute. Edges are spread over its minutes.
	CheckEvery time.Duration
}

// Burst is an incident: extra records of one event, evenly spaced from At on, so that their number is exact (For × Rate).
type Burst struct {
	Event string        // documented name or Unhandled
	At    time.Duration // since Options.Start
	For   time.Duration
	Rate  float64 // records per second
	// Fields maps a key to the text that is printed for it, in Python's notation ("'check_accounts'", "-2", "<Account: 5>").
	// "params.abonement" sets one entry of a dictionary. Keys that are not given get plausible values.
	Fields map[string]string
}

// Quiet leaves out records: a silent command, a dead edge. It does not touch the records of bursts.
type Quiet struct {
	Event  string            // "" = every event
	Fields map[string]string // all must be printed exactly so; keys as in Burst
	At     time.Duration
	For    time.Duration // 0: to the end
}

// Record is one generated record. Text is valid until the next call of Next.
type Record struct {
	Log   string // stem of the file
	Sec   int64  // Unix seconds
	Event string // "" for an unhandled error
	Burst int    // number of the burst it belongs to, from 1; 0 for ordinary traffic
	Text  []byte // header, message and traceback lines, with the final newline
}

// Logs returns the stems of the 14 documented logs, in the order of the documentation.
func Logs() []string { return slices.Clone(stems[:]) }

// StreamService returns how edge number i (from 1) is printed in stream_service.
func StreamService(i int) string { return "<StreamService: " + edgeName(i) + ">" }

// check returns all that is wrong with o.
func (o *Options) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Start.IsZero() {
		bad("start is not set")
	}
	if o.Duration < time.Second {
		bad("duration %v is shorter than a second", o.Duration)
	}
	if !(o.Rate > 0 && o.Rate <= 1e6) {
		bad("rate %v is not in (0, 1000000]", o.Rate)
	}
	if o.Python != 0 && o.Python != 2 && o.Python != 3 {
		bad("python %d is not 2, 3 or 0", o.Python)
	}
	if o.Edges < 0 || o.CheckEvery < 0 || o.CheckEvery%time.Minute != 0 {
		bad("edges %d or check period %v (whole minutes) is out of range", o.Edges, o.CheckEvery)
	}
	for _, l := range o.Logs {
		if !slices.Contains(stems[:], l) {
			bad("log %q is not one of the 14 documented logs", l)
		}
	}
	for i, b := range o.Bursts {
		if _, ok := eventByName(b.Event); !ok {
			bad("burst %d: event %q is not documented", i+1, b.Event)
		}
		if b.At < 0 || b.For <= 0 || !(b.Rate > 0) || b.Rate > 1e6 {
			bad("burst %d: at %v, for %v, rate %v: must be at ≥ 0 with a positive length and rate", i+1, b.At, b.For, b.Rate)
		}
	}
	for i, q := range o.Quiet {
		if _, ok := eventByName(q.Event); !ok && q.Event != "" {
			bad("quiet %d: event %q is not documented", i+1, q.Event)
		}
		if q.At < 0 || q.For < 0 {
			bad("quiet %d: at %v, for %v: must not be negative", i+1, q.At, q.For)
		}
	}
	return errors.Join(errs...)
}
