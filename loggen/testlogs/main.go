// Command testlogs writes testdata/logs, the synthetic logs that other packages test with: run it from the root of the
// repository as "go run ./loggen/testlogs". The incidents are in plan.go; README.md beside the logs lists them.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/smarty-alert/smarty-alert/loggen"
)

func main() {
	dir := filepath.Join("testdata", "logs")
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := write(dir); err != nil {
		fmt.Fprintln(os.Stderr, "testlogs:", err)
		os.Exit(1)
	}
}

// write fills dir with the logs and their README.
func write(dir string) error {
	o, incidents := plan()
	stats, err := loggen.Write(dir, o)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "README.md")
	if err := os.WriteFile(path, []byte(readme(stats, incidents)), 0o644); err != nil {
		return fmt.Errorf("write list of incidents: %w", err)
	}
	return nil
}

const intro = `# Synthetic Smarty logs

These logs are synthetic: the package loggen made them ("go run ./loggen/testlogs" writes them again, byte for byte). No line
comes from a real server, names are invented, addresses are those reserved for documentation.

They cover 26 hours, from %s to %s. Python 2 writes until %s, Python 3 from then on.
All 14 logs and all 52 documented events are there: %d records, %d bytes. Five edges are checked in turn, one each minute.

Nothing goes wrong but what is listed here, and single handled errors in the ordinary traffic (LOGIN_ERROR,
CONTENT_REQUEST_ERROR, BILLING_REQUEST_ERROR, EPG_CHANNEL_IMPORT_ERROR). Times are those of the first and last record.

| # | incident | log | first | last | records |
|---|---|---|---|---|---|
`

const timeFormat = "2006-01-02 15:04:05-07:00"

func readme(stats loggen.Stats, incidents []incident) string {
	o, _ := plan()
	var b strings.Builder
	fmt.Fprintf(&b, intro, o.Start.Format(timeFormat), o.Start.Add(o.Duration).Format(timeFormat),
		o.Start.Add(o.Duration/2).Format(timeFormat), stats.Records, stats.Bytes)
	next := 0
	for i, inc := range incidents {
		if len(inc.bursts) == 0 {
			fmt.Fprintf(&b, "| %d | %s | – | %s | %s | 0 |\n", i+1, inc.title,
				o.Start.Add(inc.quiet[0].At).Format(timeFormat), o.Start.Add(inc.quiet[0].At+inc.quiet[0].For).Format(timeFormat))
			continue
		}
		mine := stats.Bursts[next : next+len(inc.bursts)]
		next += len(inc.bursts)
		writeRow(&b, i+1, inc.title, mine)
	}
	return b.String()
}

// writeRow sums up the bursts of an incident; a recovery that belongs to it is not counted.
func writeRow(b *strings.Builder, number int, title string, bursts []loggen.BurstTrue) {
	first, last, n := bursts[0].First, bursts[0].Last, int64(0)
	for _, t := range bursts {
		if t.Event != bursts[0].Event {
			continue
		}
		if t.First.Before(first) {
			first = t.First
		}
		if t.Last.After(last) {
			last = t.Last
		}
		n += t.Records
	}
	fmt.Fprintf(b, "| %d | %s | %s | %s | %s | %d |\n", number, title, bursts[0].Log, first.Format(timeFormat), last.Format(timeFormat), n)
}
