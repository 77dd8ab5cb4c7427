package anonymise

import (
	"strings"
)

// lines finds what to replace in text that may hold a traceback: its frames stay
// as they are, of its code only what is in quotes after a secret's key or shows
// by its form goes, and what an exception says is read as a sentence.
func (r *rewriter) lines(s string) []edit {
	var out []edit
	from := 0
	for _, line := range codeLines(s) {
		if from < line.from {
			out = append(out, moved(r.scan(s[from:line.from], false, Unknown), from)...)
		}
		if text := s[line.from:line.to]; !isFrame(text) {
			out = append(out, moved(r.code(text), line.from)...)
		}
		from = line.to
	}
	if from < len(s) {
		out = append(out, moved(r.scan(s[from:], false, Unknown), from)...)
	}
	return out
}

// codeLines are the lines of a text that are frames of a traceback, or their code.
func codeLines(s string) (out []piece) {
	if !strings.Contains(s, frameLine) {
		return nil
	}
	from, code := 0, false
	for line := range strings.Lines(s) {
		if code = isFrame(line) || code && isCode(line); code {
			out = append(out, piece{from, from + len(line)})
		}
		from += len(line)
	}
	return out
}

func isFrame(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " |+-"), frameLine) }

const frameLine = `File "`

// isCode tells whether a line below a frame shows its code: it is indented
// further than the frame.
func isCode(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, "|"), "    ") || strings.HasPrefix(strings.TrimLeft(line, " |"), "    ")
}

// secretInCode is a text in quotes or a number after a name.
var secretInCode = lazy(`(\w+)['"]?\s*[:=]\s*[ub]?(?:'([^']+)'|"([^"]+)"|(\d+))`)

// code finds what to replace in a line of a program.
func (r *rewriter) code(line string) []edit {
	var out []edit
	at := 0
	for _, m := range secretInCode.FindAllStringSubmatchIndex(line, -1) {
		class, _ := r.classify(r.event, line[m[2]:m[3]])
		if !class.personal() {
			continue
		}
		for i := 4; i < len(m); i += 2 {
			if m[i] >= 0 {
				out = append(out, r.patterns(line, at, m[i], strong)...)
				out = append(out, moved(r.whole(class, line[m[i]:m[i+1]]), m[i])...)
				at = m[i+1]
			}
		}
	}
	return append(out, r.inCode(line, at)...)
}

// inCode searches a line of code by form, but not for what redaction would take
// for a secret: names of variables follow keys as well.
func (r *rewriter) inCode(line string, from int) []edit {
	f := search{r: r, s: line[from:], level: strong}
	c := count(f.s)
	f.tryIf(strings.Contains(f.s, "://"), urlText, func(m string) []edit { return r.url(m) })
	f.knownValues()
	f.formIf(c.at, emailText, Email)
	f.formIf(c.colons > 4, macText, Device)
	f.addresses(c.dots > 2, ip4Text)
	f.formIf(c.digits > 9, phoneText, Phone)
	f.tryIf(c.hexRun > 7, hexText, f.hex)
	return moved(f.edits, from)
}

// rawValue finds what to replace in a value that is no printed one: text that the
// program wrote as it was, or a value that is broken.
func (r *rewriter) rawValue(c Class, name, s string) []edit {
	if s == "" {
		return nil
	}
	body := strings.TrimLeft(s, "ubUB")
	quoted := body != "" && (body[0] == '\'' || body[0] == '"') && len(s)-len(body) < 3
	switch {
	case quoted:
		return r.scan(s, true, c)
	case strings.IndexByte("[({<", s[0]) >= 0:
		return r.scan(s, true, c)
	}
	if d := leadingDigits(s); d.to == len(s) && d.from < d.to {
		return r.number(c, name, s)
	}
	return r.value(c, name, s)
}
