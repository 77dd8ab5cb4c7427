package installation

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// Stats tells what Write has written.
type Stats struct {
	Files   int
	Records int64
	Bytes   int64
	Logs    []LogStats // in the order of the documentation, all servers together
	Truths  []Truth
}

// LogStats is the size of a log.
type LogStats struct {
	Log            string
	Records, Bytes int64
}

// Write generates an installation into dir: a directory app1, app2 … for each server where there are several. At midnight of the
// servers' zone the logs of the day are renamed as logrotate does it with dateext (smarty_epg.log-20241119) and new ones begin.
// Files that are there are replaced.
func Write(dir string, o Options) (Stats, error) {
	s, err := New(o)
	if err != nil {
		return Stats{}, err
	}
	w := writer{dir: dir, zone: s.o.Zone, servers: make([]server, s.o.Servers)}
	for i := range w.servers {
		w.servers[i].dir = dir
		if s.o.Servers > 1 {
			w.servers[i].dir = filepath.Join(dir, ServerName(i))
		}
	}
	err = w.open(s.o.Start.Unix())
	for rec, ok := s.Next(); ok && err == nil; rec, ok = s.Next() {
		err = w.write(&rec)
	}
	if err := errors.Join(err, w.close()); err != nil {
		return Stats{}, fmt.Errorf("write generated logs: %w", err)
	}
	w.stats.Truths = s.Truths()
	return w.stats, nil
}

// writer keeps the files of all servers.
type writer struct {
	dir      string
	zone     *time.Location
	servers  []server
	midnight int64 // when the files are renamed next
	stats    Stats
}

type server struct {
	dir   string
	files []*os.File
	bufs  []*bufio.Writer
}

// stems are the logs in the order of the documentation.
var stems = loggen.Logs()

func (w *writer) open(sec int64) error {
	t := time.Unix(sec, 0).In(w.zone)
	w.midnight = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, w.zone).Unix()
	if w.stats.Logs == nil {
		w.stats.Logs = make([]LogStats, len(stems))
		for i, stem := range stems {
			w.stats.Logs[i].Log = stem
		}
	}
	for i := range w.servers {
		s := &w.servers[i]
		if err := os.MkdirAll(s.dir, 0o755); err != nil {
			return err
		}
		for _, stem := range stems {
			f, err := os.Create(filepath.Join(s.dir, stem+".log"))
			if err != nil {
				return err
			}
			s.files = append(s.files, f)
			s.bufs = append(s.bufs, bufio.NewWriterSize(f, 128<<10))
			w.stats.Files++
		}
	}
	return nil
}

func (w *writer) write(rec *Record) error {
	for rec.Sec >= w.midnight {
		if err := w.turn(); err != nil {
			return err
		}
	}
	i := slices.Index(stems, rec.Log)
	w.stats.Records++
	w.stats.Bytes += int64(len(rec.Text))
	w.stats.Logs[i].Records++
	w.stats.Logs[i].Bytes += int64(len(rec.Text))
	_, err := w.servers[rec.Server].bufs[i].Write(rec.Text)
	return err
}

// turn renames the day's files by the date at which they end.
func (w *writer) turn() error {
	at := w.midnight
	if err := w.close(); err != nil {
		return err
	}
	suffix := time.Unix(at, 0).In(w.zone).Format("-20060102")
	for i := range w.servers {
		s := &w.servers[i]
		for _, stem := range stems {
			name := filepath.Join(s.dir, stem+".log")
			if err := os.Rename(name, name+suffix); err != nil {
				return err
			}
		}
		s.files, s.bufs = nil, nil
	}
	return w.open(at)
}

func (w *writer) close() error {
	var errs []error
	for _, s := range w.servers {
		for i, f := range s.files {
			errs = append(errs, s.bufs[i].Flush(), f.Close())
		}
	}
	return errors.Join(errs...)
}
