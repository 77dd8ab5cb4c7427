package rules

import (
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// windowKeys say what is counted and when it is too much.
var windowKeys = []strictyaml.Field{
	{Name: "window", Kind: strictyaml.Duration, Shortest: time.Second, Longest: maxWindow,
		Doc:     "How far back the rule looks, second by second: the window moves with the time of the records. A rule with a window has alerts that fire and resolve.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 5"},
	{Name: "aggregates", Kind: strictyaml.Map, Of: aggregatesShape,
		Doc:     "Named values of the window besides `count`, one function each.",
		Example: "event: LOGIN_*\nwindow: 5m\naggregates:\n  errors: {count: true, where: event == \"LOGIN_ERROR\"}\n  accounts: {distinct: params.abonement}\ncondition: errors >= 20 and accounts >= 5"},
	{Name: "condition", Kind: strictyaml.Condition, Without: []string{"levels"},
		Doc:     "When the alert fires: an expression over `count`, the aggregates, the labels of the group, and fields of the records `first`, `last` and `prev`.",
		Example: "event: CONTENT_REQUEST_*\nwindow: 5m\naggregates:\n  errors: {count: true, where: event endsWith \"_ERROR\"}\ncondition: count >= 100 and ratio(errors, count) > 0.1"},
	{Name: "levels", Kind: strictyaml.Map, Of: levelsShape,
		Doc:     "Instead of `condition` and `severity`: a condition for each severity. The highest that holds counts; a rise is told at once, a fall when it has lasted `keep_firing_for`.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\nlevels:\n  warning: count >= 20\n  critical: count >= 100"},
	{Name: "resolve", Kind: strictyaml.Condition, Default: "not condition",
		Doc:     "When a firing alert is over, if that is another matter than the condition: below it by far, say, so that an alert does not flicker.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 20\nresolve: count < 5"},
	{Name: "absence", Kind: strictyaml.Boolean, Default: "false",
		Doc:     "The rule may fire over an empty window: silence is what it looks for. A group is judged one whole window after it was first seen, or expected by `groups.expect`.",
		Example: "event: CONTENT_REQUEST_SUCCESS\nwindow: 5m\nabsence: true\ncondition: count == 0"},
	{Name: "schedule", Kind: strictyaml.Text, Pattern: calendar.CronPattern(),
		Doc:     "Judge the rule at these times only: five fields of cron, in the file's `timezone`.",
		Example: "event: LOGIN_ERROR\nmode: event\nwindow: 1d\nschedule: 0 9 * * *"},
}

var aggregatesShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "aggregates", Doc: "Values of the window, by name.", Keys: namePattern, Reserved: reservedNames,
	Open: &strictyaml.Field{Name: "aggregate", Kind: strictyaml.Map, Of: aggregateShape, Doc: "One function over the records of the window."},
})

var aggregateShape = strictyaml.NewShape(strictyaml.Shape{
	Name:    "aggregate",
	Doc:     "One function over the records of the window.",
	OneOf:   aggregateNames(),
	Foreign: aggregateForeign,
	Fields:  append(functionKeys(), aggregateKeys...),
})

// functionKeys are the functions as keys of an aggregate.
func functionKeys() []strictyaml.Field {
	out := make([]strictyaml.Field, len(aggregateFuncs))
	for i, f := range aggregateFuncs {
		out[i] = strictyaml.Field{Name: f.name, Kind: f.kind, Doc: f.doc, Example: f.example}
		if f.kind == strictyaml.Boolean {
			out[i].Kind, out[i].Enum = strictyaml.Boolean, []string{"true"}
		}
	}
	return out
}

