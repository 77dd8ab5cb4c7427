package loggen

import "strings"

// trace is an exception with the way it came. Python 2 knows no causes and prints class names without their module.
type trace struct {
	frames        []frame
	class2, class string // in Python 2, in Python 3
	text          string
	cause         *trace
	during        bool // the cause was being handled, not named by "raise … from"
}

// frame is one step. File is below Smarty's folder, or below Python's when it begins with "lib:"; "*" in it is the command.
type frame struct {
	file     string
	line     int
	function string
	code     string
	caret    string // part of code that Python 3.11 underlines; "" = none
}

const (
	smartyPy2 = "/usr/share/nginx/html/microimpuls/smarty/"
	smartyPy3 = "/usr/share/microimpuls/smarty/"
	libPy2    = "/usr/lib/python2.7/"
	libPy3    = "/usr/lib/python3.11/"
)

// chooseTrace picks a trace of a kind. What fails in one second on one topic fails in the same way: the choice follows the
// topic where there is one, so that an outage has one traceback.
func (p *pen) chooseTrace(kind string) *trace {
	ts := traces[kind]
	h := p.roll >> 40
	if p.topic != "" {
		h = hash(p.topic) >> 40
	}
	return ts[h%uint64(len(ts))]
}

func (p *pen) trace(t *trace) {
	if t.cause != nil && p.era == 3 {
		p.trace(t.cause)
		p.raw(pick(t.during, "\nDuring handling of the above exception, another exception occurred:\n\n",
			"\nThe above exception was the direct cause of the following exception:\n\n"))
	}
	p.raw("Traceback (most recent call last):\n")
	for i := range t.frames {
		p.frame(&t.frames[i])
	}
	p.raw(pick(p.era == 2, t.class2, t.class))
	p.raw(": ")
	p.raw(t.text)
	p.byte('\n')
}

func (p *pen) frame(f *frame) {
	p.raw("  File \"")
	if file, ok := strings.CutPrefix(f.file, "lib:"); ok {
		p.raw(pick(p.era == 2, libPy2, libPy3))
		p.raw(file)
	} else {
		p.raw(pick(p.era == 2, smartyPy2, smartyPy3))
		p.raw(strings.Replace(file, "*", strings.Trim(p.topic, "'\""), 1))
	}
	p.raw("\", line ")
	p.int(pyLine(f.line, p.era))
	p.raw(", in ")
	p.raw(f.function)
	p.raw("\n    ")
	p.raw(f.code)
	p.byte('\n')
	if at := strings.Index(f.code, f.caret); p.era == 3 && f.caret != "" && at >= 0 {
		p.raw("    ")
		p.raw(strings.Repeat(" ", at))
		p.raw(strings.Repeat("^", len(f.caret)))
		p.byte('\n')
	}
}

// pyLine is the line of code in an era: the program has grown since Python 2.
func pyLine(line, era int) int {
	if era == 2 {
		return line
	}
	return line + line/9 + 4
}

var (
	callHandler  = frame{"external_api/api_client.py", 84, "call", "return getattr(self.client, method)(params)", ""}
	httpPost     = frame{"external_api/custom_billing.py", 41, "_request", "response = self.session.post(url, data=data, timeout=self.timeout)", "self.session.post(url, data=data, timeout=self.timeout)"}
	runCommand   = frame{"management/base.py", 35, "execute", "self.handle(*args, **options)", ""}
	apiGet       = frame{"tvmiddleware/api.py", 602, "get", "return self.process(request, params)", "self.process(request, params)"}
	redisConnect = frame{"lib:site-packages/redis/connection.py", 436, "connect", "raise ConnectionError(self._error_message(e))", ""}
)

