// Package growth measures how work grows with its input. It counts what is
// allocated, not time: a machine that is slow or busy allocates no more.
//
// Start at Linear, which a test calls where something once grew with a square.
package growth

import (
	"runtime"
	"testing"
)

// Work is what a function allocated.
type Work struct{ Objects, Bytes uint64 }

// Of runs a function and returns its work. Nothing else may run meanwhile.
func Of(run func()) Work {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return Work{after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc}
}

// Linear fails the test if an input of four times the size takes more than six
// times the work: what grows with a square takes sixteen times. prepare makes an
// input of a size, and what is done with it.
func Linear(t *testing.T, size int, prepare func(size int) (run func())) {
	t.Helper()
	prepare(size)() // what is made once
	small, large := Of(prepare(size)), Of(prepare(4*size))
	if large.Objects > 6*small.Objects || large.Bytes > 6*small.Bytes {
		t.Errorf("%d allocate %+v, %d allocate %+v: more than in proportion", size, small, 4*size, large)
	}
}
