package loggen

// link is a method that gives a stream's address, with its parameters.
type link struct {
	url    string
	params func(*pen)
	path   string
}

func linkParams(more ...entry) func(*pen) {
	return requestDict(append([]entry{{"client_id", textClient}, {"authkey", textHex(32)}, {"device", textDevice}, {"device_uid", textUID}}, more...)...)
}

func textChannelID(p *pen) { p.textNum(1 + p.roll>>32%120) }

var (
	channelLink = link{"/tvmiddleware/api/channel/url/", linkParams(entry{"cid", textChannelID}), "ch"}
	programLink = link{"/tvmiddleware/api/program/url/", linkParams(entry{"cid", textChannelID}, entry{"pid", textDigits(6)},
		entry{"time", func(p *pen) { p.textNum(uint64(p.sec) - 3600 - p.dice.N(3*86400)) }}), "pvr"}
	videoLink = link{"/tvmiddleware/api/video/url/", linkParams(entry{"vid", textDigits(4)}), "vod"}
	links     = [...]*link{&channelLink, &channelLink, &channelLink, &channelLink, &channelLink, &channelLink, &channelLink, &channelLink,
		&channelLink, &channelLink, &channelLink, &channelLink, &channelLink, &programLink, &programLink, &videoLink}
)

func (p *pen) link() *link { return links[p.roll%uint64(len(links))] }

func linkURL(p *pen)  { p.str(p.link().url) }
func linkArgs(p *pen) { p.link().params(p) }

// streamEdge is the number of the edge that serves the request.
func (p *pen) streamEdge() int {
	if len(p.rota) > 0 {
		return p.rota[p.roll>>24%uint64(len(p.rota))]
	}
	return 1 + int(p.roll>>24%uint64(p.edge))
}

func streamURI(p *pen) {
	p.open()
	p.raw("http://edge")
	p.pad(p.streamEdge(), 2)
	p.raw(".example.net:8080/")
	p.raw(p.link().path)
	p.num(1 + p.roll>>32%120)
	p.raw("/index.m3u8?token=")
	p.hex(p.dice.N(1<<48), 12)
	p.shut()
}

// cachedThing is something Smarty keeps in its cache, with its key and what it depends on.
type cachedThing struct {
	object, key, deps func(*pen)
	timeout           func(*pen)
}

func keyOf(prefix string, n func(*pen) uint64) func(*pen) {
	return func(p *pen) { p.raw("':1:" + prefix); p.num(n(p)); p.byte('\'') }
}

func anAccount(p *pen) uint64 { return p.sub.account() }
func aClient(p *pen) uint64   { return p.sub.client() }
func aChannel(p *pen) uint64  { return 1 + p.roll>>32%120 }

func channelObject(p *pen) { p.model("Channel", channelName(int(p.roll>>32%120))) }

func tariffDeps(p *pen) {
	p.byte('[')
	clientModel(p)
	for i, n := 0, p.dice.Between(1, 3); i < n; i++ {
		p.raw(", ")
		p.model("Tariff", tariffs[p.dice.N(uint64(len(tariffs)))])
	}
	p.byte(']')
}

func channelDeps(p *pen) {
	p.raw(pick(p.era == 2, "frozenset(['channel:", "frozenset({'channel:"))
	p.num(aChannel(p))
	p.raw(pick(p.era == 2, "'])", "'})"))
}

func programmeList(p *pen) {
	p.byte('[')
	for i, n := 0, p.dice.Between(2, 12); i < n; i++ {
		p.model("Program", programmes[p.dice.N(uint64(len(programmes)))])
		p.raw(", ")
	}
	p.raw("'...(remaining elements truncated)...']")
}

var cachedThings = [...]cachedThing{
	{channelObject, keyOf("channel_", aChannel), tariffDeps, rawOf("None")},
	{textOf("channel_list"), keyOf("channel_list_ru_", aClient), tariffDeps, rawOf("None", "86400")},
	{programmeList, keyOf("programs:", aChannel), channelDeps, rawOf("86400", "3600")},
	{accountModel, keyOf("account_status_", anAccount), rawOf("[]"), rawOf("300")},
}

func (p *pen) cached() *cachedThing { return &cachedThings[p.roll%uint64(len(cachedThings))] }

func contentEvents() []event {
	const log = "smarty_content_requests"
	request := []field{{key: "url", gen: linkURL}, {key: "params", gen: linkArgs}}
	served := append(request[:2:2], field{key: "uri", gen: streamURI}, field{key: "stream_service_id", gen: func(p *pen) { p.int(p.streamEdge()) }})
	return []event{
		{log: log, name: "CONTENT_REQUEST_FAIL", level: "ERROR", module: "api", line: 650, function: "get", rare: 150, trace: "content", fields: request},
		{log: log, name: "CONTENT_REQUEST_ERROR", level: "WARNING", module: "api", line: 641, function: "get", weight: 700, fields: request},
		{log: log, name: "CONTENT_REQUEST_SUCCESS", level: "DEBUG", module: "api", line: 621, function: "get", weight: 35000, fields: served},
		{log: log, name: "CLIENT_CHANNELS_NOT_FOUND", level: "ERROR", module: "api", line: 588, function: "get", rare: 30,
			fields: []field{{key: "client", gen: clientNumber}}},
		{log: "smarty_cache", name: "OBJECT_CACHED", level: "DEBUG", module: "cache", line: 77, function: "set", weight: 24000, fields: []field{
			{key: "object", gen: func(p *pen) { p.cached().object(p) }}, {key: "timeout", gen: func(p *pen) { p.cached().timeout(p) }},
			{key: "key", gen: func(p *pen) { p.cached().key(p) }}, {key: "deps", gen: func(p *pen) { p.cached().deps(p) }}}},
		{log: "smarty_cache", name: "OBJECT_INVALIDATED", level: "DEBUG", module: "cache", line: 131, function: "invalidate", weight: 9000, fields: []field{
			{key: "object", gen: channelObject}, {key: "deps_key", gen: keyOf("deps:channel:", aChannel)}}},
	}
}
