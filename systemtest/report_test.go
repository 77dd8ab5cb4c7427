//go:build screenshots || system

package systemtest

import (
	"bytes"
	"fmt"
	"image"
	"os/exec"
	"strings"
	"testing"
)

// reportPictures are what the documentation shows of the report, and how much of it.
var reportPictures = map[string]struct {
	file string
	tall int
}{
	"report-en-1280-light": {"report-light", 1420}, "report-ru-390-dark": {"report-dark-phone", 1500}, "noisy-en-1280-dark": {"report-noisy-dark", 1250},
}

// TestReport_InABrowser opens replay's page of the shipped rules over the shipped logs,
// with all that can be opened in it closed and open, light and dark, wide and on a
// phone: it says nothing on the console, asks nobody for anything, and is nowhere wider
// than its window.
func TestReport_InABrowser(t *testing.T) {
	browser := newBrowser(t)
	browser.tall = 16000
	if browser.open(t, "<script>console.log('x')</script><img src=http://pictures.example/a.png><p style='width: 2000px'>wide", "control", false); len(browser.asked()) == 0 ||
		!strings.Contains(browser.said, "pixels in a window of 390") || !strings.Contains(browser.said, `"x"`) {
		t.Fatalf("a page that loads a picture, talks and is too wide is not noticed: %q", browser.said)
	}
	reports := map[string]string{
		"report-en": reportPage(t, "--rules", "../examples/rules", "../testdata/logs"),
		"report-ru": reportPage(t, "--rules", "../examples/rules", "--language", "ru", "../testdata/logs"),
		"noisy-en":  reportPage(t, "--rules", "../examples/story/before.yaml", "../testdata/logs"),
	}
	reports["open-en"] = strings.ReplaceAll(reports["report-en"], "<details>", "<details open>")
	for name, page := range reports {
		for scheme, dark := range map[string]bool{"light": false, "dark": true} {
			pictures := browser.open(t, page, name+"-"+scheme, dark)
			if asked := browser.asked(); len(asked) > 0 || browser.said != "" {
				t.Errorf("%s, %s: asks for %v and says %s", name, scheme, asked, browser.said)
			}
			for i, width := range widths {
				look := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				if b := pictures[i].Bounds(); b.Dx() != width || b.Dy() < 1000 {
					t.Errorf("%s is %v", look, b)
				}
				shown := reportPictures[look]
				keep(t, look, shown.file, top(pictures[i], shown.tall))
			}
		}
	}
}

// top is the upper part of a picture; 0 is all of it.
func top(m image.Image, tall int) image.Image {
	b := m.Bounds()
	if tall == 0 || b.Dy() <= tall {
		return m
	}
	return m.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(b.Min.X, b.Min.Y, b.Max.X, b.Min.Y+tall))
}

// reportPage is what `smarty-alert replay --format html` writes.
func reportPage(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "../cmd/smarty-alert", "replay", "--format", "html", "--timezone", "Europe/Moscow"}, args...)...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("replay: %v\n%s", err, stderr.Bytes())
	}
	return out.String()
}
