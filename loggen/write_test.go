package loggen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWrite_FilesHoldTheRun(t *testing.T) {
	o := Options{Seed: 7, Start: monday, Duration: 30 * time.Minute, Rate: 20, Zone: moscow,
		Bursts: []Burst{{Event: "INIT_ERROR", At: 10 * time.Minute, For: time.Minute, Rate: 0.1}},
		Quiet:  []Quiet{{Event: "PORTAL_EVENT", At: 5 * time.Minute}}}
	dir := filepath.Join(t.TempDir(), "new")
	stats, err := Write(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]*strings.Builder)
	for _, stem := range Logs() {
		want[stem] = new(strings.Builder)
	}
	records := int64(0)
	for _, rec := range collect(t, o) {
		want[rec.Log].WriteString(rec.text)
		records++
	}
	for _, stem := range Logs() {
		got, err := os.ReadFile(filepath.Join(dir, stem+".log"))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want[stem].String() {
			t.Errorf("%s differs from the generator's records: %d and %d bytes", stem, len(got), want[stem].Len())
		}
	}
	if stats.Records != records || len(stats.Logs) != 14 || stats.Suppressed == 0 {
		t.Errorf("stats = %+v, want %d records in 14 logs", stats, records)
	}
	b := stats.Bursts[0]
	if b.Records != 6 || b.Log != "smarty_billing_out" || !b.First.Equal(monday.Add(10*time.Minute)) || !b.Last.Equal(monday.Add(10*time.Minute+50*time.Second)) {
		t.Errorf("truth of the burst = %+v, want 6 records from 00:10:00 to 00:10:50", b)
	}
	if q := stats.Quiet[0]; !q.From.Equal(monday.Add(5*time.Minute)) || !q.To.Equal(monday.Add(30*time.Minute)) {
		t.Errorf("truth of the silence = %+v, want from 00:05 to the end", q)
	}
}

func TestWrite_OnlyChosenLogs(t *testing.T) {
	dir := t.TempDir()
	stats, err := Write(dir, Options{Seed: 7, Start: monday, Duration: time.Minute, Rate: 1, Logs: []string{"smarty_payment"}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || files[0].Name() != "smarty_payment.log" || len(stats.Logs) != 1 {
		t.Errorf("files = %v, logs in the stats = %v, want smarty_payment only", files, stats.Logs)
	}
}

func TestWrite_SaysWhatItCouldNotDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(file, Options{Start: monday, Duration: time.Minute, Rate: 1}); err == nil {
		t.Error("no error for a folder that is a file")
	}
	if _, err := Write(t.TempDir(), Options{}); err == nil {
		t.Error("no error for empty options")
	}
}
