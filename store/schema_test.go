package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// fixture is a state directory as version 1 left it.
func fixture(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/version1")); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(dir, "state.sql"))
	if err != nil {
		t.Fatal(err)
	}
	execRaw(t, dir, string(script))
	return dir
}

// execRaw runs statements on a database that no store has open.
func execRaw(t *testing.T, dir, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
}

// schema lists what the database is made of.
func schema(t *testing.T, s *Store) (all []string) {
	t.Helper()
	err := s.read(t.Context(), func(tx *sql.Tx) error {
		return scan(t.Context(), tx, func(rows *sql.Rows) error {
			var text string
			err := rows.Scan(&text)
			all = append(all, strings.Join(strings.Fields(text), " "))
			return err
		}, `SELECT coalesce(sql, name) FROM sqlite_master UNION ALL SELECT 'version ' || user_version FROM pragma_user_version`)
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func TestMigrate_FromVersion1(t *testing.T) {
	s := opened(t, fixture(t))
	equal(t, "schema", schema(t, s), schema(t, opened(t, t.TempDir())))

	last := Cut{Seq: 4, Second: 1769940012, Positions: []byte(`{"mw1/smarty_epg":900}`)}
	firing := alert.Transition{ID: "t2", At: 1769940011, Rule: "epg-errors", State: alert.Update, Severity: alert.Critical, AlertID: "a1",
		Values: []alert.Value{{Name: "count", V: int64(20)}}}
	group := alert.NotifyGroup{Key: "g1", Receiver: "noc", GroupLabels: alert.NewLabels(alert.Label{Name: "rule", Value: "epg-errors"}),
		Told: []alert.Told{{AlertID: "a1", Firing: true, Severity: alert.Warning}}, NextFlush: t0.Add(30 * time.Second), Deliveries: 2}
	equal(t, "state", load(t, s), State{Snapshot: []byte("engine state of version 1\n"), SnapshotSeq: 3,
		Cuts: []Cut{last}, LastCut: last, Groups: []alert.NotifyGroup{group}, Firing: []alert.Transition{firing}})
	due, _, err := s.Due(t.Context(), "noc", t0.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "due", due, []alert.Delivery{{ID: "d2", Receiver: "noc", GroupKey: "g1", Reason: "update", State: alert.DeliveryRetry,
		Created: t0.Add(12 * time.Second), Next: t0.Add(20 * time.Second), Attempts: []alert.Attempt{{At: t0.Add(13 * time.Second), Error: "503"}},
		Message: alert.Message{Receiver: "noc", Status: "firing", GroupKey: "g1", Alerts: []alert.Transition{firing}}}})
	if ref, err := s.Ref(t.Context(), "noc", "g1"); err != nil || ref != "C1:17" {
		t.Errorf("ref = %q, %v", ref, err)
	}
}

func TestMigrate_AddsVersionsWhole(t *testing.T) {
	dir := fixture(t)
	add := func(more ...string) (*Store, error) {
		return open(t.Context(), dir, Options{}, slices.Concat(migrations, more))
	}
	good := `ALTER TABLE cuts ADD COLUMN note TEXT`
	if _, err := add(good, `CREATE TABLE half (x); CREATE TABLE cuts (x)`); err == nil || !strings.Contains(err.Error(), fmt.Sprint("to version ", len(migrations)+2)) {
		t.Errorf("bad migration: err = %v", err)
	}
	s, err := add(good, `CREATE TABLE half (x)`) // good is not applied twice, half is not left over
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "version", slices.Contains(schema(t, s), fmt.Sprint("version ", len(migrations)+2)), true)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("newer database: err = %v, want ErrNewer with a hint", err)
	}
}

func TestOpen_Refuses(t *testing.T) {
	write := func(t *testing.T, dir, name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	filled := func(t *testing.T, dir string) *Store {
		s := opened(t, dir)
		for n := range 50 {
			commit(t, s, childCut(int64(n)))
		}
		return s
	}
	for name, tc := range map[string]struct {
		prepare func(t *testing.T, dir string)
		damaged bool
		text    string
	}{
		"not a database": {func(t *testing.T, dir string) { write(t, dir, databaseFile, strings.Repeat("text ", 1000)) }, true, "not a database"},
		"broken after a kill": {func(t *testing.T, dir string) {
			crash(t, filled(t, dir))
			raw, err := os.ReadFile(filepath.Join(dir, databaseFile))
			if err != nil {
				t.Fatal(err)
			}
			for i := 8192; i < len(raw); i += 4096 {
				copy(raw[i:], make([]byte, 512))
			}
			write(t, dir, databaseFile, string(raw))
		}, true, "check "},
		"database removed, snapshot left": {func(t *testing.T, dir string) {
			s := filled(t, dir)
			saveSnapshot(t, s, 50, "x")
			crash(t, s)
			if err := os.Remove(filepath.Join(dir, databaseFile)); err != nil {
				t.Fatal(err)
			}
		}, true, "snapshot-50 is there"},
		"database emptied, WAL left": {func(t *testing.T, dir string) {
			write(t, dir, databaseFile, "")
			write(t, dir, databaseFile+"-wal", "x")
		}, true, "state.db-wal is there"},
		"directory is a file": {func(t *testing.T, dir string) {
			if err := errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}, false, "not a directory"},
		"parent is a file": {func(t *testing.T, dir string) {
			parent := filepath.Dir(dir)
			if err := errors.Join(os.RemoveAll(parent), os.WriteFile(parent, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}, false, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "parent", "state")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			tc.prepare(t, dir)
			before, _ := os.ReadFile(filepath.Join(dir, databaseFile))
			for range 2 { // the second try is told the same
				_, err := Open(t.Context(), dir, Options{})
				if err == nil || errors.Is(err, ErrDamaged) != tc.damaged || !strings.Contains(err.Error(), tc.text) {
					t.Fatalf("err = %v, want %q, damaged %v", err, tc.text, tc.damaged)
				}
				if tc.damaged && !strings.Contains(err.Error(), "hint: ") {
					t.Errorf("no hint in %v", err)
				}
			}
			if after, _ := os.ReadFile(filepath.Join(dir, databaseFile)); string(after) != string(before) {
				t.Error("the database was changed")
			}
		})
	}
}

// A start that finds no room may be tried again, and says so.
func TestOpen_NoRoom(t *testing.T) {
	dir := t.TempDir()
	if err := opened(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	noRoom := slices.Concat(migrations, []string{`PRAGMA max_page_count = 1; CREATE TABLE more (x)`})
	if _, err := open(t.Context(), dir, Options{}, noRoom); !errors.Is(err, ErrFull) || errors.Is(err, ErrDamaged) {
		t.Errorf("err = %v, want ErrFull", err)
	}
	opened(t, dir) // nothing of it is left
}

func TestOpen_Private(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := opened(t, dir)
	commit(t, s, childCut(1))
	saveSnapshot(t, s, 1, "x")
	for name, want := range map[string]os.FileMode{".": 0o700, "lock": 0o600, "snapshot-1": 0o600, "state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestOpen_Pragmas(t *testing.T) {
	s := opened(t, t.TempDir())
	for db, name := range map[*sql.DB]string{s.w: "writer", s.r: "reader"} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "query_only": map[string]string{"writer": "0", "reader": "1"}[name]} {
			var got string
			if err := db.QueryRowContext(context.Background(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s = %q, %v, want %q", name, pragma, got, err, want)
			}
		}
	}
}
