package engine

import "math"

// MaxSpans is the most spans of a Course.
const MaxSpans = 1024

// Course is how high a rule's deciding value stood in the course of time. Its spans
// begin with one second and are joined two by two whenever there are too many.
type Course struct {
	From    int64     // second at which the first span begins
	Span    int64     // seconds
	Highest []float64 // in each span, over all groups; NaN where none was judged
}

func (c *Course) note(s int64, v float64) {
	if c.Span == 0 {
		c.From, c.Span = s, 1
	}
	for s-c.From >= MaxSpans*c.Span {
		c.widen()
	}
	i := int((s - c.From) / c.Span)
	for len(c.Highest) <= i {
		c.Highest = append(c.Highest, math.NaN())
	}
	if !(c.Highest[i] >= v) {
		c.Highest[i] = v
	}
}

// widen joins each span with the next.
func (c *Course) widen() {
	joined := c.Highest[:0]
	for i := 0; i < len(c.Highest); i += 2 {
		v := c.Highest[i]
		if i+1 < len(c.Highest) && !(v >= c.Highest[i+1]) && !math.IsNaN(c.Highest[i+1]) {
			v = c.Highest[i+1]
		}
		joined = append(joined, v)
	}
	c.Highest, c.Span = joined, c.Span*2
}
