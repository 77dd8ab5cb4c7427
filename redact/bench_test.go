package redact_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/redact"
)

// BenchmarkRedactText hides what is secret in the samples, record by record.
func BenchmarkRedactText(b *testing.B) {
	lines := strings.Split(string(sampleLog(b)), "\n")
	r := redact.New(nil, nil)
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	shown := 0
	for b.Loop() {
		for _, l := range lines {
			shown += len(r.Text(l))
		}
	}
	if shown == 0 {
		b.Fatal("the samples are empty")
	}
}
