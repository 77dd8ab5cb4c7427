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
func TestLister_AllWhileFilesAreRenamed(t *testing.T) {
	const files = 20
	path := filepath.Join(t.TempDir(), "a.log")
	name := func(g int) string {
		if g == 0 {
			return path
		}
		return fmt.Sprintf("%s.%d", path, g)
	}
	for g := range files {
		write(t, name(g), line(g, g))
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
	for range 300 {
		l := &lister{disk: fileSystem{}}
		found, err := l.generations(path, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != files {
			t.Errorf("%d files found, want %d", len(found), files)
		}
	}
	close(stop)
	renaming.Wait()
}
