package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// text writes a result for people who watch.
func (r *result) text(w io.Writer) {
	if r.unable != "" {
		fmt.Fprintf(w, "%s: not run here: %s\n", r.name, r.unable)
		return
	}
	each := (r.spent / time.Duration(max(1, r.done))).Round(100 * time.Millisecond)
	fmt.Fprintf(w, "%s: %d rounds of %s, %d failed, %s%s\n", r.name, r.done, each, r.failed, r.wall.Round(time.Second), prefixed("; ", r.extras()))
	for _, err := range r.whole {
		fmt.Fprintln(w, " ", err)
	}
}

// extras are the counts and figures that only some rows have.
func (r *result) extras() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(r.sum.notes)) {
		out = append(out, fmt.Sprintf("%s %d", name, r.sum.notes[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(r.sum.figures)) {
		f := r.sum.figures[name]
		out = append(out, fmt.Sprintf("%s %.3g%s (≤ %.4g)", name, f.value, f.unit, f.limit))
	}
	return strings.Join(out, ", ")
}

var columns = []string{"fault", "rounds", "kills", "records", "lost", "doubled", "alerts", "lost", "doubled", "copies, unexplained", "also", "wall", "failed"}

func (r *result) cells() []string {
	if r.unable != "" {
		return []string{r.name, "0", "", "", "", "", "", "", "", "", "not run here: " + r.unable, "", ""}
	}
	t, n := r.sum, func(v int) string { return fmt.Sprint(v) }
	cells := []string{r.name, n(r.done), n(t.kills), n(t.records), n(t.lost), n(t.doubled), n(t.alerts), n(t.alertsLost), n(t.alertsDoubled),
		fmt.Sprintf("%d, %d", t.copies, t.unexplained), r.extras(), r.wall.Round(time.Second).String(), n(r.failed)}
	if r.baseline {
		for i := 6; i <= 9; i++ {
			cells[i] = "–" // it knows of no alerts
		}
	}
	return cells
}

// summary writes the table of all rows.
func summary(w io.Writer, results []*result, wall time.Duration) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\n%s\n", strings.Join(columns, "\t"))
	for _, r := range results {
		fmt.Fprintln(table, strings.Join(r.cells(), "\t"))
	}
	_ = table.Flush()
	fmt.Fprintf(w, "\n%s in all\n", wall.Round(time.Second))
}

// markdown writes the rows of docs/reliability.md.
func markdown(w io.Writer, results []*result, o options) {
	what := ""
	if o.baseline {
		what = ", nxadm/tail alone"
	}
	fmt.Fprintf(w, "\n%s, %d rounds at a time, seed %d%s.\n\n| %s |\n|%s\n", time.Now().UTC().Format(time.DateOnly), o.parallel, o.seed, what,
		strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, r := range results {
		cells := r.cells()
		cells[0] = fmt.Sprintf("`%s`: %s", r.name, r.about)
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
