package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smarty-alert": main})
}

// TestScript runs the commands as a user would: a script per behaviour. $REPO is
// the repository, for logs that several tests share.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repository(t))
			e.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": scriptStatus, "pack": scriptPack, "garbage": scriptGarbage, "archive": scriptArchive, "api": scriptAPI},
	})
}

func repository(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// scriptStatus is "status N program args…": exec that wants an exit status.
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// scriptPack is "pack [half] FILE…": each FILE becomes FILE.gz; half leaves out
// the end of the stream, as a gzip has that is still being written.
func scriptPack(ts *testscript.TestScript, neg bool, args []string) {
	half := len(args) > 0 && args[0] == "half"
	if half {
		args = args[1:]
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: pack [half] FILE...")
	}
	for _, name := range args {
		packed, err := gzipped([]byte(ts.ReadFile(name)), half)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name)+".gz", packed, 0o644))
		ts.Check(os.Remove(ts.MkAbs(name)))
	}
}

func gzipped(data []byte, half bool) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	end := z.Close
	if half {
		end = z.Flush
	}
	err := end()
	return out.Bytes(), err
}

// scriptGarbage is "garbage FILE": bytes that are no log, the same each time.
func scriptGarbage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: garbage FILE")
	}
	data := make([]byte, 64<<10)
	x := uint32(1)
	for i := range data {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		data[i] = byte(x)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}
