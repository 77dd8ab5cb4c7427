package anonymise

import (
	"bytes"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// leafSecrets adds to the edits of a leaf's text what redaction would hide in it.
func (r *rewriter) leafSecrets(text string, edits []edit) []edit {
	if len(edits) == 1 && edits[0].from == 0 && edits[0].to == len(text) {
		return edits
	}
	return r.secrets(text, edits, nil)
}

// pairs tells whether a leaf may be a secret whose key is another's value, as in
// ('password', 'x') and {'name': 'password', 'value': 'x'}.
func (r *rewriter) pairs(before, l smartylog.Leaf) bool {
	if !strings.HasSuffix(l.Path, "[1]") {
		return strings.HasSuffix(l.Path, ".value")
	}
	first, _, ok := smartylog.ReadLiteral(r.raw[before.From:before.To])
	return ok && r.a.redactor.SecretKey(first.Text)
}

// names tells whether an element may name the key of a secret by an attribute,
// as in <entry key="password">x</entry>. Outside of a quoted value its parts are
// read as others: as a pair and words.
func names(raw []byte) bool {
	return bytes.Contains(raw, []byte("</")) &&
		(bytes.Contains(raw, []byte(" key=")) || bytes.Contains(raw, []byte(" name=")) || bytes.Contains(raw, []byte(" id=")))
}

// pairSecrets adds secrets whose keys are the values of other leaves.
func (r *rewriter) pairSecrets(message int) {
	if !r.paired {
		return
	}
	for i := range r.kept {
		r.kept[i].from, r.kept[i].to = r.kept[i].from-message, r.kept[i].to-message
	}
	r.edits = moved(r.secrets(string(r.raw[message:]), moved(r.edits, -message), r.kept), message)
}

// secrets adds to the edits of a text what redaction would hide and they leave,
// but for what is to be kept. Lines of code are kept: in them names of variables
// follow keys as well.
func (r *rewriter) secrets(s string, edits []edit, kept []piece) []edit {
	for i, f := range r.find(s) {
		if i == 0 {
			kept = append(codeLines(s), kept...)
		}
		from, to := unquoted(s, f.From, endInLine(s, f.From, f.To))
		if from >= to || saysNothing(s[from:to]) || slices.ContainsFunc(kept, func(p piece) bool { return from < p.to && p.from < to }) {
			continue
		}
		inside, open := overlap(edits, from, to)
		if !open {
			continue
		}
		if strings.IndexByte("[{(<", s[f.From]) >= 0 && f.Key != "" {
			edits = addWithin(edits, moved(r.scan(s[f.From:f.To], true, Secret), f.From))
			continue
		}
		for _, e := range inside {
			from, to = min(from, e.from), max(to, e.to)
		}
		edits = slices.DeleteFunc(edits, func(e edit) bool { return slices.Contains(inside, e) })
		for _, e := range r.whole(classOfFinding(f.Kind), s[from:to]) {
			edits = append(edits, edit{from + e.from, from + e.to, e.text})
		}
	}
	return edits
}

// addWithin adds edits where there are none yet.
func addWithin(edits, more []edit) []edit {
	for _, e := range more {
		if inside, _ := overlap(edits, e.from, e.to); len(inside) == 0 {
			edits = append(edits, e)
		}
	}
	return edits
}

// overlap gives the edits that touch a part of a text; open tells whether they
// leave anything of it.
func overlap(edits []edit, from, to int) (inside []edit, open bool) {
	covered := 0
	for _, e := range edits {
		if e.from < to && from < e.to {
			inside = append(inside, e)
			covered += min(to, e.to) - max(from, e.from)
		}
	}
	return inside, covered < to-from
}

// endInLine is to, or where the line of from ends before it: line ends stay.
func endInLine(s string, from, to int) int {
	if i := strings.IndexAny(s[from:to], "\r\n"); i >= 0 {
		return from + i
	}
	return to
}

// classOfFinding is the class of what the redactor calls a kind.
func classOfFinding(kind string) Class {
	switch kind {
	case "phone":
		return Phone
	case "email":
		return Email
	case "card":
		return ID
	case "hex":
		return Device
	}
	return Secret
}

// unquoted leaves the quotes around a value where they are.
func unquoted(s string, from, to int) (int, int) {
	for from < to && strings.IndexByte(`[({ `, s[from]) >= 0 {
		from++
	}
	for to > from && strings.IndexByte(`])} `, s[to-1]) >= 0 {
		to--
	}
	if i := strings.IndexAny(s[from:to], `'"`); i >= 0 && i <= 2 {
		from += i + 1
		if to > from && (s[to-1] == '\'' || s[to-1] == '"') {
			to--
		}
		if to > from && s[to-1] == '\\' {
			to--
		}
	}
	return from, to
}
