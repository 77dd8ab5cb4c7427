package ruletest

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// FileShape is a file of tests.
func FileShape() *strictyaml.Shape { return fileShape }

// Shape is one test.
func Shape() *strictyaml.Shape { return testShape }

const (
	longest = 400 * 24 * time.Hour // of the virtual time of a test
	most    = 1_000_000            // records of one input
)

var fileShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "file",
	Doc:  "Tests of rules of smarty-alert.",
	Fields: []strictyaml.Field{
		{Name: "version", Kind: strictyaml.Whole, Least: 1, Most: 1, Default: "1", Doc: "The version of the form.", Example: "version: 1"},
		{Name: "tests", Kind: strictyaml.Map, List: true, Of: testShape, Required: true, Doc: "The tests.",
			Example: "tests:\n- name: a first failure is no outage\n  rules: [rules.yaml]\n  input:\n  - {at: 0s, log: smarty_accounts, event: LOGIN_ERROR}\n  expect:\n    never: [{rule: login_bruteforce}]"},
	},
})

var testShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "test",
	Doc:  "One test: what is logged, what an operator does meanwhile, and what must come of it.",
	Fields: []strictyaml.Field{
		{Name: "name", Kind: strictyaml.Text, Required: true, Doc: "What the test shows.", Example: "name: fires once"},
		{Name: "rules", Kind: strictyaml.Text, List: true, MinItems: 1, Default: "the rules of the same file",
			Doc:     "Rule files, directories and patterns, relative to the test's file. A file of tests alone must name them.",
			Example: "rules: [../*.yaml]"},
		{Name: "config", Kind: strictyaml.Text, Default: "none: one receiver, `default`, is told of everything",
			Doc:     "A configuration of the service, relative to the test's file: its routes, silences, calendars, zone, vars and overrides hold. No secret of it is read, and nothing is sent.",
			Example: "config: ../smarty-alert.yaml"},
		{Name: "start", Kind: strictyaml.Text, Pattern: `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)`, Default: DefaultStart.Format(time.RFC3339),
			Doc: "When the time of the test begins.", Example: "start: 2026-01-15T10:00:00+03:00"},
		{Name: "until", Kind: strictyaml.Duration, Shortest: time.Second, Longest: longest, Default: "the last of what is logged, done and expected",
			Doc: "When the time of the test ends, from its start.", Example: "until: 30m"},
		{Name: "input", Kind: strictyaml.Map, List: true, Of: inputShape, Required: true, Doc: "What the logs hold.",
			Example: "input:\n- {at: 0s, every: 30s, times: 5, log: smarty_accounts, event: LOGIN_ERROR, fields: {reason: unknown_error}}"},
		{Name: "ops", Kind: strictyaml.Map, List: true, Of: opShape, Doc: "What an operator does meanwhile.", Example: "ops:\n- {at: 2m, restart: crash}"},
		{Name: "expect", Kind: strictyaml.Map, Of: expectShape, Required: true, Doc: "What must come of it, and what must not.",
			Example: "expect:\n  alerts:\n  - {at: 2m, rule: example, state: firing}"},
		{Name: "match", Kind: strictyaml.Text, Enum: []string{"subset", "exact"}, Default: "subset",
			Doc: "`exact`: nothing may happen that is not expected.", Example: "match: exact"},
	},
})

var inputShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "input", Doc: "One or several records: an event with fields, a raw line, or a file of lines.",
	OneOf: []string{"event", "line", "file"},
	Fields: []strictyaml.Field{
		{Name: "at", Kind: strictyaml.Duration, Longest: longest, Without: []string{"file"}, Doc: "When, from the start of the test.", Example: "at: 3m\nlog: smarty_accounts\nevent: LOGIN_ERROR"},
		{Name: "every", Kind: strictyaml.Duration, Shortest: time.Second, Longest: longest, Needs: []string{"times"}, Without: []string{"file"},
			Doc: "How long after each other they come.", Example: "at: 0s\nevery: 30s\ntimes: 5\nlog: smarty_accounts\nevent: LOGIN_ERROR"},
		{Name: "times", Kind: strictyaml.Whole, Least: 1, Most: most, Default: "1", Without: []string{"file"}, Doc: "How many there are.", Example: "at: 0s\ntimes: 5\nlog: smarty_accounts\nevent: LOGIN_ERROR"},
		{Name: "log", Kind: strictyaml.Text, Doc: "The log, by its name without `.log`; of a `file`, what it is read as.", Example: "at: 0s\nlog: smarty_accounts\nevent: LOGIN_ERROR"},
		{Name: "event", Kind: strictyaml.Text, Needs: []string{"log"}, Doc: "The event.", Example: "at: 0s\nlog: smarty_accounts\nevent: LOGIN_ERROR"},
		{Name: "fields", Kind: strictyaml.Map, Of: valuesShape, Needs: []string{"event"}, Doc: "The fields of the event, written as Smarty writes them. A dot makes a dictionary: `params.abonement`. `level`, `module`, `function`, `pid` and `thread` are of the header, `exception.type`, `exception.message` and `exception.frame` make a traceback.", Example: "at: 0s\nlog: smarty_accounts\nevent: LOGIN_ERROR\nfields: {reason: unknown_error}"},
		{Name: "line", Kind: strictyaml.Text, Needs: []string{"log"}, Doc: "A raw line, or several; `{{ts}}` stands for the time.", Example: "at: 0s\nlog: smarty_accounts\nline: '[{{ts}}] [ERROR] something else'"},
		{Name: "file", Kind: strictyaml.Text, Doc: "A log, relative to the test's file.", Example: "file: fixtures/night.log.gz"},
	},
})

var valuesShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "values", Doc: "Values, by name.",
	Open: &strictyaml.Field{Name: "value", Kind: strictyaml.Text | strictyaml.Tuple, List: true, Doc: "The value."},
})

var opShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "op", Doc: "What an operator does, after everything else of that second.", OneOf: []string{"silence", "ack", "restart"},
	Fields: []strictyaml.Field{
		{Name: "at", Kind: strictyaml.Duration, Longest: longest, Required: true, Doc: "When, from the start of the test.", Example: "at: 2m\nrestart: crash"},
		{Name: "silence", Kind: strictyaml.Map, Of: silenceShape, Doc: "Mutes alerts.", Example: "at: 90s\nsilence: {matchers: ['rule=\"example\"'], for: 10m}"},
		{Name: "ack", Kind: strictyaml.Map, Of: ackShape, Doc: "Says that somebody looks after alerts: they are not told again.", Example: "at: 3m\nack: {matchers: ['rule=\"example\"']}"},
		{Name: "restart", Kind: strictyaml.Text, Enum: []string{string(Crash), string(Graceful), string(Reload)},
			Doc: "`crash` kills the program: it goes on from its last snapshot and reads again what came after; `graceful` stops and starts it; `reload` reads the rules anew.", Example: "at: 2m\nrestart: graceful"},
		{Name: "rules", Kind: strictyaml.Text, List: true, MinItems: 1, Needs: []string{"restart"}, Default: "the same files",
			Doc: "What a `reload` reads: rule files, directories and patterns, relative to the test's file.", Example: "at: 2m\nrestart: reload\nrules: [after.yaml]"},
	},
})

var ackShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "ack", Doc: "Says that somebody looks after the alerts that fire and match.",
	Fields: []strictyaml.Field{
		{Name: "matchers", Kind: strictyaml.Text, List: true, MinItems: 1, Required: true, Doc: "What of their labels must hold.", Example: "matchers: ['rule=\"example\"']"},
		{Name: "by", Kind: strictyaml.Text, Default: "test", Doc: "Who does.", Example: "matchers: ['rule=\"example\"']\nby: olga"},
	},
})

var silenceShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "silence", Doc: "Mutes alerts.",
	Fields: []strictyaml.Field{
		{Name: "matchers", Kind: strictyaml.Text, List: true, MinItems: 1, Required: true, Doc: "What of their labels must hold.", Example: "matchers: ['rule=\"example\"']\nfor: 10m"},
		{Name: "for", Kind: strictyaml.Duration, Shortest: time.Second, Longest: longest, Required: true, Doc: "For how long.", Example: "matchers: ['rule=\"example\"']\nfor: 10m"},
	},
})

var expectShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "expected", Doc: "What must come of the test, and what must not.",
	Fields: []strictyaml.Field{
		{Name: "alerts", Kind: strictyaml.Map, List: true, Of: alertShape, Doc: "Changes of alerts that must come.", Example: "alerts:\n- {at: 2m, rule: example, state: firing}"},
		{Name: "notifications", Kind: strictyaml.Map, List: true, Of: notificationShape, Doc: "Messages that must be sent.", Example: "notifications:\n- {within: 2m..3m, receiver: noc, status: firing, alerts: 1}"},
		{Name: "never", Kind: strictyaml.Map, List: true, Of: neverShape, Doc: "Changes of alerts that must not come at any time.", Example: "never: [{rule: example}]"},
		{Name: "totals", Kind: strictyaml.Map, List: true, Of: totalShape, Doc: "How often something must happen in the whole test.", Example: "totals: [{rule: example, state: firing, times: 1}]"},
	},
})

var totalShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "total", Doc: "How often changes of alerts, or messages, must come.", OneOf: []string{"rule", "receiver"},
	Fields: slices.Concat(of("rule", which), []strictyaml.Field{
		{Name: "receiver", Kind: strictyaml.Text, Doc: "Who gets the messages that are counted.", Example: "receiver: noc\ntimes: 1"},
		{Name: "status", Kind: strictyaml.Text, Enum: []string{"firing", "resolved"}, Default: "any", Needs: []string{"receiver"}, Doc: "The status of the messages.", Example: "receiver: noc\nstatus: firing\ntimes: 1"},
		{Name: "times", Kind: strictyaml.Whole, Least: 0, Most: most, Required: true, Doc: "How many there must be; 0 for none.", Example: "rule: example\ntimes: 1"},
	}),
})

