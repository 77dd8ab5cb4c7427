package loggen

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBurst_ExactAndEvenlySpaced(t *testing.T) {
	o := Options{Seed: 9, Start: monday, Duration: time.Hour, Rate: 2, Python: 3, Zone: moscow, Bursts: []Burst{
		{Event: "LOGIN_ERROR", At: 10 * time.Minute, For: 5 * time.Minute, Rate: 0.1,
			Fields: map[string]string{"reason": "'account_does_not_exist'", "params.abonement": "'100777'", "params.app": "'x1'"}},
		{Event: "CONTENT_REQUEST_ERROR", At: 20 * time.Minute, For: 4 * time.Minute, Rate: 0.625},
		{Event: Unhandled, At: 30 * time.Minute, For: time.Minute, Rate: 0.05},
	}}
	var secs [4][]int64
	for _, rec := range collect(t, o) {
		secs[rec.Burst] = append(secs[rec.Burst], rec.Sec-monday.Unix())
		if rec.Burst == 1 && !(strings.Contains(rec.text, "'abonement': '100777'") && strings.Contains(rec.text, "'app': 'x1'") &&
			strings.Contains(rec.text, " reason='account_does_not_exist'")) {
			t.Errorf("burst record without its fields: %s", rec.text)
		}
		if rec.Burst == 3 && !(rec.Event == "" && strings.Contains(rec.text, "Internal Server Error") && strings.Contains(rec.text, "\nTraceback")) {
			t.Errorf("no unhandled error: %s", rec.text)
		}
	}
	if len(secs[1]) != 30 || secs[1][0] != 600 || secs[1][29] != 890 {
		t.Errorf("first burst at %v, want 30 records from 600 to 890", secs[1])
	}
	if len(secs[2]) != 150 || len(secs[3]) != 3 {
		t.Errorf("bursts of %d and %d records, want 150 and 3", len(secs[2]), len(secs[3]))
	}
}

func TestQuiet_LeavesOutWhatMatches(t *testing.T) {
	silent := Quiet{Event: "MANAGEMENT_COMMAND_SUCCESS", Fields: map[string]string{"command": "'check_stream_services'"}, At: 20 * time.Minute, For: 25 * time.Minute}
	o := Options{Seed: 9, Start: monday, Duration: 2 * time.Hour, Rate: 2, Python: 3, Zone: moscow}
	all := collect(t, o)
	o.Quiet = []Quiet{silent, {Event: "", At: 100 * time.Minute}, {Event: "LOGIN_SUCCESS", Fields: map[string]string{"params.client_id": "'2'"}}}
	some := collect(t, o)
	leftOut := func(rec kept) bool {
		at := time.Duration(rec.Sec-monday.Unix()) * time.Second
		return at >= 100*time.Minute || rec.Event == "LOGIN_SUCCESS" && (strings.Contains(rec.text, "'client_id': '2'") || strings.Contains(rec.text, "'client_id': ['2']")) ||
			strings.Contains(rec.text, "SUCCESS command='check_stream_services'") && at >= 20*time.Minute && at < 45*time.Minute
	}
	all = slices.DeleteFunc(all, leftOut)
	if !slices.EqualFunc(all, some, func(a, b kept) bool { return a.text == b.text }) {
		t.Errorf("%d records with silences, want the run without them less those that match: %d", len(some), len(all))
	}
}

func TestBurst_LeavesTheRestAsItWas(t *testing.T) {
	o := Options{Seed: 3, Start: monday, Duration: time.Hour, Rate: 5, Python: 2, Zone: moscow}
	calm := collect(t, o)
	o.Bursts = []Burst{{Event: "NOTIFY_ERROR", At: time.Minute, For: 30 * time.Minute, Rate: 1}}
	o.Quiet = []Quiet{{Event: "NOTIFY_ERROR", For: time.Hour}}
	busy := slices.DeleteFunc(collect(t, o), func(r kept) bool { return r.Burst > 0 })
	calm = slices.DeleteFunc(calm, func(r kept) bool { return r.Event == "NOTIFY_ERROR" })
	if !slices.EqualFunc(calm, busy, func(a, b kept) bool { return a.text == b.text }) {
		t.Errorf("other records changed by a burst: %d and %d", len(calm), len(busy))
	}
}

func TestBurst_EdgeRemembersItsOutage(t *testing.T) {
	edge := StreamService(3)
	o := Options{Seed: 3, Start: monday, Duration: 10 * time.Minute, Rate: 1, Python: 3, Zone: moscow, Edges: 4,
		Bursts: []Burst{{Event: "STREAM_SERVICE_CHECKING_ERROR", At: 3 * time.Minute, For: 2 * time.Minute, Rate: 1. / 30, Fields: map[string]string{"stream_service": edge}}},
		Quiet:  []Quiet{{Event: "STREAM_SERVICE_CHECKING_SUCCESS", At: 3 * time.Minute, For: 2 * time.Minute, Fields: map[string]string{"stream_service": edge}}}}
	var got []string
	for _, rec := range collect(t, o) {
		if strings.Contains(rec.text, edge) {
			got = append(got, pick(rec.Event == "STREAM_SERVICE_CHECKING_ERROR", "down", "up")+
				pick(strings.Contains(rec.text, "was_available_before=True"), " was up", " was down"))
		}
	}
	up := []string{"up was up", "up was up", "up was up"}
	want := slices.Concat(up, []string{"down was up", "down was down", "down was down", "down was down", "up was down"}, up, up[:1])
	if !slices.Equal(got, want) {
		t.Errorf("checks of the edge = %q, want %q", got, want)
	}
}
