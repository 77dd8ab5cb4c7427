package ingest

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// readAll replays files and returns the numbers of the records, each with its
// source's name when there are several.
func readAll(t *testing.T, o ReadOptions, args ...string) (seqs []int, f *Files, err error) {
	t.Helper()
	srcs, err := Find(args)
	if err != nil {
		t.Fatal(err)
	}
	f, err = OpenFiles(srcs, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	var rec smartylog.Record
	for {
		_, err := f.Next(&rec)
		if err == io.EOF {
			return seqs, f, nil
		}
		if err != nil {
			return seqs, f, err
		}
		seqs = append(seqs, seqOf(rec.Raw))
	}
}

func TestFiles_MergesByHighWaterMark(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.log"), line(0, 1)+line(5, 2)+line(3, 3)+line(9, 4))
	write(t, filepath.Join(dir, "b.log"), line(1, 11)+line(5, 12)+line(6, 13))
	got, f, err := readAll(t, ReadOptions{}, dir)
	if err != nil {
		t.Fatal(err)
	}
	// both start unread: a, b; then the lesser mark, a before b among equals
	want := []int{1, 11, 2, 12, 3, 4, 13}
	if d := cmp.Diff([]int{1, 11, 2, 12, 3, 4, 13}, got); d != "" {
		t.Errorf("order = %v, want %v", got, want)
	}
	if f.FinishedCount() != 2 || !f.Finished(0) || !f.Finished(1) {
		t.Errorf("finished = %d", f.FinishedCount())
	}
}

func TestFiles_FutureLooksOverGenerations(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.log.2"), line(0, 1)+line(5000, 2))
	write(t, filepath.Join(dir, "a.log.1"), "stray\n"+line(10, 3)+line(9000, 4)+line(12, 5))
	write(t, filepath.Join(dir, "a.log"), line(132, 6)+line(99999, 7))
	srcs, err := Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	f, err := OpenFiles(srcs, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	var rec smartylog.Record
	for {
		if _, err := f.Next(&rec); err != nil {
			break
		}
		got = append(got, fmt.Sprintf("%d/%s@%d future=%v", seqOf(rec.Raw), rec.File, rec.Gen, rec.Flags.Has(smartylog.Future)))
	}
	want := []string{
		"1/a.log.2@0 future=false", "2/a.log.2@0 future=true",
		"-1/a.log.1@1 future=false", "3/a.log.1@1 future=false", "4/a.log.1@1 future=true", "5/a.log.1@1 future=false",
		"6/a.log@2 future=false", "7/a.log@2 future=false",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

func TestFiles_FromAndTo(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.log"), "stray\n"+lines(0, 10))
	got, _, err := readAll(t, ReadOptions{From: t0.Unix() + 3, To: t0.Unix() + 6}, dir)
	if err != nil || !slices.Equal(got, []int{3, 4, 5}) {
		t.Errorf("records = %v, %v; want 3 4 5", got, err)
	}
}

// A record from the future says nothing about when it was written: it belongs to the
// one before it.
func TestFiles_FutureBetweenFromAndTo(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.log"), line(99999, 0)+lines(1, 3)+line(99999, 4)+line(5, 5)+line(6, 6)+line(99999, 7)+lines(8, 2))
	for _, c := range []struct {
		from, to int64
		want     []int
	}{{3, 6, []int{3, 4, 5}}, {0, 6, []int{0, 1, 2, 3, 4, 5}}, {6, 0, []int{6, 7, 8, 9}}} {
		o := ReadOptions{}
		if c.from > 0 {
			o.From = t0.Unix() + c.from
		}
		if c.to > 0 {
			o.To = t0.Unix() + c.to
		}
		got, _, err := readAll(t, o, dir)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("from %d to %d: records = %v, %v; want %v", c.from, c.to, got, err, c.want)
		}
	}
}

// A machine that starts without a clock begins with the first hours of 1970, which
// east of Greenwich are before the first second.
func TestFiles_BeforeFirstSecond(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.log"), "Thu Jan 01 00:00:05+0300 1970 INFO a:1 f[1.T] E seq=0 \n"+
		"Mon Jan 01 00:00:00+0000 0001 INFO a:1 f[1.T] E seq=1 \n"+lines(2, 2))
	got, _, err := readAll(t, ReadOptions{}, dir)
	if err != nil || !slices.Equal(got, upTo(0, 4)) {
		t.Errorf("records = %v, %v; want all 4", got, err)
	}
}

func TestFiles_HalfWrittenGzip(t *testing.T) {
	dir := t.TempDir()
	whole := pack(t, lines(0, 2000))
	path := write(t, filepath.Join(dir, "a.log.1.gz"), whole[:len(whole)/2])
	got, f, err := readAll(t, ReadOptions{}, dir)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error = %v, want one line that names %s", err, path)
	}
	if len(got) == 0 || !slices.Equal(got, upTo(0, len(got))) {
		t.Errorf("%d records before the error, want the complete ones", len(got))
	}
	if _, again := f.Next(&smartylog.Record{}); again == nil || again == io.EOF {
		t.Errorf("error after the error = %v, want it again", again)
	}
}

func TestFiles_Statistics(t *testing.T) {
	dir := t.TempDir()
	text := lines(0, 3) + strings.TrimSuffix(traceback(3, 3), "\n")
	write(t, filepath.Join(dir, "a.log"), text)
	write(t, filepath.Join(dir, "a.log.1.gz"), pack(t, lines(0, 4), lines(4, 4)))
	write(t, filepath.Join(dir, "b.log"), "")
	var disk int64
	_, f, err := readAll(t, ReadOptions{Progress: func(n int64) { disk += n }}, dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []SourceStats{{Bytes: int64(len(text) + len(lines(0, 8))), Lines: 3 + 5 + 8, Records: 12}, {}}
	if d := cmp.Diff(want, f.Stats()); d != "" {
		t.Errorf("stats (-want +got):\n%s", d)
	}
	if packed := int64(len(text) + len(pack(t, lines(0, 4), lines(4, 4)))); disk != packed {
		t.Errorf("progress = %d bytes, want %d", disk, packed)
	}
}

// However a log is cut into generations and packed, its records are the same.
func TestFiles_AnySplitGivesTheSameRecords(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		sub := filepath.Join(dir, fmt.Sprint(run))
		n := rapid.IntRange(1, 60).Draw(rt, "records")
		gens := rapid.IntRange(1, 5).Draw(rt, "generations")
		texts := make([][]string, gens)
		for i := range n {
			g := i * gens / n
			one := line(i, i)
			if rapid.Bool().Draw(rt, "multi") {
				one = traceback(i, i)
			}
			texts[g] = append(texts[g], one)
		}
		for g, parts := range texts {
			name := filepath.Join(sub, "a.log")
			if k := gens - 1 - g; k > 0 {
				name += fmt.Sprintf(".%d", k)
			}
			text := strings.Join(parts, "")
			if rapid.Bool().Draw(rt, "packed") {
				cut := rapid.IntRange(0, len(text)).Draw(rt, "member")
				name, text = name+".gz", pack(t, text[:cut], text[cut:])
			}
			write(t, name, text)
		}
		o := ReadOptions{Piece: rapid.SampledFrom([]int{0, 90, 500, 3000}).Draw(rt, "piece")}
		got, _, err := readAll(t, o, sub)
		if err != nil || !slices.Equal(got, upTo(0, n)) {
			rt.Fatalf("records = %v, %v; want 0…%d", got, err, n-1)
		}
	})
}
