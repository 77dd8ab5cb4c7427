package drawings

import (
	"fmt"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// SVG draws the scene; dir is where its log may be written.
func (s *Scene) SVG(dir string) (string, error) {
	c := &canvas{end: s.End, y: margin}
	alerts, err := s.alerts(dir)
	if err != nil {
		return "", err
	}
	var body []func() error
	height := 0
	for i := range s.Rows {
		row := &s.Rows[i]
		body = append(body, func() error { return s.row(dir, c, row, alerts) })
		height += row.height()
	}
	s.grid(c, height)
	for _, draw := range body {
		if err := draw(); err != nil {
			return "", err
		}
	}
	s.clock(c)
	return c.document(s.Name, s.Alt), nil
}

const curveHeight = 96

func (r *Row) height() int {
	switch {
	case r.Records != nil:
		return 34
	case r.Curve != nil:
		return curveHeight + 14
	case r.Alerts != nil:
		return 46
	}
	return 24 * len(r.Windows)
}

func (s *Scene) row(dir string, c *canvas, r *Row, alerts []happening) error {
	defer func() { c.y += r.height() }()
	var err error
	switch {
	case r.Records != nil:
		c.text("", "end", left-16, float64(c.y)+20, r.Label)
		err = s.records(dir, c, r.Records)
	case r.Curve != nil:
		c.text("", "end", left-16, float64(c.y)+13, r.Label)
		err = s.curve(dir, c, r.Curve)
	case r.Alerts != nil:
		c.text("", "end", left-16, float64(c.y)+19, r.Label)
		err = s.bars(dir, c, r.Alerts, alerts)
	default:
		c.text("", "end", left-16, float64(c.y)+17, r.Label)
		for i, w := range r.Windows {
			s.window(c, w, float64(c.y)+12+24*float64(i))
		}
	}
	return err
}

// grid is the marks of the time line, behind everything.
func (s *Scene) grid(c *canvas, height int) {
	for at := int64(0); at <= s.End; at += s.Tick {
		c.line("grid", c.x(float64(at)), margin, c.x(float64(at)), float64(margin+height+6))
	}
}

func (s *Scene) clock(c *canvas) {
	y := float64(c.y) + 6
	c.line("axis", left, y, width-right, y)
	every := s.Tick
	for c.x(float64(every))-c.x(0) < 64 {
		every += s.Tick
	}
	for at := int64(0); at <= s.End; at += s.Tick {
		c.line("axis", c.x(float64(at)), y, c.x(float64(at)), y+5)
		if at%every != 0 {
			continue
		}
		c.text("small", "middle", c.x(float64(at)), y+19, clockText(at))
	}
	c.y += 36
}

func clockText(at int64) string {
	return noon.Add(time.Duration(at) * time.Second).Format("15:04:05")
}

func (s *Scene) records(dir string, c *canvas, r *Records) error {
	judged, err := s.judgedAt(dir)
	if err != nil {
		return err
	}
	y := float64(c.y) + 16
	c.line("grid", left, y, width-right, y)
	for i, rec := range s.Log {
		if r.Event != "" && rec.Event != r.Event || r.Of != "" && rec.Of != r.Of {
			continue
		}
		class := "dot"
		if r.Hollow {
			class = "ring"
		}
		at, shown := float64(rec.At), judged[i]
		if !r.Judged || shown == rec.At {
			c.circle(class, c.x(at), y, 5)
			continue
		}
		s.moved(c, rec.At, shown, y)
	}
	return nil
}

// moved is a record that is judged at another second than the one it prints.
func (s *Scene) moved(c *canvas, at, shown int64, y float64) {
	from, to := c.x(float64(min(at, s.End))), c.x(float64(shown))
	if at > s.End { // the time it prints is beyond the drawing
		c.circle("ghost", width-right, y, 5)
		c.text("small", "end", width-right-12, y-7, "prints "+clockText(at))
		from = width - right
	} else {
		c.circle("ghost", from, y, 5)
	}
	c.circle("ring", to, y, 5)
	side := 1.0
	if to < from {
		side = -1
	}
	c.path("arrow", fmt.Sprintf("M%.1f %.1fH%.1fm%.1f -4l%.1f 4l%.1f 4", from+6*side, y, to-7*side, -5*side, 5*side, -5*side))
}

// window is a half-open interval: its beginning is not in it, its end is.
func (s *Scene) window(c *canvas, w Window, y float64) {
	end := c.x(float64(w.At - w.Offset))
	begin := max(c.x(float64(w.At-w.Offset-w.Length)), left)
	c.line("win", begin+4, y, end, y)
	if w.At-w.Offset-w.Length >= 0 {
		c.circle("out", begin, y, 4)
	}
	c.circle("in", end, y, 4)
	anchor, x := "start", end+11
	if end > width-right-230 {
		anchor, x = "end", begin-11
	}
	c.text("wtext", anchor, x, y+4, w.Text)
}

// curve is a count over time with the lines that it is compared with.
func (s *Scene) curve(dir string, c *canvas, cu *Curve) error {
	heights, err := s.heights(dir, cu)
	if err != nil {
		return err
	}
	base := float64(c.y + curveHeight)
	y := func(v float64) float64 { return base - v/float64(cu.Most)*(curveHeight-14) }
	var d strings.Builder
	fmt.Fprintf(&d, "M%.1f %.1f", c.x(0), y(float64(heights[0])))
	for at := 1; at < len(heights); at++ {
		if heights[at] != heights[at-1] {
			fmt.Fprintf(&d, "H%.1fV%.1f", c.x(float64(at)), y(float64(heights[at])))
		}
	}
	fmt.Fprintf(&d, "H%.1f", c.x(float64(s.End)))
	c.path("area", d.String()+fmt.Sprintf("V%.1fH%.1fZ", base, c.x(0)))
	c.line("axis", left, base, width-right, base)
	c.path("step", d.String())
	for _, l := range cu.Limits {
		c.line("limit", left, y(l.At), width-right, y(l.At))
		c.text("ltext", "end", left-8, y(l.At)+4, l.Text)
	}
	return nil
}

// bars is the life of a group's alerts: a bar for each spell.
func (s *Scene) bars(dir string, c *canvas, a *Alerts, all []happening) error {
	y := float64(c.y) + 4
	c.line("grid", left, y+11, width-right, y+11)
	ends, err := s.calms(dir)
	if err != nil {
		return err
	}
	open := happening{at: -1}
	stamps := stamper{c: c, y: y + 36, apart: s.End / 12, last: -s.End}
	for _, h := range all {
		switch {
		case a.Of != "" && h.of != a.Of:
			continue
		case h.held == "max_firing":
			c.text("small", "start", c.x(float64(h.at))+4, y+7, "fires within the overflow alert")
			continue
		case h.held != "":
			continue
		case h.state == alert.Event:
			s.message(c, a, h, y)
			stamps.mark(h.at)
			continue
		}
		s.bar(c, open, spell(open, h.at, ends), y)
		open = h
		stamps.mark(h.at)
		c.line("cut", c.x(float64(h.at)), y-2, c.x(float64(h.at)), y+24)
	}
	s.bar(c, open, spell(open, s.End, ends), y)
	return nil
}

// spell is when what began at h has ended: a pending alert whose condition ceases
// to hold is dropped without a word.
func spell(h happening, next int64, calms []int64) int64 {
	for _, at := range calms {
		if h.state == alert.Pending && at > h.at && at < next {
			return at
		}
	}
	return next
}

// stamper writes times below bars, where there is room.
type stamper struct {
	c           *canvas
	y           float64
	apart, last int64
}

func (st *stamper) mark(at int64) {
	if at-st.last < st.apart {
		return
	}
	st.last = at
	st.c.text("small", "middle", st.c.x(float64(at)), st.y, clockText(at))
}

// bar is the spell that ends at a second; a resolved one is none.
func (s *Scene) bar(c *canvas, h happening, end int64, y float64) {
	class, text := "firing", "firing"
	switch {
	case h.at < 0 || h.state == alert.Resolved:
		return
	case h.state == alert.Pending:
		class, text = "pending", "pending"
	case h.of == "overflow":
		text = fmt.Sprintf("%v more", h.count)
	case strings.Contains(s.Rule, "levels:"):
		class, text = h.severity.String(), h.severity.String()
	}
	from, to := c.x(float64(h.at)), c.x(float64(end))
	c.rect(class, from, y, to-from, 22)
	if to-from > 52 {
		c.text("on", "middle", (from+to)/2, y+15, text)
	}
}

// message is a single alert and the cooldown that follows.
func (s *Scene) message(c *canvas, a *Alerts, h happening, y float64) {
	x := c.x(float64(h.at))
	if a.Until > 0 {
		c.rect("cooldown", x, y+3, c.x(float64(min(h.at+a.Until, s.End)))-x, 16)
		if h.swallows > 0 {
			c.text("small", "start", x+14, y+15, fmt.Sprintf("“%d more meanwhile”", h.swallows))
		} else {
			c.text("small", "start", x+14, y+15, "cooldown")
		}
	}
	c.path("message", fmt.Sprintf("M%.1f %.1fl9 9l-9 9l-9 -9Z", x, y+2))
}
