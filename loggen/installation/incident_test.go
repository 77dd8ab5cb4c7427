package installation

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// during is an installation in whose second of two hours a thing goes wrong. It begins before an import of the guide, at noon or at
// night, as the kind needs.
func during(kind string) Options {
	o := Options{Seed: 5, Start: monday.Add(18 * time.Hour), Duration: 2 * time.Hour, Zone: moscow, Subscribers: 6_000, Servers: 2,
		Incidents: []Incident{{Kind: kind, At: 30 * time.Minute, For: 50 * time.Minute}}}
	switch kind {
	case "epg_empty", "epg_source_broken":
		o.Start = monday.Add(12 * time.Hour)
	case "charging_failed":
		o.Start = monday.Add(24 * time.Hour)
	}
	return o
}

// key is a record without what depends on where it was served.
func key(r *kept) string { return fmt.Sprintln(r.Sec, r.Log, r.Event) }

func count(records []kept, other bool) map[string]int {
	out := map[string]int{}
	for i := range records {
		if r := &records[i]; !other || r.Incident == 0 {
			out[key(r)]++
		}
	}
	return out
}

// An incident adds, changes and takes away its own records only, and its truth counts them.
func TestIncident_ChangesItsOwnRecordsOnly(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			o := during(kind)
			wrong, truths := collect(t, o)
			truth := truths[0]
			o.Incidents = nil
			calm, _ := collect(t, o)
			before := count(calm, false)
			for k, n := range count(wrong, true) {
				if before[k] < n {
					t.Errorf("a record that is not the incident's and not there without it: %s", k)
				}
			}
			for i := range min(len(wrong), len(calm)) {
				if w := &wrong[i]; w.Sec >= truth.From.Unix() {
					break
				} else if w.text != calm[i].text {
					t.Fatalf("differs before it begins:\n%s%s", w.text, calm[i].text)
				}
			}
			n, first, last := int64(0), int64(0), int64(0)
			for i := range wrong {
				if r := &wrong[i]; r.Incident == 1 {
					n++
					last = r.Sec
					if first == 0 {
						first = r.Sec
					}
				}
			}
			if n != truth.Records || n+truth.Missing == 0 || truth.First == nil {
				t.Fatalf("%d records of the incident, truth %+v", n, truth)
			}
			if first > 0 && (first < truth.First.Unix() || last > truth.Last.Unix() || truth.First.Before(truth.From)) {
				t.Errorf("its records lie from %d to %d, truth %+v", first, last, truth)
			}
		})
	}
}

// saying counts the records within some time that hold all texts.
func saying(records []kept, from, to time.Time, texts ...string) int {
	n := 0
	for i := range records {
		if r := &records[i]; r.Sec >= from.Unix() && r.Sec < to.Unix() && !slices.ContainsFunc(texts, func(x string) bool { return !strings.Contains(r.text, x) }) {
			n++
		}
	}
	return n
}

