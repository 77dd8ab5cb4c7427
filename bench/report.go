package main

import (
	"fmt"
	"io"
	"strings"
)

// text writes a result for people who watch.
func (r result) text(w io.Writer) {
	fmt.Fprintf(w, "\n%s: %s; %.0f MB%s\n", r.name, r.about, float64(r.bytes)/1e6, prefixed("; goal: ", r.goal))
	for i := range r.took {
		t := r.of(i, wall)
		fmt.Fprintf(w, "  %-26s wall %7.3f s (%.3f to %.3f)  cpu %7.3f s  %5.0f MB/s  anonymous %9s  resident %9s\n", r.contender(i).name,
			t.median, t.least, t.most, r.of(i, cpu).median, r.speed(i), r.memory(i, anonymous), r.memory(i, resident))
	}
	for i := 1; i < len(r.took); i++ {
		t := r.ratio(i, wall)
		fmt.Fprintf(w, "  %s / %s: wall %.2f (%.2f to %.2f), cpu %.2f\n", r.ours.name, r.contender(i).name, t.median, t.least, t.most, r.ratio(i, cpu).median)
	}
}

// memory is the most that a contender had in any round.
func (r result) memory(i int, figure func(measure) float64) string {
	if most := r.of(i, figure).most; most > 0 {
		return fmt.Sprintf("%.1f MiB", most)
	}
	return "–"
}

// benchmarks writes a line for each round, in the form that benchstat reads.
func (r result) benchmarks(w io.Writer) {
	for i, rounds := range r.took {
		name := r.name
		if len(r.took) > 1 {
			name += "/" + strings.ReplaceAll(r.contender(i).name, " ", "_")
		}
		for _, m := range rounds {
			fmt.Fprintf(w, "Benchmark%s 1 %d ns/op %.1f MB/s %d cpu-ns/op", name, m.wall.Nanoseconds(), float64(r.bytes)/1e6/m.wall.Seconds(), m.cpu.Nanoseconds())
			if m.anonymous > 0 && m.resident > 0 {
				fmt.Fprintf(w, " %d anonymous-B %d resident-B", m.anonymous, m.resident)
			}
			fmt.Fprintln(w)
		}
	}
}

// head is what benchstat shows above the figures.
func (m machine) head(w io.Writer) {
	fmt.Fprintf(w, "pkg: github.com/smarty-alert/smarty-alert/bench\ncpu: %s\ncores: %d\ngo: %s\ndate: %s\ncommit: %s\n", m.cpu, m.cores, m.goVersion, m.date, m.commit)
}

// writeMarkdown writes the table of docs/performance.md.
func writeMarkdown(w io.Writer, m machine, results []result) {
	fmt.Fprintf(w, "\n%s.\n\n", m)
	fmt.Fprintln(w, "| contest | goal | wall, speed | anonymous, resident | beside | wall: median (range) | cpu |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|")
	for _, r := range results {
		r.markdown(w)
	}
}

// markdown writes a row for each of the others, or one.
func (r result) markdown(w io.Writer) {
	ours := fmt.Sprintf("| `%s`: %s | %s | %.2f s, %.0f MB/s | %s, %s |", r.name, r.about, r.goal, r.of(0, wall).median, r.speed(0),
		r.memory(0, anonymous), r.memory(0, resident))
	if len(r.others) == 0 {
		fmt.Fprintln(w, ours, "| | |")
	}
	for i := 1; i < len(r.took); i++ {
		t := r.ratio(i, wall)
		fmt.Fprintf(w, "%s `%s`, %.2f s | %.2f (%.2f to %.2f) | %.2f |\n", ours, r.contender(i).name, r.of(i, wall).median, t.median, t.least, t.most, r.ratio(i, cpu).median)
		ours = "| | | | |"
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
