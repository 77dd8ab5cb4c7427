package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/smarty-alert/smarty-alert/anonymise"
)

// reportAnonymised tells what was done, so that a person can decide in one look
// whether to share the result.
func reportAnonymised(w io.Writer, r *anonymise.Report, files int, out string) {
	fmt.Fprintf(w, "%s in %s", count(int(r.Records), "record"), count(files, "file"))
	if out != "" {
		fmt.Fprintf(w, ", written to %s", out)
	}
	fmt.Fprintln(w)
	var values []string
	for _, c := range r.Values() {
		values = append(values, fmt.Sprintf("%s (%s)", c.Class, number(c.Values)))
	}
	if len(values) == 0 {
		values = []string{"nothing"}
	}
	line(w, "replaced: ", values)
	var replaced, kept []string
	for _, k := range r.Undocumented() {
		if k.Replaced > 0 {
			replaced = append(replaced, fmt.Sprintf("%s (%s)", printable(k.Key), number(k.Replaced)))
		}
		if k.Kept > 0 {
			kept = append(kept, fmt.Sprintf("%s (%s)", printable(k.Key), number(k.Kept)))
		}
	}
	line(w, "replaced, though nobody knows what it is (--keep KEY keeps it): ", replaced)
	line(w, "kept, though nobody knows what it is: short numbers and common words (--hide KEY hides it): ", kept)
	line(w, "sentences, kept but for quoted texts, long numbers and names found in them; read some: ", r.Sentences())
	if r.Unread > 0 {
		fmt.Fprintf(w, "%s without a readable header, searched as sentences; look at them\n", count(int(r.Unread), "record"))
	}
	if r.Cut > 0 {
		fmt.Fprintf(w, "%s longer than a record may be, cut in the middle\n", count(int(r.Cut), "record"))
	}
	if r.Dropped > 0 {
		fmt.Fprintf(w, "%s left out\n", count(int(r.Dropped), "byte"))
	}
}

// unused tells which keys and paths no record has, and reports whether there are
// such: a name that is mistyped keeps and hides nothing.
func unused(w io.Writer, r *anonymise.Report, named []string) (any bool) {
	for _, name := range named {
		if r.Used(name) > 0 {
			continue
		}
		any = true
		last := name[strings.LastIndexByte(name, '.')+1:]
		hint := didYouMean(last, r.Names())
		if last != name && r.Has(last) {
			hint = fmt.Sprintf("; there is %s in other places", printable(last))
		}
		fmt.Fprintf(w, "smarty-alert: note: no record has %s%s\n", printable(name), hint)
	}
	return any
}

// line writes a list, if it has anything.
func line(w io.Writer, head string, items []string) {
	if len(items) > 0 {
		fmt.Fprintln(w, head+strings.Join(items, ", "))
	}
}
