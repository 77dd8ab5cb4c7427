package loggen

import (
	"math"
	"time"
)

// burst is a Burst under way.
type burst struct {
	number   int
	ev       *event
	set      []Setting
	start    int64 // Unix seconds of the run's start
	at, last int64 // nanoseconds since start; last is the end, exclusive
	every    int64 // nanoseconds
	n        int64 // records made
}

func newBursts(o *Options) []burst {
	out := make([]burst, len(o.Bursts))
	for i, b := range o.Bursts {
		ev, _ := eventByName(b.Event)
		out[i] = burst{number: i + 1, ev: ev, set: settings(b.Fields), start: o.Start.Unix(), at: int64(b.At), last: int64(b.At + b.For),
			every: int64(math.Round(1e9 / b.Rate))}
	}
	return out
}

// appendJobs adds the records of a second.
func (b *burst) appendJobs(queue []job, sec int64) []job {
	end := min(b.last, (sec-b.start+1)*int64(time.Second))
	for ; b.at+b.n*b.every < end; b.n++ {
		queue = append(queue, job{sec: sec, ev: b.ev, set: b.set, stream: streamBurst + uint64(b.number), n: uint64(b.n), burst: b.number})
	}
	return queue
}

// quiet is a Quiet with its borders in Unix seconds.
type quiet struct {
	event    string
	fields   []Setting
	from, to int64
}

func newQuiets(o *Options) []quiet {
	out := make([]quiet, len(o.Quiet))
	for i, q := range o.Quiet {
		out[i] = quiet{event: q.Event, fields: settings(q.Fields), from: o.Start.Add(q.At).Unix(), to: math.MaxInt64}
		if q.For > 0 {
			out[i].to = o.Start.Add(q.At + q.For).Unix()
		}
	}
	return out
}

// matches reports whether the record that p has just written is to be left out.
func (q *quiet) matches(ev *event, sec int64, p *pen) bool {
	if sec < q.from || sec >= q.to || q.event != "" && q.event != ev.name {
		return false
	}
	for _, f := range q.fields {
		if !p.printed(f.key, f.text) {
			return false
		}
	}
	return true
}

// printed reports whether the value of a key ("params.abonement" for an entry) was written as text.
func (p *pen) printed(key, text string) bool {
	for _, s := range p.spans {
		full := s.key
		if s.parent != "" {
			full = s.parent + "." + s.key
		}
		if full == key && string(p.buf[s.from:s.to]) == text {
			return true
		}
	}
	return false
}
