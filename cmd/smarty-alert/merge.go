package main

import (
	"errors"
	"io"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// mergedLogs gives the records of several sources in the order of their times.
// (ingest's own order is the one in which seconds become final, which is not the
// same.) Records of one source stay in the order of its file; those without a
// time go with the one before them.
type mergedLogs struct {
	heads []*head
	errs  []error // sources that turned out to be broken; the others go on
}

// head is the next record of one source.
type head struct {
	files *ingest.Files
	rec   smartylog.Record
	at    int64 // the greatest time so far
	taken bool  // rec was given out and is to be replaced
	end   bool
}

func openMerged(sources []ingest.Source, o ingest.ReadOptions) (*mergedLogs, error) {
	m := &mergedLogs{}
	for _, s := range sources {
		files, err := ingest.OpenFiles([]ingest.Source{s}, o)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		m.heads = append(m.heads, &head{files: files, taken: true})
	}
	return m, nil
}

// next returns the next record, valid until the following call; nil after the
// last one.
func (m *mergedLogs) next() *smartylog.Record {
	var first *head
	for _, h := range m.heads {
		if h.taken {
			m.advance(h)
		}
		if !h.end && (first == nil || h.at < first.at) {
			first = h
		}
	}
	if first == nil {
		return nil
	}
	first.taken = true
	return &first.rec
}

func (m *mergedLogs) advance(h *head) {
	if h.end {
		return
	}
	_, err := h.files.Next(&h.rec)
	h.taken, h.end = false, err != nil
	switch {
	case err == nil:
		if h.rec.HasTime() && !h.rec.Flags.Has(smartylog.Future) {
			h.at = max(h.at, h.rec.Sec)
		}
	case !errors.Is(err, io.EOF):
		m.errs = append(m.errs, err)
	}
}

// skipped returns how many bytes of each source are in no record, by name.
func (m *mergedLogs) skipped() map[string]int64 {
	out := map[string]int64{}
	for _, h := range m.heads {
		if n := h.files.Stats()[0].Skipped; n > 0 {
			out[h.files.Sources()[0]] = n
		}
	}
	return out
}

func (m *mergedLogs) names() (out []string) {
	for _, h := range m.heads {
		out = append(out, h.files.Sources()[0])
	}
	return out
}

func (m *mergedLogs) close() error {
	var errs []error
	for _, h := range m.heads {
		errs = append(errs, h.files.Close())
	}
	return errors.Join(errs...)
}
