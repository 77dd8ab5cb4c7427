package main

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// column is a column of a table, with what may be given up where a terminal is
// too narrow for the whole table.
type column struct {
	name    string
	numbers bool                // its cells stand to the right
	cells   []string            // one per row
	short   func(string) string // writes a cell in fewer characters; nil: cannot be done
	drop    int                 // the column with the least is left out first; 0: never
	wrap    int                 // least width to which cells may be broken into lines; 0: never
	torn    bool                // only when nothing else helps: its cells are names
}

// addRow adds a cell to each column.
func addRow(columns []column, cells ...string) {
	for i, cell := range cells {
		columns[i].cells = append(columns[i].cells, cell)
	}
}

// gap is what stands around a cell.
const gap = 2

// tableText draws a table without borders, without spaces at the ends of lines.
// width is that of the terminal, 0 for one without end.
func tableText(columns []column, width int) string {
	columns = fit(columns, width)
	tw := table.NewWriter()
	tw.SetStyle(table.StyleLight)
	tw.Style().Options.DrawBorder = false
	tw.Style().Options.SeparateColumns = false
	tw.Style().Format.Header = text.FormatDefault
	var header table.Row
	var configs []table.ColumnConfig
	for i, c := range columns {
		header = append(header, c.name)
		config := table.ColumnConfig{Number: i + 1}
		if c.numbers {
			config.Align, config.AlignHeader = text.AlignRight, text.AlignRight
		}
		if c.wrap > 0 && width > 0 {
			config.WidthMax, config.WidthMaxEnforcer = c.wrap, text.WrapSoft
		}
		configs = append(configs, config)
	}
	tw.AppendHeader(header)
	tw.SetColumnConfigs(configs)
	for i := range columns[0].cells {
		var row table.Row
		for _, c := range columns {
			row = append(row, c.cells[i])
		}
		tw.AppendRow(row)
	}
	var out strings.Builder
	for line := range strings.Lines(tw.Render() + "\n") {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

// fit makes a table as narrow as it must be: it shortens cells, then leaves out
// columns, and gives what remains to those that can be broken into lines.
func fit(columns []column, width int) []column {
	columns = slices.Clone(columns)
	if width <= 0 || tableWidth(columns, column.width) <= width {
		for i := range columns {
			columns[i].wrap = 0
		}
		return columns
	}
	for i := range columns {
		columns[i].shorten()
	}
	for tableWidth(columns, column.narrow) > width {
		least := -1
		for i, c := range columns {
			if c.drop > 0 && (least < 0 || c.drop < columns[least].drop) {
				least = i
			}
		}
		if least < 0 {
			break
		}
		columns = slices.Delete(columns, least, least+1)
	}
	narrowed := column.narrow
	if tableWidth(columns, narrowed) > width {
		narrowed = column.narrowest
	}
	room := max(width-tableWidth(columns, narrowed), 0)
	for i := range columns {
		c := &columns[i]
		n := narrowed(*c)
		more := min(room, c.width()-n)
		c.wrap, room = n+more, room-more
	}
	return columns
}

// tableWidth is how many characters a table takes with its columns that wide.
func tableWidth(columns []column, width func(column) int) int {
	sum := 0
	for _, c := range columns {
		sum += width(c) + gap
	}
	return sum
}

func (c *column) shorten() {
	if c.short == nil {
		return
	}
	c.cells = slices.Clone(c.cells)
	for i, cell := range c.cells {
		c.cells[i] = c.short(cell)
	}
}

// narrow is the width of a column when its words are broken into lines,
// narrowest that when names are torn.
func (c column) narrow() int {
	if c.torn {
		return c.width()
	}
	return c.narrowest()
}

func (c column) narrowest() int {
	if c.wrap == 0 {
		return c.width()
	}
	return min(c.wrap, c.width())
}

func (c column) width() int {
	most := text.StringWidthWithoutEscSequences(c.name)
	for _, cell := range c.cells {
		most = max(most, text.StringWidthWithoutEscSequences(cell))
	}
	return most
}

// terminalWidth is how many characters fit a line of w, 0 for what is no terminal
// or does not tell.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
