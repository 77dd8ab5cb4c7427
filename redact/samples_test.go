package redact_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// sampleLog is a record of every documented event.
func sampleLog(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../smartylog/testdata/samples.log")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func scan(data []byte) (all []*smartylog.Record) {
	s := smartylog.NewScanner(bytes.NewReader(data), 0, smartylog.Options{})
	var rec smartylog.Record
	for s.Next(&rec) == nil || s.Flush(&rec) {
		all = append(all, rec.Clone())
	}
	return all
}
