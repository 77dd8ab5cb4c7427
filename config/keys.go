package config

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// FileShape is the configuration: every key it may have, with what is known of
// it. In single values but those of `vars` and `overrides` ${NAME} may stand.
func FileShape() *strictyaml.Shape { return fileShape }

// hostPortPattern is what hostPort reads, port 0 included.
const hostPortPattern = `(?:\[[^\[\] \t\r\n/@]*\]|[^:\[\] \t\r\n/@]*):[+-]?0*(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])`

const (
	maxName      = 100
	namesPattern = `[\p{L}\p{N}_.-]{1,100}`
)

// later are keys of a mapping that this version does not have yet.
func later(names ...string) []strictyaml.Field {
	out := make([]strictyaml.Field, len(names))
	for i, name := range names {
		out[i] = strictyaml.Field{Name: name, Later: true}
	}
	return out
}

var fileShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "file",
	Doc:  "The configuration of smarty-alert: what is followed, who is told, what is remembered.",
	Fields: append([]strictyaml.Field{
		{Name: "version", Kind: strictyaml.Text, Enum: []string{"1"}, Default: "1",
			Doc: "The version of the configuration's form.", Example: "version: 1"},
		{Name: "timezone", Kind: strictyaml.Text, Pattern: rules.ZonePattern, Default: "UTC",
			Doc:     "The IANA zone of calendars, schedules and times in messages, and of logs that print no offset. Windows never depend on it.",
			Example: "timezone: Europe/Moscow"},
		{Name: "instance", Kind: strictyaml.Text, Pattern: namesPattern, Default: "none",
			Doc:     "The label `instance` of all alerts, where one Alertmanager or channel serves many machines.",
			Example: "instance: app-1"},
		{Name: "logs", Kind: strictyaml.Text | strictyaml.Map, List: true, Of: logShape, MinItems: 1,
			Doc:     "The logs to follow: paths, or mappings with a path and what is special about it. `run` needs it.",
			Example: "logs:\n- {path: /var/log/microimpuls/smarty/*.log, start: 1h}"},
		{Name: "rules", Kind: strictyaml.Text, List: true,
			Doc:     "Rule files, directories (`*.yaml` below them, without `*_test.yaml`) and patterns. `run` needs it.",
			Example: "rules: [/etc/smarty-alert/rules]"},
		{Name: "vars", Kind: strictyaml.Map, Of: rules.VarsShape(),
			Doc:     "Numbers and texts that the rules' expressions use by name. They win over the `vars` of the rule files.",
			Example: "vars: {size: 2}"},
		{Name: "lists", Kind: strictyaml.Map, Of: rules.ListsShape(),
			Doc:     "Lists of values that stand in the place of those of the same name in the rule files.",
			Example: "lists: {revenue_commands: [check_accounts, our_own_charging]}"},
		{Name: "overrides", Kind: strictyaml.Map, Of: rules.OverridesShape(),
			Doc:     "What is set in rules without editing their files, by id or by a pattern of ids; of several that match the later ones win.",
			Example: "overrides:\n  edge*: {labels: {team: noc}}\n  edge_down: {severity: critical}"},
		{Name: "state", Kind: strictyaml.Map, Of: stateShape,
			Doc: "What is remembered, and where.", Example: "state: {dir: /var/lib/smarty-alert, retention: 30d, max_size: 2GB}"},
		{Name: "web", Kind: strictyaml.Map, Of: webShape,
			Doc: "Health, readiness, reload and `/metrics`.", Example: "web: {listen: 127.0.0.1:9099}"},
		{Name: "receivers", Kind: strictyaml.Map, Of: receiversShape, Needs: []string{"route"},
			Doc: "Who can be told, by name.", Example: "receivers:\n  hook:\n    webhook: {url: https://example.com/hook}\nroute: {receiver: hook}"},
		{Name: "calendars", Kind: strictyaml.Map, Of: calendarsShape,
			Doc:     "Times for routes and rules, by name.",
			Example: "calendars:\n  office:\n  - {weekdays: [mon-fri], times: [\"09:00-18:00\"]}"},
		{Name: "redact", Kind: strictyaml.Map, Of: redactShape,
			Doc: "What is hidden in texts besides passwords, tokens, addresses and numbers of persons, and what may be shown.", Example: "redact: {keys: [contract_no], allow: [params.signature]}"},
		languageKey("The language of messages: of what is built in, and of rules that have `translations`. Rules without them say what they say."),
		{Name: "templates", Kind: strictyaml.Text, List: true,
			Doc:     "Files of templates, with patterns, that the texts of receivers may call. docs/templates.md tells what they see.",
			Example: "templates: [templates/*.tmpl]"},
		{Name: "inhibit_rules", Kind: strictyaml.Map, List: true, Of: inhibitShape,
			Doc:     "While an alert fires that the source matchers take, those that the target matchers take are not told, if the labels in `equal` are the same. A rule's own `inhibits` does the same for one pair of rules.",
			Example: "inhibit_rules:\n- {source_matchers: ['severity=\"critical\"'], target_matchers: ['severity=\"warning\"'], equal: [stream_service]}"},
		{Name: "silences", Kind: strictyaml.Map, List: true, Of: silenceShape,
			Doc:     "Silences that are known beforehand; others are set with `smarty-alert silence add`. `replay` heeds them too.",
			Example: "silences:\n- {matchers: ['stream_service=\"edge-07\"'], starts: 2026-02-01 01:00, ends: 2026-02-01 05:00, author: noc, comment: the rack is moved}"},
		{Name: "flapping", Kind: strictyaml.Map, Of: flappingShape,
			Doc:     "When an alert comes and goes too often: people are told so once, and nothing more before it is half as restless.",
			Example: "flapping: {transitions: 10, within: 1h}"},
		{Name: "catch_up", Kind: strictyaml.Duration, Shortest: time.Minute, Longest: 7 * day, Default: "15m",
			Doc:     "Alerts that fired and were over longer ago than this by the time their logs were read (the service was down) are told in one digest for each receiver; later ones one by one.",
			Example: "catch_up: 30m"},
		{Name: "route", Kind: strictyaml.Map, Of: routeShape,
			Doc: "The tree that decides who is told, as in Alertmanager: an alert goes down to the first route whose matchers all hold.",
			Example: "receivers:\n  hook:\n    webhook: {url: https://example.com/hook}\n  night:\n    webhook: {url: https://example.com/night}\n" +
				"route:\n  receiver: hook\n  routes:\n  - {matchers: ['severity=\"critical\"'], receiver: night}"},
		{Name: "health_receiver", Kind: strictyaml.Text, Default: "the routes decide", Needs: []string{"receivers"},
			Doc:     "Who is told what the program notices about itself: a receiver that fails, messages that wait or were given up, a rule that was switched off, a clock that is ahead. What is wrong with this receiver its fallback is told, or another one.",
			Example: "receivers:\n  hook:\n    webhook: {url: https://example.com/hook}\n  admin:\n    webhook: {url: https://example.com/admin}\nroute: {receiver: hook}\nhealth_receiver: admin"},
		{Name: "heartbeat", Kind: strictyaml.Map, Of: heartbeatShape,
			Doc:     "An address that is asked for as long as all works, so that somebody else notices when it does not (docs/heartbeat.md).",
			Example: "heartbeat: {url: https://example.com/ping/smarty-alert, every: 1m}"},
	}, later("heartbeat_url", "digest", "storm", "proxy", "ca_file", "rate_limit")...),
})

var logShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "log", Doc: "Logs to follow, and what is special about them.",
	Fields: []strictyaml.Field{
		{Name: "path", Kind: strictyaml.Text, Required: true, Doc: "A file, a directory (all `*.log` below it) or a pattern.", Example: "path: /var/log/microimpuls/smarty/*.log"},
		{Name: "instance", Kind: strictyaml.Text, Pattern: namesPattern, Default: "none, or the directory's name where two directories hold logs of one name",
			Doc: "Names the sources: `app-1/smarty_accounts`.", Example: "path: /var/log/microimpuls/smarty\ninstance: app-1"},
		{Name: "start", Kind: strictyaml.Duration, Also: []string{"end", "beginning"}, Longest: 520 * 7 * day, Default: "1h",
			Doc: "How much is read of a log that was never followed before: `end`, `beginning` (with all rotated files) or a time up to now.", Example: "path: /var/log/microimpuls/smarty\nstart: end"},
		{Name: "offset", Kind: strictyaml.Text | strictyaml.Map, Enum: []string{"trust"}, Of: offsetShape, Default: "trust",
			Doc:     "`trust`: the printed UTC offset is right. `{ignore: ZONE}`: it is wrong (local time with +0000, for one), the time is that of the zone.",
			Example: "path: /var/log/microimpuls/smarty\noffset: {ignore: Europe/Moscow}"},
		{Name: "timezone", Kind: strictyaml.Text, Pattern: rules.ZonePattern, Default: "the configuration's",
			Doc: "The zone of records that print no offset.", Example: "path: /var/log/microimpuls/smarty\ntimezone: Europe/Moscow"},
		{Name: "lateness", Kind: strictyaml.Duration, Longest: time.Hour, Default: "2s",
			Doc: "How long a record may come after younger ones. The greatest of all logs counts.", Example: "path: /var/log/microimpuls/smarty\nlateness: 5s"},
	},
})

var offsetShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "offset", Doc: "The printed offset is wrong.",
	Fields: []strictyaml.Field{
		{Name: "ignore", Kind: strictyaml.Text, Pattern: rules.ZonePattern, Required: true, Doc: "The zone that the printed time is of.", Example: "ignore: Europe/Moscow"},
	},
})

var stateShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "state", Doc: "What is remembered, and where.",
	Fields: []strictyaml.Field{
		{Name: "dir", Kind: strictyaml.Text, Default: DefaultStateDir, Doc: "The directory of open alerts, unsent messages and history.", Example: "dir: /var/lib/smarty-alert"},
		{Name: "retention", Kind: strictyaml.Duration, Shortest: day, Longest: 520 * 7 * day, Default: "30d", Doc: "How long the history is kept.", Example: "retention: 30d"},
		{Name: "max_size", Kind: strictyaml.Size, Pattern: sizePattern, Least: 10_000_000, Most: 100e12, Default: "2GB", Doc: "Above it history is dropped earlier.", Example: "max_size: 2GB"},
	},
})

var webShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "web", Doc: "The page and the API.",
	Fields: append([]strictyaml.Field{
		{Name: "listen", Kind: strictyaml.Text, Pattern: hostPortPattern, Default: DefaultListen, Doc: "Host and port. For other machines `config_file` asks for a password.", Example: "listen: 127.0.0.1:9099"},
		{Name: "external_url", Kind: strictyaml.Text, Pattern: `https?://[^/?#@\s]+(?:/[^?#\s]*)?`, Default: "no links",
			Doc:     "Where people see alerts and silence them: a user interface on top of the API, such as karma. Messages have a link to it, webhooks and templates its address. Changes are taken under its name as well.",
			Example: "external_url: https://alerts.example.com/"},
		{Name: "config_file", Kind: strictyaml.Text, Default: "no password, no TLS",
			Doc:     "A file with the certificate and with who may ask, in the form of Prometheus's exporters ([docs/web.md](web.md)). Its contents are read again as they change.",
			Example: "config_file: /etc/smarty-alert/web.yml"},
	}, later("route_prefix", "tls", "basic_auth")...),
})

var redactShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "redact", Doc: "What is hidden in texts.",
	Fields: []strictyaml.Field{
		{Name: "keys", Kind: strictyaml.Text, List: true, Doc: "Further keys whose values are hidden.", Example: "keys: [contract_no]"},
		{Name: "allow", Kind: strictyaml.Text, List: true, Doc: "What may be shown: keys, paths (`params.signature`) or kinds (`phone email jwt bot userinfo hex card`).", Example: "allow: [params.signature]"},
	},
})

var calendarsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "calendars", Doc: "Calendars, by name.", Keys: namesPattern,
	Open: &strictyaml.Field{Name: "calendar", Kind: strictyaml.Map, List: true, Alone: true, MinItems: 1, Of: intervalShape,
		Doc: "One interval, or a list of them: the calendar holds where any of them does."},
})

var intervalShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "interval", Doc: "Weekdays and times, or a cron expression and a duration.",
	Fields: []strictyaml.Field{
		{Name: "timezone", Kind: strictyaml.Text, Pattern: rules.ZonePattern, Default: "the configuration's", Doc: "The zone of the interval.", Example: "timezone: Europe/Moscow\ntimes: [\"09:00-18:00\"]"},
		{Name: "weekdays", Kind: strictyaml.Text, List: true, Doc: "Days, such as `mon-fri`.", Example: "weekdays: [mon-fri]"},
		{Name: "times", Kind: strictyaml.Text, List: true, Doc: "Times of day; one that ends before it begins goes on into the next day.", Example: "times: [\"22:00-08:00\"]"},
		{Name: "except", Kind: strictyaml.Text, List: true, Doc: "Dates on which it does not hold.", Example: "times: [\"09:00-18:00\"]\nexcept: [2026-01-01]"},
		{Name: "cron", Kind: strictyaml.Text, Pattern: calendar.CronPattern(), Needs: []string{"duration"}, Doc: "When it begins: five fields of cron.", Example: "cron: 30 3 * * *\nduration: 45m"},
		{Name: "duration", Kind: strictyaml.Duration, Shortest: time.Second, Longest: 52 * 7 * day, Needs: []string{"cron"}, Doc: "How long it lasts after `cron`.", Example: "cron: 30 3 * * *\nduration: 45m"},
	},
})

// caKey and proxyKeys are the same in receivers and their kinds.
var caKey = strictyaml.Field{Name: "ca_file", Kind: strictyaml.Text, Default: "those of the system", Doc: "A file of certificates (PEM) to trust instead."}

func proxyKeys() []strictyaml.Field {
	return withSecret("proxy", "The proxy to go through: an address with http, https or socks5. Without it the way is straight, whatever the environment says.", strictyaml.Field{})
}

// loopbackKey is the same in receivers and their kinds.
var loopbackKey = strictyaml.Field{Name: "allow_loopback", Kind: strictyaml.Boolean, Default: "false",
	Doc: "Addresses of this machine and its link are refused without it."}

// withSecret are the two keys of a secret.
func withSecret(name, doc string, more strictyaml.Field) []strictyaml.Field {
	file := name + "_file"
	more.Name, more.Kind, more.Doc = name, strictyaml.Text, doc
	inFile := strictyaml.Field{Name: file, Kind: strictyaml.Text, Without: []string{name}, Needs: more.Needs,
		Doc: "A file whose one line is that. Only the service should be able to read it."}
	return slices.Clone([]strictyaml.Field{more, inFile})
}
