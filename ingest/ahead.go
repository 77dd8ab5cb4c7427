package ingest

import "github.com/smarty-alert/smarty-alert/smartylog"

// Ahead is work on records that needs nothing but the record, and can so be done
// before its turn, where it is framed: see ReadOptions.Ahead. The results of many
// records lie in one batch, which is used again.
type Ahead interface {
	// Begin returns an empty batch, made of one that is no longer needed if that is not nil.
	Begin(old any) any
	// Take works on a record, whose flag Future is not yet known, and returns the
	// place of the result in the batch. Nothing of the record may be kept.
	Take(rec *smartylog.Record, batch any) int
}

// done is a result of work ahead.
type done struct {
	batch any // nil: nothing was done
	place int
}

// workAhead does the work for all frames of a piece.
func (f *framing) workAhead(worker Ahead, label func(*smartylog.Record)) {
	f.batch, f.places = worker.Begin(f.batch), f.places[:0]
	for i := range f.Frames {
		if i > 0 {
			f.Frames[i].Follow(&f.rec)
		}
		f.Frames[i].Put(&f.rec)
		label(&f.rec)
		f.places = append(f.places, worker.Take(&f.rec, f.batch))
	}
}

// doneFor is what was done for the i-th frame.
func (f *framing) doneFor(i int) done {
	if i >= len(f.places) {
		return done{}
	}
	return done{f.batch, f.places[i]}
}
