package loggen

import "strconv"

func mainEvents() []event {
	return []event{
		{log: "smarty_main", name: "URLS_INITIALIZED", level: "INFO", module: "urls", line: 48, function: "<module>", by: boot, fields: []field{
			{key: "available_apps", gen: func(p *pen) {
				p.raw("['tvmiddleware', 'billing', 'external_api', 'viewstats', ")
				p.text("megogo")
				p.byte(']')
			}}}},
		{log: "smarty_main", name: Unhandled, level: "ERROR", module: "base", line: 256, function: "handle_uncaught_exception", rare: 100,
			trace: "unhandled", message: func(p *pen) { p.raw("Internal Server Error: /tvmiddleware/api/program/list/") },
			fields: []field{
				{key: "cid", gen: func(p *pen) { p.id(aChannel(p)) }},
				{key: "date", gen: rawOf("datetime.date(2024, 11, 1)", "None")},
				{key: "request", gen: func(p *pen) {
					p.raw("<WSGIRequest: GET '/tvmiddleware/api/program/list/?cid=")
					p.num(aChannel(p))
					p.raw("'>")
				}},
				{key: "self", gen: func(p *pen) { p.object("tvmiddleware.api.ProgramList") }},
				{key: "title", gen: programmeText},
				{key: "program", gen: rawOf("None")},
			}},
	}
}

// The text of a check's topic is the edge as printed, so that an edge named by the caller has its checks, too.

func prepareEdge(p *pen) {
	if given, ok := p.given("stream_service"); ok {
		p.topic = given
		return
	}
	p.topic = StreamService(p.dice.Between(1, p.edge))
}

// checkKinds are the methods of checking; each edge has ping and some of the others configured.
var checkKinds = [...]string{"check_ping_success", "check_tcp_success", "check_http_success", "check_is_alive_success"}

func configured(kind int) func(*pen) bool {
	return func(p *pen) bool {
		h := hash(p.topic)
		return kind == 0 || h>>kind&1 == 1 || kind == 1+int(h>>16%3)
	}
}

// failing decides which checks of a dead edge fail: all (the host is down), all but ping, or the last one only.
func failing(kind int) func(*pen) {
	return func(p *pen) {
		last := len(checkKinds) - 1
		for !configured(last)(p) {
			last--
		}
		switch hash(p.topic) >> 24 % 3 {
		case 0:
			p.bool(false)
		case 1:
			p.bool(kind == 0)
		default:
			p.bool(kind != last)
		}
	}
}

func checkEvent(name, level string, line int, trace string, result func(kind int) func(*pen)) event {
	e := event{log: "smarty_stream_services", name: name, level: level, module: "check_stream_services", line: line, function: "check",
		by: command, trace: trace, prepare: prepareEdge,
		fields: []field{{key: "stream_service", gen: func(p *pen) { p.raw(p.topic) }}, {key: "was_available_before", gen: func(p *pen) { p.bool(!p.down[p.topic]) }}}}
	for kind, key := range checkKinds {
		e.fields = append(e.fields, field{key: key, gen: result(kind), when: configured(kind)})
	}
	return e
}

func prepareCommand(p *pen) {
	if given, ok := p.given("command"); ok {
		p.topic = given
		return
	}
	p.topic = "'" + commands[p.dice.N(uint64(len(commands)))].name + "'"
}

// executionTime writes how long a run of the command took, or may take.
func executionTime(p *pen) {
	if p.us > 0 {
		p.timedelta(p.us)
		return
	}
	for i := range commands {
		if c := &commands[i]; p.topic == "'"+c.name+"'" {
			p.timedelta(c.runs(&p.dice))
			return
		}
	}
	p.timedelta(p.dice.Between(1e5, 9e6))
}

func prepareChannel(p *pen) { p.topic = strconv.Itoa(int(p.dice.N(60))) }

func (p *pen) epgChannel() int { n, _ := strconv.Atoi(p.topic); return n }

func epgEvent(name, level, function string, line int, more ...field) event {
	return event{log: "smarty_epg", name: name, level: level, module: "importer", line: line, function: function, by: command, prepare: prepareChannel,
		fields: append([]field{
			{key: "epg_channel", gen: func(p *pen) { p.raw(channelLabel(p.epgChannel())) }},
			{key: "source", gen: func(p *pen) { p.raw(sourceLabel(p.epgChannel())) }}}, more...)}
}

// slot is the quarter of an hour at which the programme in question begins.
func (p *pen) slot() int64 { return p.sec - p.sec%900 + int64(p.roll%96)*900 }

func epgEvents() []event {
	title := field{key: "program_name", gen: programmeText}
	gap := func(sign int64) []field {
		return []field{title, {key: "previous_program_name", gen: programmeText},
			{key: "program_time_begin", gen: func(p *pen) { p.datetime(p.slot()) }},
			{key: "previous_time_end", gen: func(p *pen) { p.datetime(p.slot() + sign*int64(1+p.roll>>32%6)*300) }}}
	}
	broken := epgEvent("EPG_CHANNEL_IMPORT_ERROR", "ERROR", "import_channel", 152)
	broken.trace = "epg"
	finished := event{log: "smarty_epg", name: "EPG_IMPORT_FINISHED", level: "INFO", module: "importer", line: 201, function: "run", by: command,
		fields: []field{{key: "channels_processed", gen: intOf(290, 312)}, {key: "programms_imported", gen: intOf(60000, 66000)}}}
	return []event{
		epgEvent("EPG_CHANNEL_IMPORTED", "DEBUG", "import_channel", 140, field{key: "programs_imported", gen: intOf(140, 280)}),
		broken,
		finished,
		epgEvent("EPG_REMOVED", "DEBUG", "cleanup", 171, field{key: "removed_objects", gen: programmeList}),
		epgEvent("EPG_TIME_OVERLAP", "WARNING", "check", 118, gap(1)...),
		epgEvent("EPG_TIME_HOLE", "WARNING", "check", 121, gap(-1)...),
		epgEvent("EPG_NAME_DOUBLE", "WARNING", "check", 125, title),
	}
}

func serviceEvents() []event {
	up := func(int) func(*pen) { return func(p *pen) { p.bool(true) } }
	all := []event{
		checkEvent("STREAM_SERVICE_CHECKING_ERROR", "ERROR", 64, "edge", failing),
		checkEvent("STREAM_SERVICE_CHECKING_SUCCESS", "DEBUG", 58, "", up),
		{log: "smarty_management", name: "MANAGEMENT_COMMAND_SUCCESS", level: "INFO", module: "base", line: 38, function: "execute", by: command,
			prepare: prepareCommand, fields: []field{{key: "command", gen: func(p *pen) { p.raw(p.topic) }}, {key: "execution_time", gen: executionTime}}},
		{log: "smarty_management", name: "MANAGEMENT_COMMAND_ERROR", level: "ERROR", module: "base", line: 44, function: "execute", by: command,
			prepare: prepareCommand, trace: "command", fields: []field{{key: "command", gen: func(p *pen) { p.raw(p.topic) }}}},
	}
	return append(append(all, epgEvents()...), staffEvents()...)
}
