// Package store is the durable state of the service: cuts of the engine,
// transitions, notification groups and the outbox in one SQLite database, and
// the engine's snapshots in files that the database names. Start at Open, then
// Commit, Load and Due.
//
// What belongs together is written in one transaction and is on the disk when
// the call returns (WAL, synchronous=FULL): after a kill or a power cut every
// Commit is there whole or not at all. Nothing damaged is used, skipped or
// replaced silently. One process owns a directory. All methods may be called
// concurrently; writers queue for one connection, readers never wait for them.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNewer is returned for a database or snapshot of a later version of
	// this program.
	ErrNewer = errors.New("written by a newer version of smarty-alert")
	// ErrDamaged is returned for a database or snapshot that cannot be trusted.
	// Its message says what to do.
	ErrDamaged = errors.New("state is damaged")
)

const (
	databaseFile = "state.db"
	// readers is how many connections pages and metrics share.
	readers = 4
)

// Options of a store. The zero value is usable.
type Options struct {
	// Now stamps rows with the time of writing, which Prune goes by for
	// deliveries; nil is time.Now.
	Now func() time.Time
	// Full, if set, has the disk of the database taken for full while it says so:
	// tests fill no disks.
	Full func() bool
}

// Store is an open state directory. Close it.
type Store struct {
	dir  string
	now  func() time.Time
	lock *lock

	w *sql.DB // the one writer
	r *sql.DB // readers, query only

	seemsFull func() bool // nil: the disk itself says so

	mu sync.Mutex // one SaveSnapshot at a time

	writing  sync.Mutex                // one transaction of the writer at a time
	place    sync.RWMutex              // held for reading while it must not change where rows are
	memory   atomic.Pointer[time.Time] // since when rows are kept in memory; nil: on the disk
	fills    atomic.Int64
	broken   chan struct{} // closed once the disk cannot be trusted
	breaking sync.Once
	arrivals arrivals // of transitions
}

// Open locks the directory and opens the database in it, creating both if they
// are missing (the parent of dir must exist) and bringing an older schema up to
// date. After an unclean stop the whole database is checked first. Errors:
// another process holds the directory; ErrNewer; ErrDamaged.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	return open(ctx, dir, o, migrations)
}

func open(ctx context.Context, dir string, o Options, migrations []string) (_ *Store, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	if err := makeDir(dir); err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	s := &Store{dir: dir, now: o.Now, seemsFull: o.Full, broken: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	if s.lock, err = takeLock(dir); err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	if err := s.start(ctx, migrations); err != nil {
		// The lock file keeps its mark: the next Open checks the database again.
		return nil, errors.Join(err, s.closeDatabase(), s.lock.release(false))
	}
	return s, nil
}

func (s *Store) start(ctx context.Context, migrations []string) error {
	if err := s.createDatabase(); err != nil {
		return err
	}
	var err error
	if s.w, err = s.connect("_txlock=immediate", 1); err != nil {
		return err
	}
	if s.r, err = s.connect("_query_only=true", readers); err != nil {
		return err
	}
	if err := s.checkDatabase(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.w, migrations); err != nil {
		return s.failed("migrate "+s.path(databaseFile), err)
	}
	if err := s.sweepSnapshots(ctx); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// createDatabase makes an empty file that only we can read; SQLite gives its
// side files the same mode. Remains of a state without its database are an
// error: going on would forget alerts that people were told of.
func (s *Store) createDatabase() error {
	path := s.path(databaseFile)
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return nil
	}
	for _, remains := range []string{databaseFile + "-wal", snapshotPrefix + "*"} {
		found, err := filepath.Glob(filepath.Join(escapeGlob(s.dir), remains))
		if err != nil {
			return fmt.Errorf("look into %s: %w", s.dir, err)
		}
		if len(found) > 0 {
			return s.damaged("open "+path, fmt.Errorf("the database is missing or empty, but %s is there", filepath.Base(found[0])))
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return f.Close()
}

func (s *Store) connect(query string, conns int) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: s.path(databaseFile)}
	dsn := u.String() + "?_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_pragma=temp_store(2)&" + query
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.path(databaseFile), err)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// checkDatabase makes sure that the file is a database in WAL mode and, after
// an unclean stop, that its structure is whole.
func (s *Store) checkDatabase(ctx context.Context) error {
	doing := "check " + s.path(databaseFile)
	var mode string
	if err := s.w.QueryRowContext(ctx, sqlJournalMode).Scan(&mode); err != nil {
		return s.failed(doing, err)
	}
	if mode != "wal" {
		return fmt.Errorf("%s: the file system does not allow write-ahead logging (journal mode %s)", doing, mode)
	}
	if !s.lock.unclean {
		return nil
	}
	var verdict string
	if err := s.w.QueryRowContext(ctx, sqlIntegrityCheck).Scan(&verdict); err != nil {
		return s.failed(doing, err)
	}
	if verdict != "ok" {
		return s.damaged(doing, errors.New(strings.ReplaceAll(verdict, "\n", "; ")))
	}
	return nil
}

// Close ends all connections and gives the directory free. Transactions under
// way are rolled back. A second Close does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	_, err := s.MoveLog()
	err = errors.Join(err, s.closeDatabase())
	err = errors.Join(err, s.lock.release(err == nil && s.trusted() == nil))
	s.lock = nil
	return err
}

