package rules

import (
	"maps"
	"slices"
)

// Entry is one name of the language with what it is, in Markdown, and an example
// of its use. The compiler goes by the same tables.
type Entry struct{ Name, Doc, Example string }

func entryNames(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Name
	}
	return out
}

// Functions are those that expressions may call, in order of their names.
func Functions() []Entry {
	var out []Entry
	for _, name := range FunctionNames() {
		out = append(out, Entry{name, callables[name].doc, callables[name].example})
	}
	return out
}

// TextFunctions are those that templates may call besides Go's own, in order of
// their names.
func TextFunctions() []Entry {
	var out []Entry
	for _, name := range TemplateFunctionNames() {
		out = append(out, Entry{name, textFunctions[name].doc, textFunctions[name].example})
	}
	return out
}

// TemplateFunctionNames are the names of TextFunctions.
func TemplateFunctionNames() []string { return slices.Sorted(maps.Keys(textFunctions)) }

// RecordNames are what every log record has, besides its context.
func RecordNames() []Entry { return slices.Clone(recordNames) }

// AlertNames are what records of alerts have.
func AlertNames() []Entry { return slices.Clone(alertNames) }

// TextData is what templates see.
func TextData() []Entry { return slices.Clone(textData) }

var recordNames = []Entry{
	{"event", "The event, in upper case.", `event == "LOGIN_ERROR"`},
	{"log", "The log's name without `.log`.", `log == "smarty_accounts"`},
	{"level", "The level that is printed: `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL`.", `level in ["ERROR", "CRITICAL"]`},
	{"module", "The module of Smarty that wrote it.", `module == "api"`},
	{"line", "The line of that module's source.", `line == 621`},
	{"function", "The function.", `function == "get"`},
	{"pid", "The process.", `pid == 83630`},
	{"thread", "The thread.", `thread == "Thread-3"`},
	{"time", "The time in UTC, as RFC 3339 text.", `time startsWith "2026-01-15T"`},
	{"instance", "The instance of the configuration's log, or the directory's name.", `instance == "app-1"`},
	{"text", "What could be read as no key: the words of a line without an event.", `text contains "timed out"`},
	{"stacktrace", "The lines of a traceback.", `stacktrace contains "billing.py"`},
	{"exception", "Of a traceback `exception.type`, `exception.message` and `exception.frame`.", `exception.type == "IntegrityError"`},
}

var alertNames = []Entry{
	{"rule", "The id of the rule.", `rule == "edge_down"`},
	{"state", "What became of the alert: `pending`, `firing`, `update`, `resolved`, `event`.", `state == "firing"`},
	{"severity", "`info`, `warning` or `critical`.", `severity == "critical"`},
	{"labels", "The labels of its group.", `labels.stream_service == "edge-07"`},
	{"values", "`count` and its aggregates.", `values.count > 100`},
	{"time", "The time in UTC, as RFC 3339 text.", `time startsWith "2026-01-15T"`},
}

// textData are the fields of TemplateData.
var textData = []Entry{
	{"Status", "`firing` or `resolved`.", `{{.Status}}`},
	{"Labels", "All labels: `alertname`, `rule`, `severity`, the rule's and the group's, these with every character but letters and digits as `_`.", `{{.Labels.severity}}`},
	{"StartsAt", "When it began.", `{{.StartsAt | tz "Europe/Moscow" | date "15:04"}}`},
	{"EndsAt", "When it ended; the zero time while it fires.", `{{.EndsAt | date "15:04"}}`},
	{"Fingerprint", "16 hexadecimal digits, the same for the same rule and group.", `{{.Fingerprint}}`},
	{"Rule", "The id of the rule.", `{{.Rule}}`},
	{"Severity", "The severity.", `{{.Severity}}`},
	{"Group", "The values of `group_by`, by its names; names with dots by `index`.", `{{.Group.reason}}`},
	{"Values", "`count` and the aggregates, by their names.", `{{.Values.count}}`},
	{"Count", "The same as `.Values.count`.", `{{.Count}}`},
	{"Window", "The rule's window, such as 5m.", `{{.Window}}`},
	{"Condition", "The condition as it is written.", `{{.Condition}}`},
	{"Samples", "The first three and last three records, with secrets hidden: `.At`, `.Source`, `.File`, `.Pos`, `.Text`.", `{{range .Samples}}{{.Text}}{{end}}`},
	{"Suppressed", "In event mode: how many records came in the cooldown before.", `{{.Suppressed}}`},
}
