package smartylog_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// BenchmarkRedactText hides what is secret in the samples, record by record.
func BenchmarkRedactText(b *testing.B) {
	lines := strings.Split(string(sampleLog(b)), "\n")
	r := smartylog.NewRedactor(nil, nil)
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range lines {
			sink += int64(len(r.Text(l)))
		}
	}
}
