package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/store"
)

// keepState makes the fixture of the present version of the state, before it becomes
// an old one: go test ./cmd/smarty-alert -run OldStates -keep-state version3. -state-of
// has another program make it.
var (
	keepState = flag.String("keep-state", "", "make this directory of testdata/states")
	stateOf   = flag.String("state-of", "smarty-alert", "the program that makes it")
)

// oldClock is when the states of testdata/states were left, killed amid an incident.
const (
	oldClock  = "2026-11-02T12:00:00Z"
	laterThen = "2026-11-02T12:05:00Z"
)

// newOldSite is a site whose rules keep firing, with the logs of the day of the states.
func newOldSite(t *testing.T) *site {
	s := newSite(t)
	s.write("rules.yaml", strings.NewReplacer("window: 6s", "window: 1h", "count >= 5", "count >= 3").Replace(liveRules))
	return s
}

func (s *site) appendThen(at string, edges ...string) {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, "logs", "smarty_stream_services.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, edge := range edges {
		_, werr := fmt.Fprintf(f, "Mon Nov 02 %s+0000 2026 ERROR check:64 run[1.MainThread] STREAM_SERVICE_CHECKING_ERROR stream_service='%s'\n", at, edge)
		err = errors.Join(err, werr)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// startThen starts the program as if it were then.
func (s *site) startThen(clock string) {
	s.t.Helper()
	s.launch("--clock-start", clock)
	s.awaitAddress()
	s.eventually("ready", func() bool { return s.get("/-/ready") == http.StatusOK })
}

// keep makes a state: edge-07 fires, which mail was told of and the webhook was not;
// edge-08 is one error short of it. Silences and acks came with version 2.
func (s *site) keep(dir string) {
	s.inbox.mu.Lock()
	s.inbox.fail = map[string]int{"hook": 1000}
	s.inbox.mu.Unlock()
	s.appendThen("11:59:50", "edge-07", "edge-08")
	s.appendThen("11:59:51", "edge-07", "edge-08")
	s.startThen(oldClock)
	s.appendThen("12:00:00", "edge-07")
	s.eventually("mail is told", func() bool { return len(s.inbox.of("mail", "edge-07 failed 3 checks")) > 0 })
	s.eventually("slack is told", func() bool { return len(s.inbox.of("slack", "edge-07 failed 3 checks")) > 0 })
	s.eventually("the webhook is tried", func() bool { return s.gauge(`smarty_alert_outbox{receiver="hook",state="retry"}`) > 0 })
	if s.get("/api/v1/acks") == http.StatusOK {
		s.silenceThen("edge-09")
		s.ours("ack", "--author", "boris", "rule=edges")
	}
	s.kill()
	if err := os.Remove(filepath.Join(s.dir, "state", "state.db-shm")); err != nil { // made anew by who opens it
		s.t.Fatal(err)
	}
	for _, name := range []string{"logs", "state"} {
		if err := os.CopyFS(filepath.Join("testdata", "states", dir, name), os.DirFS(filepath.Join(s.dir, name))); err != nil {
			s.t.Fatal(err)
		}
	}
}

// silenceThen sets a silence of the day of the states: the command's would begin now.
func (s *site) silenceThen(edge string) {
	s.t.Helper()
	body := `{"matchers": [{"name": "stream_service", "value": "` + edge + `", "isRegex": false, "isEqual": true}],
		"startsAt": "` + oldClock + `", "endsAt": "2026-11-02T22:00:00Z", "createdBy": "anna", "comment": "works"}`
	resp, err := http.Post(s.url+"/api/v2/silences", "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("set a silence: %s", resp.Status)
	}
}

// TestRun_OldStates: what any earlier version left is there, and is gone on from.
func TestRun_OldStates(t *testing.T) {
	t.Parallel()
	if *keepState != "" {
		s := newOldSite(t)
		s.program = *stateOf
		s.keep(*keepState)
	}
	dirs, err := filepath.Glob("testdata/states/*")
	if err != nil || len(dirs) < 2 {
		t.Fatalf("%d old states, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { goesOnFrom(t, dir) })
	}
}

func goesOnFrom(t *testing.T, dir string) {
	s := newOldSite(t)
	if err := os.CopyFS(s.dir, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	was := stateIn(t, dir)
	if len(was.Firing) != 1 || !strings.Contains(was.Firing[0].Group.String(), "edge-07") || len(was.Groups) < 3 || len(was.Cuts) == 0 || was.Snapshot == nil {
		t.Fatalf("the state has %d firing alerts, %d groups, %d cuts", len(was.Firing), len(was.Groups), len(was.Cuts))
	}
	s.startThen(laterThen)
	s.eventually("the webhook is told what waited", func() bool { return len(s.inbox.of("hook", was.Firing[0].AlertID)) > 0 })
	muted := len(was.Mutes.Silences) > 0
	if muted {
		s.appendThen("12:05:00", "edge-09", "edge-09", "edge-09")
	}
	s.appendThen("12:05:00", "edge-08")
	s.eventually("the third error is counted", func() bool { return len(s.inbox.of("hook", "edge-08 failed 3 checks")) > 0 })
	for _, edge := range []string{"edge-07", "edge-08"} {
		for _, count := range []string{"4", "5", "6"} {
			if got := s.inbox.of("hook", edge+" failed "+count); len(got) > 0 {
				t.Errorf("records are counted twice: %v", got)
			}
		}
	}
	if got := s.inbox.of("mail", "edge-07 failed"); len(got) > 1 || len(got) == 1 && !strings.Contains(got[0].text, "edge-08") {
		t.Errorf("mail is told again of edge-07: %v", got)
	}
	if got := s.inbox.of("hook", "edge-09 failed"); len(got) > 0 {
		t.Errorf("the webhook is told of what is silenced: %v", got)
	}
	if got := s.firing(); !strings.Contains(got, was.Firing[0].Fingerprint) || strings.Contains(got, "boris") != muted || strings.Contains(got, "edge-09") != muted {
		t.Errorf("what fires:\n%s", got)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
	now := stateIn(t, s.dir)
	if diff := cmp.Diff(fmt.Sprintf("%+v", was.Mutes), fmt.Sprintf("%+v", now.Mutes)); diff != "" {
		t.Errorf("silences and acks (-then +now):\n%s", diff)
	}
}

// TestRun_NewerStates: what a later version left is refused, and not touched.
func TestRun_NewerStates(t *testing.T) {
	for name, newer := range map[string]func(t *testing.T, dir string){
		"database": func(t *testing.T, dir string) {
			db, err := sql.Open("sqlite", filepath.Join(dir, "state.db"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.ExecContext(t.Context(), "PRAGMA user_version = 99")
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
		},
		"engine's state": func(t *testing.T, dir string) {
			setEngineVersion(t, dir, 99)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newOldSite(t)
			if err := os.CopyFS(s.dir, os.DirFS("testdata/states/version2")); err != nil {
				t.Fatal(err)
			}
			newer(t, filepath.Join(s.dir, "state"))
			files := "state.db*" // which whoever reads the engine's state has opened already
			if name != "database" {
				files = "snapshot-*"
			}
			before := hashes(t, filepath.Join(s.dir, "state", files))
			for _, flags := range [][]string{nil, {"--set-aside-broken-state"}} {
				status, _, stderr := s.other(append(flags, "--clock-start", laterThen)...)
				if status != 3 || !strings.Contains(stderr, "newer") || !strings.Contains(stderr, "99") || !strings.Contains(stderr, "hint: start the newer program again") {
					t.Errorf("%q: exit status %d:\n%s", flags, status, stderr)
				}
				if diff := cmp.Diff(before, hashes(t, filepath.Join(s.dir, "state", files))); diff != "" {
					t.Errorf("%q: what was refused was changed:\n%s", flags, diff)
				}
			}
		})
	}
}

// TestRun_EngineStateTooOld: one that no version of this program can read any more stops
// the start, with what to do, and is set aside when that is asked for.
func TestRun_EngineStateTooOld(t *testing.T) {
	t.Parallel()
	s := newOldSite(t)
	if err := os.CopyFS(s.dir, os.DirFS("testdata/states/version2")); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(s.dir, "state")
	setEngineVersion(t, state, 1)
	before := hashes(t, filepath.Join(state, "snapshot-*"))
	status, _, stderr := s.other("--clock-start", laterThen)
	if status != 3 || !strings.Contains(stderr, "version 1 is older") || !strings.Contains(stderr, "--set-aside-broken-state") {
		t.Errorf("exit status %d:\n%s", status, stderr)
	}
	if diff := cmp.Diff(before, hashes(t, filepath.Join(state, "snapshot-*"))); diff != "" {
		t.Errorf("what was refused was changed:\n%s", diff)
	}
	s.launch("--clock-start", laterThen, "--set-aside-broken-state")
	s.awaitAddress()
	s.eventually("people are told", func() bool { return len(s.inbox.of("hook", "state-broken")) > 0 })
	if said := s.said(); !strings.Contains(said, "SET ASIDE") || !strings.Contains(said, "version 1 is older") {
		t.Errorf("the log does not say it:\n%s", said)
	}
	if aside, err := filepath.Glob(filepath.Join(state, "broken-*", "snapshot-*")); err != nil || len(aside) != 1 {
		t.Errorf("set aside: %q, %v", aside, err)
	}
}

// setEngineVersion makes the state in dir one of another version of the engine.
func setEngineVersion(t *testing.T, dir string, version byte) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	magic := []byte("SMALSTAT")
	st.Snapshot[bytes.Index(st.Snapshot, magic)+len(magic)+3] = version
	if err := errors.Join(s.SaveSnapshot(t.Context(), st.LastCut.Seq, st.Snapshot), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestRun_SilenceByItsOwnTime: what the command sets for two hours begins and ends by the
// service's clock.
func TestRun_SilenceByItsOwnTime(t *testing.T) {
	t.Parallel()
	s := newOldSite(t)
	s.appendThen("11:59:50", "edge-07")
	s.startThen(oldClock)
	s.ours("silence", "add", "--for", "2h", "--comment", "works", "stream_service=edge-09")
	var list []silenceJSON
	if err := json.Unmarshal([]byte(s.ours("silence", "list", "--format", "json")), &list); err != nil || len(list) != 1 {
		t.Fatalf("%d silences, %v", len(list), err)
	}
	began, err := time.Parse(time.RFC3339, oldClock)
	if err != nil {
		t.Fatal(err)
	}
	got := list[0]
	if starts, ends := got.StartsAt.Sub(began), got.EndsAt.Sub(began); starts < 0 || starts > time.Hour || ends < 2*time.Hour || ends > 3*time.Hour || got.Status.State != alert.SilenceActive {
		t.Errorf("the silence is %s, from %s to %s; it is %s there", got.Status.State, got.StartsAt, got.EndsAt, oldClock)
	}
}

// hashes are those of the files of a pattern, by name. SQLite's index of its log is
// nobody's state, and an empty log none.
func hashes(t *testing.T, pattern string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	out := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(path) != ".db-shm" && len(data) > 0 {
			out[filepath.Base(path)] = fmt.Sprintf("%d bytes %x", len(data), sha256.Sum256(data))
		}
	}
	return out
}

// stateIn reads a copy of the state below a directory.
func stateIn(t *testing.T, dir string) store.State {
	t.Helper()
	own := t.TempDir()
	if err := os.CopyFS(own, os.DirFS(filepath.Join(dir, "state"))); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), own, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Load(t.Context())
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return st
}
