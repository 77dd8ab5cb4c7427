package store

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func saveSnapshot(t testing.TB, s *Store, seq int64, data string) {
	t.Helper()
	if err := s.SaveSnapshot(t.Context(), seq, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

// snapshotFiles are the names of all snapshots and their unfinished files.
func snapshotFiles(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), "snapshot") {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestSnapshot_ReplacesCutsAndFile(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	saveSnapshot(t, s, 0, "before the first cut")
	for n := range 3 {
		commit(t, s, Cut{Second: int64(n), Positions: positions(n)})
	}
	saveSnapshot(t, s, 1, "at 1")
	saveSnapshot(t, s, 2, "at 2")
	last := Cut{Seq: 3, Second: 2, Positions: positions(2)}
	equal(t, "state", load(t, s), State{Snapshot: []byte("at 2"), SnapshotSeq: 2, Cuts: []Cut{last}, LastCut: last})
	saveSnapshot(t, s, 3, "at 3")
	saveSnapshot(t, s, 3, "at 3 again")
	equal(t, "files", snapshotFiles(t, dir), []string{"snapshot-3"})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = opened(t, dir)
	equal(t, "state", load(t, s), State{Snapshot: []byte("at 3 again"), SnapshotSeq: 3, LastCut: last})
	for _, seq := range []int64{2, 4} {
		if err := s.SaveSnapshot(t.Context(), seq, nil); err == nil {
			t.Errorf("snapshot of cut %d after that of 3, last cut 3: no error", seq)
		}
	}
	if seq := commit(t, s, Cut{Positions: positions(4)}); seq != 4 {
		t.Errorf("next cut is %d, want 4", seq)
	}
}

func TestSnapshot_KillBetweenFileAndRow(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	commit(t, s, Cut{Second: 1, Positions: positions(1)})
	saveSnapshot(t, s, 1, "old")
	last := commit(t, s, Cut{Second: 2, Positions: positions(2)})
	if err := writeSnapshot(dir, "snapshot-2", last, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".snapshot-3445566"), []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	crash(t, s)

	s = opened(t, dir)
	cut := Cut{Seq: 2, Second: 2, Positions: positions(2)}
	equal(t, "state", load(t, s), State{Snapshot: []byte("old"), SnapshotSeq: 1, Cuts: []Cut{cut}, LastCut: cut})
	equal(t, "files", snapshotFiles(t, dir), []string{"snapshot-1"})
}

func TestLoad_SnapshotRefused(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(raw []byte) []byte { raw[at] ^= 1; return raw }
	}
	resum := func(raw []byte) []byte {
		copy(raw[sumAt:], snapshotSum(raw[:sumAt], raw[seqAt:]))
		return raw
	}
	for name, tc := range map[string]struct {
		change func([]byte) []byte // nil result: no file
		want   error
		text   string
	}{
		"byte of the data":     {flip(dataAt + 3), ErrDamaged, "wrong checksum"},
		"byte of the number":   {flip(seqAt), ErrDamaged, "wrong checksum"},
		"byte of the checksum": {flip(sumAt), ErrDamaged, "wrong checksum"},
		"byte of the version":  {flip(versionAt), ErrDamaged, "wrong checksum"},
		"byte of the magic":    {flip(0), ErrDamaged, "not a snapshot"},
		"cut short":            {func(raw []byte) []byte { return raw[:len(raw)-1] }, ErrDamaged, "wrong checksum"},
		"cut very short":       {func(raw []byte) []byte { return raw[:10] }, ErrDamaged, "not a snapshot"},
		"no number":            {func(raw []byte) []byte { return resum(raw[:seqAt]) }, ErrDamaged, "no cut number"},
		"empty":                {func(raw []byte) []byte { return raw[:0] }, ErrDamaged, "not a snapshot"},
		"gone":                 {func([]byte) []byte { return nil }, ErrDamaged, "no such file"},
		"of another cut": {func(raw []byte) []byte { raw[dataAt-1]++; return resum(raw) }, ErrDamaged,
			"taken at cut 2, the database says 1"},
		"newer": {func(raw []byte) []byte {
			binary.BigEndian.PutUint32(raw[versionAt:], snapshotVersion+1)
			return resum(raw)
		}, ErrNewer, "its version is 2"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := opened(t, dir)
			commit(t, s, Cut{Second: 1, Positions: positions(1)})
			saveSnapshot(t, s, 1, "engine state")
			path := filepath.Join(dir, "snapshot-1")
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if raw = tc.change(raw); raw == nil {
				err = os.Remove(path)
			} else {
				err = os.WriteFile(path, raw, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Load(t.Context())
			if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || !strings.Contains(err.Error(), "hint: ") {
				t.Errorf("err = %v, want %v with %q and a hint", err, tc.want, tc.text)
			}
		})
	}
}

func FuzzReadSnapshot(f *testing.F) {
	dir := f.TempDir()
	if err := writeSnapshot(dir, "good", 5, []byte("data")); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, "good"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:seqAt])
	f.Add([]byte(snapshotMagic))
	path := filepath.Join(dir, "fuzzed")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		// Only a file with the right checksum is read; the fuzzer finds no other.
		data, err := readSnapshot(path, 5)
		if err == nil && string(raw[dataAt:]) != string(data) {
			t.Errorf("read %q from %q", data, raw)
		}
	})
}
