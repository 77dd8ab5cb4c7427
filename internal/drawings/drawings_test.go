package drawings_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
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

// TestScenes_StandInTheDocumentation with the same words for those who see none.
func TestScenes_StandInTheDocumentation(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "semantics.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range drawings.Scenes() {
		if want := "![" + s.Alt + "](images/" + s.Name + ".svg)"; !strings.Contains(string(page), want) {
			t.Errorf("docs/semantics.md lacks\n%s", want)
		}
	}
	if shown := strings.Count(string(page), "](images/"); shown != len(drawings.Scenes()) {
		t.Errorf("docs/semantics.md shows %d drawings, and there are %d", shown, len(drawings.Scenes()))
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
