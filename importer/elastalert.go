package importer

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Bounds of our language, and what ElastAlert assumes where a rule is silent.
const (
	longestWindow  = 31 * 24 * time.Hour
	exactWindow    = 24 * time.Hour // longer ones are kept by the minute
	longestRepeat  = 90 * 24 * time.Hour
	defaultRealert = time.Minute
	// defaultBuffer is the buffer_time of ElastAlert's example configuration; it
	// has no default of its own.
	defaultBuffer = 15 * time.Minute
	// learning is how long a rule learns what is known before it judges what is
	// new; ElastAlert asks Elasticsearch instead.
	learning = 7 * 24 * time.Hour
)

// elastRule is a rule of ElastAlert on its way.
type elastRule struct {
	tr     *translator
	d      *draft
	r      *reader
	where  node
	window time.Duration // of the rule we write; 0: none
	groups []string      // of query_key, as their fields are called here
}

func (tr *translator) readElastAlert(r *reader) {
	at := r.m.Value()
	name := r.text("name")
	if name == "" { // ElastAlert takes the file's name
		name = strings.TrimSuffix(filepath.Base(at.File()), filepath.Ext(at.File()))
	}
	kind := r.text("type")
	e := &elastRule{tr: tr, r: r, d: tr.draft(at, "ElastAlert 2 rule of type "+kind, name)}
	translate, ok := e.kinds()[kind]
	if !ok {
		v := r.get("type")
		e.d.refuse(v, "rules of type %q have no counterpart", kind)
		return
	}
	e.d.identify(tr.id(name))
	e.d.set("name", text(name))
	e.readCommon()
	e.readFilters()
	e.readQueryKey()
	if e.d.refused == "" {
		translate()
	}
	if e.d.refused == "" {
		e.readTexts()
		e.readTopCounts()
		e.leftOver()
	}
}

func (e *elastRule) kinds() map[string]func() {
	return map[string]func(){
		"any": e.anyRule, "blacklist": e.blacklist, "whitelist": e.whitelist, "change": e.change, "frequency": e.frequency,
		"spike": e.spike, "flatline": e.flatline, "new_term": e.newTerm, "cardinality": e.cardinality,
		"metric_aggregation": e.metric, "percentage_match": e.percentage,
	}
}

// readCommon reads what rules of all types have.
func (e *elastRule) readCommon() {
	if s := e.r.text("description"); s != "" {
		e.d.set("description", text(s))
	}
	if v := e.r.get("is_enabled"); v.There() {
		if on, ok := v.Bool(); ok && !on {
			e.d.set("status", text("disabled"))
		}
	}
	if v := e.r.get("priority"); v.There() {
		e.priority(v)
	}
	for _, key := range []string{"owner", "category"} {
		if s := e.r.text(key); s != "" {
			e.d.add("labels", key, text(s))
		}
	}
}

func (e *elastRule) priority(v strictyaml.Value) {
	n, ok := whole(v, 0, 1000)
	if !ok {
		e.d.left(v, "priority, which is no number")
		return
	}
	severity := "info"
	switch {
	case n <= 1:
		severity = "critical"
	case n == 2:
		severity = "warning"
	}
	e.d.set("severity", text(severity))
	e.d.differs("severity", v, "ElastAlert gives priority %d no meaning of its own; here 1 and less is critical, 2 warning, more info", n)
}

// readFilters reads filter: all of its queries must hold.
func (e *elastRule) readFilters() {
	f := &filters{tr: e.tr, d: e.d}
	kids := []node{}
	v := e.r.get("filter")
	if v.IsMapping() {
		kids = append(kids, f.query(v))
	} else if v.There() {
		for _, item := range v.List() {
			kids = append(kids, f.query(item))
		}
	}
	e.where = allOf(kids...)
}

// readQueryKey reads query_key.
func (e *elastRule) readQueryKey() {
	v := e.r.get("query_key")
	for _, s := range v.Texts() {
		for _, part := range strings.Split(s, ",") {
			e.groups = append(e.groups, e.tr.o.Map.field(strings.TrimSpace(part)))
		}
	}
}

