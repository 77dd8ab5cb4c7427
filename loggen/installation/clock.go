package installation

import (
	"slices"
	"strconv"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// channels of the programme guide.
const channels = 300

// command is a line of the cron table of the first server.
type command struct {
	loggen.Command
	on func(day time.Time) bool // nil: every day
}

// cronTable is what the vendor recommends, with work that comes once a week and once a month.
var cronTable = newCronTable()

func newCronTable() []command {
	var out []command
	for _, c := range loggen.Commands() {
		out = append(out, command{Command: c})
	}
	return append(out,
		command{loggen.Command{Name: "reports_remove_old_data", At: []int{4*60 + 30}, Low: 20_000, High: 240_000}, func(day time.Time) bool { return day.Weekday() == time.Sunday }},
		command{loggen.Command{Name: "geoip_update", At: []int{5*60 + 30}, Low: 30_000, High: 120_000}, func(day time.Time) bool { return day.Day() == 1 }})
}

func (c *command) due(minute, minuteOfDay int, day time.Time) bool {
	if c.Every > 0 {
		return minute%c.Every == 0
	}
	return slices.Contains(c.At, minuteOfDay) && (c.on == nil || c.on(day))
}

// minute starts what cron starts in the current minute, and what else comes by the clock.
func (s *Site) minute() {
	minuteOfDay, day := s.local()
	for i := range cronTable {
		c := &cronTable[i]
		if !c.due(int(s.sec/60), minuteOfDay, day) {
			continue
		}
		fate := s.commands[c.Name]
		switch {
		case s.cron > 0:
			s.miss(s.cron, s.sec)
		case s.gone[0] > 0:
			s.miss(s.gone[0], s.sec)
		case fate != nil && fate.stopped > 0:
			s.miss(fate.stopped, s.sec)
		default:
			r := run{s: s, c: c, sec: s.sec + 1, n: uint64(s.sec)<<20 | uint64(i)<<14}
			r.dice.Seed(s.o.Seed, streamClock, uint64(s.sec)<<8|uint64(i))
			r.start(fate)
		}
	}
	if after := minuteOfDay - (4*60 + 40); after >= 0 && after%3 == 0 && after/3 < s.o.Servers && s.gone[after/3] == 0 {
		s.restart(after/3, 0)
	}
	if minuteOfDay == 20 {
		s.charge(day)
	}
}

// restart starts the 16 workers of a server.
func (s *Site) restart(host, cause int) {
	for i := range 16 {
		s.agenda.add(job{sec: s.sec + int64(i/6), host: host, ev: s.names.booted, stream: streamRestart, n: uint64(s.sec)<<12 | uint64(host)<<4 | uint64(i), cause: cause})
	}
}

// run is a run of a command on the first server.
type run struct {
	s      *Site
	c      *command
	sec    int64
	length int64
	n      uint64
	dice   loggen.Dice
}

// start plans the records of a run. One run in 1000 of the frequent ones fails.
func (r *run) start(f *fate) {
	us := r.dice.Between(r.c.Low*1000, r.c.High*1000)
	r.length = int64(us / 1e6)
	name := loggen.Set("command", "'"+r.c.Name+"'")
	unlucky := r.c.Every > 0 && r.dice.OneIn(1000)
	if f != nil && f.failing > 0 {
		r.add(job{sec: r.sec + r.length/3, ev: r.s.names.failed, set: []loggen.Setting{name}, trace: f.trace, cause: f.failing})
		return
	}
	if unlucky {
		r.add(job{sec: r.sec + r.length, ev: r.s.names.failed, set: []loggen.Setting{name}})
		return
	}
	switch r.c.Name {
	case "check_stream_services":
		r.checkEdges()
	case "epg_import":
		r.importGuide()
	case "check_accounts":
		r.checkAccounts()
	case "send_activation_expires_messages":
		r.remind()
	}
	r.add(job{sec: r.sec + r.length, ev: r.s.names.ran, set: []loggen.Setting{name}, took: us})
}

func (r *run) add(j job) {
	j.stream, j.n = streamClock, r.n
	r.n++
	r.s.agenda.add(j)
}

// checkEdges plans a check of every edge. One in 5000 fails for no reason.
func (r *run) checkEdges() {
	for i := range r.s.edges {
		ev := r.s.names.checkOK
		if r.dice.OneIn(5000) {
			ev = r.s.names.checkBad
		}
		r.add(job{sec: r.sec + int64(i)*r.length/int64(len(r.s.edges)), ev: ev, edge: i + 1,
			set: []loggen.Setting{loggen.Set("stream_service", loggen.StreamService(i+1))}})
	}
}

// importGuide plans the import of all channels: most are fine, some have gaps or overlaps, few fail.
func (r *run) importGuide() {
	e, total, done := &r.s.names, 0, 0
	for n := range channels {
		at := r.sec + int64(n)*r.length/channels
		what := []loggen.Setting{loggen.Set("epg_channel", loggen.EPGChannel(n)), loggen.Set("source", loggen.EPGSource(n))}
		broken := r.s.epg > 0 && (r.s.source == "" || r.s.source == loggen.EPGSource(n))
		add := func(ev loggen.Event, more ...loggen.Setting) { // the same dice are thrown whether or not the source is broken
			if !broken {
				r.add(job{sec: at, ev: ev, set: append(what[:len(what):len(what)], more...)})
			}
		}
		if broken {
			r.add(job{sec: at, ev: e.importBad, set: what, trace: "forbidden", cause: r.s.epg})
		}
		if r.dice.OneIn(150) {
			add(e.importBad)
			continue
		}
		for _, odd := range [...]struct {
			ev  loggen.Event
			one uint64
		}{{e.removed, 8}, {e.overlap, 16}, {e.hole, 12}, {e.double, 10}} {
			if r.dice.OneIn(odd.one) {
				add(odd.ev)
			}
		}
		programmes := r.dice.Between(140, 280)
		if !broken {
			total += programmes
			done++
		}
		add(e.imported, loggen.Set("programs_imported", strconv.Itoa(programmes)))
	}
	r.add(job{sec: r.sec + r.length, ev: e.importEnded, cause: r.s.epg, set: []loggen.Setting{
		loggen.Set("channels_processed", strconv.Itoa(done)), loggen.Set("programms_imported", strconv.Itoa(total))}})
}

// night is a batch of the night's work; k tells those of one day apart.
func (s *Site) night(ev loggen.Event, k int, n int, sec, seconds int64, set ...loggen.Setting) {
	j := job{sec: sec, ev: ev, stream: streamNight, n: uint64(s.sec/86400)<<32 | uint64(k)<<28, set: set}
	s.batches = append(s.batches, newBatch(j, n, seconds))
}

// checkAccounts switches off those who have not paid: 3 of 1,000 a night.
func (r *run) checkAccounts() {
	n := r.s.o.Subscribers
	r.s.night(r.s.names.changed, 0, n*3/1000, r.sec, r.length, loggen.Set("active", "False"))
	r.s.night(r.s.names.tariffsGone, 1, n*2/1000, r.sec+2, r.length)
}

// remind writes to those whose tariff ends: 30 of 1,000 an evening. Most see it within three hours.
func (r *run) remind() {
	n := r.s.o.Subscribers * 30 / 1000
	r.s.night(r.s.names.created, 2, n, r.sec, r.length)
	r.s.night(r.s.names.sent, 3, n*97/100, r.sec+60, 3*3600)
	r.s.night(r.s.names.deleted, 4, n/4, r.sec+600, 6*3600)
}

// charge is what the billing does at night: 50 of 1,000 accounts, and 600 of 1,000 on the first of a month.
func (s *Site) charge(day time.Time) {
	n, perSecond := s.o.Subscribers*50/1000, min(500, max(5, s.o.Subscribers/200))
	if day.Day() == 1 {
		n = s.o.Subscribers * 600 / 1000
	}
	s.night(s.names.billed, 5, n, s.sec, int64(n/perSecond)+1)
}

// work queues the records of batches in the current second.
func (s *Site) work() {
	s.batches = slices.DeleteFunc(s.batches, func(b batch) bool { return b.left == 0 })
	for i := range s.batches {
		b := &s.batches[i]
		for b.left > 0 && b.sec+int64(b.next/one) <= s.sec {
			j := b.job
			j.sec, j.host = s.sec, 0
			if j.ev == s.names.billed || j.ev == s.names.sent || j.ev == s.names.deleted {
				j.host = s.balance(j.stream, j.n)
			}
			s.queue = append(s.queue, j)
			b.n++
			b.left--
			b.next += b.every
		}
	}
}