var aggregateKeys = []strictyaml.Field{
	{Name: "where", Kind: strictyaml.Match, Default: "all matching records",
		Doc:     "Which of the rule's records it takes: an expression over each record.",
		Example: "count: true\nwhere: reason == \"external_api_error\""},
	{Name: "window", Kind: strictyaml.Duration, Shortest: time.Second, Longest: maxWindow, Default: "the rule's",
		Doc: "A window of its own.", Example: "count: true\nwindow: 1h"},
	{Name: "offset", Kind: strictyaml.Duration, Shortest: time.Second, Longest: maxWindow, Default: "0s",
		Doc: "Shifts the window back: 10m over a window of 10m is the ten minutes before.", Example: "count: true\noffset: 10m"},
	{Name: "memory", Kind: strictyaml.Duration, Shortest: time.Second, Longest: maxMemory, Needs: []string{"first_seen"},
		Doc: "For `first_seen`: what was seen within this time before is not new.", Example: "first_seen: ip\nmemory: 30d"},
	{Name: "n", Kind: strictyaml.Whole, Least: 1, Most: maxTop, Needs: []string{"top"}, Default: "3",
		Doc: "For `top`: how many values.", Example: "top: reason\nn: 5"},
}

var levelsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "levels", Foreign: levelForeign, Doc: "A condition for each severity; the highest that holds counts.",
	Fields: []strictyaml.Field{
		{Name: "info", Kind: strictyaml.Condition, Doc: "When the severity is info.", Example: "info: count >= 5"},
		{Name: "warning", Kind: strictyaml.Condition, Doc: "When it is warning.", Example: "warning: count >= 20"},
		{Name: "critical", Kind: strictyaml.Condition, Doc: "When it is critical.", Example: "critical: count >= 100"},
	},
})

// lifeKeys say how an alert begins, lasts and ends.
var lifeKeys = []strictyaml.Field{
	{Name: "mode", Kind: strictyaml.Text, Enum: []string{string(StateMode), string(EventMode)}, Synonyms: modeWords,
		Default: "`state` with a window, a `resolve` or a condition over `last`, `prev` or a streak; else `event`",
		Doc:     "`state`: an alert fires, lasts and resolves. `event`: each occurrence is a single message, and clears the window.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 5\nmode: event"},
	{Name: "for", Kind: strictyaml.Duration, Longest: maxWindow, Default: "0s",
		Doc:     "How long the condition must hold before the alert fires.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 5\nfor: 2m"},
	{Name: "keep_firing_for", Kind: strictyaml.Duration, Longest: maxWindow, Default: "0s",
		Doc:     "How long it must have ceased to hold before the alert resolves.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 5\nkeep_firing_for: 5m"},
	{Name: "cooldown", Kind: strictyaml.Duration, Longest: maxWindow, Default: "0s",
		Doc:     "In event mode: how long a group is silent after an alert. The next one says how many records were suppressed.",
		Example: "event: MANAGEMENT_COMMAND_ERROR\ncooldown: 30m"},
	{Name: "warmup", Kind: strictyaml.Duration, Longest: maxRepeat, Default: "0s; 7d with `first_seen`",
		Doc:     "How much time of records the rule must have seen before it may fire.",
		Example: "event: ADMIN_REQUEST\nwindow: 10m\naggregates:\n  fresh: {first_seen: ip, memory: 30d}\ncondition: fresh >= 1\nwarmup: 3d"},
	{Name: "groups", Kind: strictyaml.Map, Of: groupsShape,
		Doc:     "Bounds of the rule's groups, and which of them are expected.",
		Example: "event: LOGIN_ERROR\ngroup_by: [params.abonement]\nwindow: 5m\ncondition: count >= 5\ngroups: {max: 50000, forget_after: 2d}"},
	{Name: "max_firing", Kind: strictyaml.Whole, Least: 1, Most: maxGroups, Default: "100",
		Doc:     "How many groups may fire with alerts of their own; more are folded into one alert that counts them.",
		Example: "event: LOGIN_ERROR\ngroup_by: [params.abonement]\nwindow: 5m\ncondition: count >= 5\nmax_firing: 20"},
}
