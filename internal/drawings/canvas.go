package drawings

import (
	"fmt"
	"strings"
)

// Measures of all drawings, in pixels at their natural size.
const (
	width  = 860
	left   = 150 // where second 0 is
	right  = 36
	margin = 12
)

// canvas collects the shapes of a drawing. Colours are in the style sheet alone,
// which knows a light and a dark page.
type canvas struct {
	b   strings.Builder
	end int64 // seconds across
	y   int   // where the next row begins
}

// x is where a second lies.
func (c *canvas) x(second float64) float64 {
	return left + second/float64(c.end)*(width-left-right)
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.b, "<line class=%q x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2)
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(&c.b, "<rect class=%q x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\"/>\n", class, x, y, w, h)
}

func (c *canvas) circle(class string, x, y, r float64) {
	fmt.Fprintf(&c.b, "<circle class=%q cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", class, x, y, r)
}

func (c *canvas) path(class, d string) {
	fmt.Fprintf(&c.b, "<path class=%q d=%q/>\n", class, d)
}

// text is anchored at its start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, s string) {
	fmt.Fprintf(&c.b, "<text class=%q text-anchor=%q x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, anchor, x, y, escape(s))
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// style gives the drawing the colours of the page around it.
const style = `<style>
text{font:13px -apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;fill:#1f2328}
.small{font-size:11.5px;fill:#59636e}
.on{fill:#fff;font-size:12px}
.grid{stroke:#d1d9e0;stroke-width:1}
.axis{stroke:#59636e;stroke-width:1}
.dot{fill:#0969da}.ring{fill:none;stroke:#0969da;stroke-width:2}.ghost{fill:none;stroke:#0969da;stroke-width:1.5;stroke-dasharray:2 2}
.arrow{fill:none;stroke:#0969da;stroke-width:1.5}
.win{stroke:#8250df;stroke-width:3}.in{fill:#8250df;stroke:#8250df;stroke-width:2}.out{fill:none;stroke:#8250df;stroke-width:2}.wtext{fill:#8250df;font-size:12px}
.area{fill:#0969da;fill-opacity:.14}.step{fill:none;stroke:#0969da;stroke-width:2}
.limit{stroke:#cf222e;stroke-width:1.5;stroke-dasharray:5 4}.ltext{fill:#cf222e;font-size:11.5px}
.pending{fill:#bf8700}.firing{fill:#cf222e}.warning{fill:#bc4c00}.critical{fill:#a40e26}.cooldown{fill:#818b98;fill-opacity:.35}.message{fill:#8250df}
.cut{stroke:#59636e;stroke-width:1;stroke-dasharray:2 3}
@media (prefers-color-scheme:dark){
text{fill:#f0f6fc}.small{fill:#9198a1}.on{fill:#0d1117}
.grid{stroke:#3d444d}.axis{stroke:#9198a1}
.dot{fill:#4493f8}.ring,.ghost,.arrow,.step{stroke:#4493f8}.area{fill:#4493f8}
.win{stroke:#ab7df8}.in{fill:#ab7df8;stroke:#ab7df8}.out{stroke:#ab7df8}.wtext{fill:#ab7df8}
.limit{stroke:#f85149}.ltext{fill:#f85149}
.pending{fill:#d29922}.firing{fill:#f85149}.warning{fill:#f0883e}.critical{fill:#ff7b72}.cooldown{fill:#9198a1}.message{fill:#ab7df8}
.cut{stroke:#9198a1}
}
</style>
`

// document is the whole file.
func (c *canvas) document(name, alt string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="%s-alt">
<title id="%s-alt">%s</title>
%s%s</svg>
`, width, c.y, width, c.y, name, name, escape(alt), style, c.b.String())
}
