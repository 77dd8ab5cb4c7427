package smartylog_test

import (
	"fmt"
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

func toText(v any) string { return fmt.Sprint(v) }
