package smartylog_test

import (
	"os"
	"testing"
)

func sampleLog(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/samples.log")
	if err != nil {
		t.Fatal(err)
	}
	return data
}