// selectRecords writes what the rule selects and groups by.
func (e *elastRule) selectRecords(extra ...node) {
	v := e.r.get("filter")
	log := ""
	if index := e.r.get("index"); index.There() {
		name, _ := index.Text()
		found, ok := e.tr.o.Map.log(name)
		if log = found; !ok {
			e.d.elsewhere(index, "index %s: the logs of the configuration; --map gives an index the name of a log", name)
		}
	}
	e.d.selects(allOf(append([]node{e.where}, extra...)...), log, v)
	key := e.r.get("query_key")
	e.d.groups(e.groups, key)
	if len(e.groups) > 0 {
		e.d.differs("group_by", key, "ElastAlert counts records without query_key as one more group; here they are not counted")
	}
}

// timeframe reads a length of time: {minutes: 5}. ok is false when it is not
// there; a rule whose length cannot be kept is refused.
func (e *elastRule) timeframe(key string, longest time.Duration) (time.Duration, bool) {
	v := e.r.get(key)
	if !v.There() {
		return 0, false
	}
	d, ok := span(v)
	switch {
	case !ok || d <= 0:
		e.d.refuse(v, "%s is no length of time", key)
	case d > longest:
		e.d.refuse(v, "%s is longer than the %s that are kept here", key, length(longest))
	default:
		if whole := time.Duration(math.Ceil(d.Seconds())) * time.Second; whole != d {
			e.d.differs("window", v, "times have whole seconds here")
			d = whole
		}
		return d, true
	}
	return 0, false
}

// units are the arguments of Python's timedelta.
var units = map[string]time.Duration{"weeks": 7 * 24 * time.Hour, "days": 24 * time.Hour, "hours": time.Hour,
	"minutes": time.Minute, "seconds": time.Second, "milliseconds": time.Millisecond}

// span reads {hours: 1, minutes: 30}.
func span(v strictyaml.Value) (time.Duration, bool) {
	if !v.IsMapping() {
		v.Fault("write {minutes: 5}, say", "is no length of time")
		return 0, false
	}
	m := v.Mapping()
	total := 0.0
	for _, key := range m.Keys() {
		unit, known := units[key]
		if !known {
			m.Key(key).Fault("weeks, days, hours, minutes, seconds", "unknown unit %q", key)
			return 0, false
		}
		n, ok := decimal(m.Get(key))
		if !ok {
			return 0, false
		}
		total += n * float64(unit)
	}
	return time.Duration(total), total < float64(math.MaxInt64)/2 && total > -float64(math.MaxInt64)/2
}

// needTimeframe is timeframe for rules that cannot do without.
func (e *elastRule) needTimeframe() bool {
	d, ok := e.timeframe("timeframe", longestWindow)
	if ok {
		e.window = d
		e.d.set("window", seconds(d))
		e.polled("window")
		if d > exactWindow {
			e.d.differs("window", e.r.get("timeframe"), "over a day edges are whole minutes here: a record counts from the end of its minute on")
		}
		return true
	}
	if e.d.refused == "" {
		e.d.refuse(e.d.at, "timeframe is missing")
	}
	return false
}

// polled tells what every window differs in.
func (e *elastRule) polled(key string) {
	e.d.differs(key, e.r.get("timeframe"), "ElastAlert asks every run_every for what was indexed by then; here every second of the log is judged once, by the records' own times")
}

// realert is how long ElastAlert keeps quiet after an alert.
func (e *elastRule) realert() time.Duration {
	v := e.r.get("realert")
	if !v.There() {
		return defaultRealert
	}
	d, ok := span(v)
	if !ok || d < 0 {
		e.d.left(v, "realert is no length of time; a minute is assumed")
		return defaultRealert
	}
	return time.Duration(math.Ceil(d.Seconds())) * time.Second
}

