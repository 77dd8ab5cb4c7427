package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

const (
	snapshotPrefix  = "snapshot-"
	snapshotMagic   = "SMALSNAP"
	snapshotVersion = 1
)

// A snapshot file begins with the magic word, a version (32 bits, big endian)
// and the SHA-256 of both and of all that follows. Every version keeps that
// much, so that damage is never taken for a newer version. Version 1 goes on
// with the cut's number (64 bits) and the data.
const (
	versionAt = len(snapshotMagic)
	sumAt     = versionAt + 4
	seqAt     = sumAt + sha256.Size
	dataAt    = seqAt + 8
)

// SaveSnapshot makes data, the engine's state at cut seq, what a restart begins
// from, and forgets the cuts before it. It writes a new file, names it in the
// database and then removes the old file: whatever the moment of a kill, Load
// finds one of the two whole. seq is a committed cut (0 before the first), not
// older than the snapshot it replaces.
func (s *Store) SaveSnapshot(ctx context.Context, seq int64, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.trusted(); err != nil {
		return s.failed(fmt.Sprintf("save snapshot of cut %d", seq), err)
	}
	if _, full := s.InMemory(); full {
		return fmt.Errorf("save snapshot of cut %d: %w", seq, ErrInMemory)
	}
	old, err := s.replaceable(ctx, seq)
	if err != nil {
		return s.failed(fmt.Sprintf("save snapshot of cut %d", seq), err)
	}
	file := fmt.Sprintf("%s%d", snapshotPrefix, seq)
	if err := writeSnapshot(s.dir, file, seq, data); err != nil {
		return fmt.Errorf("write snapshot %s: %w", s.path(file), s.distrust(err))
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, sqlSaveSnapshot, seq, file, nanos(s.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, sqlDropCuts, seq)
		return err
	})
	if err != nil {
		if file != old && s.full(err) { // which needs the room; after any other error it may be named
			err = errors.Join(err, os.Remove(s.path(file)))
		}
		return s.failed("name snapshot "+file, err)
	}
	if old == "" || old == file {
		return nil
	}
	if err := os.Remove(s.path(old)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old snapshot: %w", err)
	}
	return nil
}

// replaceable returns the present snapshot's file and whether one of cut seq
// may take its place: a cut that is not there could not be gone on from.
func (s *Store) replaceable(ctx context.Context, seq int64) (file string, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		var first, last int64
		if first, file, err = snapshotRow(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, sqlLastSeq).Scan(&last); err != nil {
			return err
		}
		if seq < first || seq > last {
			return fmt.Errorf("the store has cuts from %d to %d", first, last)
		}
		return nil
	})
	return file, err
}

// snapshotRow is what the database says; file is "" if there is no snapshot.
func snapshotRow(ctx context.Context, tx *sql.Tx) (seq int64, file string, err error) {
	err = tx.QueryRowContext(ctx, sqlSnapshot).Scan(&seq, &file)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	return seq, file, err
}

func writeSnapshot(dir, file string, seq int64, data []byte) error {
	head := binary.BigEndian.AppendUint32([]byte(snapshotMagic), snapshotVersion)
	number := binary.BigEndian.AppendUint64(nil, uint64(seq))
	head = append(head, snapshotSum(head, number, data)...)
	f, err := renameio.NewPendingFile(filepath.Join(dir, file), renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	for _, part := range [][]byte{head, number, data} {
		if _, err := f.Write(part); err != nil {
			return errors.Join(err, f.Cleanup())
		}
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return errors.Join(err, f.Cleanup())
	}
	return syncDir(dir)
}

func snapshotSum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// readSnapshot returns the data of a file written for cut seq.
func readSnapshot(path string, seq int64) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(raw) < seqAt || string(raw[:versionAt]) != snapshotMagic {
		return nil, errors.New("not a snapshot")
	}
	if string(raw[sumAt:seqAt]) != string(snapshotSum(raw[:sumAt], raw[seqAt:])) {
		return nil, errors.New("wrong checksum")
	}
	if v := binary.BigEndian.Uint32(raw[versionAt:]); v > snapshotVersion {
		return nil, fmt.Errorf("%w: its version is %d, this program knows versions up to %d", ErrNewer, v, snapshotVersion)
	}
	if len(raw) < dataAt {
		return nil, errors.New("no cut number")
	}
	if n := binary.BigEndian.Uint64(raw[seqAt:]); n != uint64(seq) {
		return nil, fmt.Errorf("taken at cut %d, the database says %d", n, seq)
	}
	return raw[dataAt:], nil
}

// snapshotFailed tells the reasons for an unreadable snapshot apart. A file
// that is not there, or not ours, is damage; a disk error or missing rights
// may pass.
func (s *Store) snapshotFailed(doing string, err error) error {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, ErrNewer):
		return fmt.Errorf("%s: %w (hint: start the newer program again)", doing, err)
	case errors.As(err, &pathError) && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", doing, err)
	}
	return s.damaged(doing, err)
}

// sweepSnapshots removes files that a kill left without a name in the
// database, unfinished ones among them.
func (s *Store) sweepSnapshots(ctx context.Context) error {
	var current string
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		_, current, err = snapshotRow(ctx, tx)
		return err
	})
	if err != nil {
		return s.failed("read the name of the snapshot", err)
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("sweep old snapshots: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if name == current || !strings.HasPrefix(strings.TrimPrefix(name, "."), snapshotPrefix) {
			continue
		}
		if err := os.Remove(s.path(name)); err != nil {
			return fmt.Errorf("sweep old snapshots: %w", err)
		}
	}
	return nil
}
