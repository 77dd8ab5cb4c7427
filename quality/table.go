package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var ruleHead = []string{"rule", "severity", "incidents", "noticed", "recall", "alerts", "about one", "precision", "delay: median", "longest", "messages for one", "a quiet day"}

func (v *verdict) ruleRow(s *score) []string {
	return []string{s.name, s.severity, fmt.Sprint(s.incidents), fmt.Sprint(s.noticed), percent(s.noticed, s.incidents), fmt.Sprint(s.alerts), fmt.Sprint(s.right),
		percent(s.right, s.alerts), s.delay(2), s.delay(1), ratio(s.messages, s.noticed), ratio(s.quiet, v.quietDays)}
}

var kindHead = []string{"incident", "happened", "noticed", "recall", "delay: median", "longest", "messages for one", "rules that are there for it"}

func (v *verdict) kindRow(s *score) []string {
	see := strings.Join(s.see, ", ")
	if see == "" {
		see = "none in the pack"
	}
	return []string{s.name, fmt.Sprint(s.incidents), fmt.Sprint(s.noticed), percent(s.noticed, s.incidents), s.delay(2), s.delay(1), ratio(s.messages, s.noticed), see}
}

// delay is that of the middle (of 2) or the longest (of 1).
func (s *score) delay(of int) string {
	if len(s.delays) == 0 {
		return "–"
	}
	i := len(s.delays) - 1
	return strictyaml.FormatDuration(time.Duration(s.delays[i/of]) * time.Second)
}

func percent(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

func ratio(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", float64(n)/float64(of))
}

// head says what was measured.
func (v *verdict) head() string {
	p := v.plan
	return fmt.Sprintf("%d subscribers, %d servers, %d days after %d of warm-up, %d of them quiet; %d incidents", p.subscribers, p.servers, p.days, p.warmup, v.quietDays, v.total.incidents)
}

func (v *verdict) foot() string {
	return fmt.Sprintf("All: %d of %d incidents noticed (%s), %s messages for one, precision %s; on a quiet day %s critical, %s warning, %s info messages about nothing.",
		v.total.noticed, v.total.incidents, percent(v.total.noticed, v.total.incidents), ratio(v.total.messages, v.total.noticed), percent(v.total.right, v.total.alerts),
		ratio(v.quiet["critical"], v.quietDays), ratio(v.quiet["warning"], v.quietDays), ratio(v.quiet["info"], v.quietDays))
}

// text writes the tables for a terminal.
func (v *verdict) text(w io.Writer) {
	fmt.Fprintf(w, "\n%s: %s\n%.1f GB in %.0f s\n\n", v.plan.name, v.head(), float64(v.bytes)/1e9, v.took.Seconds())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(ruleHead, "\t"))
	for _, s := range v.rules {
		fmt.Fprintln(t, strings.Join(v.ruleRow(s), "\t"))
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, strings.Join(kindHead, "\t"))
	for _, s := range v.kinds {
		fmt.Fprintln(t, strings.Join(v.kindRow(s), "\t"))
	}
	t.Flush()
	fmt.Fprintf(w, "\n%s\n", v.foot())
	if v.traceless > 0 {
		fmt.Fprintf(w, "%d incidents left no trace in the logs and are not counted.\n", v.traceless)
	}
}

// list writes what was missed, what was told more than once, and what was about nothing.
func (v *verdict) list(w io.Writer) {
	for _, t := range v.missed {
		where, _ := json.Marshal(t.Where) // of texts alone
		fmt.Fprintf(w, "missed: %s %s to %s %s (%d records, %d missing)\n", t.Kind, t.From.Format(time.DateTime), t.To.Format(time.TimeOnly), where, t.Records, t.Missing)
	}
	for _, in := range v.loud {
		fmt.Fprintf(w, "%d messages: %s %s to %s: %s\n", len(in.said), in.Kind, in.From.Format(time.DateTime), in.To.Format(time.TimeOnly), strings.Join(in.said, "; "))
	}
	for _, a := range v.wrong {
		fmt.Fprintf(w, "about nothing: %s %v at %s\n", a.rule, a.group, time.Unix(a.from, 0).In(zone).Format(time.DateTime))
	}
}

func (v *verdict) markdown(w io.Writer) {
	fmt.Fprintf(w, "\n#### %s\n\n", v.head())
	rows := func(head []string, ss []*score, row func(*score) []string) {
		fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
		for _, s := range ss {
			cells := row(s)
			cells[0] = "`" + cells[0] + "`"
			fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
		}
		fmt.Fprintln(w)
	}
	rows(ruleHead, v.rules, v.ruleRow)
	rows(kindHead, v.kinds, v.kindRow)
	fmt.Fprintln(w, v.foot())
}

// Marks of the page, between which the tables stand.
const (
	openMark  = "<!-- quality -->\n"
	closeMark = "<!-- end of quality -->\n"
)

// bill is what a run took, and on what.
type bill struct {
	at              time.Time
	took, processor time.Duration
	machine         string
}

func newBill(began time.Time) bill {
	b := bill{at: began, took: time.Since(began), machine: fmt.Sprint(runtime.NumCPU(), " × processor")}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err == nil {
		b.processor = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	info, _ := os.ReadFile("/proc/cpuinfo") // elsewhere than on Linux the number has to do
	if _, rest, ok := strings.Cut(string(info), "model name\t: "); ok {
		model, _, _ := strings.Cut(rest, "\n")
		b.machine = fmt.Sprint(runtime.NumCPU(), " × ", model)
	}
	return b
}

func (b bill) String() string {
	return fmt.Sprintf("%.0f s (%.0f s of processor time; %s)", b.took.Seconds(), b.processor.Seconds(), b.machine)
}

func writePage(name string, seed uint64, cost bill, all []*verdict) error {
	head, tail, err := readPage(name)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nMeasured on %s by `make quality QUALITY='-seed %d'` in %s.\n", cost.at.Format(time.DateOnly), seed, cost)
	for _, v := range all {
		v.markdown(&b)
	}
	return os.WriteFile(name, []byte(head+openMark+b.String()+closeMark+tail), 0o644)
}

// readPage is what stands before and behind the tables of a page.
func readPage(name string) (head, tail string, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", "", err
	}
	head, rest, opened := strings.Cut(string(data), openMark)
	_, tail, closed := strings.Cut(rest, closeMark)
	if !opened || !closed {
		return "", "", fmt.Errorf("%s has no marks %q and %q", name, strings.TrimSpace(openMark), strings.TrimSpace(closeMark))
	}
	return head, tail, nil
}
