package anonymise_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/anonymise"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// testKey is the key of the goldens.
var testKey = []byte("a key for tests, 32 bytes long..")

func newAnonymiser(t reporter, o anonymise.Options) *anonymise.Anonymiser {
	t.Helper()
	if o.Key == nil {
		o.Key = testKey
	}
	a, err := anonymise.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// anonymised is a log with stand-ins.
func anonymised(t reporter, a *anonymise.Anonymiser, log []byte) ([]byte, *anonymise.Report) {
	t.Helper()
	var out bytes.Buffer
	rep := &anonymise.Report{}
	if err := a.Copy(&out, bytes.NewReader(log), rep); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), rep
}

// TestCopy_Golden has every documented event and every known way to be broken;
// the output was read by a person.
func TestCopy_Golden(t *testing.T) {
	for _, name := range []string{"samples", "malformed"} {
		got, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), sample(t, name))
		compare(t, records(t, sample(t, name)), records(t, got))
		golden := filepath.Join("testdata", name+".anonymised.log")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// sample is a log of the parser's tests.
func sample(t reporter, name string) []byte {
	t.Helper()
	log, err := os.ReadFile(filepath.Join("../smartylog/testdata", name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// reporter is a test, or the run of a property.
type reporter interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}
