package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Rotated returns the name of a directory with the log of Mixed as logrotate
// leaves it: so many generations packed by gzip, the oldest with the greatest
// number, and the youngest plain.
func Rotated(dir string, seed uint64, size int64, packed int) (string, error) {
	log, err := Mixed(dir, seed, size)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s.rotated_%d", log, packed)
	return once(name, func(unfinished string) error { return rotate(log, unfinished, packed) })
}

func rotate(log, dir string, packed int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return err
	}
	share := len(text) / (packed + 1)
	for generation := packed; generation > 0; generation-- {
		end := nextRecord(text, share)
		if end < 0 {
			return errors.New("the log is too short to be rotated")
		}
		if err := writePacked(filepath.Join(dir, fmt.Sprintf("smarty_all.log.%d", generation)), text[:end]); err != nil {
			return err
		}
		text = text[end:]
	}
	return os.WriteFile(filepath.Join(dir, "smarty_all.log"), text, 0o644)
}

// nextRecord is where the first record at or after from begins; -1: nowhere. All
// logs begin on a Monday, and are shorter than a day.
func nextRecord(text []byte, from int) int {
	i := bytes.Index(text[from:], []byte("\nMon "))
	if i < 0 {
		return -1
	}
	return from + i + 1
}

// writePacked leaves the packed file only.
func writePacked(name string, text []byte) error {
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return err
	}
	if _, err := Gzip(name); err != nil {
		return err
	}
	return os.Remove(name)
}