// message writes a rule whose alerts are single messages, at most one in d.
func (e *elastRule) message(d time.Duration) {
	e.d.set("mode", text("event"))
	if d > longestWindow {
		e.d.differs("cooldown", e.r.get("realert"), "it is at most %s here", length(longestWindow))
		d = longestWindow
	}
	if d > 0 {
		e.d.set("cooldown", seconds(d))
		if !e.r.has("realert") {
			e.d.differs("cooldown", e.d.at, "nothing is written: a minute is ElastAlert's default realert")
		}
	}
}

// state writes a rule whose alerts last, and are told again after realert.
func (e *elastRule) state() {
	d := min(max(e.realert(), time.Minute), longestRepeat)
	e.d.set("repeat_interval", seconds(d))
	e.d.differs("repeat_interval", e.r.get("realert"), "ElastAlert sends a new alert after each realert while it matches; here one alert lasts, is told again, and is resolved")
}

// elsewhereKeys are keys whose place is the configuration, by prefix, and what
// they are about.
var elsewhereKeys = []struct{ prefix, what string }{
	{"es_", "where Elasticsearch is; the program reads the log files themselves"},
	{"alert", "receivers of the configuration"},
	{"email", "receivers of the configuration"}, {"smtp_", "receivers of the configuration"}, {"from_addr", "receivers of the configuration"},
	{"slack_", "receivers of the configuration"}, {"http_post", "receivers of the configuration"}, {"command", "receivers of the configuration"},
	{"telegram_", "receivers of the configuration"}, {"ms_teams_", "receivers of the configuration"}, {"opsgenie_", "receivers of the configuration"},
	{"pagerduty_", "receivers of the configuration"}, {"mattermost_", "receivers of the configuration"}, {"jira_", "receivers of the configuration"},
	{"aggregation", "group_wait and group_interval of the configuration's routes"},
	{"limit_execution", "a calendar of the configuration, which the rule names under active"},
	{"index", "logs of the configuration"}, {"use_strftime_index", "logs of the configuration"}, {"search_extra_index", "logs of the configuration"},
	{"timestamp_", "every record's own time is used"}, {"query_delay", "lateness of the configuration's logs"}, {"query_timezone", "timezone of the configuration's logs"},
	{"run_every", "every second is judged; nothing is polled"}, {"buffer_time", "every second is judged; nothing is polled"},
	{"use_count_query", "records are counted as they are read"}, {"use_terms_query", "records are counted as they are read"},
	{"terms_size", "records are counted as they are read"}, {"doc_type", "records are counted as they are read"}, {"max_query_size", "records are counted as they are read"},
	{"scroll_", "records are counted as they are read"}, {"use_keyword_postfix", "there are no analysed fields here"}, {"window_step_size", "nothing is asked for in steps"},
	{"raw_count_keys", "there are no analysed fields here"}, {"include", "alerts have samples of their records"}, {"attach_related", "alerts have samples of their records: the first and last three"},
	{"kibana_", "there is no Kibana behind it"}, {"generate_kibana", "there is no Kibana behind it"}, {"opensearch_", "there is no OpenSearch behind it"},
	{"use_ssl", "where Elasticsearch is; the program reads the log files themselves"}, {"verify_certs", "where Elasticsearch is; the program reads the log files themselves"},
	{"ca_certs", "where Elasticsearch is; the program reads the log files themselves"}, {"use_local_time", "timezone of the configuration"},
}

// leftOver tells of every key that was not read.
func (e *elastRule) leftOver() {
	for _, key := range e.r.unread() {
		at := e.r.m.Key(key)
		if strings.HasPrefix(key, "alert_on_") { // of another type of rule
			e.d.left(at, "%s", key)
			continue
		}
		i := slices.IndexFunc(elsewhereKeys, func(k struct{ prefix, what string }) bool { return strings.HasPrefix(key, k.prefix) })
		if i >= 0 {
			e.d.elsewhere(at, "%s: %s", key, elsewhereKeys[i].what)
			continue
		}
		e.d.left(at, "%s", key)
	}
}
