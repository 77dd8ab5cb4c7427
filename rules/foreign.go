package rules

import "github.com/smarty-alert/smarty-alert/strictyaml"

// Words of other tools and what they are here: whoever brings a rule from
// ElastAlert, Prometheus, Sigma, CrowdSec or SEC is told in the words of this
// language. {5m} in a hint gives way to what was written.

// kindHints are kinds of rules elsewhere; here each is a combination of keys.
var kindHints = map[string]string{
	"any":              "remove it: a rule without a window raises an alert for each record",
	"frequency":        "remove it: window: 5m and condition: count >= 20 are what ElastAlert calls frequency",
	"flatline":         "remove it: window: 10m, condition: count == 0 and absence: true are what ElastAlert calls flatline",
	"spike":            "remove it: aggregates: {before: {count: true, offset: 10m}} and condition: count >= 20 and count > 3 * before are a spike",
	"change":           "remove it: condition: last.reason != prev.reason, say, is a change",
	"cardinality":      "remove it: aggregates: {people: {distinct: params.abonement}} and condition: people > 20 are a cardinality",
	"percentage_match": "remove it: condition: count >= 50 and ratio(errors, count) > 0.1, say, is a percentage",
	"new_term":         "remove it: aggregates: {fresh: {first_seen: ip, memory: 30d}} and condition: fresh > 0 find what is new",
	"blacklist":        "remove it: match: ip in blocked, with a list under lists",
	"whitelist":        "remove it: match: not (ip in allowed), with a list under lists",
	"event_count":      "remove it: window: 5m and condition: count >= 20 are what Sigma calls event_count",
	"value_count":      "remove it: aggregates: {people: {distinct: params.abonement}} and condition: people > 20 are what Sigma calls value_count",
	"temporal":         "remove it: all_of and within are what Sigma calls temporal",
	"temporal_ordered": "remove it: sequence and within are what Sigma calls temporal_ordered",
	"leaky":            "remove it: window: 5m and condition: count > 20 are what CrowdSec calls a leaky bucket",
	"trigger":          "remove it: a rule without a window raises an alert for each record",
	"conditional":      "remove it: condition says when the rule fires",
	"single":           "remove it: a rule without a window raises an alert for each record",
	"threshold":        "remove it: window: 5m and condition: count >= 20 are a threshold",
}

var (
	asWindow    = strictyaml.Foreign{Key: "window", Hint: "write window: {5m}"}
	asCount     = strictyaml.Foreign{Key: "condition", Hint: "write condition: count >= {20}"}
	asWhere     = strictyaml.Foreign{Key: "where", Hint: "write where: and the expression, beside count: true, say"}
	asGroupBy   = strictyaml.Foreign{Key: "group_by", Hint: "write group_by: [{reason}]"}
	asRepeat    = strictyaml.Foreign{Key: "repeat_interval", Hint: "write repeat_interval: {4h}, or cooldown for single messages"}
	asMatch     = strictyaml.Foreign{Key: "match", Hint: `write match: reason == "unknown_error", say: an expression over the fields of a record`}
	asPattern   = strictyaml.Foreign{Key: "match", Hint: `write event: for the kind of record, and match: text matches "…" for a regular expression`}
	asReceiver  = strictyaml.Foreign{Hint: "remove it: who is told is said by the route of the configuration, by severity and labels"}
	asText      = strictyaml.Foreign{Key: "annotations", Hint: "write it under annotations: annotations: {summary: …}"}
	asID        = strictyaml.Foreign{Key: "id", Hint: "write id: {login-storm}; the words for people are name: …"}
	asStatus    = strictyaml.Foreign{Key: "status", Hint: "write status: disabled to switch a rule off; without it the rule is on"}
	asAggregate = strictyaml.Foreign{Key: "aggregates", Hint: "write aggregates: {people: {distinct: params.abonement}}, and name it in the condition"}
	asLevel     = strictyaml.Foreign{Key: "severity", Hint: "write severity: warning", Values: map[string]string{
		"high": "write severity: critical", "critical": "write severity: critical", "medium": "write severity: warning",
		"low": "write severity: info", "informational": "write severity: info", "info": "write severity: info", "error": "write severity: critical"}}
)

