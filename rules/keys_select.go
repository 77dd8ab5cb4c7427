package rules

import (
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// identityKeys say what a rule is.
var identityKeys = []strictyaml.Field{
	{Name: "id", Kind: strictyaml.Text, Pattern: idPattern, Required: true,
		Doc:     "The rule's name for machines, unique over all files: letters, digits, `_`, `-`, `.`. Alerts are recognised by it, so leave it when you edit the rule.",
		Example: "id: stream-check-errors"},
	{Name: "name", Kind: strictyaml.Text,
		Doc: "A name for people.", Default: "the id", Example: "name: Stream checks fail"},
	{Name: "description", Kind: strictyaml.Text,
		Doc:     "What the rule is for. It is shown with the rule; alerts have `annotations`.",
		Example: "description: Five failed checks of one edge within five minutes."},
	{Name: "status", Kind: strictyaml.Text, Enum: []string{string(Stable), string(Test), string(Disabled)}, Synonyms: statusWords, Default: string(Stable),
		Doc:     "`test`: judged and shown, but nobody is told. `disabled`: not judged at all.",
		Example: "status: test"},
	{Name: "severity", Kind: strictyaml.Text, Enum: severities, Synonyms: severityWords, Default: "warning", Without: []string{"levels"},
		Doc:     "How bad it is. A rule with `levels` has one severity for each.",
		Example: "severity: critical"},
}

// severities are in rising order.
var severities = []string{"info", "warning", "critical"}

// selectionKeys say which records a rule takes.
var selectionKeys = []strictyaml.Field{
	{Name: "source", Kind: strictyaml.Text, Enum: []string{"logs", "alerts"}, Default: "logs",
		Doc:     "`alerts`: the rule looks at the alerts of other rules instead of log records. They have `rule`, `state`, `severity`, `labels`, `values` and `time`.",
		Example: "source: alerts\nmatch: rule == \"edge_down\" and state == \"firing\"\nwindow: 5m\ncondition: count >= 3"},
	logKey,
	eventKey,
	{Name: "match", Kind: strictyaml.Match,
		Doc:     "What must hold for a record to be taken: an expression over its fields.",
		Example: "match: reason == \"external_api_error\" and params.client_id != 12"},
	{Name: "fields", Kind: strictyaml.Map, Of: fieldsShape,
		Doc:     "Values derived from each record, for use in `match`, `group_by`, `aggregates` and texts. Each may use those above it.",
		Example: "event: PAYTURE_REQUEST\nfields:\n  code: capture(response, 'ErrCode=\"(\\w+)\"')\ngroup_by: [code]\nwindow: 5m\ncondition: count >= 3"},
	{Name: "group_by", Kind: strictyaml.Text, List: true, Unlike: "^[^\"'`\\[(]*,|^\\s*\\$", MaxItems: maxGroupBy, Default: "one group for all records",
		Doc:     "Names of fields. Each combination of their values has windows and alerts of its own; they become labels, with every character but letters and digits as `_`. A record without one of them is not counted.",
		Example: "event: LOGIN_ERROR\ngroup_by: [params.abonement]\nwindow: 5m\ncondition: count >= 5"},
}

var logKey = strictyaml.Field{Name: "log", Suggest: logSuggestions(), Pattern: spellingPattern, Kind: strictyaml.Text, List: true, MinItems: 1, Default: "any",
	Doc:     "The log, by its name without `.log`, or a list of them.",
	Example: "log: smarty_epg"}

var eventKey = strictyaml.Field{Name: "event", Suggest: eventSuggestions(), Pattern: spellingPattern, Kind: strictyaml.Text, List: true, MinItems: 1, Default: "any",
	Doc:     "The event, a list, or a pattern with `*`, `?` and `[…]`. Upper and lower case are the same here; in expressions events are upper case.",
	Example: "event: STREAM_SERVICE_CHECKING_*"}

func logSuggestions() []strictyaml.Suggestion {
	var out []strictyaml.Suggestion
	for _, l := range smartylog.Logs() {
		out = append(out, strictyaml.Suggestion{Text: l.Stem, Doc: l.Title})
	}
	return out
}

func eventSuggestions() []strictyaml.Suggestion {
	var out []strictyaml.Suggestion
	for _, e := range smartylog.Catalogue() {
		out = append(out, strictyaml.Suggestion{Text: e.Name, Doc: e.Meaning + " (" + e.Log + ")"})
	}
	return out
}

var fieldsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "fields", Doc: "Derived values of records, by name.", Keys: namePattern, Reserved: reservedNames,
	Open: &strictyaml.Field{Name: "field", Kind: strictyaml.Expression, Doc: "An expression over the record and the fields above."},
})

