//go:build screenshots || system

package systemtest

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	update = flag.Bool("update", false, "write docs/images")
	shots  = flag.String("shots", "", "a directory for all pictures, to be looked at")
)

// browser is a headless Chromium whose every request would come to us.
type browser struct {
	dir, proxy string
	tall       int    // how high a picture can be, in pixels
	said       string // on the console of the last page

	mu       sync.Mutex
	requests []string
}

func newBrowser(t *testing.T) *browser {
	b := &browser{dir: t.TempDir(), tall: tallest}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.requests = append(b.requests, r.Method+" "+r.Host+r.URL.Path)
		http.Error(w, "there is no network", http.StatusBadGateway)
	})}}
	srv.Start()
	t.Cleanup(srv.Close)
	b.proxy = l.Addr().String()
	return b
}

// asked are the requests of pages; what the browser wants for itself is left out.
func (b *browser) asked() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.requests {
		if !strings.Contains(r, "google") && !strings.Contains(r, "gvt1") {
			out = append(out, r)
		}
	}
	b.requests = nil
	return out
}

// tallest is how high a picture of a message can be, in pixels.
const tallest = 4000

// widths of a desk's screen and of a phone's.
var widths = []int{1280, 390}

// open draws a page in all widths. It stands in frames, since windows have a least
// width; one that is wider than its frame says so on the console.
func (b *browser) open(t *testing.T, page, name string, dark bool) (pictures []image.Image) {
	t.Helper()
	file, shot := filepath.Join(b.dir, name+".html"), filepath.Join(b.dir, name+".png")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	frame := filepath.Join(b.dir, name+"-frame.html")
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	html, all := fmt.Sprintf(`<!DOCTYPE html><html style="color-scheme: %s"><body style="margin:0;display:flex">`, scheme), 0
	for _, width := range widths {
		html += fmt.Sprintf(`<iframe src="%s" style="flex:none;border:0;width:%dpx;height:%dpx" scrolling="no"></iframe>`, filepath.Base(file), width, b.tall)
		all += width
	}
	html += `<script>onload = () => { for (const f of document.querySelectorAll("iframe")) {
	const page = f.contentDocument.documentElement;
	if (page.scrollWidth > page.clientWidth) console.log("a page of " + page.scrollWidth + " pixels in a window of " + page.clientWidth);
} }</script>`
	if err := os.WriteFile(frame, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	preferred := map[bool]string{false: "1", true: "0"}[dark]
	cmd := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--user-data-dir="+filepath.Join(b.dir, "profile"),
		"--proxy-server=http://"+b.proxy, "--proxy-bypass-list=<-loopback>", "--enable-logging=stderr", "--allow-file-access-from-files", "--blink-settings=preferredColorScheme="+preferred,
		fmt.Sprintf("--window-size=%d,%d", all, b.tall), "--screenshot="+shot, "file://"+frame)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, out)
	}
	b.said = ""
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "CONSOLE") {
			b.said += line
		}
	}
	whole, left := read(t, shot), 0
	for _, width := range widths {
		pictures = append(pictures, cut(whole, left, width, b.tall))
		left += width
	}
	return pictures
}

func read(t *testing.T, file string) image.Image {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	whole, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// cut takes one frame, without what is empty at its bottom.
func cut(whole image.Image, left, width, tall int) image.Image {
	empty := whole.At(left+width/2, tall-1)
	bottom := tall - 1
	for bottom > 0 && rowIs(whole, bottom, left, width, empty) {
		bottom--
	}
	out := image.NewRGBA(image.Rect(0, 0, width, min(bottom+14, tall)))
	draw.Draw(out, out.Bounds(), whole, image.Pt(left, 0), draw.Src)
	return out
}

func rowIs(m image.Image, y, left, width int, c color.Color) bool {
	r, g, b, _ := c.RGBA()
	for x := left; x < left+width; x++ {
		if r2, g2, b2, _ := m.At(x, y).RGBA(); r2 != r || g2 != g || b2 != b {
			return false
		}
	}
	return true
}

// save writes a small file: texts have few colours.
func save(t *testing.T, file string, m image.Image) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, paletted(m)); err != nil {
		t.Fatal(err)
	}
}

// paletted keeps the most frequent 256 colours; the others become their neighbours.
func paletted(m image.Image) image.Image {
	counts := map[color.RGBA]int{}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			counts[color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)]++
		}
	}
	out := image.NewPaletted(b, mostFrequent(counts))
	draw.Draw(out, b, m, b.Min, draw.Src)
	return out
}

// keep writes a picture where the documentation shows it, if it does and -update is
// given, and where -shots collects all of them.
func keep(t *testing.T, look, file string, m image.Image) {
	t.Helper()
	if file != "" && *update {
		save(t, filepath.Join("..", "docs", "images", file+".png"), m)
	}
	if *shots != "" {
		save(t, filepath.Join(*shots, look+".png"), m)
	}
}

// mostFrequent is a palette: of each shade the most frequent colour, so that a link of
// a few letters keeps its own.
func mostFrequent(counts map[color.RGBA]int) color.Palette {
	type shade struct{ r, g, b uint8 }
	best, all := map[shade]color.RGBA{}, map[shade]int{}
	for c, n := range counts {
		s := shade{c.R >> 4, c.G >> 4, c.B >> 4}
		if all[s] += n; n > counts[best[s]] {
			best[s] = c
		}
	}
	shades := slices.SortedFunc(maps.Keys(all), func(a, b shade) int {
		return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a.r, b.r), cmp.Compare(a.g, b.g), cmp.Compare(a.b, b.b))
	})
	var out color.Palette
	for _, s := range shades[:min(len(shades), 256)] {
		out = append(out, best[s])
	}
	return out
}
