package lint_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
)

var update = flag.Bool("update", false, "write testdata/*.txt anew")

// The texts of the examples in the document, to the letter.
func TestPages_Texts(t *testing.T) {
	var b strings.Builder
	for _, page := range lint.Pages() {
		if slices.Contains(unshown, page.Code) {
			continue
		}
		bad, _ := examples(page)
		_, text := bad.check(t)
		b.WriteString("== " + page.Code + "\n" + text)
	}
	golden(t, "testdata/pages.txt", b.String())
}

// further are mistakes beyond the examples of the document, with what is fine
// beside them.
const further = `rules:
# never-matches
- {id: where, event: LOGIN_ERROR, window: 5m, aggregates: {none: {count: true, where: 'event == "LOGIN_SUCCESS"'}}, condition: none > 0 or count >= 5}
- {id: typed, event: ACCOUNT_CREATED, match: account_id == "abc"}
- {id: typed-fine, event: ACCOUNT_CREATED, match: account_id == "12"}
- {id: other-log, log: [smarty_main, smarty_portal], match: log == "smarty_epg"}
- {id: level-case, log: smarty_main, match: 'level in ["error", "fatal"]'}
- {id: level-fine, log: smarty_main, match: 'level in ["ERROR", "FATAL"]'}
- {id: log-of-event, event: LOGIN_ERROR, match: 'log in ["smarty_portal", "smarty_epg"]'}
- {id: log-fine, event: LOGIN_ERROR, match: log == "smarty_accounts" or log == "old_accounts"}
- {id: log-file, event: LOGIN_ERROR, match: log == "smarty_accounts.log"}
- {id: line-text, event: LOGIN_ERROR, match: line == "x"}
- {id: half-count, event: LOGIN_ERROR, window: 5m, condition: count == 5.5}
- {id: streak, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], aggregates: {well: {streak: event == "STREAM_SERVICE_CHECKING_SUCCESS"}}, condition: well >= 3}
- {id: event-of-other-log, log: smarty_accounts, match: event == "STREAM_SERVICE_CHECKING_ERROR"}
- {id: event-near, log: smarty_accounts, match: event == "LOGIN_EROR" or event == "OUR_OWN_EVENT"}
- {id: event-near-where, event: STREAM_SERVICE_*, window: 5m, aggregates: {bad: {count: true, where: event == "STREAM_SERVICE_CHECKING_EROR"}}, condition: bad > 5}
# unknown-value
- {id: value-step, all_of: [{event: MANAGEMENT_COMMAND_ERROR, match: command == "Epg_import"}, {event: LOGIN_ERROR, match: reason != "unknown_eror"}], within: 5m}
- {id: value-last, event: MANAGEMENT_COMMAND_*, condition: 'last.command == "chek_accounts"'}
- {id: value-fine, event: MANAGEMENT_COMMAND_ERROR, match: 'command in ["epg_export", "check_accounts"]'}
- {id: value-of-other, event: [VIDEOSERVICES_API_REQUEST, MANAGEMENT_COMMAND_ERROR], match: command == "chek_accounts"}
# unknown-event
- {id: custom, log: smarty_custom, event: [hydra_request, hydra_*], match: status != 200}
- {id: custom-and-main, log: [smarty_custom, smarty_accounts], event: login_eror, match: status != 200}
# steps
- id: dead-step
  sequence:
  - {event: LOGIN_ERROR, match: reason == "a" and reason == "b"}
  - {event: LOGIN_SUCCESS}
  within: 5m
- id: dead-absent
  event: [PAYTURE_REQUEST, NOTIFY_ERROR]
  sequence:
  - {event: PAYTURE_REQUEST}
  - {event: NOTIFY_ERROR, match: event == "NOTIFY_SUCCESS", absent: true}
  within: 5m
- id: dead-of-many
  all_of:
  - {event: LOGIN_ERROR, match: 'event != "LOGIN_ERROR"'}
  - {event: LOGIN_SUCCESS}
  - {event: ACCOUNT_CREATED}
  min: 2
  within: 5m
- id: dead-until
  sequence:
  - {event: LOGIN_ERROR, count: 3}
  - {event: LOGIN_SUCCESS}
  until: {event: ACCOUNT_CREATED, match: account_id > 5 and account_id < 5}
  within: 5m
# never-fires
- {id: share, event: CUSTOMER_BALANCE_REQUEST_*, window: 5m, aggregates: {errors: {count: true, where: 'event endsWith "_ERROR"'}}, condition: 'count >= 10 and ratio(errors, count) > 5'}
- {id: levels, event: LOGIN_ERROR, window: 5m, levels: {info: count >= 5 and count < 3, warning: count >= 20}}
- {id: baseline-inside, event: LOGIN_ERROR, window: 5m, aggregates: {hour: {count: true, window: 1h}}, condition: count >= 20 and count > 3 * hour}
- {id: baseline-share, event: LOGIN_ERROR, window: 5m, aggregates: {hour: {count: true, window: 1h}}, condition: 'count >= 20 and ratio(count, hour) > 1'}
- {id: baseline-fine, event: LOGIN_ERROR, window: 5m, aggregates: {hour: {count: true, window: 1h}}, condition: count >= 20 and count > 3 * hour / 12}
- {id: baseline-before, event: LOGIN_ERROR, window: 5m, aggregates: {hour: {count: true, window: 1h, offset: 5m}}, condition: count >= 20 and count > 3 * hour}
- {id: baseline-days, event: LOGIN_ERROR, window: 5m, aggregates: {days: {count: true, window: 2d}}, condition: count >= 20 and count > days}
# ratio-without-minimum
- {id: ratio-of-one, event: CUSTOMER_BALANCE_REQUEST_*, window: 5m, aggregates: {bad: {count: true, where: 'event endsWith "_ERROR"'}}, condition: 'count > 0 and ratio(bad, count) > 0.5'}
- {id: ratio-by-hand, event: CUSTOMER_BALANCE_REQUEST_*, window: 6m, aggregates: {bad: {count: true, where: 'event endsWith "_ERROR"'}}, condition: 100 * bad / count > 50}
- {id: ratio-or, event: CUSTOMER_BALANCE_REQUEST_*, window: 7m, aggregates: {bad: {count: true, where: 'event endsWith "_ERROR"'}}, condition: 'bad >= 100 or ratio(bad, count) > 0.5'}
- {id: ratio-fine, event: CUSTOMER_BALANCE_REQUEST_*, window: 8m, aggregates: {bad: {count: true, where: 'event endsWith "_ERROR"'}}, condition: 'not (count < 20) and ratio(bad, count) > 0.5'}
- {id: ratio-of-sum, event: CUSTOMER_BALANCE_REQUEST_*, window: 9m, aggregates: {bad: {count: true, where: 'event endsWith "_ERROR"'}, good: {count: true, where: 'event endsWith "_SUCCESS"'}}, condition: '30 < bad + good and (bad > 100 or ratio(bad, good) > 2)'}
# silence-unmet
- {id: silence-beside, event: LOGIN_SUCCESS, window: 5m, absence: true, aggregates: {slow: {max: line}}, condition: slow > 5}
- {id: silence-fine, event: LOGIN_SUCCESS, window: 5m, absence: true, aggregates: {week: {count: true, offset: 7d}}, condition: week >= 100 and count < 0.3 * week}
# always-true
- {id: at-least-none, event: LOGIN_ERROR, window: 5m, aggregates: {refused: {count: true, where: 'reason == "x"'}}, condition: refused >= 0 and count >= 5}
- {id: any-text, event: LOGIN_ERROR, match: reason matches ".*"}
- {id: not-in-fine, event: LOGIN_ERROR, match: 'reason not in ["a", "b"] or reason == nil'}
# patterns
- {id: glob-as-regexp, event: STREAM_SERVICE_CHECKING_ERROR, match: stream_service matches "edge-*"}
- {id: regexp-fine, event: STREAM_SERVICE_CHECKING_ERROR, match: 'stream_service matches "edge-[0-9]*"'}
- {id: glob-at-front, event: STREAM_SERVICE_CHECKING_ERROR, match: 'not (stream_service == "*.example.com")'}
- {id: globs-in-list, event: MANAGEMENT_COMMAND_ERROR, match: 'command in ["epg_*", "flushall"]'}
# fields
- {id: aggregate-field, event: [STREAM_SERVICE_CHECKING_ERROR, LOGIN_ERROR], window: 5m, aggregates: {n: {distinct: stream_service, where: 'event == "LOGIN_ERROR"'}}, condition: n >= 2}
- {id: glob-of-events, event: STREAM_SERVICE_*, group_by: [stream_service], window: 5m, condition: count >= 7}
# groups
- {id: by-time, event: LOGIN_ERROR, group_by: [time], window: 5m, condition: count >= 6}
- {id: by-renamed, event: LOGIN_ERROR, fields: {proc: pid}, group_by: [proc], window: 5m, condition: count >= 6}
- {id: by-text, event: LOGIN_ERROR, fields: {what: lower(trim(text))}, group_by: [what], window: 5m, condition: count >= 6}
- {id: by-dictionary, event: LOGIN_ERROR, group_by: [params], window: 5m, condition: count >= 6}
# for
- {id: for-fine, event: LOGIN_ERROR, window: 10m, condition: count >= 20, for: 5m}
- {id: for-of-silence, event: LOGIN_SUCCESS, window: 5m, absence: true, condition: count == 0, for: 30m}
# on trial beside the one that it may replace
- {id: storm, event: LOGIN_SUCCESS, window: 5m, condition: count >= 500}
- {id: storm-tried, status: test, event: LOGIN_SUCCESS, window: 5m, condition: count >= 900}
# rules over alerts
- {id: once, event: LOGIN_ERROR, mode: event, group_by: [reason]}
- {id: lasting, event: LOGIN_ERROR, window: 5m, condition: count >= 50, severity: info}
- {id: off, status: disabled, event: LOGIN_ERROR}
- {id: hears-events, source: alerts, match: rule == "once" and state == "firing", window: 5m, condition: count >= 3}
- {id: hears-fine, source: alerts, match: rule == "once" and state == "event", group_by: [labels.reason], window: 5m, condition: count >= 3}
- {id: hears-itself, source: alerts, match: rule == "hears-fine", window: 5m, condition: count >= 4}
- {id: hears-off, source: alerts, match: rule == "off", window: 5m, condition: count >= 5}
- {id: hears-severity, source: alerts, match: rule == "lasting" and severity == "critical", window: 5m, condition: count >= 6}
- {id: hears-label, source: alerts, match: rule == "lasting" and state == "firing", window: 5m, aggregates: {n: {distinct: labels.reason}}, condition: n >= 2}
- {id: hears-pending, source: alerts, match: state == "pending", window: 5m, condition: count >= 7}
# texts
- id: samples
  event: LOGIN_ERROR
  window: 5m
  condition: count >= 9
  annotations:
    summary: 'the first: {{(index .Samples 0).Text}}'
    description: 'fine: {{with .Samples}}{{(index . 0).Text}}{{end}}'
- {id: short-text, event: LOGIN_ERROR, group_by: [reason], window: 5m, condition: count >= 9, annotations: {summary: '{{slice .Group.reason 0 8}}'}}
- {id: whole-of-mean, event: LOGIN_ERROR, window: 5m, aggregates: {mean: {avg: line}}, condition: count >= 13, annotations: {summary: '{{with .Values.mean}}{{printf "%d" .}}{{end}}'}}
- {id: compare-nothing, event: LOGIN_ERROR, window: 5m, aggregates: {mean: {avg: line}}, condition: count >= 14, annotations: {summary: '{{if gt .Values.mean 5.0}}more{{end}}'}}
- {id: percent-of-text, event: LOGIN_ERROR, window: 5m, aggregates: {who: {last: reason}}, condition: count >= 10, annotations: {summary: '{{printf "%.1f" .Values.who}}'}}
# unused, used by other rules' texts
- {id: many-values, event: LOGIN_ERROR, window: 5m, aggregates: {a: {distinct: reason}, b: {distinct: params.device}}, condition: count >= 11, annotations: {summary: '{{index .Values "a"}}'}}
- {id: all-values, event: LOGIN_ERROR, window: 5m, aggregates: {a: {distinct: reason}}, condition: count >= 12, annotations: {summary: '{{range $k, $v := .Values}}{{$k}}={{$v}} {{end}}'}}
- {id: values-heard, source: alerts, match: rule == "many-values" and values.b > 3, window: 5m, condition: count >= 8}
# sequences see the records of their steps and of until alone
- {id: order-hangs, event: LOGIN_*, sequence: [{event: LOGIN_ERROR}, {event: LOGIN_ERROR}], within: 1m, resolve: last.event == "LOGIN_SUCCESS"}
- {id: order-fine, event: LOGIN_*, sequence: [{event: LOGIN_ERROR}, {event: LOGIN_ERROR}], until: {event: LOGIN_SUCCESS}, within: 1m, resolve: last.event == "LOGIN_SUCCESS"}
# no-effect
- {id: repeated-message, event: LOGIN_ERROR, window: 5m, mode: event, condition: count >= 15, repeat_interval: 2h}
- {id: repeated-steps, sequence: [{event: LOGIN_ERROR}, {event: NOTIFY_ERROR}], within: 1m, repeat_interval: 2h}
- {id: repeated-fine, sequence: [{event: LOGIN_ERROR}, {event: NOTIFY_ERROR}], within: 1m, resolve: count == 0, repeat_interval: 2h}
- {id: window-of-steps, sequence: [{event: LOGIN_ERROR}, {event: PAYTURE_REQUEST}], within: 1m, window: 1h, resolve: count == 0}
- {id: window-of-all, all_of: [{event: LOGIN_ERROR}, {event: PAYTURE_REQUEST}], within: 1m, window: 1h, aggregates: {n: {distinct: reason, window: 2h}}}
- {id: window-counted, all_of: [{event: LOGIN_ERROR}, {event: PAYTURE_REQUEST}], within: 2m, window: 1h, aggregates: {n: {distinct: reason}}}
- {id: window-recalled, sequence: [{event: LOGIN_ERROR}, {event: PAYTURE_REQUEST}], within: 3m, window: 1h, resolve: last.event == "LOGIN_ERROR"}
# schedule-without-window
- {id: report, event: LOGIN_ERROR, group_by: [reason], condition: reason != "", schedule: 0 9 * * *}
- {id: report-fine, event: LOGIN_ERROR, schedule: 0 9 * * *, aggregates: {n: {distinct: reason, window: 1d}}}
- {id: report-of-last, event: LOGIN_*, schedule: 0 9 * * *, condition: last.event == "LOGIN_ERROR", resolve: last.event == "LOGIN_SUCCESS"}
# same-steps
- {id: steps-twice, all_of: [{event: [LOGIN_ERROR, NOTIFY_ERROR]}, {event: ACCOUNT_CREATED}, {event: [NOTIFY_ERROR, LOGIN_ERROR]}], min: 2, within: 4m}
- {id: steps-more, all_of: [{event: LOGIN_ERROR, match: reason == "x"}, {event: LOGIN_ERROR, match: (reason == "x"), count: 3}], within: 5m}
- {id: steps-any, all_of: [{event: LOGIN_ERROR}, {event: LOGIN_ERROR, count: 5}, {event: ACCOUNT_CREATED}], min: 2, within: 6m}
- {id: steps-differ, all_of: [{event: LOGIN_ERROR, match: reason == "x"}, {event: LOGIN_ERROR, match: reason == "y"}], within: 7m}
- {id: steps-in-order, sequence: [{event: LOGIN_ERROR}, {event: LOGIN_ERROR}], within: 8m}
# foreign-placeholder
- id: foreign
  event: LOGIN_ERROR
  group_by: [params.device]
  labels: {team: noc}
  window: 5m
  aggregates: {users: {distinct: params.abonement}}
  condition: count >= 16 and users >= 2
  annotations:
    of-value: 'refused to $users users'
    of-group: 'device {params.device}'
    of-safe-name: 'device ${params_device}'
    of-label: '%(team)s: look at it'
    of-rule: '{{.Count}} by {rule}'
    fine: 'costs $5, ${HOME}, {a: 1}, $countless, {{$count := .Count}}{{printf "{count} %v" $count}}, 100%'
`

