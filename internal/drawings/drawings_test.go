package drawings_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/internal/drawings"
)

var update = flag.Bool("update", false, "draw docs/images anew")

// TestScenes_AreDrawnAsTheyAre draws every scene by what the engine says of it, and
// compares with the drawing that the documentation shows.
func TestScenes_AreDrawnAsTheyAre(t *testing.T) {
	for _, s := range drawings.Scenes() {
		t.Run(s.Name, func(t *testing.T) {
			got, err := s.SVG(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, got)
			file := filepath.Join("..", "..", "docs", "images", s.Name+".svg")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is out of date: look at what `make drawings` makes of it", file)
			}
		})
	}
}

// drawn is a drawing in a page with its rule below it.
var drawn = regexp.MustCompile("(?s)!\\[[^]]*\\]\\(images/([a-z]+)\\.svg\\)\n(\n```yaml\n.*?```\n)?")

// TestScenes_StandInTheDocumentation with the same words for those who see none,
// and with the rule that is drawn.
func TestScenes_StandInTheDocumentation(t *testing.T) {
	page := filepath.Join("..", "..", "docs", "semantics.md")
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	scenes := map[string]drawings.Scene{}
	for _, s := range drawings.Scenes() {
		scenes[s.Name] = s
	}
	shown := 0
	got := drawn.ReplaceAllStringFunc(string(data), func(all string) string {
		name := drawn.FindStringSubmatch(all)[1]
		s, ok := scenes[name]
		if !ok {
			t.Errorf("docs/semantics.md shows %s.svg, which nobody draws", name)
			return all
		}
		shown++
		rule := strings.ReplaceAll("\n"+s.Rule, "\n  ", "\n")
		return "![" + s.Alt + "](images/" + name + ".svg)\n\n```yaml" + rule + "```\n"
	})
	if shown != len(scenes) {
		t.Errorf("docs/semantics.md shows %d drawings, and there are %d", shown, len(scenes))
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != string(data) {
		t.Error("docs/semantics.md is out of date: `make drawings` writes the words and rules of its drawings")
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
