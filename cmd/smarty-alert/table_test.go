package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// What a table gives up as the terminal becomes narrower.
func TestTableText_Narrower(t *testing.T) {
	table := func(width int) string {
		columns := []column{
			nameColumn("log"), {name: "files", numbers: true, drop: 1},
			{name: "first", short: shortClock, drop: 2}, {name: "of", wrap: 8},
		}
		addRow(columns, "smarty_main", "1", "2024-11-18 10:00:00", "one two three four")
		addRow(columns, "smarty_epg", "12", "-", "")
		return tableText(columns, width)
	}
	whole := ` log          files  first                of
─────────────────────────────────────────────────────────────
 smarty_main      1  2024-11-18 10:00:00  one two three four
 smarty_epg      12  -
`
	for width, want := range map[int]string{
		0:  whole,
		99: whole,
		61: whole,
		60: ` log          files  first        of
─────────────────────────────────────────────────────
 smarty_main      1  11-18 10:00  one two three four
 smarty_epg      12  -
`,
		50: ` log          files  first        of
──────────────────────────────────────────────────
 smarty_main      1  11-18 10:00  one two three
                                  four
 smarty_epg      12  -
`,
		40: ` log          first        of
────────────────────────────────────────
 smarty_main  11-18 10:00  one two
                           three four
 smarty_epg   -
`,
		20: ` log          of
───────────────────────
 smarty_main  one two
              three
              four
 smarty_epg
`, // nothing more can be given up
	} {
		if got := table(width); got != want {
			t.Errorf("%d characters wide:\n%s\nwant\n%s", width, got, want)
		}
	}
}

// On a terminal of 80 characters the tables about the shipped logs fit.
func TestTables_FitATerminal(t *testing.T) {
	logs := surveyed(t, "../../testdata/logs")
	for _, width := range []int{80, 100, 120} {
		var out strings.Builder
		if err := (&statsText{zone: logsZone, width: width}).write(&out, logs, nil, false); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d characters on a terminal of %d: %s", n, width, line)
			}
		}
	}
}
