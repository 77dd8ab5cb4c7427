package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// FuzzParse: no input breaks the reader, and every fault lies in the file.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.yaml")
	for _, name := range append(files, example) {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, warnings, err := config.Parse("testdata/fuzz.yaml", []byte(text), env)
		if (c == nil) != (err != nil) {
			t.Fatalf("config %v beside error %v", c, err)
		}
		faults, _ := err.(strictyaml.Errors)
		lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
		for _, f := range append(warnings, faults...) {
			_ = f.Text()
			if f.Line < 0 || f.Line > len(lines) || f.Line > 0 && (f.Col < 1 || f.Col > utf8.RuneCountInString(lines[f.Line-1])+1) {
				t.Errorf("fault outside of the file: %+v", f)
			}
		}
	})
}
