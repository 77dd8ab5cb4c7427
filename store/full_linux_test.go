package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fillUp commits until the disk is full and returns the number of cuts taken.
func fillUp(t *testing.T, s *Store) int64 {
	t.Helper()
	for n := int64(1); n < 10_000; n++ {
		if _, err := s.Commit(t.Context(), childCut(n)); err != nil {
			if !strings.Contains(err.Error(), "full") {
				t.Fatalf("err = %v, want one that says full", err)
			}
			return n - 1
		}
	}
	t.Fatal("the disk never became full")
	return 0
}

// heals checks that the store goes on from cut n, before and after a reopening.
func heals(t *testing.T, s *Store, n int64) {
	t.Helper()
	checkWhole(t, s, load(t, s))
	n++
	if seq := commit(t, s, childCut(n)); seq != n {
		t.Errorf("seq = %d, want %d", seq, n)
	}
	saveSnapshot(t, s, n, string(childSnapshot(n)))
	crash(t, s)
	s = opened(t, s.dir)
	st := load(t, s)
	checkWhole(t, s, st)
	if st.LastCut.Second != n {
		t.Errorf("last cut is %d, want %d", st.LastCut.Second, n)
	}
}

func TestDiskFull_Pages(t *testing.T) {
	s := opened(t, t.TempDir())
	limit := func(pages int) {
		if _, err := s.w.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(100)
	n := fillUp(t, s)
	for range 3 {
		if _, err := s.Commit(t.Context(), childCut(n+1)); err == nil {
			t.Fatal("still full: no error")
		}
	}
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
	n := int64(1)
	for ; n < 10_000; n++ {
		if _, err := s.Commit(t.Context(), childCut(n+1)); err != nil {
			break
		}
	}
	if err := s.SaveSnapshot(t.Context(), n, make([]byte, 1<<20)); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("snapshot on a full disk: err = %v, want no space left", err)
	}
	equal(t, "files", snapshotFiles(t, s.dir), []string{"snapshot-1"})
	checkWhole(t, s, load(t, s))
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	heals(t, s, n)
}
