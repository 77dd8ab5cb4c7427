package installation

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// kind is what an incident may be. Nil functions do nothing.
type kind struct {
	name     string
	doc      string
	keys     []string
	shortest int // minutes, of those that Draw makes
	longest  int
	alone    bool   // it hides or causes what others do: Draw lets nothing else happen meanwhile
	between  [2]int // hours of the local day at which Draw lets it begin; zero: any
	fill     func(*Incident, *Options, *loggen.Dice)
	holds    func(in *Incident, edges int) []string
	begin    func(*Site, *trouble)
	second   func(*Site, *trouble)       // adds records of a second
	change   func(*Site, *trouble, *job) // makes something else of a record
	end      func(*Site, *trouble)
}

// Kinds are the names of all kinds of incidents.
func Kinds() []string {
	out := make([]string, len(kinds))
	for i := range kinds {
		out[i] = kinds[i].name
	}
	return out
}

func kindNamed(name string) (*kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return nil, false
	}
	return &kinds[i], true
}

// kinds never changes.
var kinds = allKinds()

func allKinds() []kind {
	return slices.Concat(edgeKinds(), clockKinds(), subscriberKinds(), attackKinds(), serverKinds())
}

// fill draws what is not given.
func (in *Incident) fill(o *Options, d *loggen.Dice) {
	k, _ := kindNamed(in.Kind)
	if k == nil {
		return
	}
	var f Incident
	edges := Edges(o.Subscribers)
	f.Edge, f.Edges = d.Between(1, edges), edges/2
	if d.OneIn(2) {
		f.Edges = edges
	}
	f.Server, f.Client, f.Host = d.Between(1, o.Servers), 1, d.Between(1, len(loggen.VideoHosts()))
	f.Source, f.Class, f.Gateway = "epgservice", Classes[0], Gateways[d.N(uint64(len(Gateways)))]
	f.Command = minutely[d.N(uint64(len(minutely)))]
	f.Abonement, f.IP, f.Level = 100000+d.Between(0, o.Subscribers-1), "203.0.113."+strconv.Itoa(d.Between(1, 254)), "INFO"
	f.By = time.Duration(d.Between(180, 900)) * time.Second
	if d.OneIn(2) {
		f.By = -f.By
	}
	f.PerHour, f.Share = d.Between(720, 3600), d.Between(60, 90)
	if k.fill != nil {
		k.fill(&f, o, d)
	}
	for _, key := range k.keys {
		in.take(key, &f)
	}
}

// minutely commands are those whose failing is soon seen.
var minutely = [...]string{"cache_channel_list", "check_stream_services", "resend_sms", "check_streams"}

// take sets a key that is not given from other.
func (in *Incident) take(key string, other *Incident) {
	switch key {
	case "edge":
		in.Edge = or(in.Edge, other.Edge)
	case "edges":
		in.Edges = or(in.Edges, other.Edges)
	case "server":
		in.Server = or(in.Server, other.Server)
	case "command":
		in.Command = or(in.Command, other.Command)
	case "source":
		in.Source = or(in.Source, other.Source)
	case "client":
		in.Client = or(in.Client, other.Client)
	case "class":
		in.Class = or(in.Class, other.Class)
	case "gateway":
		in.Gateway = or(in.Gateway, other.Gateway)
	case "abonement":
		in.Abonement = or(in.Abonement, other.Abonement)
	case "ip":
		in.IP = or(in.IP, other.IP)
	case "host":
		in.Host = or(in.Host, other.Host)
	case "level":
		in.Level = or(in.Level, other.Level)
	case "by":
		in.By = or(in.By, other.By)
	case "rate":
		in.PerHour = or(in.PerHour, other.PerHour)
	case "share":
		in.Share = or(in.Share, other.Share)
	}
}

func or[T comparable](a, b T) T {
	var zero T
	if a == zero {
		return b
	}
	return a
}

// thing is for kinds that change one thing.
func thing(name string) func(*Incident, int) []string {
	return func(*Incident, int) []string { return []string{name} }
}