// MoveLog moves what the write-ahead log holds into the database, as closing does,
// but says what goes wrong. Without room for it nothing is lost: full tells. Who still
// reads is not waited for.
func (s *Store) MoveLog() (full bool, err error) {
	if s.trusted() != nil {
		return false, nil // the next Open does it
	}
	var busy, pages, moved int
	if err = s.w.QueryRow(sqlMoveLog).Scan(&busy, &pages, &moved); err == nil || s.full(err) {
		return err != nil, nil
	}
	return false, s.failed("move the log into "+s.path(databaseFile), s.distrust(err))
}

func (s *Store) closeDatabase() error {
	var errs []error
	for _, db := range []*sql.DB{s.r, s.w} { // the writer last: it empties the WAL
		if db == s.w && s.trusted() != nil {
			continue // onto a disk that cannot be trusted; the next Open does it
		}
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close %s: %w", s.path(databaseFile), err)
	}
	return nil
}

// write runs f in a transaction of the writer: on the disk or, while that is full,
// in memory. f may run twice.
func (s *Store) write(ctx context.Context, f func(*sql.Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.writeLocked(ctx, f)
}

func (s *Store) writeLocked(ctx context.Context, f func(*sql.Tx) error) error {
	if err := s.trusted(); err != nil {
		return err
	}
	if s.memory.Load() == nil {
		if err := s.onDisk(ctx, f); !s.full(err) {
			return err
		}
		if err := s.toMemory(ctx); err != nil {
			return err
		}
	}
	// To interrupt the connection would be to lose what it keeps.
	return inTx(context.WithoutCancel(ctx), s.w, nil, f)
}

func (s *Store) onDisk(ctx context.Context, f func(*sql.Tx) error) error {
	if s.seemsFull != nil && s.seemsFull() {
		return errNoRoom
	}
	return inTx(ctx, s.w, nil, f)
}

// read runs f on one consistent view of the database.
func (s *Store) read(ctx context.Context, f func(*sql.Tx) error) error {
	s.place.RLock()
	defer s.place.RUnlock()
	if s.memory.Load() != nil {
		return inTx(context.WithoutCancel(ctx), s.w, nil, f)
	}
	return inTx(ctx, s.r, &sql.TxOptions{ReadOnly: true}, f)
}

func inTx(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		// SQLite may have rolled back already, on a full disk for one.
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

// failed wraps an error with what we were doing, and tells damage from
// everything else.
func (s *Store) failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB) {
		return s.damaged(doing, err)
	}
	if s.full(err) {
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("%s: %w", doing, s.distrust(err))
}

func (s *Store) damaged(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w (hint: restore a copy of %s; or begin anew with run --set-aside-broken-state, which moves it away and forgets which alerts fire)",
		doing, ErrDamaged, err, s.dir)
}

// makeDir creates dir, for us alone, with the parents it lacks.
func makeDir(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	switch {
	case err == nil:
		return syncDir(filepath.Dir(dir))
	case !errors.Is(err, os.ErrExist):
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", dir)
	}
	return nil
}

// syncDir makes names created, renamed or removed in dir durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
