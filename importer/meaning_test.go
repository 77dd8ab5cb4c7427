package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/importer"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

// meaning is a rule of another tool, a log, and what that tool's documentation
// makes of it, in the words of ours.
type meaning struct {
	rule string
	log  []string // "5m EVENT key=value …"
	want []string // "5m state group"
}

var begin = time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)

// logText writes records in the form of Smarty's logs.
func logText(t *testing.T, lines []string) string {
	t.Helper()
	var b strings.Builder
	for _, line := range lines {
		at, rest, _ := strings.Cut(line, " ")
		d, err := time.ParseDuration(at)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(begin.Add(d).Format("Mon Jan 02 15:04:05-0700 2006") + " ERROR check:64 run[1.MainThread] " + rest + "\n")
	}
	return b.String()
}

// happened is what the translated rules say about the log.
func (m meaning) happened(t *testing.T) []string {
	t.Helper()
	r := importer.Translate([]importer.File{{Name: "rule.yaml", Data: []byte(m.rule)}}, importer.Options{Map: namesMap(t)})
	if r.Rules == 0 || r.Left > 0 {
		t.Fatalf("%d rules, %d not translated: %v", r.Rules, r.Left, r.Found)
	}
	set, _, err := rules.Parse("imported.yaml", r.Text, rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "smarty_any.log")
	if err := os.WriteFile(name, []byte(logText(t, m.log)), 0o644); err != nil {
		t.Fatal(err)
	}
	sources, err := ingest.Find([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	_, err = replay.Run(t.Context(), replay.Options{Rules: set, Sources: sources, Redactor: redact.New(nil, nil)}, func(ev replay.Event) error {
		if a := ev.Alert; a != nil && !a.Silent {
			var group []string
			for _, l := range a.Group {
				group = append(group, l.Value)
			}
			at := time.Unix(a.At, 0).Sub(begin)
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", at, a.State, strings.Join(group, " "))))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checkMeanings(t *testing.T, cases map[string]meaning) {
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(m.want, m.happened(t)); diff != "" {
				t.Errorf("it means something else (-want +got):\n%s", diff)
			}
		})
	}
}

func login(at, account string) string {
	return fmt.Sprintf("%s LOGIN_ERROR reason='wrong_password' params={'abonement': '%s', 'device_uid': 'd1'}", at, account)
}

func admin(at, ip string) string {
	return fmt.Sprintf("%s ADMIN_REQUEST user=<User: admin> ip='%s' path='/admin/' user_agent='x'", at, ip)
}

func edge(at, name, rest string) string {
	return fmt.Sprintf("%s STREAM_SERVICE_CHECKING_SUCCESS stream_service=<StreamService: %s> was_available_before=True%s", at, name, rest)
}

// What ElastAlert's documentation says of each type, worked out by hand.
func TestElastAlert_Meaning(t *testing.T) {
	checkMeanings(t, map[string]meaning{
		// num_events within timeframe, of each query_key; quiet for realert. Events
		// exactly one timeframe apart are not within it.
		"frequency": {
			rule: "{name: f, type: frequency, num_events: 3, timeframe: {minutes: 5}, query_key: user.name, realert: {minutes: 10}, filter: [{term: {event: LOGIN_ERROR}}]}",
			log: []string{login("0s", "a"), login("0s", "c"), login("1m", "a"), login("2m", "a"), login("2m30s", "c"), login("3m", "a"), login("4m", "a"),
				login("5m", "a"), login("5m", "c"), login("13m", "a"), login("14m", "a"), login("15m", "a")},
			want: []string{"2m0s event a", "15m0s event a"},
		},
		// Over more than a day the third counts from the end of its minute on: the fourth brings the message.
		"frequency over days": {
			rule: "{name: f, type: frequency, num_events: 3, timeframe: {days: 2}, filter: [{term: {event: LOGIN_ERROR}}]}",
			log:  []string{login("1s", "a"), login("20h0m1s", "a"), login("40h0m1s", "a"), login("40h0m30s", "a"), login("41h0m1s", "a")},
			want: []string{"41h0m1s event"},
		},
		// Every record is an alert, but for those within a minute of the last.
		"any": {
			rule: "{name: f, type: any, filter: [{term: {event: MANAGEMENT_COMMAND_ERROR}}]}",
			log:  []string{"0s MANAGEMENT_COMMAND_ERROR command='a'", "30s MANAGEMENT_COMMAND_ERROR command='a'", "70s MANAGEMENT_COMMAND_ERROR command='b'"},
			want: []string{"0s event", "1m10s event"},
		},
		"any without realert": {
			rule: "{name: f, type: any, realert: {minutes: 0}, filter: [{term: {event: MANAGEMENT_COMMAND_ERROR}}], alert_text: '{0}', alert_text_args: [command]}",
			log:  []string{"0s MANAGEMENT_COMMAND_ERROR command='a'", "30s MANAGEMENT_COMMAND_ERROR command='a'", "31s MANAGEMENT_COMMAND_ERROR command='b'"},
			want: []string{"0s event", "30s event", "31s event"},
		},
		// Fewer than threshold within timeframe, once a timeframe has passed.
		"flatline": {
			rule: "{name: f, type: flatline, threshold: 2, timeframe: {minutes: 5}, filter: [{term: {event: CONTENT_REQUEST_SUCCESS}}]}",
			log: []string{"0s CONTENT_REQUEST_SUCCESS url='/'", "1m CONTENT_REQUEST_SUCCESS url='/'", "2m CONTENT_REQUEST_SUCCESS url='/'",
				"30m CONTENT_REQUEST_SUCCESS url='/'", "30m30s CONTENT_REQUEST_SUCCESS url='/'"},
			want: []string{"6m0s firing", "30m30s resolved"},
		},
		// 2 in the window before, 6 in this one: 3 times as many, and threshold_cur is
		// reached. Then ElastAlert waits for two timeframes.
		"spike up": {
			rule: "{name: f, type: spike, spike_height: 3, spike_type: up, threshold_cur: 6, timeframe: {minutes: 10}, filter: [{term: {event: LOGIN_ERROR}}]}",
			log: []string{login("0s", "a"), login("11m", "a"), login("12m", "a"), login("21m", "a"), login("22m", "a"), login("23m", "a"),
				login("24m", "a"), login("25m", "a"), login("26m", "a"), login("27m", "a"), login("28m", "a"),
				login("29m", "a"), login("30m", "a"), login("31m", "a"), login("32m", "a"), login("33m", "a")},
			want: []string{"26m0s event"},
		},
		// A key that is new has no baseline yet: b fires when its first record is two
		// timeframes old, c never.
		"spike of a query_key": {
			rule: "{name: f, type: spike, spike_height: 3, spike_type: up, threshold_cur: 2, timeframe: {minutes: 10}, query_key: user.name, filter: [{term: {event: LOGIN_ERROR}}]}",
			log: []string{login("0s", "a"), login("40m", "b"), login("41m", "b"), login("50m", "c"), login("51m", "c"), login("52m", "c"),
				login("62m", "b"), login("63m", "b"), login("64m", "b")},
			want: []string{"1h3m0s event b"},
		},
		// 4 in the window before, 2 in this one. It is over when the ratio is.
		"spike down": {
			rule: "{name: f, type: spike, spike_height: 2, spike_type: down, threshold_ref: 4, timeframe: {minutes: 10}, filter: [{term: {event: LOGIN_ERROR}}]}",
			log: []string{login("0s", "a"), login("21m", "a"), login("22m", "a"), login("23m", "a"), login("24m", "a"), login("35m", "a"),
				login("36m", "a"), login("50m", "a")},
			want: []string{"34m0s firing", "41m0s resolved"},
		},
		// The field differs from that of the record before it, of one query_key.
		"change": {
			rule: "{name: f, type: change, compare_key: check_http_success, ignore_null: true, query_key: stream_service, realert: {minutes: 0}, filter: [{term: {event: STREAM_SERVICE_CHECKING_SUCCESS}}]}",
			log: []string{edge("0s", "a", " check_http_success=True"), edge("1m", "a", " check_http_success=True"), edge("2m", "a", " check_http_success=False"),
				edge("2m30s", "b", " check_http_success=True"), edge("3m", "a", ""), edge("4m", "a", " check_http_success=False"), edge("5m", "a", " check_http_success=True")},
			want: []string{"2m0s event <StreamService: a>", "5m0s event <StreamService: a>"},
		},
		"change to nothing": {
			rule: "{name: f, type: change, compare_key: [check_http_success, geo.city], ignore_null: false, query_key: stream_service, realert: {minutes: 0}, filter: [{term: {event: STREAM_SERVICE_CHECKING_SUCCESS}}]}",
			log:  []string{edge("0s", "a", " check_http_success=True"), edge("1m", "a", ""), edge("2m", "a", "")},
			want: []string{"1m0s event <StreamService: a>"},
		},
		// More than max_cardinality different values within timeframe.
		"cardinality": {
			rule: "{name: f, type: cardinality, cardinality_field: user.name, max_cardinality: 2, timeframe: {minutes: 10}, query_key: device.id, filter: [{term: {event: LOGIN_ERROR}}]}",
			log:  []string{login("0s", "a"), login("1m", "b"), login("90s", "a"), login("2m", "c"), login("20m", "a")},
			want: []string{"2m0s firing d1", "11m0s resolved d1"},
		},
		// Over 50 %, of at least 4 records.
		"percentage_match": {
			rule: "{name: f, type: percentage_match, buffer_time: {minutes: 5}, min_denominator: 4, max_percentage: 50, match_bucket_filter: [{term: {event: INIT_ERROR}}], filter: [{terms: {event: [INIT_ERROR, URLS_INITIALIZED]}}]}",
			log:  []string{"0s INIT_ERROR", "10s INIT_ERROR", "20s INIT_ERROR", "30s URLS_INITIALIZED", "40s URLS_INITIALIZED", "50s URLS_INITIALIZED"},
			want: []string{"30s firing", "50s resolved"},
		},
		// A value that was not seen in the 30 days before. In the first week the rule
		// learns.
		"new_term": {
			rule: "{name: f, type: new_term, fields: [ip], filter: [{term: {event: ADMIN_REQUEST}}]}",
			log:  []string{admin("0s", "192.0.2.1"), admin("24h", "192.0.2.2"), admin("192h", "192.0.2.1"), admin("193h7s", "192.0.2.3"), admin("194h", "192.0.2.3"), admin("195h0m59s", "192.0.2.4")},
			want: []string{"193h0m7s event", "195h0m59s event"},
		},
		"metric_aggregation": {
			rule: "{name: f, type: metric_aggregation, buffer_time: {minutes: 10}, metric_agg_key: execution_time, metric_agg_type: avg, max_threshold: 30, query_key: command, filter: [{term: {event: MANAGEMENT_COMMAND_SUCCESS}}]}",
			log: []string{"0s MANAGEMENT_COMMAND_SUCCESS command='a' execution_time=0:00:20", "1m MANAGEMENT_COMMAND_SUCCESS command='a' execution_time=0:00:50",
				"2m MANAGEMENT_COMMAND_SUCCESS command='a' execution_time=0:00:01"},
			want: []string{"1m0s firing a", "2m0s resolved a"},
		},
		"blacklist": {
			rule: "{name: f, type: blacklist, compare_key: source.ip, blacklist: [192.0.2.1], filter: [{term: {event: ADMIN_REQUEST}}]}",
			log:  []string{admin("0s", "192.0.2.2"), admin("1s", "192.0.2.1")},
			want: []string{"1s event"},
		},
		"whitelist": {
			rule: "{name: f, type: whitelist, compare_key: source.ip, ignore_null: false, whitelist: [192.0.2.1], realert: {minutes: 0}, filter: [{term: {event: ADMIN_REQUEST}}]}",
			log:  []string{admin("0s", "192.0.2.2"), admin("1s", "192.0.2.1"), "2s ADMIN_REQUEST user=<User: admin> path='/'"},
			want: []string{"0s event", "2s event"},
		},
	})
}

const sigmaLogins = `
title: Failed
name: failed
detection: {s: {event: login_error}, condition: s}
---
title: Admin
name: admin
detection: {s: {event: ADMIN_REQUEST}, condition: s}
---
title: Correlation
`

// What Sigma's specification says of each type of correlation.
func TestSigma_Meaning(t *testing.T) {
	checkMeanings(t, map[string]meaning{
		"detection": {
			rule: "{title: d, detection: {s: {event: LOGIN_ERROR, outcome|startswith: WRONG}, n: {user.name: A}, condition: s and not n}}",
			log:  []string{login("0s", "a"), login("1s", "b"), admin("2s", "192.0.2.1")},
			want: []string{"1s event"},
		},
		"event_count": {
			rule: sigmaLogins + "correlation: {type: event_count, rules: [failed], group-by: [user.name], timespan: 5m, condition: {gte: 3}}",
			log:  []string{login("0s", "a"), login("1m", "a"), login("1m", "b"), login("2m", "a"), login("20m", "b")},
			want: []string{"2m0s firing a", "5m0s resolved a"},
		},
		"value_count": {
			rule: sigmaLogins + "correlation: {type: value_count, rules: [failed], group-by: [device.id], timespan: 5m, condition: {field: user.name, gt: 1}}",
			log:  []string{login("0s", "a"), login("1m", "a"), login("2m", "b"), login("20m", "b")},
			want: []string{"2m0s firing d1", "6m0s resolved d1"},
		},
		"temporal": {
			rule: sigmaLogins + "correlation: {type: temporal, rules: [failed, admin], timespan: 5m}",
			log:  []string{admin("0s", "192.0.2.1"), login("2m", "a"), login("20m", "a"), login("21m", "a"), admin("30m", "192.0.2.1")},
			want: []string{"2m0s event"},
		},
		"temporal_ordered": {
			rule: sigmaLogins + "correlation: {type: temporal_ordered, rules: [failed, admin], timespan: 5m}",
			log:  []string{admin("0s", "192.0.2.1"), login("2m", "a"), admin("3m", "192.0.2.1"), login("10m", "a"), admin("16m", "192.0.2.1")},
			want: []string{"3m0s event"},
		},
		// Three failures and then a request; two are not enough.
		"temporal_ordered after a count": {
			rule: strings.Replace(sigmaLogins, "title: Correlation\n", "title: Many\nname: many\ncorrelation: {type: event_count, rules: [failed], timespan: 5m, condition: {gte: 3}}\n---\ntitle: Correlation\n", 1) +
				"correlation: {type: temporal_ordered, rules: [many, admin], timespan: 5m}",
			log:  []string{login("0s", "a"), login("1m", "a"), admin("2m", "192.0.2.1"), login("3m", "a"), admin("4m", "192.0.2.1")},
			want: []string{"4m0s event"},
		},
		// A correlation of another kind: its alerts are what is in order.
		"temporal_ordered after a value_count": {
			rule: strings.Replace(sigmaLogins, "title: Correlation\n", "title: Many\nname: many\ncorrelation: {type: value_count, rules: [failed], timespan: 5m, condition: {field: user.name, gte: 2}}\n---\ntitle: Correlation\n", 1) +
				"correlation: {type: temporal_ordered, rules: [many, admin], timespan: 5m}",
			log:  []string{login("0s", "a"), login("1m", "a"), admin("2m", "192.0.2.1"), login("3m", "b"), admin("4m", "192.0.2.1")},
			want: []string{"4m0s event"},
		},
		"aliases": {
			rule: sigmaLogins + "correlation: {type: temporal, rules: [failed, admin], group-by: [who], timespan: 5m, aliases: {who: {failed: user.name, admin: user_agent}}}",
			log:  []string{login("0s", "x"), login("1s", "b"), admin("2m", "192.0.2.1")},
			want: []string{"2m0s event x"},
		},
	})
}