func edgeThings(in *Incident, edges int) []string {
	var out []string
	for _, i := range in.which(edges) {
		out = append(out, fmt.Sprint("edge ", i))
	}
	return out
}

func edgeKinds() []kind {
	down := func(s *Site, t *trouble) {
		for _, i := range t.edges {
			s.edges[i-1].down = t.number
		}
	}
	up := func(s *Site, t *trouble) {
		for _, i := range t.edges {
			s.edges[i-1].down = 0
		}
	}
	return []kind{
		{name: "edge_down", doc: "an edge (stream service) does not answer; its viewers ask for another one", keys: []string{"edge"},
			shortest: 5, longest: 45, holds: edgeThings, begin: down, end: up, second: flee},
		{name: "edge_flapping", doc: "an edge comes and goes, one to four minutes each", keys: []string{"edge"},
			shortest: 20, longest: 60, holds: edgeThings, end: up, second: flap},
		{name: "mass_outage", doc: "several edges are down together: a data centre, or the uplink of Smarty", keys: []string{"edges"},
			shortest: 5, longest: 30, alone: true, holds: edgeThings, begin: down, end: up, second: flee},
	}
}

// flee: within a minute and a half the viewers of an edge ask for a stream from another one, and half of their devices tell of
// the error.
func flee(s *Site, t *trouble) {
	since := s.sec - t.from
	if since >= 90 {
		return
	}
	viewers := s.online() / len(s.edges)
	for _, i := range t.edges {
		n := viewers*int(since+1)/90 - viewers*int(since)/90
		for range n {
			t.add(s, job{ev: s.names.linkOK, less: i, set: []loggen.Setting{loggen.Set("params.exclude_service_id", s.quote(strconv.Itoa(i)))}})
			if t.dice.OneIn(2) {
				t.add(s, job{ev: s.names.portal, set: []loggen.Setting{loggen.Set("event_description", s.quote("Playback error: connection lost")), loggen.Set("screen_name", s.quote("PlayerScreen"))}})
			}
		}
	}
}

func flap(s *Site, t *trouble) {
	if s.sec < t.toggle {
		return
	}
	e := &s.edges[t.Edge-1]
	if e.down == 0 {
		e.down = t.number
	} else {
		e.down = 0
	}
	t.toggle = s.sec + int64(t.dice.Between(60, 240))
}

// add queues a record of the incident in the current second.
func (t *trouble) add(s *Site, j job) {
	j.sec, j.stream, j.n, j.cause = s.sec, streamIncident+uint64(t.number), t.n, t.number
	j.host = s.balance(j.stream, j.n)
	t.n++
	s.queue = append(s.queue, j)
}

// times is how many records fall into the current second at a rate for each hour.
func (t *trouble) times(perHour int) int {
	t.fraction += int64(perHour)
	n := t.fraction / 3600
	t.fraction %= 3600
	return int(n)
}

// hit is true for the share of requests that fail.
func (t *trouble) hit() bool { return int(t.dice.N(100)) < t.Share }

// quote prints a text of ASCII.
func (s *Site) quote(text string) string { return pick(s.o.Python == 2, "u'", "'") + text + "'" }

