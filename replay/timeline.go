package replay

import "time"

// steps are the lengths of time by which things are counted, in seconds. Each divides
// the next.
var steps = []int64{1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 86400, 604800, 4233600}

// maxSteps is how many of them are kept.
const maxSteps = 2048

// timeline counts things by time, in little memory.
type timeline struct {
	step int // into steps
	n    map[int64]int64
}

func (t *timeline) add(sec int64) {
	if t.n == nil {
		t.n = map[int64]int64{}
	}
	t.n[floorTo(sec, steps[t.step])]++
	for len(t.n) > maxSteps && t.step < len(steps)-1 {
		t.step++
		wider := map[int64]int64{}
		for at, n := range t.n {
			wider[floorTo(at, steps[t.step])] += n
		}
		t.n = wider
	}
}

func floorTo(sec, step int64) int64 { return sec - ((sec%step)+step)%step }

// Series are numbers over time. Its JSON names are stable.
type Series struct {
	From time.Time `json:"from"` // of the first number
	Step int64     `json:"step_seconds"`
	N    []int64   `json:"n"`
}

// series are the counts from a second to another in at most most numbers; nil without
// any time.
func (t *timeline) series(from, to int64, most int64) *Series {
	step := t.step
	for step < len(steps)-1 && (to-floorTo(from, steps[step]))/steps[step] >= most {
		step++
	}
	width := steps[step]
	start := floorTo(from, width)
	out := &Series{From: *utc(start), Step: width, N: make([]int64, (to-start)/width+1)}
	for at, n := range t.n {
		if i := (floorTo(at, width) - start) / width; i >= 0 && i < int64(len(out.N)) {
			out.N[i] += n
		}
	}
	return out
}
