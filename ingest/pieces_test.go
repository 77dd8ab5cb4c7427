package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

func TestPieces_BrokenFileTellsAndCountsTheSame(t *testing.T) {
	dir := t.TempDir()
	whole := pack(t, lines(0, 3000)+traceback(3000, 3000))
	write(t, filepath.Join(dir, "a.log.1.gz"), whole[:len(whole)*2/3])
	write(t, filepath.Join(dir, "a.log"), lines(3001, 500)+"half a line")
	want, f, wantErr := readAll(t, ReadOptions{}, dir)
	if !errors.Is(wantErr, io.ErrUnexpectedEOF) || len(want) < 1000 {
		t.Fatalf("%d records, %v", len(want), wantErr)
	}
	for _, size := range []int{300, 5000, 40000} {
		got, g, err := readAll(t, ReadOptions{Piece: size}, dir)
		if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != wantErr.Error() {
			t.Errorf("pieces of %d bytes: %v, want %v", size, err, wantErr)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("pieces of %d bytes (-whole +pieces):\n%s", size, d)
		}
		if d := cmp.Diff(f.Stats(), g.Stats()); d != "" {
			t.Errorf("pieces of %d bytes: statistics (-whole +pieces):\n%s", size, d)
		}
	}
}

// What was passed over last before a break is owed to whoever counts records.
func TestFiles_BreakTellsWhatWasPassedOver(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	for i := range 9000 {
		b.WriteString(strings.Replace(line(i/3000, i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	whole := pack(t, b.String())
	write(t, filepath.Join(dir, "a.log.1.gz"), whole[:len(whole)/2])
	write(t, filepath.Join(dir, "a.log"), lines(5, 3))
	want, f, wantErr := readAll(t, ReadOptions{}, dir)
	nothing := func(Source) func(string) bool { return func(string) bool { return false } }
	for _, size := range []int{0, 5000} {
		for _, to := range []int64{0, t0.Unix() + 1} {
			got, g, err := readAll(t, ReadOptions{Piece: size, Wants: nothing, To: to}, dir)
			if wantErr == nil || err == nil || err.Error() != wantErr.Error() {
				t.Errorf("pieces of %d bytes: %v, want %v", size, err, wantErr)
			}
			stats, inside := g.Stats()[0], len(want)
			if to != 0 {
				inside = 3000
			}
			if n := len(got) + int(stats.Passed); stats.Records != f.Stats()[0].Records || n != inside || len(got) > 100 {
				t.Errorf("pieces of %d bytes up to %d: %d records, %d returned and passed over, want %d and %d",
					size, to, stats.Records, n, f.Stats()[0].Records, inside)
			}
		}
	}
}

// Records of a generation that are far behind the last record of the one before say
// that a clock was set back, and are never passed over.
func TestFiles_NextGenerationSetBack(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.log.1"), strings.Replace(line(200, 0), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	write(t, filepath.Join(dir, "a.log"), strings.Repeat(strings.Replace(line(100, 1), "SOME_EVENT", "LOGIN_SUCCESS", 1), 20))
	nothing := func(Source) func(string) bool { return func(string) bool { return false } }
	for _, size := range []int{0, 300} {
		got, f, err := readAll(t, ReadOptions{Piece: size, Wants: nothing}, dir)
		if stats := f.Stats()[0]; err != nil || len(got) != 21 || stats.Passed != 0 {
			t.Errorf("pieces of %d bytes: %d records, %d passed over, %v; want 21 and none", size, len(got), stats.Passed, err)
		}
	}
}

// Lines longer than a block, and texts without any header, offer no place to cut.
func TestPieces_NowhereToCut(t *testing.T) {
	dir := t.TempDir()
	long := func(sec, bytes int) string {
		return strings.TrimSuffix(line(sec, sec), "\n") + " text='" + strings.Repeat("x", bytes) + "'\n"
	}
	for name, text := range map[string]string{
		"long lines": lines(0, 3) + long(3, 3<<20) + lines(4, 3),
		"long end":   lines(0, 3) + long(3, 2<<20) + long(4, 2<<20), // of which one is a place to cut
		"no log":     strings.Repeat("neither a header nor anything else\n", 9000),
		"junk first": strings.Repeat("\x00", 9000) + "\n\n" + lines(0, 9),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(dir, name+".log"), text)
			want, f, err := readAll(t, ReadOptions{}, path)
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range []int{100, 3000, 70000, 600000} {
				got, g, err := readAll(t, ReadOptions{Piece: size}, path)
				if err != nil || !slices.Equal(want, got) {
					t.Errorf("pieces of %d bytes: %d records, %v; want %d", size, len(got), err, len(want))
				}
				if d := cmp.Diff(f.Stats(), g.Stats()); d != "" {
					t.Errorf("pieces of %d bytes: statistics (-whole +pieces):\n%s", size, d)
				}
			}
		})
	}
}

func TestPieces_ClosedEarlyLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	path := write(t, filepath.Join(t.TempDir(), "a.log"), lines(0, 5000))
	for records := range 3 {
		f, err := OpenFiles([]Source{{Stem: "a", Files: []string{path}}}, ReadOptions{Piece: 400})
		if err != nil {
			t.Fatal(err)
		}
		var rec smartylog.Record
		for range records {
			if _, err := f.Next(&rec); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkPieces reads a large log that no rule wants anything of.
func BenchmarkPieces(b *testing.B) {
	var text strings.Builder
	for i := range 200_000 {
		text.WriteString(strings.Replace(line(i/100, i), "SOME_EVENT", "LOGIN_SUCCESS", 1))
	}
	path := filepath.Join(b.TempDir(), "a.log")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	for _, passing := range []bool{false, true} {
		b.Run(fmt.Sprintf("passing=%v", passing), func(b *testing.B) {
			o := ReadOptions{}
			if passing {
				o.Wants = func(Source) func(string) bool { return func(string) bool { return false } }
			}
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				f, err := OpenFiles([]Source{{Stem: "a", Files: []string{path}}}, o)
				if err != nil {
					b.Fatal(err)
				}
				var rec smartylog.Record
				for err == nil {
					_, err = f.Next(&rec)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				f.Close()
			}
		})
	}
}
