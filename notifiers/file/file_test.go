package file_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/file"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
)

func receiver(t *testing.T, o file.Options) *file.Receiver {
	t.Helper()
	o.Now = func() time.Time { return time.Unix(1768435700, 0) }
	r, err := file.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func send(t *testing.T, r *file.Receiver, id string) error {
	t.Helper()
	d := hostile.Delivery("Отказ узла", "first")
	d.ID = id
	_, err := r.Send(t.Context(), d, "")
	return err
}

// ids reads the ids of a file's lines; "?" for one that is no JSON.
func ids(t *testing.T, r io.Reader) (out []string) {
	t.Helper()
	s := bufio.NewScanner(r)
	s.Buffer(nil, 10<<20)
	for s.Scan() {
		var l struct {
			At      time.Time
			ID      string
			Reason  string
			Message struct{ Status string }
		}
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			l.ID = "?"
		} else if l.Reason != "first" || l.Message.Status != "firing" || l.At.Unix() != 1768435700 {
			t.Errorf("%+v", l)
		}
		out = append(out, l.ID)
	}
	return out
}

func read(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return ids(t, f)
}

func TestSend_AppendsAndFollowsARotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	r := receiver(t, file.Options{Path: path, Sync: true})
	for _, id := range []string{"1", "2"} {
		if err := send(t, r, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := send(t, r, "3"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1", "2"}, {"3"}}, [][]string{read(t, path+".1"), read(t, path)}); diff != "" {
		t.Error(diff)
	}
}

func TestSend_ALineCutOffByACrashHarmsNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	if err := os.WriteFile(path, []byte(`{"id":"0","mess`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := send(t, receiver(t, file.Options{Path: path}), "1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"?", "1"}, read(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestSend_Stdout(t *testing.T) {
	var out strings.Builder
	r := receiver(t, file.Options{Path: file.Stdout, Stdout: &out})
	if err := send(t, r, "1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1"}, ids(t, strings.NewReader(out.String()))); diff != "" {
		t.Error(diff)
	}
}

// What cannot be written now may be so later: a directory is made, a disk emptied.
func TestSend_FaultsAreTemporary(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	full := receiver(t, file.Options{Path: file.Stdout, Stdout: errWriter{}})
	for name, r := range map[string]*file.Receiver{
		"no directory": receiver(t, file.Options{Path: filepath.Join(dir, "none", "x")}),
		"a directory":  receiver(t, file.Options{Path: dir}),
		"a pipe":       receiver(t, file.Options{Path: pipe}),
		"full":         full,
	} {
		var se *notifiers.SendError
		if err := send(t, r, "1"); !errors.As(err, &se) || se.Permanent {
			t.Errorf("%s: %#v", name, err)
		}
	}
	if _, err := file.New(file.Options{}); err == nil {
		t.Error("no path: no error")
	}
}

type errWriter struct{}

func (errWriter) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestSend_HostileTextIsOneLine(t *testing.T) {
	var out strings.Builder
	r := receiver(t, file.Options{Path: file.Stdout, Stdout: &out})
	for _, p := range hostile.Payloads() {
		out.Reset()
		if _, err := r.Send(t.Context(), hostile.Delivery(p, "first"), ""); err != nil {
			t.Fatalf("%.40q: %v", p, err)
		}
		if got := ids(t, strings.NewReader(out.String())); len(got) != 1 || got[0] != "d0" || strings.ContainsAny(strings.TrimSuffix(out.String(), "\n"), "\n\x00\x1b\x7f\u009b\u0085\u2028\u202e\u200b") {
			t.Errorf("%.40q: %v", p, got)
		}
	}
}
