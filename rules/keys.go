package rules

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// FileShape is a rule file: every key it may have, with what is known of it.
func FileShape() *strictyaml.Shape { return fileShape }

// OverridesShape is what a configuration may set in rules, by their ids.
func OverridesShape() *strictyaml.Shape { return overridesShape }

// ListsShape is a mapping of lists, as rule files and the configuration have it.
func ListsShape() *strictyaml.Shape { return listsShape }

// VarsShape is a mapping of constants, as rule files and the configuration have it.
func VarsShape() *strictyaml.Shape { return varsShape }

// ZonePattern is what names of time zones are like, as far as a pattern can tell.
const ZonePattern = `[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+|UTC|UCT|GMT|GMT0|GMT[+]0|GMT-0|CET|CST6CDT|Cuba|EET|EST|EST5EDT|Egypt|Eire|Factory|GB|GB-Eire|Greenwich|HST|Hongkong|` +
	`Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MET|MST|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland|Portugal|ROC|ROK|Singapore|Turkey|Universal|W-SU|WET|Zulu|localtime|posixrules`

const (
	namePattern     = `[A-Za-z_][A-Za-z0-9_]*`
	idPattern       = `[A-Za-z0-9_.-]{1,100}`
	spellingPattern = `[\w.*?\[\]^!-]+` // of logs and events
	labelPattern    = `[A-Za-z0-9_]+`
)

var fileShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "file", Foreign: fileForeign,
	Doc: "A file of rules for smarty-alert.",
	Fields: []strictyaml.Field{
		{Name: "version", Kind: strictyaml.Whole, Least: 1, Most: 1, Default: "1",
			Doc: "The version of the rule language.", Example: "version: 1"},
		{Name: "timezone", Kind: strictyaml.Text, Pattern: ZonePattern, Default: "the configuration's, or UTC",
			Doc:     "The IANA zone of `schedule` and of times in texts. Windows never depend on it.",
			Example: "timezone: Europe/Moscow"},
		{Name: "lists", Kind: strictyaml.Map, Of: listsShape,
			Doc:     "Lists of values for expressions (`command in revenue_commands`), for `cidr` and for `groups.expect`. Those of a configuration stand in their place, so that shared rules fit a place.",
			Example: "lists: {revenue_commands: [check_accounts, make_autopayments]}"},
		{Name: "vars", Kind: strictyaml.Map, Of: varsShape,
			Doc:     "Numbers and texts that expressions use by name (`count >= 20 * size`). A configuration's `vars` win over them, so that shared rules fit a place of any size.",
			Example: "vars: {size: 1}"},
		{Name: "defaults", Kind: strictyaml.Map, Of: defaultsShape,
			Doc:     "What the rules of this file have where they say nothing themselves.",
			Example: "defaults: {severity: warning, repeat_interval: 4h}"},
		{Name: "rules", Kind: strictyaml.Map, List: true, Of: ruleShape, Required: true,
			Doc:     "The rules. Within a second they are judged in this order.",
			Example: "rules:\n- id: stream-check-errors\n  event: STREAM_SERVICE_CHECKING_ERROR\n  group_by: [stream_service]\n  window: 5m\n  condition: count >= 5"},
		{Name: "tests", Kind: strictyaml.Map, List: true, Of: ruletest.Shape(),
			Doc: "Tests of the rules: lines of logs at made-up times, and the alerts they must and must not raise.",
			Example: "tests:\n- name: fires on the fifth error\n  input:\n  - {at: 0s, every: 30s, times: 5, log: smarty_accounts, event: LOGIN_ERROR, fields: {reason: unknown_error}}\n" +
				"  expect:\n    alerts:\n    - {at: 2m, rule: example, state: firing}"},
	},
})

var listsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "lists", Doc: "Lists of values, by name.", Keys: namePattern, Reserved: reservedNames,
	Open: &strictyaml.Field{Name: "list", Kind: strictyaml.Text | strictyaml.Tuple, List: true, Doc: "A list of values."},
})

var varsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "vars", Doc: "Constants of expressions, by name.", Keys: namePattern, Reserved: reservedNames,
	Open: &strictyaml.Field{Name: "var", Kind: strictyaml.Text, Doc: "A number, a text, true or false."},
})

var defaultsShape = ruleShape.Only("defaults", "What the rules of a file have where they say nothing themselves.",
	"status", "severity", "labels", "repeat_interval", "groups")

var overridesShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "overrides", Doc: "Ids of rules, or patterns of ids, with what is set in them.",
	Open: &strictyaml.Field{Name: "override", Kind: strictyaml.Map, Of: overrideShape, Doc: "What is set in the rule, or in all whose ids are like the pattern."},
})

// overrideShape has nothing that decides what a rule looks at.
var overrideShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "override",
	Doc:  "What is set in rules from outside their files.",
	Fields: slices.Concat(
		ruleShape.Only("override", "", "status", "severity", "repeat_interval", "repeat_backoff", "cooldown", "for", "keep_firing_for",
			"max_firing", "warmup", "active", "inhibits", "labels", "annotations").Fields,
		[]strictyaml.Field{
			{Name: "vars", Kind: strictyaml.Map, Of: varsShape, Doc: "Constants of the rule's expressions, set name by name.", Example: "vars: {size: 2}"},
			{Name: "groups", Kind: strictyaml.Map, Of: groupsShape.Only("override_groups", "Bounds of a rule's groups.", "max", "forget_after"),
				Doc: "Bounds of the rule's groups, set key by key.", Example: "groups: {max: 50000}"},
		}),
})

var groupsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "groups", Doc: "How many groups a rule may have, which must be there, and for how long they are remembered.",
	Fields: []strictyaml.Field{
		{Name: "max", Kind: strictyaml.Whole, Least: 1, Most: 10_000_000, Default: "10000",
			Doc:     "How many groups are kept. Above it the one whose last record is oldest is forgotten, and the alert `group-limit` says so. Groups that are pending or firing stay.",
			Example: "max: 50000"},
		{Name: "forget_after", Kind: strictyaml.Duration, Shortest: time.Second, Longest: 400 * 24 * time.Hour, Default: "24h",
			Doc:     "After this time without a record a quiet group is forgotten. Windows, `memory`, `within` and `cooldown` lengthen it.",
			Example: "forget_after: 7d"},
		{Name: "expect", Kind: strictyaml.Text | strictyaml.Map | strictyaml.Tuple, List: true, Of: expectShape,
			Doc: "The groups that must be there, for `absence`: values, tuples or mappings of values, or the name of one of the file's `lists`. " +
				"Without `group_by` it is `all`: the one group is there from the beginning.",
			Example: "expect: [edge-01, edge-02]"},
	},
})

var expectShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "expect", Doc: "A group: each name of `group_by` with its value.",
	Open: &strictyaml.Field{Name: "value", Kind: strictyaml.Text, Doc: "The value of the group's label."},
})

// ruleShape is one rule. Its fields stand in the files keys_*.go, by subject.
var ruleShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "rule", Foreign: ruleForeign,
	Doc:    "One rule: which records it takes, how it counts them, and what it says.",
	Fields: slices.Concat(identityKeys, selectionKeys, windowKeys, orderKeys, lifeKeys, textKeys),
})