// of are the fields of a choice that begins with one of them: the others need it.
func of(first string, fields []strictyaml.Field) []strictyaml.Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
		out[i].Example += "\ntimes: 1"
		if out[i].Name != first {
			out[i].Needs = []string{first}
		}
	}
	return out
}

// which are the keys that say which alert is meant.
var which = []strictyaml.Field{
	{Name: "rule", Kind: strictyaml.Text, Required: true, Doc: "The id of the rule.", Example: "rule: example"},
	{Name: "group", Kind: strictyaml.Map, Of: labelsShape, Doc: "Its group, by the names of `group_by`; those left out may be anything.", Example: "rule: example\ngroup: {stream_service: edge-07}"},
	{Name: "state", Kind: strictyaml.Text, Enum: []string{"pending", "firing", "update", "resolved", "event"}, Default: "any", Doc: "What becomes of the alert.", Example: "rule: example\nstate: firing"},
	{Name: "severity", Kind: strictyaml.Text, Enum: []string{"info", "warning", "critical"}, Default: "any", Doc: "Its severity.", Example: "rule: example\nseverity: critical"},
}

var neverShape = strictyaml.NewShape(strictyaml.Shape{Name: "never", Doc: "A change of an alert that must not come.", Fields: which})

var alertShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "alert", Doc: "A change of an alert that must come.",
	Fields: slices.Concat([]strictyaml.Field{
		{Name: "at", Kind: strictyaml.Duration, Longest: longest, Required: true, Doc: "When, from the start of the test.", Example: "at: 2m\nrule: example"},
	}, which, []strictyaml.Field{
		{Name: "reason", Kind: strictyaml.Text, Enum: []string{"condition", "expired", "rule_removed", "rule_changed", "rule_quarantined", "state_lost"}, Default: "any", Doc: "Why it resolved.", Example: "at: 2m\nrule: example\nreason: condition"},
		{Name: "values", Kind: strictyaml.Map, Of: valuesShape, Doc: "Its values; those left out may be anything. A number with decimals is compared to as many as are written; a text between slashes is a regular expression.", Example: "at: 2m\nrule: example\nvalues: {count: 5}"},
		{Name: "summary", Kind: strictyaml.Text, Doc: "Its summary; between slashes a regular expression.", Example: "at: 2m\nrule: example\nsummary: /edge-07/"},
		{Name: "annotations", Kind: strictyaml.Map, Of: textsShape, Doc: "Its texts, by name; between slashes regular expressions.", Example: "at: 2m\nrule: example\nannotations: {description: /edge-07/}"},
		{Name: "labels", Kind: strictyaml.Map, Of: textsShape, Doc: "Labels that its rule gives it.", Example: "at: 2m\nrule: example\nlabels: {team: noc}"},
	}),
})

var labelsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "group", Doc: "Values of `group_by`, by name.",
	Open: &strictyaml.Field{Name: "value", Kind: strictyaml.Text, Doc: "The value; between slashes a regular expression."},
})

var textsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "texts", Doc: "Texts, by name.",
	Open: &strictyaml.Field{Name: "text", Kind: strictyaml.Text, Doc: "The text; between slashes a regular expression."},
})

var notificationShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "notification", Doc: "A message that must be sent.",
	Fields: []strictyaml.Field{
		{Name: "within", Kind: strictyaml.Text, Pattern: `[0-9a-z]+\.\.[0-9a-z]+`, Required: true, Doc: "When, from the start of the test: the earliest and the latest time.", Example: "within: 2m..3m\nreceiver: noc"},
		{Name: "receiver", Kind: strictyaml.Text, Required: true, Doc: "Who gets it.", Example: "within: 2m..3m\nreceiver: noc"},
		{Name: "status", Kind: strictyaml.Text, Enum: []string{"firing", "resolved"}, Default: "any", Doc: "Its status.", Example: "within: 2m..3m\nreceiver: noc\nstatus: firing"},
		{Name: "reason", Kind: strictyaml.Text, Enum: []string{"first", "new_alerts", "repeat", "update", "resolved", "flapping", "acknowledged"}, Default: "any", Doc: "Why it is sent.", Example: "within: 2m..3m\nreceiver: noc\nreason: first"},
		{Name: "rules", Kind: strictyaml.Text, List: true, MinItems: 1, Doc: "Rules whose alerts are in it; there may be others.", Example: "within: 2m..3m\nreceiver: noc\nrules: [example]"},
		{Name: "text", Kind: strictyaml.Text, Doc: "All of its text, as it stands in a plain mail; between slashes a regular expression.", Example: "within: 2m..3m\nreceiver: noc\ntext: /edge-07/"},
		{Name: "alerts", Kind: strictyaml.Whole, Least: 1, Most: most, Default: "any number", Doc: "How many alerts are in it.", Example: "within: 2m..3m\nreceiver: noc\nalerts: 1"},
	},
})
