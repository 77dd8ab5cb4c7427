package loggen

import "slices"

// event describes how one documented event is printed.
type event struct {
	log, name        string
	level            string
	module, function string
	line             int // in Python 2; in Python 3 the code has moved on
	by               process
	weight           int    // share of the traffic, in 1/100000; 0: written by commands and restarts only
	rare             int    // the same in 1/10000000, for what hardly ever happens
	trace            string // kind of traceback that follows; "" = none
	traceIfGrave     bool   // the traceback follows grave records only
	prepare          func(*pen)
	message          func(*pen) // words in place of the event name
	fields           []field
	fieldsPy2        []field // in the order of Python 2
}

// process is what kind of process writes an event.
type process int

const (
	worker  process = iota // a worker of uwsgi
	boot                   // a worker that starts
	command                // a management command
)

// field is one key of an event.
type field struct {
	key  string
	gen  func(*pen)
	when func(*pen) bool // nil: always
}

// stems are the 14 documented logs.
var stems = [...]string{"smarty_main", "smarty_accounts", "smarty_billing_out", "smarty_billing_in", "smarty_cache", "smarty_messaging",
	"smarty_management", "smarty_epg", "smarty_content_requests", "smarty_portal", "smarty_stream_services", "smarty_admin",
	"smarty_videoservices", "smarty_payment"}

// events is the catalogue, in the order of the documentation. It never changes.
var events = catalogue()

func catalogue() []event {
	all := slices.Concat(mainEvents(), accountEvents(), billingEvents(), contentEvents(), serviceEvents(), paymentEvents())
	for i := range all {
		all[i].fieldsPy2 = shuffled(all[i].fields, func(f field) string { return f.key })
	}
	return all
}

func eventByName(name string) (*event, bool) {
	i := slices.IndexFunc(events, func(e event) bool { return e.name == name })
	if i < 0 {
		return nil, false
	}
	return &events[i], true
}

// mustEvent is for names written in this package.
func mustEvent(name string) *event {
	e, ok := eventByName(name)
	if !ok {
		panic("loggen: no event " + name)
	}
	return e
}

// has reports whether key is one of the event's.
func (e *event) has(key string) bool {
	return slices.ContainsFunc(e.fields, func(f field) bool { return f.key == key })
}
