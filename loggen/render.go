package loggen

import (
	"cmp"
	"slices"
	"time"
)

// Render returns one record of an event: header, given fields, traceback lines, newline. Era is 2 or 3; zone nil is UTC.
// Fields are texts in Python's notation as in Burst; documented keys that are not given get plausible values, the same for
// the same arguments. A given "stacktrace" takes the place of the traceback lines. Events that are not documented (custom
// logs) get the given fields only; log is then free, else it may be "".
func Render(era int, zone *time.Location, sec int64, log, event string, fields map[string]string) []byte {
	ev, ok := eventByName(event)
	if !ok {
		ev = &custom
	}
	if zone == nil {
		zone = time.UTC
	}
	p := pen{era: era, zone: zone, subs: 10000, edge: 10, set: settings(fields)}
	p.dice.Seed(hash(log+" "+event), streamRender, uint64(sec))
	p.record(ev, sec, event)
	return p.buf
}

// custom stands for events that are not documented.
var custom = event{level: "DEBUG", module: "custom", line: 56, function: "_request"}

// settings sorts fields by key, so that output does not depend on the order of a map.
func settings(fields map[string]string) []Setting {
	if len(fields) == 0 {
		return nil
	}
	out := make([]Setting, 0, len(fields))
	for k, v := range fields {
		out = append(out, Setting{k, v})
	}
	slices.SortFunc(out, func(a, b Setting) int { return cmp.Compare(a.key, b.key) })
	return out
}

// record replaces buf by a record; p.dice and p.set are set by the caller.
func (p *pen) record(ev *event, sec int64, name string) {
	p.draft()
	p.print(ev, sec, name)
}

// draft chooses whom the record is about.
func (p *pen) draft() {
	p.roll = p.dice.N(1 << 63)
	p.sub = newSubscriber(p.dice.N(p.subs))
}

func (p *pen) print(ev *event, sec int64, name string) {
	p.buf, p.spans = p.buf[:0], p.spans[:0]
	p.sec, p.topic, p.grave = sec, "", false
	if ev.prepare != nil {
		ev.prepare(p)
	}
	p.header(ev)
	if ev.message != nil {
		ev.message(p)
	} else {
		p.raw(name)
	}
	p.pairs(ev)
	p.byte('\n')
	if _, given := p.given("stacktrace"); ev.trace != "" && !given && (p.grave || !ev.traceIfGrave) {
		p.trace(p.chooseTrace(cmp.Or(p.cause, ev.trace)))
	}
}

// header writes all before the event, e.g. "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] ".
func (p *pen) header(ev *event) {
	if p.sec != p.headSec || p.head == nil {
		p.head = time.Unix(p.sec, 0).In(p.zone).AppendFormat(p.head[:0], "Mon Jan 02 15:04:05-0700 2006 ")
		p.headSec = p.sec
	}
	p.buf = append(p.buf, p.head...)
	p.raw(pick(p.grave, "ERROR", ev.level))
	p.byte(' ')
	p.raw(ev.module)
	p.byte(':')
	p.int(pyLine(ev.line, p.era))
	p.byte(' ')
	p.raw(ev.function)
	p.byte('[')
	p.process(ev)
	p.raw("] ")
}

// process writes pid and thread name. A command is a process of its own, new every minute; workers live as long as the era.
func (p *pen) process(ev *event) {
	worker := int(p.roll >> 16 % 16)
	if ev.by == command {
		p.int(20000 + int(uint64(p.sec/60)*7%40000))
		p.raw(".MainThread")
		return
	}
	p.int(pick(p.era == 2, 8360, 1200) + p.pid + worker)
	switch {
	case ev.by == boot:
		p.raw(".MainThread")
	case p.roll>>20&7 == 0:
		p.raw(".Thread-")
		p.int(1 + worker)
		p.raw(pick(p.era == 2, "", " (worker)"))
	default:
		p.raw(".uWSGIWorker")
		p.int(1 + worker)
		p.raw("Core0")
	}
}

func (p *pen) pairs(ev *event) {
	fields := ev.fields
	if p.era == 2 {
		fields = ev.fieldsPy2
	}
	for i := range fields {
		f := &fields[i]
		text, given := p.given(f.key)
		if !given && f.when != nil && !f.when(p) {
			continue
		}
		p.key = f.key
		p.pairKey(f.key)
		from := len(p.buf)
		if given {
			p.raw(text)
		} else {
			f.gen(p)
		}
		p.mark("", f.key, from)
	}
	for _, s := range p.set {
		if !ev.has(s.key) && !hasByte(s.key, '.') {
			p.pairKey(s.key)
			p.raw(s.text)
		}
	}
}

func (p *pen) pairKey(key string) { p.byte(' '); p.raw(key); p.byte('=') }