func clockKinds() []kind {
	fateOf := func(s *Site, name string) *fate {
		if s.commands[name] == nil {
			s.commands[name] = new(fate)
		}
		return s.commands[name]
	}
	theCommand := func(in *Incident, _ int) []string { return []string{"command " + in.Command} }
	imports := [2]int{4, 13} // see Draw
	return []kind{
		{name: "cron_dead", doc: "cron starts nothing any more; what runs ends as it should", shortest: 15, longest: 60, alone: true, holds: thing("cron"),
			begin: func(s *Site, t *trouble) { s.cron = t.number }, end: func(s *Site, _ *trouble) { s.cron = 0 }},
		{name: "command_stopped", doc: "one command is not started any more, or hangs", keys: []string{"command"}, shortest: 30, longest: 60, holds: theCommand,
			begin: func(s *Site, t *trouble) { fateOf(s, t.Command).stopped = t.number }, end: func(s *Site, t *trouble) { fateOf(s, t.Command).stopped = 0 }},
		{name: "command_failing", doc: "one command ends in an exception each time", keys: []string{"command"}, shortest: 20, longest: 60, holds: theCommand,
			begin: func(s *Site, t *trouble) { fateOf(s, t.Command).failing = t.number }, end: func(s *Site, t *trouble) { fateOf(s, t.Command).failing = 0 }},
		{name: "charging_failed", doc: "the nightly charging of accounts (check_accounts) fails", shortest: 30, longest: 40, between: [2]int{1, 1},
			holds: thing("command check_accounts"),
			begin: func(s *Site, t *trouble) { fateOf(s, "check_accounts").failing = t.number },
			end:   func(s *Site, _ *trouble) { fateOf(s, "check_accounts").failing = 0 }},
		{name: "cache_empty", doc: "an operator's channel list is gone from the cache and cache_channel_list cannot make it anew", keys: []string{"client"},
			shortest: 5, longest: 25, alone: true,
			holds: func(*Incident, int) []string { return []string{"command cache_channel_list"} }, second: emptyLists,
			begin: func(s *Site, t *trouble) {
				f := fateOf(s, "cache_channel_list")
				f.failing, f.trace = t.number, "misconf"
			},
			end: func(s *Site, _ *trouble) { *fateOf(s, "cache_channel_list") = fate{} }},
		{name: "epg_empty", doc: "imports of the guide bring nothing: every source refuses", shortest: 90, longest: 120, between: imports, holds: thing("the guide"),
			begin: func(s *Site, t *trouble) { s.epg, s.source = t.number, "" }, end: func(s *Site, _ *trouble) { s.epg = 0 }},
		{name: "epg_source_broken", doc: "one source of the guide refuses", keys: []string{"source"}, shortest: 90, longest: 120, between: imports, holds: thing("the guide"),
			begin: func(s *Site, t *trouble) { s.epg, s.source = t.number, "<EpgSource: "+t.Source+">" }, end: func(s *Site, _ *trouble) { s.epg = 0 }},
	}
}

// emptyLists: who starts a device, or comes back to the list, finds no channels. A device asks for the list at each login and
// with one stream in 20.
func emptyLists(s *Site, t *trouble) {
	minute, day := s.local()
	lists := flow{micro: 190_000 + 63_000}
	share := uint64(13) // of 16: how the subscribers are divided between the operators
	if t.Client == 2 {
		share = 3
	}
	for range (t.dice.N(2*lists.rate(s.o.Subscribers, minute, int(day.Weekday()))*share/16+1) + t.dice.N(one)) / one {
		t.add(s, job{ev: s.names.noChannels, set: []loggen.Setting{loggen.Set("client", strconv.Itoa(t.Client))}})
	}
}

func subscriberKinds() []kind {
	return []kind{
		{name: "billing_slow", doc: "the external billing answers too late: its requests end in a timeout, and so do logins that ask it", keys: []string{"class", "share"},
			shortest: 10, longest: 60, holds: func(in *Incident, _ int) []string { return []string{in.Class} }, change: timeOut},
		{name: "handler_broken", doc: "an integration does not start since a change of its settings: INIT_ERROR in place of its requests", keys: []string{"class"},
			shortest: 30, longest: 90, between: [2]int{9, 21}, holds: func(in *Incident, _ int) []string { return []string{in.Class} }, change: noInit,
			fill: func(f *Incident, _ *Options, _ *loggen.Dice) { f.Class = Classes[0] }},
		{name: "gateway_failing", doc: "notifications of a payment gateway are not accepted; it sends them again after 1, 5 and 15 minutes", keys: []string{"gateway"},
			shortest: 60, longest: 180, between: [2]int{9, 20}, holds: func(in *Incident, _ int) []string { return []string{in.Gateway} }, change: refusePayment},
		{name: "streams_refused", doc: "requests for streams are refused, as after delete_authkeys: devices ask again", keys: []string{"share"},
			shortest: 10, longest: 40, holds: thing("streams"), change: refuseStream},
		{name: "unhandled_errors", doc: "an update brings an exception that nobody catches; it is taken back at the end", keys: []string{"rate"},
			shortest: 10, longest: 60, holds: thing("version"), begin: restartAll, end: restartAll, second: crash,
			fill: func(f *Incident, _ *Options, d *loggen.Dice) { f.PerHour = d.Between(30, 1200) }},
		{name: "video_server_down", doc: "a video server (MicroTS, MicroPVR) refuses calls", keys: []string{"host"},
			shortest: 60, longest: 120, between: [2]int{9, 16}, holds: func(in *Incident, _ int) []string { return []string{fmt.Sprint("host ", in.Host)} }, second: refuseCalls},
	}
}

