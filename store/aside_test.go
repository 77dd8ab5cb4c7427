package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A damaged state is moved away whole, and the next one begins from nothing. One
// that is in use stays.
func TestSetAside(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"database": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, databaseFile), []byte("this is no database, whatever it was"), 0o600)
		},
		"snapshot":         func(dir string) error { return os.Truncate(filepath.Join(dir, "snapshot-2"), 60) },
		"snapshot missing": func(dir string) error { return os.Remove(filepath.Join(dir, "snapshot-2")) },
		"database missing": func(dir string) error { return os.Remove(filepath.Join(dir, databaseFile)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := opened(t, dir)
			commit(t, s, childCut(1))
			commit(t, s, childCut(2))
			saveSnapshot(t, s, 2, "state")
			if _, err := SetAside(dir, t0); err == nil {
				t.Error("a state in use was set aside")
			}
			crash(t, s)
			if err := damage(dir); err != nil {
				t.Fatal(err)
			}
			if err := openAndLoad(t, dir); !errors.Is(err, ErrDamaged) {
				t.Fatalf("err = %v, want ErrDamaged", err)
			}
			aside, err := SetAside(dir, t0)
			if err != nil || filepath.Base(aside) != "broken-20260201T120000Z" {
				t.Fatalf("set aside in %q, %v", aside, err)
			}
			s = opened(t, dir)
			equal(t, "state", load(t, s), State{})
			equal(t, "set aside", s.Aside(), []string{aside})
			kept, err := os.ReadDir(aside)
			if err != nil || len(kept) == 0 {
				t.Errorf("%d files were kept, %v", len(kept), err)
			}
			left, err := os.ReadDir(dir)
			for _, e := range left {
				if e.Name() == "snapshot-2" {
					t.Error("the old snapshot was left behind")
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func openAndLoad(t *testing.T, dir string) error {
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		return err
	}
	_, err = s.Load(t.Context())
	return errors.Join(err, s.Close())
}
