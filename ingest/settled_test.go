package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// While somebody renames .1 to .2 and so on, each file is there all the time, under
// one name or another.
func TestLister_SettledWhileFilesAreRenamed(t *testing.T) {
	const files = 20
	path := filepath.Join(t.TempDir(), "a.log")
	name := func(g int) string {
		if g == 0 {
			return path
		}
		return fmt.Sprintf("%s.%d", path, g)
	}
	var saved []Position
	for g := range files {
		text := line(g, g)
		write(t, name(g), text)
		info, err := os.Stat(name(g))
		if err != nil {
			t.Fatal(err)
		}
		id, _ := inodeOf(info)
		saved = append(saved, Position{inode: id, Head: fingerprint([]byte(text)), HeadLen: len(text), Offset: int64(len(text)), Size: int64(len(text))})
	}
	stop := make(chan struct{})
	var renaming sync.WaitGroup
	renaming.Go(func() {
		for first := 0; ; first = 1 - first { // all up by one, then all down
			for i := range files {
				from, to := name(files-1-i), name(files-i)
				if first == 1 {
					from, to = name(i+1), name(i)
				}
				if err := os.Rename(from, to); err != nil {
					t.Errorf("rename: %v", err)
					return
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
			}
		}
	})
	torn := 0
	for range 300 {
		l := &lister{}
		found, err := l.generations(path, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if !whole(found, saved) {
			torn++
		}
		ids := map[inode]bool{}
		again, err := l.settled(path, found, saved)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range again {
			ids[g.id] = true
		}
		if len(ids) != files {
			t.Errorf("%d files found, want %d", len(ids), files)
		}
	}
	close(stop)
	renaming.Wait()
	if torn == 0 {
		t.Error("no look fell among the renames: it proves too little")
	}
	t.Logf("%d of 300 looks fell among renames", torn)
}

// What is gone is not waited for long.
func TestLister_SettledWithoutAFile(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "a.log"), line(1, 1))
	l := &lister{}
	found, err := l.generations(path, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.settled(path, found, []Position{{HeadLen: 5, Head: "1"}})
	if err != nil || len(again) != 1 || again[0].path != path {
		t.Errorf("found %v, %v", again, err)
	}
}
