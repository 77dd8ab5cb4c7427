package store

import (
	"errors"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDisk is returned when the disk of the state failed to write, to sync or to
// read. After a sync that failed nobody knows what is on the disk, and a second
// one that works proves nothing: the store takes no more writes, and only a new
// Open, which checks the database, may go on.
var ErrDisk = errors.New("the disk of the state fails")

// Broken is closed once the store takes no more writes.
func (s *Store) Broken() <-chan struct{} { return s.broken }

// distrust takes note of an error of the disk and says what it is.
func (s *Store) distrust(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !errors.Is(err, unix.EIO) && (!ok || e.Code()&0xff != sqlite3.SQLITE_IOERR || s.full(err)) {
		return err
	}
	s.breaking.Do(func() { close(s.broken) })
	return errors.Join(ErrDisk, err)
}

// trusted is an error once the disk has failed.
func (s *Store) trusted() error {
	select {
	case <-s.broken:
		return ErrDisk
	default:
		return nil
	}
}
