package installation

import "github.com/smarty-alert/smarty-alert/loggen"

// job is a record to be written.
type job struct {
	sec    int64
	host   int
	ev     loggen.Event
	set    []loggen.Setting
	trace  string
	took   int
	stream uint64
	n      uint64 // record of the stream: it says whom the record is about
	cause  int    // number of the incident that it comes from, or that has changed it; 0: none
	of     int    // number of the incident but for which it would not be; 0: none
	tries  int    // how often the same has been tried before
	less   int    // edge that the device does not want again; 0: none
	edge   int    // of a check
	seq    uint64 // order within the second
}

// agenda holds jobs of later seconds, as a heap by second and order of adding.
type agenda struct {
	jobs []job
	made uint64
}

func (a *agenda) add(j job) {
	j.seq = a.made
	a.made++
	a.jobs = append(a.jobs, j)
	for i := len(a.jobs) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.before(i, up) {
			return
		}
		a.jobs[i], a.jobs[up] = a.jobs[up], a.jobs[i]
		i = up
	}
}

func (a *agenda) before(i, k int) bool {
	x, y := &a.jobs[i], &a.jobs[k]
	return x.sec < y.sec || x.sec == y.sec && x.seq < y.seq
}

// due removes the first job that is not later than sec.
func (a *agenda) due(sec int64) (job, bool) {
	if len(a.jobs) == 0 || a.jobs[0].sec > sec {
		return job{}, false
	}
	first, last := a.jobs[0], len(a.jobs)-1
	a.jobs[0] = a.jobs[last]
	a.jobs[last] = job{}
	a.jobs = a.jobs[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return first, true
		}
		if down+1 < last && a.before(down+1, down) {
			down++
		}
		if !a.before(down, i) {
			return first, true
		}
		a.jobs[i], a.jobs[down] = a.jobs[down], a.jobs[i]
		i = down
	}
}

// batch is work on many subscribers that goes on for a while: a mailing, a night's charges.
type batch struct {
	job   // as all of its records are; sec is its beginning
	left  int
	every uint64 // seconds from one to the next, in 1/one
	next  uint64 // since the beginning, in 1/one
}

// newBatch spreads n records over a time.
func newBatch(j job, n int, seconds int64) batch {
	return batch{job: j, left: n, every: max(1, uint64(max(1, seconds))*one/uint64(max(1, n)))}
}
