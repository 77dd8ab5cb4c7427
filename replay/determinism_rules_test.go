package replay

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// dRule is one primitive of the language: a rule that uses it, with «a|b|c» for
// what is drawn. A rule's id begins with the primitive's name.
type dRule struct{ name, yaml string }

// dRules is the pool. Whoever adds a primitive to the language adds a rule here.
func dRules() []dRule {
	return []dRule{
		{"count", "event: DET_A, group_by: [«host|host, tag|tag, host»], window: «5s|10s|60s», condition: count >= «1|2|3», severity: critical"},
		{"pending", "event: «DET_A|DET_*», group_by: [host], window: «10s|60s», condition: count >= «1|2», for: «1s|5s|30s»"},
		{"keep", "event: DET_B, window: «5s|30s», condition: count >= 1, keep_firing_for: «1s|10s|60s»"},
		{"hysteresis", "event: DET_A, group_by: [host], window: 60s, condition: count >= «2|3», resolve: count <= «0|1»"},
		{"sum", "event: DET_A, group_by: [host], window: «10s|60s», aggregates: {v: {sum: n}, a: {avg: n}}, condition: v > «0|2|0.1» or a > 3"},
		{"extremes", "event: «DET_A|DET_B», window: «10s|60s», aggregates: {hi: {max: n}, lo: {min: n, where: 'host != \"b\"'}}, condition: hi >= 3 or lo < 0"},
		{"distinct", "event: DET_*, window: «10s|60s», aggregates: {v: {distinct: «host|tag|n»}}, condition: v >= «2|3»"},
		{"offset", "event: DET_A, group_by: [host], window: «10s|30s», aggregates: {before: {count: true, offset: «5s|10s|60s»}}, condition: before >= 1 and count < before"},
		{"day", "event: DET_A, window: «86399s|86400s|86401s|90000s», aggregates: {v: {sum: n}}, condition: count >= «3|5»"},
		{"event", "event: DET_B, group_by: [host], cooldown: «0s|1s|10s|60s»"},
		{"spent", "event: DET_A, mode: event, window: «10s|60s», condition: count >= «2|3», cooldown: «0s|30s»"},
		{"match", "event: DET_*, match: '«n > 1|tag == \"x\"|host in [\"a\", \"b\"]|event == \"DET_A\" and n < 5|lower(tag) startsWith \"x\"»', window: 10s, condition: count >= 1"},
		{"text", "event: DET_A, group_by: [host], window: 30s, condition: count >= 2, annotations: {summary: '{{ .Values.count }} of {{ .Group.host }} {{ range .Samples }}[{{ .Text }}]{{ end }}'}"},
		{"absence", "event: DET_B, group_by: [host], window: «10s|30s|60s», condition: count == 0, absence: true, groups: {expect: [a, b], forget_after: «60s|300s»}"},
		{"crowded", "event: DET_A, group_by: [tag, n], window: «10s|60s», condition: count >= «1|2», groups: {max: «1|2|4», forget_after: «10s|60s»}"},
		{"schedule", "event: DET_*, group_by: [host], window: 300s, condition: count >= «1|3», schedule: '«* * * * *|*/5 * * * *»'"},
		{"tally", "event: DET_*, mode: event, group_by: [host], schedule: '* * * * *'"},
		{"percentiles", "event: DET_*, group_by: [host], window: «10s|60s», aggregates: {v: {«p50|p90|p95|p99»: n}, r: {rate: true}}, condition: v >= «1|3» or r > 0.2"},
		{"lists", "event: DET_*, window: «10s|60s», aggregates: {t: {top: «tag|host», n: «1|3»}, v: {values: «host|n», offset: «1s|5s»}}, condition: 'count >= 2 and (len(v) >= 2 or any(t, #.count >= 2))'"},
		{"ends", "event: DET_*, group_by: [tag], window: «5s|60s», aggregates: {f: {first: «n|host»}, l: {last: «n|host», where: n != 2}}, condition: count >= 2 and f != l"},
		{"streak", "event: DET_*, group_by: [host], window: «10s|60s», aggregates: {v: {streak: 'event == \"DET_A\"'}}, condition: v >= «2|3»"},
		{"unbroken", "event: DET_*, group_by: [host], aggregates: {v: {streak: «n > 0|tag != \"x\"»}}, condition: v >= «2|3»"},
		{"neighbours", "event: DET_*, group_by: [tag], condition: last.n «>|!=» prev.n, resolve: 'last.event == \"«DET_B|DET_C»\"'"},
		{"newest", "event: DET_*, window: «10s|60s», condition: 'count >= 2 and first.host == last.host and prev.n != nil'"},
		{"unseen", "event: DET_*, window: «1s|10s», aggregates: {v: {first_seen: '«host|tag|[host, tag]»', memory: «5s|60s|300s»}}, warmup: «0s|30s», condition: v >= 1"},
		{"derived", "event: DET_*, fields: {kind: lower(tag), word: 'capture(kind, \"([xyz])\")'}, group_by: [word], window: 30s, condition: count >= 2"},
		{"levels", "event: DET_*, group_by: [host], window: «10s|60s», levels: {info: count >= 1, warning: count >= 2, critical: count >= 4}, keep_firing_for: «0s|5s|30s»"},
		{"warmup", "event: DET_*, group_by: [host], window: 10s, condition: count >= 1, warmup: «30s|60s|300s», for: «0s|5s»"},
		{"folded", "event: DET_*, group_by: [host, tag], window: «10s|60s», condition: count >= 1, max_firing: «1|2|3»"},
		{"sequence", "group_by: [host], sequence: [{event: DET_A, count: «1|2»}, {event: «DET_B|DET_*», match: n != 1}], within: «5s|60s», cooldown: «0s|30s»"},
		{"unanswered", "group_by: [host], sequence: [{event: DET_A}, {event: DET_B, absent: true}], within: «5s|30s|60s», until: {event: DET_C}"},
		{"resolved", "group_by: [host], sequence: [{event: DET_A}, {event: DET_B}], within: 60s, resolve: «count == 0|count >= 3»"},
		{"together", "all_of: [{event: DET_A}, {event: DET_B, count: «1|2»}, {event: DET_C}], within: «10s|60s», min: 2, group_by: [tag]"},
		{"over", "source: alerts, match: 'state != \"resolved\"', group_by: [«labels.host|state»], window: «10s|60s», condition: count >= 1"},
		{"seconds", "event: DET_A, match: 'ratio(n, 2) >= 1 and not cidr(host, \"10.0.0.0/8\") and matches(tag, \"x|y\")', window: 30s, condition: count >= 1"},
		{"failing", "event: DET_*, match: 'n >= 0 or tag > 1', window: 10s, condition: count >= 1"},
		{"log", "log: smarty_alpha, event: DET_A, group_by: [instance, pid], window: 20s, condition: count >= 2"},
	}
}

