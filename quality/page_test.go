package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page that cannot be written to is told before anything is made or replayed.
func TestRun_PageIsLookedAtFirst(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	for want, text := range map[string]string{"no such file": "", "has no marks": "a page of somebody else\n"} {
		if text != "" {
			if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var said strings.Builder
		err := run([]string{"-markdown", page}, io.Discard, &said)
		if err == nil || !strings.Contains(err.Error(), want) || said.Len() > 0 {
			t.Errorf("%v, %q; want %q", err, said.String(), want)
		}
		_ = os.Remove(page)
	}
}
