package config

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// shown is a configuration file as faults may show it. Faults quote lines of the
// file, and a line may hold a secret beside what is wrong with it; so the file
// is read twice: as written, for the secrets alone, and with an x for each of
// their characters, for all else.
type shown struct {
	data    []byte
	written strictyaml.Value // the root of the file as written; zero if it is no YAML
	lines   []string         // of data
	open    map[int]bool     // lines, from one, on which a secret could not be covered
}

// secretNames are keys whose values are covered, those of later versions too.
var secretNames = regexp.MustCompile(`(?i)(?:token|passw(?:or)?d|secret|_key|^url|webhook_url|^proxy|routing_key|authorization|api-?key|cookie|psw)$`)

// isSecret tells whether a key's value is covered, misspelt keys included.
func isSecret(name string) bool {
	if name == "api_url" || strings.HasSuffix(name, "_file") {
		return false
	}
	return secretNames.MatchString(name) ||
		strictyaml.Nearest(name, []string{"token", "password", "secret", "webhook_url"}) != ""
}

// conceal covers the secrets of the file.
func conceal(name string, data []byte) *shown {
	s := &shown{data: data, lines: strings.Split(string(data), "\n"), open: map[int]bool{}}
	found := &strictyaml.Faults{}
	root, ok := strictyaml.Parse(name, data, found)
	if !ok {
		return s
	}
	s.written = root
	w := walker{left: 100_000}
	w.walk(root, false, 0)
	for _, f := range found.Sorted() {
		if text, isSecret := strings.CutPrefix(f.Msg, marker); isSecret {
			s.cover(f, text)
		}
	}
	covered := []byte(strings.Join(s.lines, "\n"))
	if _, ok := strictyaml.Parse(name, covered, &strictyaml.Faults{}); !ok {
		s.lines = strings.Split(string(data), "\n") // guard sees that none of its secrets is shown
		return s
	}
	s.data = covered
	return s
}

// walker finds the secrets of a tree. What it has to say is where they are, and
// faults have a place: it makes one for each.
type walker struct{ left int }

const marker = "a secret: "

// maxDepth ends the way through aliases that hold themselves.
const maxDepth = 24

func (w *walker) walk(v strictyaml.Value, secret bool, depth int) {
	if w.left--; w.left < 0 || depth > maxDepth || !v.There() {
		return
	}
	switch {
	case v.IsMapping():
		m := v.QuietMapping()
		for _, name := range m.Keys() {
			if depth == 0 && (name == "vars" || name == "overrides") {
				continue // settings of rules, whose names are the author's own
			}
			w.walk(m.Get(name), isSecret(name), depth+1)
		}
	case v.IsList():
		for _, item := range v.List() {
			w.walk(item, secret, depth+1)
		}
	case secret:
		text, ok := v.Text()
		if !ok {
			text = "\n" // on no line: what YAML made of it is not what is written
		}
		v.Fault("", "%s%s", marker, text)
	}
}

// cover puts an x for each character of the secret at the fault's place.
func (s *shown) cover(f strictyaml.Fault, text string) {
	line := []rune(s.lines[f.Line-1])
	from := f.Col - 1
	to := from + len([]rune(text))
	if from < len(line) && (line[from] == '"' || line[from] == '\'') {
		from, to = from+1, closing(line, from)
		if to < 0 {
			s.leaveOpen(f)
			return
		}
	} else if to > len(line) || string(line[from:to]) != text {
		s.leaveOpen(f)
		return
	}
	s.lines[f.Line-1] = string(line[:from]) + crossOut(string(line[from:to])) + string(line[to:])
}

// closing finds the quote that ends the one at from, or -1.
func closing(line []rune, from int) int {
	for i := from + 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && line[from] == '"':
			i++
		case line[i] != line[from]:
		case line[from] == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		default:
			return i
		}
	}
	return -1
}

var (
	reference = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)
	harmless  = regexp.MustCompile(`^https?://[^/@?#\s]+(?:/|$)`) // what of an address may be seen
)

// crossOut keeps names of variables and the host of an address.
func crossOut(text string) string {
	seen := len(harmless.FindString(text))
	rest, last := text[seen:], 0
	var b strings.Builder
	b.WriteString(text[:seen])
	for _, at := range append(reference.FindAllStringIndex(rest, -1), []int{len(rest), len(rest)}) {
		b.WriteString(strings.Repeat("x", utf8.RuneCountInString(rest[last:at[0]])))
		b.WriteString(rest[at[0]:at[1]])
		last = at[1]
	}
	return b.String()
}

// leaveOpen notes the lines of a value that is folded, escaped or elsewhere.
func (s *shown) leaveOpen(f strictyaml.Fault) {
	first := s.lines[f.Line-1]
	base := indent(first)
	if base == f.Col-1 {
		base-- // the key is on a line above
	}
	s.open[f.Line] = true
	for i := f.Line; i < len(s.lines); i++ {
		if strings.TrimSpace(s.lines[i]) != "" && indent(s.lines[i]) <= base {
			break
		}
		s.open[i+1] = true
	}
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
