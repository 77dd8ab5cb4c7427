package windowing

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Windows with hundreds of texts, where the first are known and not looked for, tell what sorting all of them tells.
func TestTexts_ManyInAWindow(t *testing.T) {
	cols := []Column{{Func: Top, Window: 50}, {Func: Top, Window: 50, N: 1, Offset: 10}, {Func: Values, Window: 50}}
	type said struct {
		sec  int64
		text string
	}
	kept, rebuilt := 0, 0
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 3))
		zipf := rand.NewZipf(r, 1.1, 20, 700)
		table, now := NewTable(cols), int64(1000)
		table.Advance(now, nil)
		var all []said
		in := make([]Input, len(cols))
		for step := range 3000 {
			if r.IntN(20) == 0 {
				now += int64(r.IntN(6) * r.IntN(6))
				table.Advance(now, nil)
			}
			x := said{now - int64(r.IntN(5)*r.IntN(12)), fmt.Sprint(zipf.Uint64())}
			if seed%2 == 0 { // all alike
				x.text = fmt.Sprint(r.IntN(700))
			}
			for i := range in {
				in[i] = Input{On: true, Text: x.text}
			}
			if step%500 > 400 { // time goes by, and few come
				now += int64(r.IntN(2))
				table.Advance(now, nil)
			} else {
				table.Add(0, x.sec, Order{}, in)
				all = append(all, x)
			}
			if r.IntN(1500) == 0 {
				table.Clear(0)
				all = nil
			}
			for i, col := range cols {
				before := len(table.columns[i].(*texts).tally.short.lists)
				got, approx := table.Texts(0, i)
				if before == len(table.columns[i].(*texts).tally.short.lists) {
					kept += before
				} else {
					rebuilt++
				}
				counts := map[string]int64{}
				for _, s := range all {
					if now-col.Offset-col.Window < s.sec && s.sec <= now-col.Offset {
						counts[s.text]++
					}
				}
				want, wantApprox := naiveTexts(counts, col)
				if !slices.Equal(got, want) || approx != wantApprox {
					t.Fatalf("seed %d, step %d, %v: %v %t, want %v %t", seed, step, col, got, approx, want, wantApprox)
				}
			}
		}
	}
	if kept < 10*rebuilt || rebuilt < 20 {
		t.Errorf("%d answers from lists, %d lists made", kept, rebuilt)
	}
}

func naiveTexts(counts map[string]int64, col Column) (list []Ranked, approx bool) {
	for text, n := range counts {
		list = append(list, Ranked{text, n})
	}
	most := MaxValues
	if col.Func == Top {
		most = cmp.Or(col.N, defaultTop)
	}
	slices.SortFunc(list, func(a, b Ranked) int {
		if col.Func == Top && a.Count != b.Count {
			return cmp.Compare(b.Count, a.Count)
		}
		return cmp.Compare(a.Text, b.Text)
	})
	approx = col.Func == Values && len(list) > most
	return list[:min(len(list), most)], approx
}