// ruleForeign are keys of rules.
var ruleForeign = map[string]strictyaml.Foreign{
	"timeframe": asWindow, "timespan": asWindow, "time_window": asWindow, "period": asWindow, "buffer_time": asWindow, "lookback": asWindow,
	"leakspeed":  {Key: "window", Hint: "write window: 5m, the time in which records are counted; a count here does not leak"},
	"num_events": asCount, "threshold": asCount, "thresh": asCount, "min_count": asCount, "count": asCount, "min_events": asCount,
	"capacity":   {Key: "condition", Hint: "write condition: count > {5}"},
	"max_events": {Key: "condition", Hint: "write condition: count < {5}"},
	"query_key":  asGroupBy, "groupby": asGroupBy, "group": asGroupBy, "by": asGroupBy, "aggregate_by_field": asGroupBy, "aggregation_key": asGroupBy,
	"type":   {Hint: "remove it: a rule has no type; window, condition, sequence and aggregates say what it does", Values: kindHints},
	"filter": asMatch, "query": asMatch, "where": asMatch, "detection": asMatch, "selection": asMatch, "filters": asMatch, "conditions": asMatch,
	"pattern": asPattern, "ptype": asPattern, "regex": asPattern, "regexp": asPattern, "grok": asPattern, "continue": asPattern,
	"realert": asRepeat, "blackhole": asRepeat, "reprocess": asRepeat, "exponential_realert": asRepeat, "suppress": asRepeat,
	"alert":  {Key: "id", Hint: "write id: {LoginStorm} for the rule's own name; who is told is said by the route of the configuration"},
	"notify": asReceiver, "receiver": asReceiver, "receivers": asReceiver, "email": asReceiver, "slack": asReceiver, "actions": asReceiver,
	"index":       {Key: "log", Hint: "write log: smarty_accounts, the name of the log file without .log"},
	"logsource":   {Key: "log", Hint: "write log: smarty_accounts, the name of the log file without .log"},
	"file":        {Key: "log", Hint: "write log: smarty_accounts, the name of the log file without .log"},
	"aggregation": {Hint: "remove it: the route of the configuration gathers alerts, by group_by, group_wait and group_interval"},
	"expr":        {Key: "condition", Hint: "write condition: count > 20, say, and window: 5m"},
	"interval":    {Hint: "remove it: rules are judged with every record; schedule: 0 9 * * * judges at set times"},
	"summary":     asText, "alert_text": asText, "alert_subject": asText, "message": asText, "text": asText, "runbook_url": asText, "desc": asText,
	"record": asID, "rule": asID, "uuid": asID,
	"title":       {Key: "id", Hint: "write id: login-storm, and name: … for people"},
	"correlation": {Key: "condition", Hint: "write window: 5m, group_by and condition: count >= 20, or sequence, right in the rule"},
	"level":       asLevel, "priority": asLevel, "risk_score": asLevel,
	"tags":     {Key: "labels", Hint: "write labels: {team: billing}, say: a name and a value each"},
	"distinct": asAggregate, "cardinality_field": asAggregate, "sum": asAggregate, "avg": asAggregate, "max": asAggregate, "p95": asAggregate,
	"enabled": asStatus, "is_enabled": asStatus, "disabled": asStatus, "active_rule": asStatus,
	"steps":  {Key: "sequence", Hint: "write sequence, for this order, or all_of, for any"},
	"repeat": asRepeat, "renotify": asRepeat, "throttle": asRepeat,
	"offset": {Hint: "write it in an aggregate: aggregates: {before: {count: true, offset: {10m}}}"},
}

// aggregateForeign are keys of an aggregate.
var aggregateForeign = map[string]strictyaml.Foreign{
	"if": asWhere, "filter": asWhere, "match": asWhere, "when": asWhere, "condition": asWhere,
	"mean": {Key: "avg", Hint: "write avg: {field}"}, "average": {Key: "avg", Hint: "write avg: {field}"},
	"median": {Key: "p50", Hint: "write p50: {field}"}, "percentile": {Key: "p95", Hint: "write p95: {field}; there are p50, p90, p95 and p99"},
	"cardinality": {Key: "distinct", Hint: "write distinct: {field}"}, "unique": {Key: "distinct", Hint: "write distinct: {field}"},
	"uniq": {Key: "distinct", Hint: "write distinct: {field}"}, "count_distinct": {Key: "distinct", Hint: "write distinct: {field}"},
	"new": {Key: "first_seen", Hint: "write first_seen: {field}, with memory: 30d"}, "new_term": {Key: "first_seen", Hint: "write first_seen: {field}, with memory: 30d"},
	"ratio":     {Hint: "declare a count with `where`, and write ratio(errors, count) in the condition"},
	"timeframe": asWindow, "period": asWindow,
}

// fileForeign are keys of a whole file.
var fileForeign = map[string]strictyaml.Foreign{
	"groups": {Key: "rules", Hint: "write the rules themselves under `rules:`, without groups of them"},
	"id":     {Key: "rules", Hint: "write `rules:` above it, and the rule below as an item: - id: …"},
	"title":  {Key: "rules", Hint: "write `rules:` above it, and the rule below as an item: - id: …"},
	"name":   {Key: "rules", Hint: "write `rules:` above it, and the rule below as an item: - id: …"},
	"type":   {Key: "rules", Hint: "write `rules:` above it, and the rule below as an item: - id: …"},
	"alert":  {Key: "rules", Hint: "write `rules:` above it, and the rule below as an item: - id: …"},
	"rule":   {Key: "rules", Hint: "write `rules:`, with a list: - id: …"},
}

// levelForeign are keys of `levels`.
var levelForeign = map[string]strictyaml.Foreign{
	"high": {Key: "critical", Hint: "write critical: …; known: info, warning, critical"}, "error": {Key: "critical", Hint: "write critical: …; there are info, warning and critical"},
	"medium": {Key: "warning", Hint: "write warning: …; known: info, warning, critical"}, "low": {Key: "info", Hint: "write info: …; there are info, warning and critical"},
}

// severityWords are severities of other tools.
var severityWords = map[string]string{"high": "critical", "error": "critical", "err": "critical", "fatal": "critical", "emergency": "critical",
	"page": "critical", "alert": "critical", "major": "critical", "disaster": "critical", "medium": "warning", "average": "warning", "minor": "warning",
	"low": "info", "informational": "info", "notice": "info", "debug": "info", "none": "info"}

// statusWords are what people write to switch rules on and off.
var statusWords = map[string]string{"on": "stable", "yes": "stable", "true": "stable", "enabled": "stable", "active": "stable", "production": "stable",
	"off": "disabled", "no": "disabled", "false": "disabled", "inactive": "disabled", "deprecated": "disabled", "experimental": "test", "silent": "test", "dry-run": "test"}

// modeWords are other names of modes.
var modeWords = map[string]string{"once": "event", "single": "event", "each": "event", "any": "event", "record": "event", "firing": "state", "stateful": "state"}