func timeOut(s *Site, t *trouble, j *job) {
	switch {
	case j.cause > 0:
	case outcomes[j.ev] != (loggen.Event{}) && s.r.Subject().Handler == t.Class && t.hit():
		if again := *j; again.tries < 2 {
			again.tries++
			again.of = t.number
			again.sec += int64(s.chance.Between(12, 40))
			s.agenda.add(again)
		}
		j.ev, j.trace, j.cause = outcomes[j.ev], "timeout", t.number
	case j.ev == s.names.loginOK && t.Class == Classes[0] && s.r.Subject().Client == 1 && t.hit():
		j.ev, j.cause, j.set = s.names.loginBad, t.number, []loggen.Setting{loggen.Set("reason", "'external_api_error'")}
		s.retry(j, 3, 15, 60)
	}
}

func noInit(s *Site, t *trouble, j *job) {
	if j.cause == 0 && j.ev.Log() == "smarty_billing_out" && s.r.Subject().Handler == t.Class {
		j.ev, j.cause, j.set, j.trace = s.names.noInit, t.number, []loggen.Setting{loggen.Set("api_client_class", "'"+t.Class+"'")}, ""
	}
}

func refusePayment(s *Site, t *trouble, j *job) {
	if j.cause > 0 || s.r.Subject().Gateway != t.Gateway {
		return
	}
	switch j.ev {
	case s.names.notified:
		j.ev, j.cause = s.names.notifyBad, t.number
		if after := [...]int64{60, 300, 900}; j.tries < len(after) {
			again := *j
			again.ev, again.cause, again.of = s.names.notified, 0, t.number
			again.sec += after[j.tries]
			again.tries++
			s.agenda.add(again)
		}
	case s.names.payture:
		if t.Gateway == "payture" {
			j.cause, j.set = t.number, []loggen.Setting{loggen.Set("response", s.quote(`<?xml version="1.0"?><Init Success="False" ErrCode="PROCESSING_ERROR"/>`))}
		}
	}
}

func refuseStream(s *Site, t *trouble, j *job) {
	if j.cause == 0 && j.ev == s.names.linkOK && t.hit() {
		j.ev, j.cause = s.names.linkBad, t.number
		s.retry(j, 2, 2, 9)
	}
}

func restartAll(s *Site, t *trouble) {
	for host := range s.gone {
		if s.gone[host] == 0 {
			s.restart(host, t.number)
		}
	}
}

func crash(s *Site, t *trouble) {
	for range t.times(t.PerHour) {
		t.add(s, job{ev: s.names.unhandled, trace: "update"})
	}
}

// refuseCalls: Smarty calls a video server once a minute or so, and each call fails.
func refuseCalls(s *Site, t *trouble) {
	if t.dice.OneIn(45) {
		t.add(s, job{ev: s.names.video, set: []loggen.Setting{loggen.Set("host", loggen.VideoHosts()[t.Host-1]), loggen.Set("message", s.quote("[Errno 111] Connection refused"))}})
	}
}

