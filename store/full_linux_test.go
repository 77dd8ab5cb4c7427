package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/smarty-alert/smarty-alert/alert"
)

// fillUp commits cuts after n until the disk is full and returns the last one that
// was written. Three more are kept in memory.
func fillUp(t *testing.T, s *Store, n int64) int64 {
	t.Helper()
	for ; n < 10_000; n++ {
		if _, err := s.Commit(t.Context(), childCut(n+1)); err == nil {
			continue
		} else if !errors.Is(err, ErrInMemory) {
			t.Fatalf("err = %v, want ErrInMemory", err)
		}
		for more := range int64(2) {
			if _, err := s.Commit(t.Context(), childCut(n+2+more)); !errors.Is(err, ErrInMemory) {
				t.Fatalf("still full: err = %v, want ErrInMemory", err)
			}
		}
		return n
	}
	t.Fatal("the disk never became full")
	return 0
}

// heals checks that the store goes on from cut n, and three more in memory, before
// and after a reopening.
func heals(t *testing.T, s *Store, n int64) {
	t.Helper()
	due, _, err := s.Due(t.Context(), "noc", t0.Add(time.Hour))
	if want := int(n+3) * perCut; err != nil || len(due) != want {
		t.Errorf("%d deliveries are due, %v, want %d", len(due), err, want)
	}
	last := n + 4
	if seq := commit(t, s, childCut(last)); seq != n+1 {
		t.Errorf("seq = %d, want %d", seq, n+1)
	}
	if _, ok := s.InMemory(); ok {
		t.Error("there is room, and it goes on in memory")
	}
	saveSnapshot(t, s, n+1, string(childSnapshot(last)))
	crash(t, s)
	s = opened(t, s.dir)
	st := load(t, s)
	if st.LastCut.Second != last {
		t.Errorf("last cut is %d, want %d", st.LastCut.Second, last)
	}
	if ts, err := s.History(t.Context(), time.Time{}, 0); err != nil || len(ts) != int(last)*perCut {
		t.Errorf("%d transitions, %v, want those of %d cuts", len(ts), err, last)
	}
	equal(t, "groups", st.Groups, []alert.NotifyGroup{{Key: "g", Deliveries: last}, {Key: fmt.Sprint("g", last)}})
}

func TestDiskFull_Pages(t *testing.T) {
	s := opened(t, t.TempDir())
	limit := func(pages int) {
		if _, err := s.w.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(100)
	n := fillUp(t, s, 0)
	limit(1 << 30)
	heals(t, s, n)
}

// TestDiskFull_FileSystem needs the right to mount; TestDiskFull_Pages is the
// same without it.
func TestDiskFull_FileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Logf("no tiny file system: %v", err)
		return
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s := opened(t, filepath.Join(dir, "state"))
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, bytes.Repeat([]byte("x"), 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	commit(t, s, childCut(1))
	saveSnapshot(t, s, 1, string(childSnapshot(1)))
	crash(t, s)
	s = opened(t, s.dir)
	n := fillUp(t, s, 1)
	if err := s.SaveSnapshot(t.Context(), n, make([]byte, 1<<20)); !errors.Is(err, ErrInMemory) {
		t.Errorf("snapshot on a full disk: err = %v", err)
	}
	equal(t, "files", snapshotFiles(t, s.dir), []string{"snapshot-1"})
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	heals(t, s, n)
}
