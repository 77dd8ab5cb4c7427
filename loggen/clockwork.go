package loggen

import (
	"slices"
	"strconv"
	"time"
)

// task is a management command with its timetable, as the vendor recommends it.
type task struct {
	name      string
	every     int   // minutes; 0: at
	at        []int // minutes of the local day
	low, high int   // execution time, milliseconds
}

// commands are the periodic commands. EPG import and checks of edges write their own records, too.
var commands = [...]task{
	{name: "cache_channel_list", every: 1, low: 2200, high: 6800},
	{name: "check_stream_services", every: 1, low: 1500, high: 9000},
	{name: "check_streams", every: 5, low: 900, high: 4000},
	{name: "resend_sms", every: 3, low: 20, high: 400},
	{name: "check_payment_status", every: 10, low: 100, high: 2500},
	{name: "cache_customers_dynamic", every: 60, low: 20000, high: 90000},
	{name: "epg_import", at: []int{5 * 60, 9 * 60, 13 * 60}, low: 300000, high: 1100000},
	{name: "epg_premiere_import", at: []int{6*60 + 30}, low: 8000, high: 30000},
	{name: "make_autopayments", at: []int{50}, low: 30000, high: 200000},
	{name: "check_accounts", at: []int{60 + 10}, low: 60000, high: 400000},
	{name: "clean_old_messages", at: []int{3 * 60}, low: 500, high: 20000},
	{name: "collect_daily_stats", at: []int{3*60 + 20}, low: 20000, high: 120000},
	{name: "save_stats", at: []int{3*60 + 40}, low: 4000, high: 30000},
	{name: "cache_max_online", at: []int{23*60 + 55}, low: 300, high: 1500},
	{name: "send_activation_expires_messages", at: []int{19 * 60}, low: 2000, high: 60000},
	{name: "megogo_sync_content", at: []int{4*60 + 15}, low: 100000, high: 1500000},
}

// runs draws an execution time in microseconds.
func (c *task) runs(d *Dice) int { return d.Between(c.low*1000, c.high*1000) }

func (c *task) due(minute, minuteOfDay int) bool {
	if c.every > 0 {
		return minute%c.every == 0
	}
	return slices.Contains(c.at, minuteOfDay)
}

// perDay is how often the command runs in a day.
func (c *task) perDay() int {
	if c.every > 0 {
		return 1440 / c.every
	}
	return len(c.at)
}

// clockwork makes the records that come by the clock, not by subscribers.
type clockwork struct {
	dice     Dice
	seed     uint64
	zone     *time.Location
	edges    int
	channels int // of the programme guide
	minutes  int // in which every edge is checked once

	done, failed, checkOK, checkBad  *event
	imported, importBad, importEnded *event
	removed, overlap, hole, double   *event
	booted                           *event
	pending                          []job // in order of time
	made                             uint64
}

func newClockwork(o *Options, edges, channels int) *clockwork {
	return &clockwork{seed: o.Seed, zone: o.Zone, edges: edges, channels: channels, minutes: max(1, int(o.CheckEvery/time.Minute)),
		done: mustEvent("MANAGEMENT_COMMAND_SUCCESS"), failed: mustEvent("MANAGEMENT_COMMAND_ERROR"),
		checkOK: mustEvent("STREAM_SERVICE_CHECKING_SUCCESS"), checkBad: mustEvent("STREAM_SERVICE_CHECKING_ERROR"),
		imported: mustEvent("EPG_CHANNEL_IMPORTED"), importBad: mustEvent("EPG_CHANNEL_IMPORT_ERROR"), importEnded: mustEvent("EPG_IMPORT_FINISHED"),
		removed: mustEvent("EPG_REMOVED"), overlap: mustEvent("EPG_TIME_OVERLAP"), hole: mustEvent("EPG_TIME_HOLE"), double: mustEvent("EPG_NAME_DOUBLE"),
		booted: mustEvent("URLS_INITIALIZED")}
}

// perDay is about how many records the clockwork makes in a day.
func (c *clockwork) perDay() int {
	n := 3*c.channels*14/10 + c.edges*1440/c.minutes
	for i := range commands {
		n += commands[i].perDay()
	}
	return n
}

func (c *clockwork) add(sec int64, ev *event, set ...Setting) {
	c.pending = append(c.pending, job{sec: sec, ev: ev, set: set, stream: streamClock, n: c.made})
	c.made++
}

// boot starts the 16 workers.
func (c *clockwork) boot(sec int64) {
	for i := range 16 {
		c.add(sec+int64(i/6), c.booted)
	}
	c.order()
}

// minute plans what begins in the minute at sec.
func (c *clockwork) minute(sec int64) {
	local := time.Unix(sec, 0).In(c.zone)
	minuteOfDay := local.Hour()*60 + local.Minute()
	for i := range commands {
		if t := &commands[i]; t.due(int(sec/60), minuteOfDay) {
			c.dice.Seed(c.seed, streamClock, uint64(sec)<<8|uint64(i))
			c.run(t, sec+1)
		}
	}
	c.order()
}

// order sorts stably: records of one second stay in the order in which they were planned.
func (c *clockwork) order() {
	slices.SortStableFunc(c.pending, func(a, b job) int { return int(a.sec - b.sec) })
}

// run plans a run of a command. One in 1000 runs of the frequent ones fails.
func (c *clockwork) run(t *task, sec int64) {
	us := t.runs(&c.dice)
	length := int64(us / 1e6)
	name := Setting{"command", "'" + t.name + "'"}
	switch t.name {
	case "check_stream_services":
		c.checkEdges(sec, length)
	case "epg_import":
		c.importGuide(sec, length)
	}
	if t.every > 0 && c.dice.OneIn(1000) {
		c.add(sec+length, c.failed, name)
		return
	}
	c.pending = append(c.pending, job{sec: sec + length, ev: c.done, set: []Setting{name}, us: us, stream: streamClock, n: c.made})
	c.made++
}

// checkEdges plans the checks of the edges whose minute it is. One check in 5000 fails for no reason.
func (c *clockwork) checkEdges(sec, length int64) {
	for i := range c.edges {
		if (int(sec/60)+i)%c.minutes != 0 {
			continue
		}
		ev := c.checkOK
		if c.dice.OneIn(5000) {
			ev = c.checkBad
		}
		c.add(sec+int64(i)*length/int64(c.edges), ev, Setting{"stream_service", StreamService(i + 1)})
	}
}

// importGuide plans the import of all channels: most are fine, some have gaps or overlaps, few fail.
func (c *clockwork) importGuide(sec, length int64) {
	total := 0
	for n := range c.channels {
		at := sec + int64(n)*length/int64(c.channels)
		what := []Setting{{"epg_channel", channelLabel(n)}, {"source", sourceLabel(n)}}
		if c.dice.OneIn(80) {
			c.add(at, c.importBad, what...)
			continue
		}
		for _, odd := range [...]struct {
			ev  *event
			one uint64
		}{{c.removed, 8}, {c.overlap, 16}, {c.hole, 12}, {c.double, 10}} {
			if c.dice.OneIn(odd.one) {
				c.add(at, odd.ev, what...)
			}
		}
		programmes := c.dice.Between(140, 280)
		total += programmes
		c.add(at, c.imported, append(what, Setting{"programs_imported", strconv.Itoa(programmes)})...)
	}
	c.add(sec+length, c.importEnded, Setting{"channels_processed", strconv.Itoa(c.channels)}, Setting{"programms_imported", strconv.Itoa(total)})
}
