package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrInMemory is returned by Commit for a cut that the disk has no room for: all
// that the cut caused is kept in memory and can be sent, but not its positions.
// The next cut has to tell of everything since the last one that was written.
var ErrInMemory = errors.New("the disk of the state is full: kept in memory")

const (
	// mostHeld is how much is kept in memory, in bytes. Beyond it Commit takes
	// nothing: the logs keep what was not read.
	mostHeld = 64 << 20
	// spareRoom is what must be free, beside what is held, before it is written:
	// a disk that is full again at once would come and go.
	spareRoom = 256 << 10
)

// shadow is a table before which one of the same name in memory stands while the
// disk is full: SQLite looks for temporary tables first, so that all statements of
// the writer's connection go there.
type shadow struct {
	table string
	// copied are the rows that are needed meanwhile; the others stay on the disk.
	copied string
	// back brings what changed to the disk.
	back []string
}

// keyed is a table that is small and copied as a whole.
func keyed(table, key string) shadow {
	return shadow{table, "true", []string{
		fmt.Sprintf(`DELETE FROM main.%[1]s WHERE %[2]s NOT IN (SELECT %[2]s FROM temp.%[1]s)`, table, key),
		fmt.Sprintf(`INSERT OR REPLACE INTO main.%[1]s SELECT * FROM (SELECT * FROM temp.%[1]s EXCEPT SELECT * FROM main.%[1]s)`, table),
	}}
}

// shadows are all tables but those of cuts and snapshots, which are on the disk or
// nowhere.
var shadows = []shadow{
	{"transitions", "false", []string{`INSERT OR IGNORE INTO main.transitions SELECT * FROM temp.transitions ORDER BY n`}},
	{"deliveries", "state IN ('pending', 'inflight', 'retry', 'dead')", []string{
		`INSERT OR REPLACE INTO main.deliveries SELECT * FROM temp.deliveries t WHERE NOT EXISTS (
			SELECT 1 FROM main.deliveries m WHERE m.n = t.n AND m.state = t.state AND m.changed = t.changed AND m.attempts = t.attempts)`}},
	keyed("notify_groups", "key"),
	keyed("silences", "id"),
	keyed("acks", "alert_id"),
}

// ignoreKnown keeps ids unique over both places.
const ignoreKnown = `CREATE TEMP TRIGGER known_%[1]s BEFORE INSERT ON temp.%[1]s
	WHEN EXISTS (SELECT 1 FROM main.%[1]s WHERE id = NEW.id) BEGIN SELECT RAISE(IGNORE); END`

// InMemory reports whether the disk is full and what is written is kept in memory,
// and since when.
func (s *Store) InMemory() (since time.Time, ok bool) {
	at := s.memory.Load()
	if at == nil {
		return time.Time{}, false
	}
	return *at, true
}

// Fills is how often the disk was found to be full, if only for a moment.
func (s *Store) Fills() int64 { return s.fills.Load() }

// toMemory goes on in memory. The caller holds s.writing.
func (s *Store) toMemory(ctx context.Context) error {
	s.place.Lock()
	defer s.place.Unlock()
	err := inTx(context.WithoutCancel(ctx), s.w, nil, func(tx *sql.Tx) error {
		for _, sh := range shadows {
			if err := sh.create(ctx, tx); err != nil {
				return fmt.Errorf("table %s: %w", sh.table, err)
			}
		}
		for _, query := range []string{
			`DELETE FROM temp.sqlite_sequence`,
			`INSERT INTO temp.sqlite_sequence SELECT * FROM main.sqlite_sequence`,
			fmt.Sprintf(ignoreKnown, "transitions"), fmt.Sprintf(ignoreKnown, "deliveries"),
		} {
			if _, err := tx.ExecContext(context.WithoutCancel(ctx), query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("go on in memory: %w", err)
	}
	now := s.now()
	s.memory.Store(&now)
	s.fills.Add(1)
	return nil
}

// create makes the table with its indexes as they are on the disk, and copies.
func (sh shadow) create(ctx context.Context, tx *sql.Tx) error {
	ctx = context.WithoutCancel(ctx)
	var script []string
	err := scan(ctx, tx, func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		text = strings.Replace(text, "CREATE TABLE ", "CREATE TABLE temp.", 1)
		script = append(script, strings.Replace(text, "CREATE INDEX ", "CREATE INDEX temp.", 1))
		return err
	}, `SELECT sql FROM main.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC`, sh.table)
	if err != nil {
		return err
	}
	script = append(script, fmt.Sprintf(`INSERT INTO temp.%[1]s SELECT * FROM main.%[1]s WHERE %[2]s`, sh.table, sh.copied))
	for _, text := range script {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// toDisk writes what is held, with whatever else f writes, in one transaction.
// After an error all of it is still held. The caller holds s.writing.
func (s *Store) toDisk(ctx context.Context, f func(*sql.Tx) error) error {
	ctx = context.WithoutCancel(ctx)
	if err := s.roomFor(ctx); err != nil {
		return err
	}
	s.place.Lock()
	defer s.place.Unlock()
	err := inTx(ctx, s.w, nil, func(tx *sql.Tx) error {
		for _, sh := range shadows {
			for _, query := range append(sh.back, "DROP TABLE temp."+sh.table) {
				if _, err := tx.ExecContext(ctx, query); err != nil {
					return fmt.Errorf("write table %s from memory: %w", sh.table, err)
				}
			}
		}
		return f(tx)
	})
	if err == nil {
		s.memory.Store(nil)
	}
	return err
}

// roomFor says without writing that there is no room yet.
func (s *Store) roomFor(ctx context.Context) error {
	if s.seemsFull != nil && s.seemsFull() {
		return errNoRoom
	}
	held, err := s.held(ctx)
	if err != nil {
		return err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(s.dir, &fs); err != nil {
		return fmt.Errorf("ask for room: %w", err)
	}
	free := fs.Bavail
	if os.Geteuid() == 0 {
		free = fs.Bfree
	}
	if int64(free)*int64(fs.Bsize) < held+spareRoom {
		return errNoRoom
	}
	return nil
}

// held is how much the tables in memory take, in bytes.
func (s *Store) held(ctx context.Context) (n int64, err error) {
	err = s.w.QueryRowContext(context.WithoutCancel(ctx), `SELECT page_count * page_size
		FROM pragma_page_count('temp'), pragma_page_size('temp')`).Scan(&n)
	return n, err
}

// errNoRoom is a disk that is seen to be full before anything is tried.
var errNoRoom = errors.New("no space left on the disk of the state")

// ErrFull is returned by what cannot go on in memory, such as Open, while the disk of the
// state has no room.
var ErrFull = errors.New("the disk of the state is full")

// full tells a disk without room, or a quota that is used up, from other errors.
func (s *Store) full(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, errNoRoom) {
		return true
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_FULL:
		return true
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_TRUNCATE:
		return s.noRoom()
	}
	return false
}

// noRoom tries to write a little.
func (s *Store) noRoom() bool {
	f, err := os.CreateTemp(s.dir, ".room-")
	if err == nil {
		_, err = f.Write(make([]byte, 64<<10))
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

// both makes a query of a read look into memory and onto the disk.
func (s *Store) both(query string) string {
	if s.memory.Load() == nil {
		return query
	}
	for _, table := range []string{"transitions", "deliveries"} {
		query = strings.ReplaceAll(query, "FROM "+table, fmt.Sprintf(
			`FROM (SELECT * FROM temp.%[1]s UNION ALL SELECT * FROM main.%[1]s WHERE id NOT IN (SELECT id FROM temp.%[1]s))`, table))
	}
	return query
}