// dPrimitives are their names.
func dPrimitives() (names []string) {
	for _, r := range dRules() {
		names = append(names, r.name)
	}
	return names
}

// drawDRules draws a rule file.
func drawDRules(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	picked := rapid.SliceOfN(rapid.SampledFrom(dRules()), 3, 8).Draw(t, "rules")
	for i, r := range picked {
		fmt.Fprintf(&b, "- {id: %s-%d, %s}\n", r.name, i, drawText(t, r.yaml))
	}
	return b.String()
}

var alternatives = regexp.MustCompile(`«[^»]*»`)

// drawText puts one of its alternatives in the place of each «a|b».
func drawText(t *rapid.T, text string) string {
	return choose(text, func(options []string) string { return rapid.SampledFrom(options).Draw(t, "which") })
}

func choose(text string, pick func(options []string) string) string {
	return alternatives.ReplaceAllStringFunc(text, func(s string) string { return pick(strings.Split(strings.Trim(s, "«»"), "|")) })
}

// TestDRules_AreAccepted tells which rule of the pool the language refuses, in
// any of its forms.
func TestDRules_AreAccepted(t *testing.T) {
	for _, r := range dRules() {
		for i := range 5 {
			text := choose(r.yaml, func(options []string) string { return options[i%len(options)] })
			if _, _, err := rules.Parse(r.name, []byte("rules:\n- {id: other, event: DET_A}\n- {id: it, "+text+"}\n"), rules.Options{}); err != nil {
				t.Errorf("%s: %v", r.name, err)
			}
		}
	}
}

// dispatcher decides about notifications in some of the cases.
func (c *dCase) dispatcher(t *rapid.T) *notifiers.Dispatcher {
	if !c.routed {
		return nil
	}
	receivers := map[string]notifiers.ReceiverOptions{"noc": {SendResolved: true}, "boss": {}}
	root := &notifiers.Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: 5 * time.Second, GroupInterval: 20 * time.Second,
		RepeatInterval: time.Minute, Routes: []*notifiers.Route{{Receiver: "boss", GroupBy: []string{"host"}, GroupWait: -1, GroupInterval: -1, Continue: true}, {Receiver: "noc"}}}
	d, err := notifiers.NewDispatcher(notifiers.Options{Root: root, Receivers: receivers}, nil, time.Time{})
	must(t, err)
	return d
}