// traces by kind. They never change.
var traces = map[string][]*trace{
	"external": {
		{frames: []frame{callHandler, httpPost, {"lib:site-packages/requests/adapters.py", 496, "send", "raise ConnectTimeout(e, request=request)", ""}},
			class2: "ConnectTimeout", class: "requests.exceptions.ConnectTimeout", text: "HTTPConnectionPool(host='billing.example.net', port=8080): Max retries exceeded",
			cause: &trace{frames: []frame{{"lib:socket.py", 575, "create_connection", "sock.connect(sa)", ""}},
				class: "TimeoutError", text: "[Errno 110] Connection timed out"}, during: true},
		{frames: []frame{callHandler, {"external_api/custom_billing.py", 57, "_request", "return response.json()['result']", "response.json()['result']"}},
			class2: "KeyError", class: "KeyError", text: "'result'"},
		{frames: []frame{callHandler, {"external_api/custom_billing.py", 44, "_request", "raise RuntimeError('Внешний биллинг недоступен')", ""}},
			class2: "RuntimeError", class: "RuntimeError", text: "Внешний биллинг недоступен",
			cause: &trace{frames: []frame{httpPost}, class: "ConnectionResetError", text: "[Errno 104] Connection reset by peer"}},
	},
	"init": {{frames: []frame{{"external_api/registry.py", 52, "get_client", "return client_class(**kwargs)", "client_class(**kwargs)"},
		{"external_api/custom_billing.py", 18, "__init__", "self.timeout = int(kwargs['timeout_ms'])", "kwargs['timeout_ms']"}},
		class2: "KeyError", class: "KeyError", text: "'timeout_ms'"}},
	"redis": {{frames: []frame{{"tvmiddleware/api.py", 1195, "get", "session = self.start_session(account, params)", "self.start_session(account, params)"},
		{"tvmiddleware/sessions.py", 77, "start_session", "cache.set(key, session, timeout)", ""}, redisConnect},
		class2: "ConnectionError", class: "redis.exceptions.ConnectionError", text: "Error 111 connecting to 192.0.2.20:6379. Connection refused."}},
	"command": {
		{frames: []frame{runCommand, {"management/commands/*.py", 28, "handle", "self.store(client)", ""},
			{"lib:site-packages/redis/client.py", 585, "parse_response", "raise response", ""}},
			class2: "ResponseError", class: "redis.exceptions.ResponseError", text: "MISCONF Redis is configured to save RDB snapshots, but is currently not able to persist on disk."},
		{frames: []frame{runCommand, {"management/commands/*.py", 61, "handle", "for row in self.rows():", ""},
			{"lib:site-packages/django/db/backends/utils.py", 64, "execute", "return self.cursor.execute(sql, params)", "self.cursor.execute(sql, params)"}},
			class2: "OperationalError", class: "django.db.utils.OperationalError", text: "server closed the connection unexpectedly"},
		{frames: []frame{runCommand, {"management/commands/*.py", 47, "handle", "since = parse(options['since'])", "parse(options['since'])"}, {"management/dates.py", 12, "parse", "raise ValueError('Неверный формат даты')", ""}},
			class2: "ValueError", class: "ValueError", text: "Неверный формат даты"},
	},
	"epg": {
		{frames: []frame{{"epg/importer.py", 131, "import_channel", "programs = self.parser.programs(channel)", "self.parser.programs(channel)"},
			{"epg/parsers/xmltv_common.py", 73, "programs", "tree = ElementTree.parse(source)", ""}},
			class2: "ParseError", class: "xml.etree.ElementTree.ParseError", text: "no element found: line 1, column 0"},
		{frames: []frame{{"epg/importer.py", 131, "import_channel", "programs = self.parser.programs(channel)", "self.parser.programs(channel)"},
			{"epg/parsers/epgservice.py", 40, "programs", "data = self.fetch(channel.code)", ""}},
			class2: "HTTPError", class: "urllib.error.HTTPError", text: "HTTP Error 403: Forbidden"},
	},
	"content": {
		{frames: []frame{apiGet, {"tvmiddleware/streams.py", 219, "process", "service = route(channel.services[params.device])", "channel.services[params.device]"}},
			class2: "KeyError", class: "KeyError", text: "'channels'"},
		{frames: []frame{apiGet, {"tvmiddleware/streams.py", 231, "process", "uri = service.template.format(**args)", ""}},
			class2: "AttributeError", class: "AttributeError", text: "'NoneType' object has no attribute 'template'"},
	},
	"edge": {
		{frames: []frame{{"tvmiddleware/management/commands/check_stream_services.py", 61, "check", "sock = socket.create_connection(address, timeout)", ""},
			{"lib:socket.py", 575, "create_connection", "raise err", ""}},
			class2: "timeout", class: "TimeoutError", text: "timed out"},
		{frames: []frame{{"tvmiddleware/management/commands/check_stream_services.py", 61, "check", "sock = socket.create_connection(address, timeout)", ""},
			{"lib:socket.py", 575, "create_connection", "raise err", ""}},
			class2: "error", class: "ConnectionRefusedError", text: "[Errno 111] Connection refused"},
	},
	"unhandled": {
		{frames: []frame{{"lib:site-packages/django/core/handlers/base.py", 132, "get_response", "response = wrapped_callback(request, *args, **kwargs)", ""},
			{"tvmiddleware/api.py", 411, "get", "rows = self.rows(channel, date)", "self.rows(channel, date)"},
			{"tvmiddleware/programs.py", 36, "rows", "start = program.begin - shift", "program.begin - shift"}},
			class2: "TypeError", class: "TypeError", text: "unsupported operand type(s) for -: 'NoneType' and 'datetime.timedelta'"},
	},
	// What follows is for troubles that a caller describes (Draft.Trace).
	"timeout": {{frames: []frame{callHandler, httpPost, {"lib:site-packages/requests/adapters.py", 529, "send", "raise ReadTimeout(e, request=request)", ""}},
		class2: "ReadTimeout", class: "requests.exceptions.ReadTimeout", text: "HTTPConnectionPool(host='billing.example.net', port=8080): Read timed out. (read timeout=10)"}},
	"misconf": {{frames: []frame{runCommand, {"management/commands/*.py", 28, "handle", "self.store(client)", ""},
		{"lib:site-packages/redis/client.py", 585, "parse_response", "raise response", ""}},
		class2: "ResponseError", class: "redis.exceptions.ResponseError", text: "MISCONF Redis is configured to save RDB snapshots, but is currently not able to persist on disk."}},
	"forbidden": {{frames: []frame{{"epg/importer.py", 131, "import_channel", "programs = self.parser.programs(channel)", "self.parser.programs(channel)"},
		{"epg/parsers/epgservice.py", 40, "programs", "data = self.fetch(channel.code)", ""}},
		class2: "HTTPError", class: "urllib.error.HTTPError", text: "HTTP Error 403: Forbidden"}},
	"update": {{frames: []frame{{"lib:site-packages/django/core/handlers/base.py", 132, "get_response", "response = wrapped_callback(request, *args, **kwargs)", ""},
		{"tvmiddleware/api.py", 688, "get", "return self.render(account.profile)", "account.profile"},
		{"tvmiddleware/profiles.py", 52, "render", "name = profile.display_name", "profile.display_name"}},
		class2: "AttributeError", class: "AttributeError", text: "'Profile' object has no attribute 'display_name'"}},
}