func TestCheck_Texts(t *testing.T) {
	e := example{rules: further}
	_, text := e.check(t)
	golden(t, "testdata/further.txt", text)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (-update writes it anew)\n--- got\n%s--- want\n%s", name, got, want)
	}
}

// The shipped rules and the examples of each kind have no warning that is not
// ignored for a reason.
func TestCheck_ExamplesAreClean(t *testing.T) {
	for _, paths := range [][]string{{"../examples/rules"}, {"../examples/kinds/*/*.yaml"}, {"../examples/coming-from/*/*/*.yaml"}} {
		files, err := rules.Files(paths)
		if err != nil || len(files) == 0 {
			t.Fatal(paths, err)
		}
		sets := [][]string{files}
		if strings.Contains(paths[0], "*") {
			sets = nil
			for _, f := range files {
				sets = append(sets, []string{f})
			}
		}
		for _, set := range sets {
			loaded, faults, err := rules.Load(set, rules.Options{Keep: true})
			if err != nil {
				t.Fatal(err)
			}
			var comments []lint.File
			for _, f := range set {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				comments = append(comments, lint.File{Name: f, Data: data})
			}
			for _, f := range lint.Ignore(comments, append(faults, lint.Check(loaded, nil)...), lint.Scope{All: true}) {
				t.Error(f.Text())
			}
		}
	}
}