// What the truth says can be read in the logs by anybody.
func TestIncident_CanBeReadInTheLogs(t *testing.T) {
	for kind, tc := range map[string]struct {
		texts         func(w Where) []string
		inside, other int // records that hold the texts during the incident, at least; at other times, at most
	}{
		"edge_down":         {func(w Where) []string { return []string{"STREAM_SERVICE_CHECKING_ERROR", w.Edges[0]} }, 48, 0},
		"edge_flapping":     {func(w Where) []string { return []string{"STREAM_SERVICE_CHECKING_ERROR", w.Edges[0]} }, 10, 0},
		"mass_outage":       {func(w Where) []string { return []string{"STREAM_SERVICE_CHECKING_ERROR", w.Edges[len(w.Edges)-1]} }, 48, 0},
		"command_failing":   {func(w Where) []string { return []string{"COMMAND_ERROR", w.Command} }, 9, 0},
		"charging_failed":   {func(Where) []string { return []string{"COMMAND_ERROR command='check_accounts'"} }, 1, 0},
		"cache_empty":       {func(w Where) []string { return []string{"CLIENT_CHANNELS_NOT_FOUND client=" + w.Client} }, 80, 0},
		"epg_empty":         {func(Where) []string { return []string{"EPG_IMPORT_FINISHED channels_processed=0 programms_imported=0"} }, 1, 0},
		"epg_source_broken": {func(w Where) []string { return []string{"EPG_CHANNEL_IMPORT_ERROR", w.Source, "403"} }, 100, 2},
		"billing_slow":      {func(Where) []string { return []string{"reason='external_api_error'"} }, 30, 2},
		"handler_broken":    {func(w Where) []string { return []string{"INIT_ERROR", w.Class} }, 5, 0},
		"gateway_failing":   {func(w Where) []string { return []string{"NOTIFY_ERROR", w.Gateway} }, 3, 4},
		"streams_refused":   {func(Where) []string { return []string{"CONTENT_REQUEST_ERROR"} }, 1500, 400},
		"unhandled_errors":  {func(w Where) []string { return []string{"Internal Server Error", w.Exception} }, 20, 0},
		"video_server_down": {func(w Where) []string { return []string{w.Host, "message='[Errno 111] Connection refused'"} }, 30, 3},
		"brute_force": {func(w Where) []string {
			return []string{"account_does_not_exist", "'" + w.Abonement + "'", w.DeviceUID}
		}, 500, 0},
		"credential_stuffing": {func(w Where) []string { return []string{"account_does_not_exist", w.DeviceUID} }, 500, 0},
		"admin_guessing":      {func(w Where) []string { return []string{"/admin/login/", "'" + w.IP + "'"} }, 500, 0},
		"billing_wrong_key":   {func(w Where) []string { return []string{"BILLING_REQUEST_ERROR", "error=-2", "'" + w.IP + "'"} }, 40, 0},
	} {
		t.Run(kind, func(t *testing.T) {
			o := during(kind)
			records, truths := collect(t, o)
			truth := truths[0]
			texts := tc.texts(truth.Where)
			inside := saying(records, truth.From, truth.To, texts...)
			other := saying(records, o.Start, truth.From, texts...) + saying(records, truth.To.Add(20*time.Minute), o.Start.Add(o.Duration), texts...)
			if inside < tc.inside || other > tc.other {
				t.Errorf("%d records with %q during it and %d at other times, want at least %d and at most %d", inside, texts, other, tc.inside, tc.other)
			}
		})
	}
}

// What a silent incident keeps out is not there, and what it does not concern is.
func TestIncident_Silences(t *testing.T) {
	for kind, tc := range map[string]struct {
		gone, stays func(r *kept, w Where) bool
	}{
		"cron_dead": {func(r *kept, _ Where) bool { return r.Event == "STREAM_SERVICE_CHECKING_SUCCESS" }, func(r *kept, _ Where) bool { return r.Event == "LOGIN_SUCCESS" }},
		"command_stopped": {func(r *kept, w Where) bool { return strings.Contains(r.text, "command='"+w.Command+"'") }, func(r *kept, w Where) bool {
			return r.Log == "smarty_management" && !strings.Contains(r.text, w.Command)
		}},
		"level_raised": {func(r *kept, _ Where) bool { return strings.Contains(r.text, " DEBUG ") }, func(r *kept, _ Where) bool { return strings.Contains(r.text, " INFO ") }},
		"disk_full":    {func(r *kept, w Where) bool { return ServerName(r.Server) == w.Servers[0] }, func(r *kept, w Where) bool { return ServerName(r.Server) != w.Servers[0] }},
		"server_down":  {func(r *kept, w Where) bool { return ServerName(r.Server) == w.Servers[0] }, func(r *kept, w Where) bool { return ServerName(r.Server) != w.Servers[0] }},
	} {
		records, truths := collect(t, during(kind))
		w, gone, stays := truths[0], 0, 0
		for i := range records {
			r := &records[i]
			if r.Sec < w.From.Unix()+20 || r.Sec >= w.To.Unix() { // what ran at the beginning ends as it should
				continue
			}
			if tc.gone(r, w.Where) {
				gone++
			}
			if tc.stays(r, w.Where) {
				stays++
			}
		}
		if gone > 0 || stays == 0 {
			t.Errorf("%s: %d records that should be silent, %d of others; want none and some (%+v)", kind, gone, stays, w)
		}
	}
}