func attackKinds() []kind {
	return []kind{
		{name: "brute_force", doc: "somebody tries passwords of one account", keys: []string{"abonement", "rate"}, shortest: 5, longest: 30,
			holds: func(in *Incident, _ int) []string { return []string{fmt.Sprint("account ", in.Abonement)} }, second: func(s *Site, t *trouble) {
				for range t.times(t.PerHour) {
					t.add(s, t.login(s, t.Abonement))
				}
			}},
		{name: "credential_stuffing", doc: "one device tries one account after the other; one in 100 opens", keys: []string{"rate"}, shortest: 10, longest: 40,
			holds: thing("stuffing"), second: func(s *Site, t *trouble) {
				for range t.times(t.PerHour) {
					j := t.login(s, 100000+int(t.n)*7%s.o.Subscribers)
					if t.dice.OneIn(100) {
						j.ev, j.set = s.names.loginOK, j.set[1:]
					}
					t.add(s, j)
				}
			}},
		{name: "admin_guessing", doc: "somebody tries passwords of the admin pages", keys: []string{"ip", "rate"}, shortest: 5, longest: 30, holds: thing("admin pages"),
			second: func(s *Site, t *trouble) {
				for range t.times(t.PerHour) {
					t.add(s, job{ev: s.names.admin, set: []loggen.Setting{loggen.Set("ip", "'"+t.IP+"'"), loggen.Set("path", s.quote("/admin/login/")),
						loggen.Set("user", "<SimpleLazyObject: <django.contrib.auth.models.AnonymousUser object at 0x7f3d2c0b1a50>>"), loggen.Set("user_agent", "'python-requests/2.9.1'")}})
				}
			}},
		{name: "billing_wrong_key", doc: "somebody calls the billing API with a wrong key", keys: []string{"ip", "rate"}, shortest: 10, longest: 60, holds: thing("billing API"),
			fill: func(f *Incident, _ *Options, d *loggen.Dice) { f.PerHour = d.Between(60, 1200) },
			second: func(s *Site, t *trouble) {
				for range t.times(t.PerHour) {
					t.add(s, job{ev: s.names.billBad, set: []loggen.Setting{loggen.Set("error", "-2"), loggen.Set("ip", "'"+t.IP+"'")}})
				}
			}},
	}
}

// login is an attempt on an account by the incident's own device.
func (t *trouble) login(s *Site, abonement int) job {
	return job{ev: s.names.loginBad, set: []loggen.Setting{loggen.Set("reason", "'account_does_not_exist'"),
		loggen.Set("params.abonement", s.quote(strconv.Itoa(abonement))), loggen.Set("params.device_uid", s.quote(t.device()))}}
}

// device is where an attack comes from.
func (t *trouble) device() string {
	return fmt.Sprintf("02:00:5E:00:%02X:%02X", t.number>>8&255, t.number&255)
}

func serverKinds() []kind {
	theServer := func(in *Incident, _ int) []string { return []string{fmt.Sprint("server ", in.Server)} }
	return []kind{
		{name: "level_raised", doc: "the logs keep only records of a level and above, from one restart to the next", keys: []string{"level"}, shortest: 30, longest: 60, alone: true,
			holds: thing("level"),
			begin: func(s *Site, t *trouble) {
				s.level, s.raised = slices.Index(levels, t.Level), t.number
				restartAll(s, t)
			},
			end: func(s *Site, t *trouble) { s.level, s.raised = 0, 0; restartAll(s, t) }},
		{name: "disk_full", doc: "a server goes on working and can write nothing", keys: []string{"server"}, shortest: 15, longest: 60, alone: true, holds: theServer,
			begin: func(s *Site, t *trouble) { s.silent[t.Server-1] = t.number }, end: func(s *Site, t *trouble) { s.silent[t.Server-1] = 0 }},
		{name: "server_down", doc: "a server is gone; the others take its requests, and nobody its cron", keys: []string{"server"}, shortest: 10, longest: 40, alone: true, holds: theServer,
			begin: func(s *Site, t *trouble) { s.gone[t.Server-1] = t.number },
			end:   func(s *Site, t *trouble) { s.gone[t.Server-1] = 0; s.restart(t.Server-1, t.number) }},
		{name: "clock_skew", doc: "a server's clock is wrong and is put right at the end", keys: []string{"server", "by"}, shortest: 15, longest: 60, alone: true, holds: theServer,
			begin: func(s *Site, t *trouble) {
				s.skew[t.Server-1], s.skewed[t.Server-1] = int64(t.By/time.Second), t.number
			},
			end: func(s *Site, t *trouble) { s.skew[t.Server-1], s.skewed[t.Server-1] = 0, 0 }},
	}
}
