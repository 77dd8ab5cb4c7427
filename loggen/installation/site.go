package installation

import (
	"fmt"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// Streams of random numbers, one for each reason that a record is there.
const (
	streamClock = 10 + iota
	streamNight
	streamRestart
	streamTraffic
	streamFollow
	streamDraw
	streamFlow     = 20  // and up: one per flow
	streamIncident = 200 // and up: one per incident
)

// Record is one record of an installation.
type Record struct {
	Server   int    // from 0
	Log      string // stem of the file
	Event    string // "" for an unhandled error
	Sec      int64  // when it was written, by the true time
	Incident int    // number of the incident that it comes from, from 1; 0: none
	Text     []byte // with the final newline; overwritten by the next call
}

// Site makes the records of an installation one by one, in the order in which they are written. It must not be used by several
// goroutines.
type Site struct {
	o        Options
	sec, end int64
	r        *loggen.Renderer
	names    events
	flows    []loggen.Event
	now      []uint64 // rates of the flows in the current minute
	made     []uint64 // records of the flows
	dice     loggen.Dice
	chance   loggen.Dice // of what follows from a record
	agenda   agenda
	batches  []batch
	queue    []job
	at       int

	// What is wrong at present: the number of the incident, 0 for nothing.
	edges    []edge
	rotation []int
	cron     int
	commands map[string]*fate
	epg      int
	source   string // of the guide that is broken; "": all
	silent   []int  // servers that cannot write
	gone     []int  // servers that are down
	skewed   []int  // servers whose clocks are wrong
	skew     []int64
	level    int // lowest that is written, as in levels
	raised   int

	troubles []trouble // in order of their beginning
	begun    int
	active   []*trouble
}

// edge is what is known of an edge.
type edge struct {
	down int  // incident
	by   int  // incident that its last failed check was due to
	out  bool // its last check failed, so that it gets no viewers
}

// fate is what is wrong with a command: the number of an incident.
type fate struct {
	failing, stopped int
	trace            string
}

// levels of records, rising.
var levels = []string{"DEBUG", "INFO", "WARNING", "ERROR"}

// New returns a generator, or all that is wrong with the options.
func New(o Options) (*Site, error) {
	o.normal()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("options of the installation: %w", err)
	}
	n := Edges(o.Subscribers)
	s := &Site{o: o, sec: o.Start.Unix(), end: o.Start.Add(o.Duration).Unix(), r: loggen.NewRenderer(o.Seed, o.Zone, o.Subscribers, n),
		names: newEvents(), edges: make([]edge, n), commands: map[string]*fate{}, now: make([]uint64, len(flows)), made: make([]uint64, len(flows)),
		silent: make([]int, o.Servers), gone: make([]int, o.Servers), skewed: make([]int, o.Servers), skew: make([]int64, o.Servers)}
	for i := range flows {
		s.flows = append(s.flows, named(flows[i].event))
	}
	s.dice.Seed(o.Seed, streamTraffic, 0)
	s.chance.Seed(o.Seed, streamFollow, 0)
	s.troubles = newTroubles(s)
	s.rotate()
	s.rates()
	return s, nil
}

// Next returns the next record; false at the end.
func (s *Site) Next() (Record, bool) {
	for {
		for s.at < len(s.queue) {
			j := &s.queue[s.at]
			s.at++
			if rec, ok := s.write(j); ok {
				return rec, true
			}
		}
		if s.sec >= s.end {
			return Record{}, false
		}
		s.fill()
		s.sec++
	}
}

// fill queues the records of the current second.
func (s *Site) fill() {
	s.queue, s.at = s.queue[:0], 0
	s.turn()
	if s.sec%60 == 0 {
		s.rates()
		s.minute()
	}
	for j, ok := s.agenda.due(s.sec); ok; j, ok = s.agenda.due(s.sec) {
		s.queue = append(s.queue, j)
	}
	for i := range flows {
		s.flow(i)
	}
	s.work()
	for _, t := range s.active {
		if t.kind.second != nil {
			t.kind.second(s, t)
		}
	}
}

// turn begins and ends incidents.
func (s *Site) turn() {
	s.active = slices.DeleteFunc(s.active, func(t *trouble) bool {
		over := t.to <= s.sec
		if over && t.kind.end != nil {
			t.kind.end(s, t)
		}
		return over
	})
	for ; s.begun < len(s.troubles) && s.troubles[s.begun].from <= s.sec; s.begun++ {
		t := &s.troubles[s.begun]
		if t.kind.begin != nil {
			t.kind.begin(s, t)
		}
		s.active = append(s.active, t)
	}
}

// local is the wall clock of the servers.
func (s *Site) local() (minuteOfDay int, day time.Time) {
	t := time.Unix(s.sec, 0).In(s.o.Zone)
	return t.Hour()*60 + t.Minute(), t
}

// rates sets the traffic of a minute. It differs from the same minute of another day by up to 8 %.
func (s *Site) rates() {
	minute, day := s.local()
	for i := range flows {
		s.now[i] = flows[i].rate(s.o.Subscribers, minute, int(day.Weekday())) * (920 + s.dice.N(161)) / 1000
	}
}

