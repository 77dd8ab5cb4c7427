package rehearsal

import (
	"errors"
	"io"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// feed gives the records of all logs in the order of their times. Unlike one that
// reads files side by side it never runs ahead in one of them, so that an op finds
// all read that came before it, and nothing that came after.
type feed struct {
	lanes []*lane // by name
}

// lane is one log with its next record.
type lane struct {
	files *ingest.Files
	rec   smartylog.Record
	at    int64 // the time that it has come to
	done  bool
}

func openFeed(sources []ingest.Source, start int64, options func(string) smartylog.Options) (*feed, error) {
	f := &feed{}
	for _, src := range sources {
		files, err := ingest.OpenFiles([]ingest.Source{src}, ingest.ReadOptions{SourceOptions: options})
		if err != nil {
			return nil, errors.Join(err, f.close())
		}
		l := &lane{files: files, at: start}
		f.lanes = append(f.lanes, l)
		if err := l.next(); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	return f, nil
}

func (l *lane) next() error {
	_, err := l.files.Next(&l.rec)
	if errors.Is(err, io.EOF) {
		l.done = true
		return nil
	}
	if l.rec.HasTime() && !l.rec.Flags.Has(smartylog.Future) {
		l.at = max(l.at, l.rec.Sec)
	}
	return err
}

// peek is the log that has the next record; ok is false at the end of all.
func (f *feed) peek() (src int, ok bool) {
	for i, l := range f.lanes {
		if !l.done && (!ok || l.at < f.lanes[src].at) {
			src, ok = i, true
		}
	}
	return src, ok
}

func (f *feed) close() error {
	var errs []error
	for _, l := range f.lanes {
		errs = append(errs, l.files.Close())
	}
	return errors.Join(errs...)
}
