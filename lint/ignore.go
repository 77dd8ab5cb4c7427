package lint

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// File is a file with its text, as it is searched for comments.
type File struct {
	Name string
	Data []byte
	// Secret files show nothing but the comment itself when something is wrong with it.
	Secret bool
}

// Scope says which checks have been made, so that a comment that ignores nothing
// can be told from one whose check did not run.
type Scope struct {
	All  bool // everything about the rules and, if there is one, the configuration
	Logs bool // the checks against real logs too
}

// directive is a comment "check: ignore CODE REASON".
type directive struct {
	strictyaml.Comment
	code string
	used bool
}

// Ignore leaves out the warnings that a comment of the files says are meant so,
// and adds what is wrong with such comments: without a reason or with a code that
// does not exist they are errors, without anything to ignore they have a warning
// of their own. Errors cannot be ignored. The result is in order of place.
func Ignore(files []File, faults []strictyaml.Fault, done Scope) []strictyaml.Fault {
	found := map[string][]*directive{}
	var said strictyaml.Faults
	for _, f := range files {
		found[f.Name] = directives(f, &said)
	}
	for _, f := range faults {
		if !f.Warning || !ignored(found[f.File], f) {
			said.Add(f)
		}
	}
	for _, f := range files {
		for _, d := range found[f.Name] {
			if d.used || !done.All || needsMore(d.code, done) {
				continue
			}
			warning := d.Fault(f.Name, "unused-ignore", "remove it", "nothing here has the warning "+d.code, f.Secret)
			if !ignored(found[f.Name], warning) {
				said.Add(warning)
			}
		}
	}
	return said.Sorted()
}

// ignored reports whether a comment covers a warning; all that do are in use.
func ignored(list []*directive, f strictyaml.Fault) bool {
	covered := false
	for _, d := range list {
		if d.code == f.Code && d.From <= f.Line && f.Line <= d.To {
			d.used, covered = true, true
		}
	}
	return covered
}

// needsMore reports whether the check of a code did not run, or depends on files
// that may not have been among those checked.
func needsMore(code string, done Scope) bool {
	switch code {
	case "duplicate-rule", "overlapping-rule", "unknown-rule", "unknown-override", "unreachable-route", "unused-var", "unused-list", "unused-calendar", "unused-ignore":
		return true
	}
	return !done.Logs && againstLogs(code) || done.Logs && undocumented(code) // which the logs may have refuted
}

// forCheck is how a comment for check begins, also behind another comment. Without
// the colon it is no directive, but was meant as one.
var forCheck = regexp.MustCompile(`(?i)(?:^|#[ \t]*)check(:|[ \t]+ignore\b)`)

// directiveIn is what stands behind "check:" in a comment that is for check.
func directiveIn(comment string) (rest string, ok bool) {
	at := forCheck.FindStringSubmatchIndex(comment)
	if at == nil {
		return "", false
	}
	if comment[at[2]] != ':' {
		return "", true
	}
	return comment[at[3]:], true
}

// directives reads the comments of a file that are meant for check.
func directives(f File, said *strictyaml.Faults) []*directive {
	if !forCheck.Match(f.Data) {
		return nil
	}
	var out []*directive
	codes := codesOf(Pages())
	for _, c := range strictyaml.Comments(f.Data) {
		rest, ok := directiveIn(c.Text)
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		wrong := func(hint, msg string) { said.Add(c.Fault(f.Name, "", hint, msg, f.Secret)) }
		switch {
		case len(words) == 0 || !strings.EqualFold(words[0], "ignore"):
			wrong("write # check: ignore CODE REASON", "this comment is for check, and check knows only ignore")
		case len(words) == 1:
			wrong("write # check: ignore CODE REASON", "which warning is ignored is missing")
		case !slices.Contains(codes, strings.TrimSuffix(words[1], ":")):
			wrong(meant(words[1], codes), "no warning has the code "+words[1])
		case strings.HasPrefix(words[1], "invalid-"):
			wrong("mend what it says", "an error cannot be ignored")
		case !isReason(words[2:]):
			wrong("say why it is meant so, behind the code", "a warning is ignored without a reason")
		default:
			out = append(out, &directive{Comment: c, code: strings.TrimSuffix(words[1], ":")})
		}
	}
	slices.SortStableFunc(out, func(a, b *directive) int { return cmp.Compare(a.Line, b.Line) })
	return out
}

// isReason reports whether there is a word among them.
func isReason(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Trim(w, "-–—:.#()") != "" })
}
