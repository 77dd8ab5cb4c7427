package ingest

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// benchText is 4 MB of log whose lines differ as real ones do.
func benchText() string { return lines(0, 42_000) }

// BenchmarkDecompress gives the speed of each format in bytes of text.
func BenchmarkDecompress(b *testing.B) {
	text := benchText()
	for _, ext := range []string{"", "gz", "zst", "xz", "bz2"} {
		b.Run("."+ext, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "x.log."+ext)
			if ext == "bz2" { // Go has no writer: 64 MiB of zeros
				path = filepath.Join("testdata", "packed", "bomb.log.bz2")
			} else {
				write(b, path, packAs(b, ext, text))
			}
			b.ReportAllocs()
			for b.Loop() {
				f, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				r, err := decompress(f, path, defaultLimits().newBudget(0))
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, make([]byte, readBuffer))
				if err != nil {
					b.Fatal(err)
				}
				f.Close()
				b.SetBytes(n)
			}
		})
	}
}

// BenchmarkFind gives the time that listing an archive takes, with its logs kept
// in a temporary file where they are packed, in bytes of text.
func BenchmarkFind(b *testing.B) {
	text := benchText()
	tar := tarOf(b, entry{name: "a.log", text: text}, entry{name: "b.log", text: text})
	for name, data := range map[string]string{
		"tar": tar, "tgz": packAs(b, "gz", tar), "tar.zst": packAs(b, "zst", tar), "txz": packAs(b, "xz", tar),
		"zip": zipOf(b, entry{name: "a.log", text: text}, entry{name: "b.log", text: text}),
	} {
		b.Run(name, func(b *testing.B) {
			path := write(b, filepath.Join(b.TempDir(), "x."+name), data)
			b.SetBytes(int64(len(tar)))
			for b.Loop() {
				if _, err := Find([]string{path}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
