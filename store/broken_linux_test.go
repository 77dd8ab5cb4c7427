package store

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// After an error of the disk nothing is written any more, and the next Open checks
// the database.
func TestBroken_TakesNoMoreWrites(t *testing.T) {
	s := opened(t, t.TempDir())
	commit(t, s, childCut(1))
	spoil(t, s.path(databaseFile+"-wal"))
	_, err := s.Commit(t.Context(), childCut(2))
	if !errors.Is(err, ErrDisk) {
		t.Fatalf("err = %v, want ErrDisk", err)
	}
	select {
	case <-s.Broken():
	default:
		t.Error("Broken is not closed")
	}
	for name, err := range map[string]error{
		"commit":   second(s.Commit(t.Context(), childCut(2))),
		"save":     s.Save(t.Context(), delivery("1-0", "noc", "g", t0)),
		"snapshot": s.SaveSnapshot(t.Context(), 1, []byte("x")),
	} {
		if !errors.Is(err, ErrDisk) {
			t.Errorf("%s: err = %v, want ErrDisk", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	next := opened(t, s.dir)
	if !next.lock.unclean {
		t.Error("the next start does not check the database")
	}
	checkWhole(t, next, load(t, next))
}

// What the log holds is moved at the end: a disk that fails then is not silent, and
// nothing is lost.
func TestBroken_IsToldAtTheEnd(t *testing.T) {
	s := opened(t, t.TempDir())
	commit(t, s, childCut(1))
	spoil(t, s.path(databaseFile))
	if err := s.Close(); !errors.Is(err, ErrDisk) {
		t.Errorf("err = %v, want ErrDisk", err)
	}
	copied := t.TempDir() // SQLite keeps the spoilt descriptor for the next who opens the file
	if err := os.CopyFS(copied, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	next := opened(t, copied)
	if !next.lock.unclean {
		t.Error("the next start does not check the database")
	}
	if st := load(t, next); st.LastCut.Second != 1 {
		t.Errorf("last cut is %d, want 1", st.LastCut.Second)
	}
}

func second[T any](_ T, err error) error { return err }

// spoil makes all further writes of this process to a file fail: what it has open
// for writing becomes open for reading only.
func spoil(t *testing.T, path string) {
	t.Helper()
	instead, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer instead.Close()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		link := "/proc/self/fd/" + fd.Name()
		if to, err := os.Readlink(link); err != nil || to != path || fd.Name() == fmt.Sprint(instead.Fd()) {
			continue
		}
		var n int
		if _, err := fmt.Sscan(fd.Name(), &n); err != nil {
			t.Fatal(err)
		}
		if err := unix.Dup3(int(instead.Fd()), n, unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
	}
}
