package config

import (
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// reader reads one file.
type reader struct {
	dir     string
	env     func(string) (string, bool)
	dry     bool
	written strictyaml.Value // the file with its secrets; see shown
	cfg     Config
}

// references are ${NAME}s, and $${ that stand for a plain ${.
var (
	references = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)
	variable   = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)
	variableIn = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)
)

// expand replaces ${NAME} by the environment's value and $${ by ${. Its faults
// name the variable and show none of the text.
func (rd *reader) expand(v strictyaml.Value, text string) (string, bool) {
	ok, last := true, 0
	var b strings.Builder
	for _, at := range references.FindAllStringIndex(text, -1) {
		b.WriteString(text[last:at[0]])
		ref := text[at[0]:at[1]]
		last = at[1]
		if ref == "$${" {
			b.WriteString("${")
			continue
		}
		offset, width := utf8.RuneCountInString(text[:at[0]]), utf8.RuneCountInString(ref)
		m := variable.FindStringSubmatch(ref)
		if m == nil {
			v.FaultAt(offset, width, "write ${NAME}, or $${ for a plain ${", "a name of letters, digits and '_' must stand in ${…}")
			ok = false
			continue
		}
		value, set := "", false
		if rd.env != nil {
			value, set = rd.env(m[1])
		}
		switch {
		case set:
			b.WriteString(value)
		case rd.dry:
			v.WarnAt("env-unset", offset, width, "", "the environment has no variable %s", m[1])
			b.WriteString(ref)
		default:
			v.FaultAt(offset, width, "set it in the service's environment, or write $${ for a plain ${", "the environment has no variable %s", m[1])
			ok = false
		}
	}
	return b.String() + text[last:], ok
}

// text is a single value, expanded. Empty ones are faults.
func (rd *reader) text(v strictyaml.Value) (string, bool) {
	raw, ok := v.Text()
	if !ok {
		return "", false
	}
	text, ok := rd.expand(v, raw)
	if ok && strings.TrimSpace(text) == "" {
		v.Fault("", "is empty")
		return "", false
	}
	return text, ok
}

func (rd *reader) texts(v strictyaml.Value) []string {
	var out []string
	for _, item := range v.List() {
		if s, ok := rd.text(item); ok {
			out = append(out, s)
		}
	}
	return out
}

// duration is the value, or fallback when it is not there or wrong.
func (rd *reader) duration(v strictyaml.Value, fallback time.Duration) time.Duration {
	if text, ok := rd.text(v); ok {
		if d, ok := v.DurationOf(text); ok {
			return d
		}
	}
	return fallback
}

func (rd *reader) bool(v strictyaml.Value, fallback bool) bool {
	switch text, ok := rd.text(v); {
	case !ok:
	case text == "true", text == "false":
		return text == "true"
	default:
		v.Fault("", "%q is neither true nor false", text)
	}
	return fallback
}

const sizePattern = `([0-9]{1,9}) ?(kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)`

var sizes = regexp.MustCompile("^" + sizePattern + "$")

// size is a number of bytes within the bounds of its field.
func (rd *reader) size(v strictyaml.Value, fallback int64) int64 {
	text, ok := rd.text(v)
	if !ok {
		return fallback
	}
	m := sizes.FindStringSubmatch(text)
	if m == nil {
		v.Fault("write 500MB, 2GB or 1GiB", "%q is not a size", text)
		return fallback
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	base := int64(1000)
	if strings.HasSuffix(m[2], "iB") {
		base = 1024
	}
	for range 1 + strings.IndexByte("kmgt", strings.ToLower(m[2][:1])[0]) {
		n *= base
	}
	if f := v.Key(); n < f.Least || n > f.Most {
		v.Fault("", "%s is not between %dMB and %dTB", text, f.Least/1e6, f.Most/1e12)
		return fallback
	}
	return n
}

// path is a file's name, relative ones being relative to the configuration's
// directory.
func (rd *reader) path(v strictyaml.Value) (string, bool) {
	p, ok := rd.text(v)
	switch {
	case !ok:
		return "", false
	case strings.ContainsRune(p, 0):
		v.Fault("", "a path cannot hold a zero byte")
		return "", false
	case filepath.IsAbs(p), strings.HasPrefix(p, "${"): // the latter: left so by a dry reading
		return p, true
	}
	return filepath.Join(rd.dir, p), true
}

// globPath is path for a name that may be a pattern.
func (rd *reader) globPath(v strictyaml.Value) (string, bool) {
	p, ok := rd.path(v)
	if !ok {
		return "", false
	}
	if strings.Contains(p, "**") {
		v.Fault("name the directory: all below it is read", "** is not known in patterns")
		return "", false
	}
	if _, err := filepath.Match(p, ""); err != nil {
		v.Fault(`a [ needs its ]; write \[ for a plain one`, "is not a valid pattern")
		return "", false
	}
	return p, true
}

// zone is an IANA time zone.
func (rd *reader) zone(v strictyaml.Value, fallback *time.Location) *time.Location {
	name, ok := rd.text(v)
	if !ok {
		return fallback
	}
	if name == "Local" {
		v.Fault("write an IANA name such as Europe/Moscow", "the zone Local depends on the machine")
		return fallback
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		v.Fault("write an IANA name such as Europe/Moscow", "unknown time zone %q", name)
		return fallback
	}
	return loc
}

// name checks a name the file's author may choose: namesPattern.
func (rd *reader) name(v strictyaml.Value, what, text string) bool {
	if isName(text) {
		return true
	}
	v.Fault("letters, digits, '_', '-' and '.', at most 100", "%q cannot be %s", text, what)
	return false
}

// isName tells whether a text is as namesPattern asks, which would take four megabytes
// to compile.
func isName(text string) bool {
	n := 0
	for _, c := range text {
		if !unicode.IsLetter(c) && !unicode.IsNumber(c) && !strings.ContainsRune("_.-", c) {
			return false
		}
		n++
	}
	return n >= 1 && n <= maxName
}

// hostPort checks "host:port", ports from lo on.
func hostPort(text string, lo int) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, fmt.Errorf("%q is not host:port", text)
	}
	port, err = strconv.Atoi(digits)
	if err != nil || port < lo || port > 65535 {
		return "", 0, fmt.Errorf("%q is not a port from %d to 65535", digits, lo)
	}
	if strings.ContainsAny(host, " /@\t\r\n") {
		return "", 0, fmt.Errorf("%q is not a host", host)
	}
	return host, port, nil
}

// near is the hint for a name that is not among the known ones.
func near(name string, known []string) string {
	if n := strictyaml.Nearest(name, known); n != "" {
		return "did you mean \"" + n + "\"?"
	}
	if len(known) == 0 {
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}