// orderKeys say that records must come in an order, or together.
var orderKeys = []strictyaml.Field{
	{Name: "sequence", Kind: strictyaml.Map, List: true, Of: stepShape, MinItems: minSteps, MaxItems: maxSteps, Needs: []string{"within"},
		Without: []string{"all_of", "condition", "levels", "for", "absence", "schedule"},
		Doc:     "Steps that come one after another in the same group. Other records may lie between.",
		Example: "event: [LOGIN_ERROR, LOGIN_SUCCESS]\ngroup_by: [params.abonement]\nsequence:\n- {id: tries, event: LOGIN_ERROR, count: 5}\n- {id: inside, event: LOGIN_SUCCESS}\nwithin: 10m"},
	{Name: "all_of", Kind: strictyaml.Map, List: true, Of: stepShape, MinItems: minSteps, MaxItems: maxSteps, Needs: []string{"within"},
		Without: []string{"condition", "levels", "for", "absence", "schedule", "until"},
		Doc:     "Steps that come in any order.",
		Example: "all_of:\n- {event: LOGIN_ERROR, count: 3}\n- {event: CUSTOMER_BALANCE_REQUEST_ERROR, count: 3}\nwithin: 5m"},
	{Name: "within", Kind: strictyaml.Duration, Shortest: time.Second, Longest: maxWindow, Needs: []string{"sequence", "all_of"},
		Doc:     "The time for all steps, from the first record to the last.",
		Example: "sequence:\n- {event: LOGIN_ERROR}\n- {event: LOGIN_SUCCESS}\nwithin: 10m"},
	{Name: "min", Kind: strictyaml.Whole, Least: 1, Most: maxSteps, Needs: []string{"all_of"}, Default: "all steps",
		Doc:     "How many of the steps of `all_of` are enough.",
		Example: "all_of:\n- {event: LOGIN_ERROR}\n- {event: CUSTOMER_BALANCE_REQUEST_ERROR}\n- {event: MANAGEMENT_COMMAND_ERROR}\nmin: 2\nwithin: 5m"},
	{Name: "until", Kind: strictyaml.Map, Of: untilShape, Needs: []string{"sequence"},
		Doc:     "A record like this cancels what has come of the sequence so far.",
		Example: "group_by: [command]\nsequence:\n- {event: MANAGEMENT_COMMAND_ERROR}\n- {event: MANAGEMENT_COMMAND_ERROR}\nuntil: {event: MANAGEMENT_COMMAND_SUCCESS}\nwithin: 1d"},
}

var stepShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "step", Doc: "One step of a `sequence` or of `all_of`.",
	Fields: append([]strictyaml.Field{
		{Name: "id", Kind: strictyaml.Text, Pattern: namePattern, Doc: "A name for the step.", Example: "id: tries\nevent: LOGIN_ERROR"},
		{Name: "count", Kind: strictyaml.Whole, Least: 1, Most: maxStepCount, Default: "1",
			Doc: "How many records it takes.", Example: "event: LOGIN_ERROR\ncount: 5"},
		{Name: "absent", Kind: strictyaml.Boolean, Default: "false",
			Doc:     "The last step of a sequence may be one that must not come: the sequence is complete when `within` is over without it.",
			Example: "event: NOTIFY_SUCCESS\nabsent: true"},
	}, untilShape.Fields...),
})

var untilShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "until", Doc: "A record that cancels a sequence.",
	Fields: []strictyaml.Field{
		{Name: "event", Suggest: eventSuggestions(), Pattern: spellingPattern, Kind: strictyaml.Text, List: true, MinItems: 1, Doc: "Its event, a list, or a pattern.", Example: "event: [LOGIN_ERROR, LOGIN_SUCCESS]"},
		{Name: "log", Suggest: logSuggestions(), Pattern: spellingPattern, Kind: strictyaml.Text, List: true, MinItems: 1, Doc: "Its log.", Example: "log: smarty_accounts"},
		{Name: "match", Kind: strictyaml.Match, Doc: "What must hold for the record.", Example: "event: LOGIN_ERROR\nmatch: reason == \"external_api_error\""},
	},
})
