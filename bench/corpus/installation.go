package corpus

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen/installation"
)

// Installation returns the name of a directory with the logs of an installation with
// 10,000 subscribers and three servers, of about size bytes together: eight days for 1 GB.
func Installation(dir string, seed uint64, size int64) (string, error) {
	o := installation.Options{Seed: seed, Start: time.Date(2024, 11, 18, 6, 0, 0, 0, time.UTC), Duration: lengthOf(size, 1_383), Subscribers: 10_000, Servers: 3}
	mark, err := fingerprintOf(o)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, fmt.Sprintf("site_%d_%d_%s", seed, size, mark))
	return once(name, func(unfinished string) error {
		_, err := installation.Write(unfinished, o)
		return err
	})
}

// fingerprintOf is fingerprint of an installation: of its first two minutes.
func fingerprintOf(o installation.Options) (mark string, err error) {
	o.Duration = 2 * time.Minute
	dir, err := os.MkdirTemp("", "installation")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if _, err := installation.Write(dir, o); err != nil {
		return "", err
	}
	h := fnv.New32a()
	err = fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		h.Write(text)
		return err
	})
	return fmt.Sprintf("%08x", h.Sum32()), err
}
