package doctor

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Rhythm is when a command ended, as its records tell.
type Rhythm struct {
	Runs int

	last int64
	gaps []int64 // seconds between runs; at most maxGaps of them
}

// maxGaps bounds what is remembered of one command, and maxCommands how many commands are.
const (
	maxGaps     = 10_000
	maxCommands = 1000
)

// Median is the median time between two runs; 0 if there were fewer than three.
func (r *Rhythm) Median() time.Duration {
	if len(r.gaps) < 2 {
		return 0
	}
	gaps := slices.Sorted(slices.Values(r.gaps))
	return time.Duration(gaps[len(gaps)/2]) * time.Second
}

func (r *Rhythm) add(sec int64) {
	if r.Runs++; r.Runs > 1 && sec > r.last && len(r.gaps) < maxGaps {
		r.gaps = append(r.gaps, sec-r.last)
	}
	r.last = max(r.last, sec)
}

// commandEvents tell that a command has ended.
var commandEvents = []string{"MANAGEMENT_COMMAND_SUCCESS", "MANAGEMENT_COMMAND_ERROR"}

// note takes the end of a command.
func note(commands map[string]*Rhythm, rec *smartylog.Record) {
	if !slices.Contains(commandEvents, rec.Event) || !rec.HasTime() {
		return
	}
	v, _ := rec.Lookup("command")
	name, ok := v.(string)
	if !ok || name == "" {
		return
	}
	r := commands[name]
	if r == nil {
		if len(commands) >= maxCommands {
			return
		}
		r = &Rhythm{}
		commands[name] = r
	}
	r.add(rec.Sec)
}
