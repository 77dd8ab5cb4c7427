package loggen

import "time"

// Event is a documented event. The zero Event is none.
type Event struct{ ev *event }

// EventNamed finds a documented event, or Unhandled.
func EventNamed(name string) (Event, bool) {
	ev, ok := eventByName(name)
	return Event{ev}, ok
}

// Name is the documented name, or Unhandled.
func (e Event) Name() string { return e.ev.name }

// Log is the stem of the event's file.
func (e Event) Log() string { return e.ev.log }

// Command is a management command with its timetable.
type Command struct {
	Name      string
	Every     int   // minutes; 0: At
	At        []int // minutes of the local day
	Low, High int   // execution time, milliseconds
}

// Commands are the periodic commands of Smarty, as the vendor recommends to run them.
func Commands() []Command {
	out := make([]Command, len(commands))
	for i, c := range commands {
		out[i] = Command{c.name, c.every, c.at, c.low, c.high}
	}
	return out
}

// EPGChannel returns how channel n of the programme guide is printed, EPGSource where its guide comes from.
func EPGChannel(n int) string { return channelLabel(n) }

// EPGSource returns how the source of channel n is printed.
func EPGSource(n int) string { return sourceLabel(n) }

// VideoHosts are the video services that Smarty calls, as printed.
func VideoHosts() []string {
	out := make([]string, len(hosts))
	for i, h := range hosts {
		out[i] = "'" + h + "'"
	}
	return out
}

// Set gives a field the text that is printed for it.
func Set(key, text string) Setting { return Setting{key, text} }

// Renderer makes records one by one for a caller who decides which there are. It must not be used by several goroutines.
type Renderer struct {
	p     pen
	seed  uint64
	level string
}

// NewRenderer returns a renderer for so many subscribers and edges. Zone nil is UTC.
func NewRenderer(seed uint64, zone *time.Location, subscribers, edges int) *Renderer {
	if zone == nil {
		zone = time.UTC
	}
	return &Renderer{seed: seed, p: pen{zone: zone, subs: uint64(subscribers), edge: edges, down: make(map[string]bool)}}
}

// Draft chooses whom record n of a stream is about: the same for the same arguments. Subject and Print are about it.
func (r *Renderer) Draft(stream, n uint64) {
	r.p.dice.Seed(r.seed, stream, n)
	r.p.draft()
}

// Subject is what is known of a record before it is printed.
type Subject struct {
	Client  uint64 // the operator
	Gateway string // of payments
	Handler string // class of the external system
}

// Subject tells whom the drafted record is about.
func (r *Renderer) Subject() Subject {
	return Subject{r.p.sub.client(), gateway(&r.p), r.p.handler()}
}

// Style is how a record is printed.
type Style struct {
	Python   int    // 2 or 3
	PID      int    // added to the process numbers of workers, so that servers differ
	Rotation []int  // numbers of the edges that take viewers; nil: all
	Trace    string // kind of traceback in place of the event's own: timeout, misconf, forbidden, update
	Set      []Setting
	Took     int // microseconds that a command ran; 0: as is usual for it
}

// Print makes the drafted record of an event at a Unix second. Its text is overwritten by the next call.
func (r *Renderer) Print(e Event, sec int64, s Style) []byte {
	p := &r.p
	p.era, p.pid, p.rota, p.cause, p.set, p.us = s.Python, s.PID, s.Rotation, s.Trace, s.Set, s.Took
	p.print(e.ev, sec, e.ev.name)
	r.level = pick(p.grave, "ERROR", e.ev.level)
	return p.buf
}

// Level is the level of the record printed last.
func (r *Renderer) Level() string { return r.level }
