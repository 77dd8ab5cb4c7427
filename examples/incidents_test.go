package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// slack is how long after an incident's last record its alert may still fire, in
// seconds: windows have to run empty first, and payments are so few that hours go by
// before one is accepted again.
const slack = 5 * 60 * 60

// caught says which alerts each incident of testdata/logs/README.md causes, as
// "rule{group}": these, each once, and no others.
var caught = map[int][]string{
	1: {`edge_down{stream_service="<StreamService: edge-02>"}`, `edge_partial{stream_service="<StreamService: edge-02>"}`},
	2: {
		`edges_mass_down{}`,
		`edge_down{stream_service="<StreamService: edge-01>"}`,
		`edge_down{stream_service="<StreamService: edge-03>"}`,
		`edge_down{stream_service="<StreamService: edge-04>"}`,
		`edge_down{stream_service="<StreamService: edge-05>"}`,
		`edge_partial{stream_service="<StreamService: edge-04>"}`,
		`edge_partial{stream_service="<StreamService: edge-05>"}`,
	},
	3:  {`channel_cache_failing{command="cache_channel_list"}`},
	4:  {`content_fail{error="AttributeError", url="/tvmiddleware/api/channel/url/"}`},
	5:  {`command_deadman{command="check_stream_services"}`, `edge_checks_stopped{command="check_stream_services"}`},
	6:  {`login_bruteforce{params.abonement="100123"}`},
	7:  {`billing_purchase_failed{api_client_class="megogo_api_client", event="CUSTOMER_PAYMENT_LIST_REQUEST_ERROR"}`},
	8:  {`login_external_api{}`},
	9:  {`payment_errors{payment_source="payture"}`},
	11: {`account_device_error{}`},
	12: {`billing_handler_init{api_client_class="CustomBillingClient"}`},
	13: {`billing_purchase_failed{api_client_class="CustomBillingClient", event="VIDEO_ACTIONS_LIST_REQUEST_ERROR"}`},
	14: {`billing_out_errors{api_client_class="CustomBillingClient"}`},
	15: {`login_unknown_error{error="redis.exceptions.ConnectionError"}`},
	16: {`content_error_spike{url="/tvmiddleware/api/channel/url/"}`},
	17: {`billing_purchase_failed{api_client_class="megogo_api_client", event="VIDEO_ACTION_REQUEST_ERROR"}`},
	18: {`billing_signature{ip="198.51.100.77"}`},
	19: {`channels_not_found{client="1"}`},
	20: {`revenue_command_failed{command="check_accounts"}`},
	21: {`epg_import_empty{}`},
	22: {`unhandled_errors{error="TypeError", frame="programs.py:44 rows"}`},
}

// uncaught are incidents that the rules leave alone, with the reason.
var uncaught = map[int]string{10: "a lone command that a video server refuses is an ordinary day's"}

// ordinary are alerts that tell of a day, not of an incident, with the times at
// which they do: the report, and the two starts of Smarty that the logs have.
var ordinary = map[string][]string{
	"morning_report{}":               {"2024-11-19T06:00:00+03:00"},
	`restart_burst{server="Smarty"}`: {"2024-11-18T06:00:01+03:00", "2024-11-18T19:00:01+03:00"},
	"smarty_restarted{}":             {"2024-11-18T06:00:01+03:00", "2024-11-18T06:03:01+03:00", "2024-11-18T19:00:01+03:00", "2024-11-18T19:03:01+03:00"},
}

type incident struct {
	number      int
	first, last int64
}

var incidentRow = regexp.MustCompile(`(?m)^\| (\d+) \|.*\| (\S+ \S+) \| (\S+ \S+) \| \d+ \|$`)

// incidents reads the table of the logs' own description.
func incidents(t *testing.T) []incident {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(logs, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []incident
	for _, row := range incidentRow.FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, incident{n, second(t, "2006-01-02 15:04:05Z07:00", row[2]), second(t, "2006-01-02 15:04:05Z07:00", row[3])})
	}
	if len(out) < 22 {
		t.Fatalf("%d incidents in the README, want 22 at least", len(out))
	}
	return out
}

func second(t *testing.T, layout, text string) int64 {
	t.Helper()
	at, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

func name(a *alert.Transition) string { return fmt.Sprintf("%s{%s}", a.Rule, a.Group) }

func TestEachIncidentIsToldOnceAndNothingElse(t *testing.T) {
	all := incidents(t)
	told := map[string]int{} // "incident: alert" → how often
	for _, a := range replayed(t, loadRules(t)).alerts {
		if slices.ContainsFunc(ordinary[name(a)], func(at string) bool { return a.At == second(t, time.RFC3339, at) }) {
			continue
		}
		of := incidentOf(all, a)
		if of == nil {
			t.Errorf("%s %s at %s, outside any incident it belongs to", name(a), a.State, time.Unix(a.At, 0).UTC())
			continue
		}
		if a.State == alert.Firing || a.State == alert.Event {
			told[fmt.Sprintf("%d: %s", of.number, name(a))]++
		}
	}
	for _, in := range all {
		if len(caught[in.number]) == 0 && uncaught[in.number] == "" {
			t.Errorf("no rule is named for incident %d", in.number)
		}
		for _, want := range caught[in.number] {
			if n := told[fmt.Sprintf("%d: %s", in.number, want)]; n != 1 {
				t.Errorf("incident %d: %s fired %d times, want once", in.number, want, n)
			}
		}
	}
}

// incidentOf finds the incident that explains a transition: it fires between the
// first and the last record, and resolves soon after the last.
func incidentOf(all []incident, a *alert.Transition) *incident {
	for i, in := range all {
		end := in.last
		if a.State == alert.Resolved || a.State == alert.Update {
			end += slack
		}
		if a.At < in.first || a.At > end {
			continue
		}
		for _, want := range caught[in.number] {
			if want == name(a) {
				return &all[i]
			}
		}
	}
	return nil
}
