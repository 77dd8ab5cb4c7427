package doctor

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/logstats"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Grade says how bad a finding is.
type Grade string

// With an Error something of the configuration does not work; a Warning is likely to
// make alerts wrong or late; a Note is good to know; Fine is what was looked at and is well.
const (
	Error   Grade = "error"
	Warning Grade = "warning"
	Note    Grade = "note"
	Fine    Grade = "fine"
)

// Area is what a finding is about.
type Area string

// The areas, in the order of a report.
const (
	Service   Area = "service"
	State     Area = "state"
	Logs      Area = "logs"
	Rules     Area = "rules"
	Receivers Area = "receivers"
)

// Areas lists them.
var Areas = []Area{Service, State, Logs, Rules, Receivers}

// Finding is one thing that was looked at. Its JSON names are stable.
type Finding struct {
	Area    Area   `json:"area"`
	Grade   Grade  `json:"grade"`
	Code    string `json:"code"`              // for scripts: "unreachable"
	Subject string `json:"subject,omitempty"` // the log, the receiver, the directory
	Text    string `json:"text"`
	Advice  string `json:"advice,omitempty"`
}

// Report is what was found. Its JSON names are stable.
type Report struct {
	Findings []Finding       `json:"findings"`
	Logs     []Log           `json:"logs"`
	Stats    []*logstats.Log `json:"-"` // of the same logs
	// Commands are those that ended, by name; Unfed the rules that no record came for,
	// with the log that they lack ("" if it is there).
	Commands map[string]*Rhythm `json:"-"`
	// Early has the greatest second of logs that are ahead of the clock, by name.
	Early map[string]int64  `json:"-"`
	Unfed map[string]string `json:"-"`
}

// Log is what the service would read of one log.
type Log struct {
	Source  string     `json:"source"`
	Path    string     `json:"path"`
	Records int64      `json:"records"` // within Options.Since
	First   *time.Time `json:"first,omitempty"`
	Last    *time.Time `json:"last,omitempty"` // of the record written last
	Events  []string   `json:"events"`         // the most frequent first
}

// Options has useful zero values but for Now.
type Options struct {
	Now      func() time.Time
	Since    time.Duration   // how much of the logs is read, back from Now; 0: a day
	Offline  bool            // receivers and the service are not asked
	Progress func(add int64) // is told of bytes that were read; may be nil
	// Dial stands for the network, where there is none; nil: the real one.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const defaultSince = 24 * time.Hour

// Examine looks at everything. Only being interrupted is an error.
func Examine(ctx context.Context, c *config.Config, set *rules.Set, o Options) (*Report, error) {
	if o.Since == 0 {
		o.Since = defaultSince
	}
	r := &Report{Findings: []Finding{}, Logs: []Log{}, Commands: map[string]*Rhythm{}, Unfed: map[string]string{}}
	r.service(ctx, c, o)
	r.state(c)
	if err := r.logs(ctx, c, set, o); err != nil {
		return nil, err
	}
	r.receivers(ctx, c, o)
	return r, ctx.Err()
}

// Worst is the worst grade found.
func (r *Report) Worst() Grade {
	worst := Fine
	for _, f := range r.Findings {
		if rank[f.Grade] > rank[worst] {
			worst = f.Grade
		}
	}
	return worst
}

var rank = map[Grade]int{Fine: 0, Note: 1, Warning: 2, Error: 3}

func (r *Report) add(a Area, g Grade, code, subject, advice, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{Area: a, Grade: g, Code: code, Subject: subject, Text: fmt.Sprintf(format, args...), Advice: advice})
}