// flow queues a flow's records of the current second: between none and twice the rate.
func (s *Site) flow(i int) {
	f := &flows[i]
	for range (s.dice.N(2*s.now[i]+1) + s.dice.N(one)) / one {
		j := job{sec: s.sec, ev: s.flows[i], stream: streamFlow + uint64(i), n: s.made[i]}
		j.host = s.balance(j.stream, j.n)
		if f.reason != "" {
			j.set = []loggen.Setting{loggen.Set("reason", "'"+f.reason+"'")}
		}
		s.made[i]++
		s.queue = append(s.queue, j)
		s.again(i, j)
	}
}

// again plans what people and devices do after a refusal: they mistype a password up to four times, and a device asks for a
// stream up to twice more.
func (s *Site) again(i int, j job) {
	f := &flows[i]
	switch {
	case f.reason == "account_does_not_exist":
		for j.sec += int64(s.dice.Between(6, 40)); j.tries < 3 && s.dice.N(100) < 55; j.sec += int64(s.dice.Between(6, 40)) {
			j.tries++
			s.agenda.add(j)
		}
		j.ev, j.set = s.names.loginOK, nil
		s.agenda.add(j)
	case f.event == "CONTENT_REQUEST_ERROR":
		for ; j.tries < 2 && s.dice.N(100) < 50; s.agenda.add(j) {
			j.sec += int64(s.dice.Between(2, 9))
			j.tries++
		}
	}
}

// balance chooses the server of a request.
func (s *Site) balance(stream, n uint64) int {
	h := int((n*0x9e3779b97f4a7c15 + stream*0xbf58476d1ce4e5b9) >> 33 % uint64(s.o.Servers))
	for range s.gone {
		if s.gone[h] == 0 {
			break
		}
		h = (h + 1) % len(s.gone)
	}
	return h
}

// online is about how many subscribers watch: 30 % in the evening.
func (s *Site) online() int {
	minute, day := s.local()
	return int(uint64(s.o.Subscribers) * viewers.day(minute, int(day.Weekday())) * 3 / 28570)
}

// rotate lists the edges that take viewers.
func (s *Site) rotate() {
	s.rotation = s.rotation[:0]
	for i := range s.edges {
		if !s.edges[i].out {
			s.rotation = append(s.rotation, i+1)
		}
	}
}

// write prints a job, unless what is wrong keeps it out of the logs.
func (s *Site) write(j *job) (Record, bool) {
	s.r.Draft(j.stream, j.n)
	s.check(j)
	s.noEdge(j)
	for _, t := range s.active {
		if t.kind.change != nil {
			t.kind.change(s, t, j)
		}
	}
	if by := max(s.silent[j.host], s.gone[j.host]); by > 0 {
		s.miss(by, j.sec)
		return Record{}, false
	}
	rotation := s.rotation
	if j.less > 0 {
		rotation = slices.DeleteFunc(slices.Clone(rotation), func(i int) bool { return i == j.less })
	}
	text := s.r.Print(j.ev, j.sec+s.skew[j.host], loggen.Style{Python: s.o.Python, PID: 97 * j.host, Rotation: rotation, Trace: j.trace, Set: j.set, Took: j.took})
	if slices.Index(levels, s.r.Level()) < s.level {
		s.miss(s.raised, j.sec)
		return Record{}, false
	}
	j.cause = or(or(j.cause, j.of), s.skewed[j.host])
	if j.cause > 0 {
		s.tell(j.cause, j.sec)
	}
	name := j.ev.Name()
	if name == loggen.Unhandled {
		name = ""
	}
	return Record{Server: j.host, Log: j.ev.Log(), Event: name, Sec: j.sec, Incident: j.cause, Text: text}, true
}

// check decides what the check of an edge finds.
func (s *Site) check(j *job) {
	if j.edge == 0 {
		return
	}
	e := &s.edges[j.edge-1]
	was := e.out
	if e.down > 0 {
		j.ev, j.cause, e.by = s.names.checkBad, e.down, e.down
	}
	e.out = j.ev == s.names.checkBad
	j.set = append(j.set, loggen.Set("was_available_before", pick(was, "False", "True")))
	if e.out != was {
		s.rotate()
	}
}

// noEdge refuses a stream where there is no edge that could send it. The device asks twice more.
func (s *Site) noEdge(j *job) {
	if j.ev != s.names.linkOK || len(s.rotation) > 0 {
		return
	}
	j.ev = s.names.linkBad
	for i := range s.edges {
		j.cause = max(j.cause, s.edges[i].by)
	}
	s.retry(j, 2, 2, 9)
}

// retry plans the same request again, in so many seconds, unless it was tried often enough.
func (s *Site) retry(j *job, tries, low, high int) {
	if j.tries >= tries {
		return
	}
	again := *j
	again.tries++
	again.sec = s.sec + int64(s.chance.Between(low, high))
	again.cause, again.of = 0, j.cause // what becomes of it is not decided yet
	again.trace = ""
	switch again.ev {
	case s.names.linkBad:
		again.ev = s.names.linkOK
	case s.names.loginBad:
		again.ev, again.set = s.names.loginOK, nil
	}
	s.agenda.add(again)
}

func pick(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}
