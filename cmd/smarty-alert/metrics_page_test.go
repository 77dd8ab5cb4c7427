package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMetrics_Page: docs/metrics.md lists what /metrics serves, with types and labels,
// and nothing else.
func TestMetrics_Page(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.inbox.fail["hook"] = 1
	s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'")
	s.start()
	for range 6 {
		s.append("smarty_stream_services.log", "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'")
	}
	var served string
	s.eventually("a message was refused, and taken then", func() bool {
		_, served = s.fetch("/metrics")
		return strings.Contains(served, "smarty_alert_notification_failures_total{") && len(s.inbox.of("hook", "edge-07")) > 0
	})
	page, err := os.ReadFile(filepath.Join(repository(t), "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(smarty_alert_\\w+)` \\| (\\w+) \\| ([^|]*) \\| [^|]{10,} \\| [^|]+ \\|$")
	var listed []string
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		labels := strings.Split(strings.TrimPrefix(m[3], "–"), ", ")
		slices.Sort(labels)
		listed = append(listed, m[1]+" "+m[2]+" "+strings.Join(labels, ", "))
	}
	slices.Sort(listed)
	if diff := cmp.Diff(metricsOf(served), listed); diff != "" {
		t.Errorf("docs/metrics.md (-served +listed):\n%s", diff)
	}
}

var (
	typeLine  = regexp.MustCompile(`(?m)^# TYPE (smarty_alert_\w+) (\w+)$`)
	labelName = regexp.MustCompile(`(\w+)="`)
)

// metricsOf are the names, types and labels of a scrape.
func metricsOf(text string) (out []string) {
	for _, m := range typeLine.FindAllStringSubmatch(text, -1) {
		series := regexp.MustCompile(`(?m)^` + m[1] + `(?:\{(.*)\})? `).FindStringSubmatch(text)
		var labels []string
		for _, l := range labelName.FindAllStringSubmatch(series[1], -1) {
			labels = append(labels, l[1])
		}
		slices.Sort(labels)
		out = append(out, m[1]+" "+m[2]+" "+strings.Join(labels, ", "))
	}
	slices.Sort(out)
	return out
}
