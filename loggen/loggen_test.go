package loggen

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var moscow = time.FixedZone("MSK", 3*3600)

// monday is 18 November 2024, 00:00 in Moscow.
var monday = time.Date(2024, 11, 18, 0, 0, 0, 0, moscow)

// kept is a record with its own copy of the text.
type kept struct {
	Record
	text string
}

func collect(t testing.TB, o Options) []kept {
	t.Helper()
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	var out []kept
	for rec, ok := g.Next(); ok; rec, ok = g.Next() {
		out = append(out, kept{rec, string(rec.Text)})
	}
	return out
}

func TestNext_SameOptionsSameBytes(t *testing.T) {
	want := map[int]string{
		2: "2201d13714209fb985678d7df466915dc5e765cc7d44a7b89417e4dcb9826b6e",
		3: "a0b6b47fcae26df0dd22006094e76f28e71d2c1cd2a03a8f5d841e541d06c55e",
		0: "16bc0dc872730e4cf36884672962e45d9276d72593252e11eab682cd1a57e2e7",
	}
	for era, sum := range want {
		o := Options{Seed: 42, Start: monday.Add(4*time.Hour + 50*time.Minute), Duration: 40 * time.Minute, Rate: 6, Python: era, Zone: moscow}
		h := sha256.New()
		for _, rec := range collect(t, o) {
			h.Write([]byte(rec.Log + " " + rec.text))
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != sum {
			t.Errorf("python %d: SHA-256 of the run = %s, want %s", era, got, sum)
		}
	}
}

// documented reads the keys of the documentation: log, event, key, optional or not.
func documented(t *testing.T) [][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/documented.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(data)) {
		out = append(out, strings.Fields(line))
	}
	return out
}

func TestCatalogue_HoldsAllThatIsDocumented(t *testing.T) {
	keys, names := documented(t), make(map[string]bool)
	for _, d := range keys {
		ev, ok := eventByName(d[1])
		if !ok || ev.log != d[0] {
			t.Fatalf("event %s of %s is missing", d[1], d[0])
		}
		if !ev.has(d[2]) {
			t.Errorf("%s lacks the key %s", d[1], d[2])
		}
		names[d[1]] = true
	}
	if len(keys) != 149 || len(names) != 52 || len(events) != 53 {
		t.Errorf("keys, events, events with the unhandled = %d, %d, %d; want 149, 52, 53", len(keys), len(names), len(events))
	}
}

func TestNext_OneDayHasEveryEventAndKey(t *testing.T) {
	for _, era := range []int{2, 3} {
		seen := make(map[string]int)
		last, n := int64(0), 0
		g, err := New(Options{Seed: 2, Start: monday, Duration: 24 * time.Hour, Rate: 8, Python: era, Zone: moscow})
		if err != nil {
			t.Fatal(err)
		}
		for rec, ok := g.Next(); ok; rec, ok = g.Next() {
			if rec.Sec < last || rec.Sec < monday.Unix() || rec.Sec >= monday.Unix()+86400 {
				t.Fatalf("record at %d after one at %d, run from %d", rec.Sec, last, monday.Unix())
			}
			last = rec.Sec
			n++
			seen[rec.Event]++
			ev, _ := eventByName(pick(rec.Event == "", Unhandled, rec.Event))
			for i := range ev.fields {
				if key := ev.fields[i].key; seen[rec.Event+"."+key] == 0 && bytes.Contains(rec.Text, []byte(" "+key+"=")) {
					seen[rec.Event+"."+key]++
				}
			}
		}
		for _, d := range documented(t) {
			if seen[d[1]] == 0 || seen[d[1]+"."+d[2]] == 0 {
				t.Errorf("python %d: %s with key %s does not occur (event %d times)", era, d[1], d[2], seen[d[1]])
			}
		}
		if seen[""] == 0 {
			t.Errorf("python %d: no unhandled error", era)
		}
		if want := 8 * 86400; n < want*98/100 || n > want*102/100 {
			t.Errorf("python %d: %d records, want %d ± 2 %%", era, n, want)
		}
	}
}

