package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Measures in pixels.
const (
	width     = 1200
	margin    = 8
	row       = 17
	header    = 64
	narrowest = 1.2 // boxes below this are left out
	character = 6.3 // of the text in boxes
)

// style has colours for a light and for a dark page. Boxes are the same on both.
const style = `<style>
text{font:11px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1f2328}
.title,.key{font-family:-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",Helvetica,Arial,sans-serif}
.title{font-size:15px;font-weight:600}.key{font-size:12px}
rect{stroke:#0d1117;stroke-opacity:.25;stroke-width:.5}
.read{fill:#79b8ff}.judge{fill:#ffb86b}.ours{fill:#d2b7f5}.unpack{fill:#8fd694}.sys{fill:#9ed8d0}.gc{fill:#c4cbd3}.lib{fill:#f3e08a}
@media (prefers-color-scheme:dark){.title,.key{fill:#f0f6fc}}
</style>
`

// canvas collects the boxes of a drawing.
type canvas struct {
	b      strings.Builder
	total  time.Duration
	height int
}

// draw is the whole drawing: what is called lies on what calls it, as wide as the
// time it took. The title of each box, which a browser shows, is its full name.
func draw(root *node, title string) string {
	least := time.Duration(float64(root.took) * narrowest / (width - 2*margin))
	c := &canvas{total: root.took, height: header + row*root.depth(least) + margin}
	c.boxes(root, margin, 0)
	about := fmt.Sprintf("%s, %.2f s of processor time", title, root.took.Seconds())
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">
%s<text class="title" x="%d" y="22">%s</text>
%s%s</svg>
`, width, c.height, width, c.height, escape("Flame graph, "+about), style, margin, escape(about), legend(), c.b.String())
}

// boxes draws what a node calls, from left to right.
func (c *canvas) boxes(n *node, x float64, level int) {
	for _, callee := range n.callees() {
		w := float64(callee.took) / float64(c.total) * (width - 2*margin)
		if w >= narrowest {
			c.box(callee, x, w, c.height-margin-row*(level+1))
			c.boxes(callee, x, level+1)
		}
		x += w
	}
}

func (c *canvas) box(n *node, x, w float64, y int) {
	share := 100 * float64(n.took) / float64(c.total)
	fmt.Fprintf(&c.b, `<g><title>%s: %.1f %%, %d ms</title><rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d"/>`,
		escape(strings.TrimPrefix(n.path, module)), share, n.took.Milliseconds(), kindOf(n.path), x, y, w, row-1)
	if label := fitting(n.name, int((w-5)/character)); label != "" {
		fmt.Fprintf(&c.b, `<text x="%.1f" y="%d">%s</text>`, x+3, y+row-5, escape(label))
	}
	c.b.WriteString("</g>\n")
}

// legend says which colour is which.
func legend() string {
	var b strings.Builder
	x := margin
	for _, k := range kinds() {
		fmt.Fprintf(&b, `<rect class="%s" x="%d" y="36" width="12" height="12" rx="2"/><text class="key" x="%d" y="46">%s</text>`+"\n", k.class, x, x+16, escape(k.name))
		x += 32 + 13*utf8.RuneCountInString(k.name)/2
	}
	return b.String()
}

// fitting is as much of a name as has room: smartylog.Scanner.Next, Scanner.Next,
// Next, or the beginning of that; of less than three characters nothing.
func fitting(name string, room int) string {
	for utf8.RuneCountInString(name) > room {
		_, rest, found := strings.Cut(name, ".")
		switch {
		case found && rest != "":
			name = rest
		case room < 4:
			return ""
		default:
			return string([]rune(name)[:room-1]) + "…"
		}
	}
	return name
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