func TestIncident_SkewIsInTheHeader(t *testing.T) {
	o := during("clock_skew")
	o.Incidents[0].Server, o.Incidents[0].By = 2, -5*time.Minute
	records, _ := collect(t, o)
	skewed := 0
	for i := range records {
		r := &records[i]
		want := time.Unix(r.Sec, 0)
		if in := r.Sec - o.Start.Unix(); r.Server == 1 && in >= 1800 && in < 4800 {
			want = want.Add(-5 * time.Minute)
			skewed++
		}
		if stamp := want.In(moscow).Format("Mon Jan 02 15:04:05-0700 2006 "); !strings.HasPrefix(r.text, stamp) {
			t.Fatalf("record of second %d of server %d does not begin with %s: %s", r.Sec-o.Start.Unix(), r.Server+1, stamp, r.text)
		}
	}
	if skewed == 0 {
		t.Error("no record of a wrong clock")
	}
}

// Volumes are those of the vendor's measurements: 1.24 stream links a second for 1,000 who watch, 30 % in the evening.
func TestNext_Volumes(t *testing.T) {
	records, _ := collect(t, Options{Seed: 5, Start: monday.Add(20*time.Hour + 30*time.Minute), Duration: time.Hour, Zone: moscow, Subscribers: 10_000, Servers: 2})
	links, hosts := 0, [2]int{}
	for i := range records {
		if records[i].Log == "smarty_content_requests" {
			links++
			hosts[records[i].Server]++
		}
	}
	if perSecond := float64(links) / 3600; perSecond < 3.2 || perSecond > 4.2 {
		t.Errorf("%.2f stream links a second in the evening, want 3.7", perSecond)
	}
	if hosts[0]*10 < links*4 || hosts[1]*10 < links*4 {
		t.Errorf("requests by server: %v, want about half each", hosts)
	}
}

func TestDraw_KeepsIncidentsApart(t *testing.T) {
	for seed := range uint64(5) {
		o := Options{Seed: seed, Start: monday, Duration: 24 * time.Hour, Zone: moscow, Subscribers: 10_000, Servers: 2}
		all, err := Draw(o, 40, 0, o.Duration)
		if err != nil || len(all) != 40 {
			t.Fatalf("seed %d: %d incidents, %v", seed, len(all), err)
		}
		o.Incidents = all
		if _, err := New(o); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		for i := range all {
			for k := range i {
				a, b := &all[k], &all[i]
				ka, _ := kindNamed(a.Kind)
				kb, _ := kindNamed(b.Kind)
				if (ka.alone || kb.alone) && a.At < b.until()+apart && b.At < a.until()+apart {
					t.Errorf("seed %d: %s at %v and %s at %v", seed, a.Kind, a.At, b.Kind, b.At)
				}
			}
		}
	}
}

// The files of all days hold the run, each the records of its own day.
func TestWrite_RotatesAtMidnight(t *testing.T) {
	o := Options{Seed: 5, Start: monday.Add(22 * time.Hour), Duration: 28 * time.Hour, Zone: moscow, Subscribers: 500, Servers: 2}
	dir := t.TempDir()
	stats, err := Write(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*strings.Builder{}
	records, _ := collect(t, o)
	for i := range records {
		r := &records[i]
		name := r.Log + ".log"
		switch at := time.Unix(r.Sec, 0).In(moscow); at.Day() {
		case 18:
			name += "-20241119"
		case 19:
			name += "-20241120"
		}
		name = filepath.Join(dir, ServerName(r.Server), name)
		if want[name] == nil {
			want[name] = new(strings.Builder)
		}
		want[name].WriteString(r.text)
	}
	if stats.Files != 2*14*3 || stats.Records != int64(len(records)) {
		t.Errorf("%d files, %d records; want %d and %d", stats.Files, stats.Records, 2*14*3, len(records))
	}
	for name, text := range want {
		got, err := os.ReadFile(name)
		if err != nil || string(got) != text.String() {
			t.Errorf("%s: %d bytes, %v; want %d", name, len(got), err, text.Len())
		}
	}
}