func TestNext_DailyRhythm(t *testing.T) {
	var perHour [24]int
	for _, rec := range collect(t, Options{Seed: 1, Start: monday, Duration: 24 * time.Hour, Rate: 5, Python: 3, Zone: moscow}) {
		if rec.Log == "smarty_content_requests" {
			perHour[time.Unix(rec.Sec, 0).In(moscow).Hour()]++
		}
	}
	if night, prime := perHour[3], perHour[20]; night*10 > prime {
		t.Errorf("content requests at 3 h and 20 h = %d, %d; want at least ten times as many in the evening", night, prime)
	}
}

func TestNext_CommandsKeepTheirPeriods(t *testing.T) {
	runs := make(map[string]int)
	for _, rec := range collect(t, Options{Seed: 1, Start: monday, Duration: 24 * time.Hour, Rate: 0.01, Python: 3, Zone: moscow, Logs: []string{"smarty_management"}}) {
		_, rest, _ := strings.Cut(rec.text, "command='")
		name, _, _ := strings.Cut(rest, "'")
		runs[name]++
	}
	want := map[string]int{"cache_channel_list": 1440, "check_stream_services": 1440, "check_streams": 288, "resend_sms": 480,
		"check_payment_status": 144, "cache_customers_dynamic": 24, "epg_import": 3, "check_accounts": 1, "make_autopayments": 1,
		"epg_premiere_import": 1, "clean_old_messages": 1, "collect_daily_stats": 1, "save_stats": 1, "cache_max_online": 1,
		"send_activation_expires_messages": 1, "megogo_sync_content": 1}
	if !maps.Equal(runs, want) {
		t.Errorf("runs in a day = %v, want %v", runs, want)
	}
}

func TestNext_SwitchOfPython(t *testing.T) {
	o := Options{Seed: 5, Start: monday, Duration: time.Hour, Rate: 20, Zone: moscow}
	boots := 0
	for _, rec := range collect(t, o) {
		two := strings.Contains(rec.text, "=u'") || strings.Contains(rec.text, "{u'")
		if half := monday.Add(30 * time.Minute).Unix(); two && rec.Sec >= half {
			t.Fatalf("unicode literal after the switch: %s", rec.text)
		} else if rec.Event == "LOGIN_SUCCESS" && !two && rec.Sec < half {
			t.Fatalf("no unicode literal before the switch: %s", rec.text)
		}
		if rec.Event == "URLS_INITIALIZED" {
			boots++
		}
	}
	if boots != 32 {
		t.Errorf("workers started = %d, want 16 twice", boots)
	}
}

func TestNext_OnlyWantedLogs(t *testing.T) {
	o := Options{Seed: 1, Start: monday, Duration: 20 * time.Minute, Rate: 20, Python: 3, Zone: moscow}
	var want []string
	for _, rec := range collect(t, o) {
		if rec.Log == "smarty_cache" || rec.Log == "smarty_management" {
			want = append(want, rec.text)
		}
	}
	o.Logs = []string{"smarty_management", "smarty_cache"}
	var got []string
	for _, rec := range collect(t, o) {
		got = append(got, rec.text)
	}
	if !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("%d records of two logs, want the same %d as in the whole run", len(got), len(want))
	}
}

func TestNew_NamesAllThatIsWrong(t *testing.T) {
	_, err := New(Options{Python: 4, Logs: []string{"smarty_sms"}, Bursts: []Burst{{Event: "NOPE"}}, Quiet: []Quiet{{At: -1}}, Edges: -1})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"start", "duration", "rate", "python 4", `"smarty_sms"`, "burst 1: event", "burst 1: at", "quiet 1", "edges"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %s: %v", want, err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	for _, era := range []int{2, 3} {
		b.Run(pick(era == 2, "python2", "python3"), func(b *testing.B) {
			g, err := New(Options{Seed: 1, Start: monday, Duration: 1000 * time.Hour, Rate: 1000, Python: era, Zone: moscow})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			bytes := int64(0)
			for b.Loop() {
				rec, _ := g.Next()
				bytes += int64(len(rec.Text))
			}
			b.SetBytes(bytes / int64(b.N))
		})
	}
}
