package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/docs"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Page is what docs/checks.md says of a code.
type Page struct {
	Code  string // "never-matches"
	Title string // one sentence, without its full stop
	Text  string // all of the section in Markdown, with its heading
}

// Pages lists the pages of all codes, in the order of the document: its sections
// of the second level.
func Pages() []Page {
	var out []Page
	fenced := false
	for line := range strings.Lines(docs.Checks) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		code, isPage := strings.CutPrefix(line, "## ")
		switch {
		case isPage && !fenced:
			out = append(out, Page{Code: strings.TrimSpace(code)})
		case strings.HasPrefix(line, "# ") && !fenced:
			out = append(out, Page{}) // a part of the document
		}
		if len(out) > 0 {
			out[len(out)-1].Text += line
		}
	}
	out = slices.DeleteFunc(out, func(p Page) bool { return p.Code == "" })
	for i := range out {
		_, body, _ := strings.Cut(out[i].Text, "\n\n")
		first, _, _ := strings.Cut(body, "\n\n")
		out[i].Title = strings.TrimSuffix(strings.Join(strings.Fields(first), " "), ".")
		out[i].Text = strings.TrimSpace(out[i].Text) + "\n"
	}
	return out
}

// PageOf finds the page of a code. The error says which code was probably meant.
func PageOf(code string) (Page, error) {
	pages := Pages()
	if i := slices.IndexFunc(pages, func(p Page) bool { return p.Code == code }); i >= 0 {
		return pages[i], nil
	}
	return Page{}, fmt.Errorf("there is no check %q: %s", code, meant(code, codesOf(pages)))
}

func codesOf(pages []Page) []string {
	codes := make([]string, len(pages))
	for i, p := range pages {
		codes[i] = p.Code
	}
	return codes
}

func meant(code string, codes []string) string {
	if near := strictyaml.Nearest(code, codes); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known: " + strings.Join(slices.Sorted(slices.Values(codes)), ", ")
}
