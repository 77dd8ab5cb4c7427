package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/anonymise"
)

// newKeySize is the size of a key that we make, in bytes.
const newKeySize = 32

// anonymiseKey reads the key, or makes one where there is none. Without a file
// named, it is in the user's configuration directory; if that cannot be had, the
// key is for this run only, and the note says so.
func anonymiseKey(path string) (key []byte, note string, err error) {
	if path != "" {
		key, made, err := keyAt(path)
		if err == nil && made {
			note = fmt.Sprintf("made a new key in %s; keep it to yourself", path)
		}
		return key, note, err
	}
	dir, err := os.UserConfigDir()
	if err == nil {
		path = filepath.Join(dir, "smarty-alert", "anonymise.key")
		if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
			return anonymiseKey(path)
		}
	}
	key = make([]byte, newKeySize)
	if _, err := rand.Read(key); err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	return key, fmt.Sprintf("no place for a key (%v): another run will give other stand-ins; --key-file FILE keeps them", err), nil
}

// keyAt reads the key in a file, and makes the file if it is not there.
func keyAt(path string) (key []byte, made bool, err error) {
	if !exists(path) {
		made, err = makeKey(path)
		if err != nil {
			return nil, false, fmt.Errorf("make key file %s: %w", path, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, fmt.Errorf("read key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("key file %s is no regular file", path)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, false, fmt.Errorf("key file %s can be used by everybody on this machine; chmod 600 it", path)
	}
	key, err = os.ReadFile(path)
	if err != nil {
		return nil, false, fmt.Errorf("read key file: %w", err)
	}
	if key = bytes.TrimSpace(key); len(key) < anonymise.MinKey {
		return nil, false, fmt.Errorf("key file %s holds %s, need at least %d; delete it and a good one is made", path, count(len(key), "byte"), anonymise.MinKey)
	}
	return key, made, nil
}

// makeKey writes a new key to a file that is complete when it appears. One that
// another run made meanwhile is left alone.
func makeKey(path string) (made bool, err error) {
	random := make([]byte, newKeySize)
	if _, err := rand.Read(random); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".anonymise-*") // 0600
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(hex.EncodeToString(random) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, err
	}
	err = os.Link(f.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}
