//go:build screenshots

package systemtest

import (
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/slack/preview"
)

var (
	update = flag.Bool("update", false, "write docs/images")
	shots  = flag.String("shots", "", "a directory for all pictures, to be looked at")
)

// kept are the pictures that the documentation shows.
var kept = map[string]string{
	"slack-en-1280-light": "slack-light", "slack-ru-390-dark": "slack-dark-phone",
	"storm-en-1280-light": "slack-storm-light", "mail-en-1280-light": "mail-light", "mail-ru-390-dark": "mail-dark-phone",
}

// TestScreenshots opens what people see in a browser, light and dark, wide and on a
// phone: it says nothing on its console and asks nobody for anything.
func TestScreenshots(t *testing.T) {
	browser := newBrowser(t)
	if browser.open(t, "<script>console.log('x')</script><img src=http://pictures.example/a.png>", "control", false); len(browser.asked()) == 0 || browser.said == "" {
		t.Fatalf("a page that loads a picture and talks is not noticed: %q", browser.said)
	}
	for name, page := range pages(t) {
		for scheme, dark := range map[string]bool{"light": false, "dark": true} {
			pictures := browser.open(t, page, name+"-"+scheme, dark)
			if asked := browser.asked(); len(asked) > 0 || browser.said != "" {
				t.Errorf("%s, %s: asks for %v and says %s", name, scheme, asked, browser.said)
			}
			for i, width := range widths {
				look := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				if b := pictures[i].Bounds(); b.Dx() != width || b.Dy() < 100 || b.Dy() == tallest {
					t.Errorf("%s is %v", look, b)
				}
				if file := kept[look]; file != "" && *update {
					save(t, filepath.Join("..", "docs", "images", file+".png"), pictures[i])
				}
				if *shots != "" {
					save(t, filepath.Join(*shots, look+".png"), pictures[i])
				}
			}
		}
	}
}

// browser is a headless Chromium whose every request would come to us.
type browser struct {
	dir, proxy string
	said       string // on the console of the last page

	mu       sync.Mutex
	requests []string
}

func newBrowser(t *testing.T) *browser {
	b := &browser{dir: t.TempDir()}
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

const tallest = 4000 // pixels

// widths of a desk's screen and of a phone's.
var widths = []int{1280, 390}

// open draws a page in all widths. It stands in frames, since windows have a least
// width.
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
		html += fmt.Sprintf(`<iframe src="%s" style="flex:none;border:0;width:%dpx;height:%dpx" scrolling="no"></iframe>`, filepath.Base(file), width, tallest)
		all += width
	}
	if err := os.WriteFile(frame, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	preferred := map[bool]string{false: "1", true: "0"}[dark]
	cmd := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--user-data-dir="+filepath.Join(b.dir, "profile"),
		"--proxy-server=http://"+b.proxy, "--proxy-bypass-list=<-loopback>", "--enable-logging=stderr", "--blink-settings=preferredColorScheme="+preferred,
		fmt.Sprintf("--window-size=%d,%d", all, tallest), "--screenshot="+shot, "file://"+frame)
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
		pictures = append(pictures, cut(whole, left, width))
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
func cut(whole image.Image, left, width int) image.Image {
	empty := whole.At(left+width/2, tallest-1)
	bottom := tallest - 1
	for bottom > 0 && rowIs(whole, bottom, left, width, empty) {
		bottom--
	}
	out := image.NewRGBA(image.Rect(0, 0, width, min(bottom+14, tallest)))
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

// pages are what people see, by name.
func pages(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, language := range []notifiers.Language{notifiers.English, notifiers.Russian} {
		voice := notifiers.Voice{Language: language, Zone: time.FixedZone("MSK", 3*3600)}
		story := newStory(language)
		out["slack-"+string(language)] = slackPage(t, voice, story.incident()...)
		out["group-"+string(language)] = slackPage(t, voice, story.group(notifiers.First))
		out["storm-"+string(language)] = slackPage(t, voice, story.storm(notifiers.First))
		out["mail-"+string(language)] = mailPage(t, voice, story.group(notifiers.First))
		out["resolved-mail-"+string(language)] = mailPage(t, voice, story.resolved())
		out["storm-mail-"+string(language)] = mailPage(t, voice, story.storm(notifiers.First))
	}
	return out
}

// slackPage is the channel after these deliveries, each group in its message.
func slackPage(t *testing.T, v notifiers.Voice, ds ...alert.Delivery) string {
	t.Helper()
	f := &fakes.Slack{}
	srv := httptest.NewServer(f)
	defer srv.Close()
	r, err := slack.New(slack.Options{Token: "x", Channel: "#noc", APIURL: srv.URL, Voice: v, BroadcastResolved: true, HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	refs, at := map[string]string{}, map[string]time.Time{}
	for _, d := range ds {
		got, err := r.Send(t.Context(), d, refs[d.GroupKey])
		if err != nil {
			t.Fatal(err)
		}
		refs[d.GroupKey] = got.Ref
		for _, m := range f.Messages() {
			if at[m.TS].IsZero() {
				at[m.TS] = d.Created.In(v.Zone)
			}
		}
	}
	var channel []preview.Message
	place := map[string]int{}
	for _, m := range f.Messages() {
		shown := preview.Message{Blocks: m.Blocks, At: at[m.TS], Edited: m.Edits > 0, Broadcast: m.Broadcast}
		if m.Thread == "" {
			place[m.TS] = len(channel)
			channel = append(channel, shown)
			continue
		}
		parent := &channel[place[m.Thread]]
		parent.Replies = append(parent.Replies, shown)
	}
	page, err := preview.Page(preview.Options{Language: string(v.Language), Title: "Slack", Sender: "smarty-alert"}, channel...)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func mailPage(t *testing.T, v notifiers.Voice, d alert.Delivery) string {
	t.Helper()
	raw := ""
	port, stop, err := (&fakes.Mail{Watch: func(_, mail string) { raw = mail }}).Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	r, err := email.New(email.Options{From: "smarty-alert@example.com", To: []string{"noc@example.com"}, Host: "127.0.0.1", Port: port, TLS: email.NoTLS, Hello: "localhost", Voice: v})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Send(t.Context(), d, ""); err != nil {
		t.Fatal(err)
	}
	l, err := fakes.OpenLetter(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l.HTML
}
