package rehearsal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/ruletest"
)

// stamp is how a record's time is written.
const stamp = "Mon Jan _2 15:04:05-0700 2006"

// header are the parts of a record before its event, as tests name them.
var header = []struct{ name, usual string }{
	{"level", "INFO"}, {"module", "test"}, {"line", "1"}, {"function", "test"}, {"pid", "1"}, {"thread", "MainThread"},
}

// written is a record as Smarty writes it, its traceback included.
func written(at time.Time, event string, fields []ruletest.Pair) string {
	head := map[string]string{}
	for _, h := range header {
		head[h.name] = h.usual
	}
	var body dict
	exception := map[string]string{}
	for _, f := range fields {
		part, isException := strings.CutPrefix(f.Name, "exception.")
		switch _, ok := head[f.Name]; {
		case ok && f.Name != "line": // a key of records, too, and nobody asks for the line of code
			head[f.Name] = fmt.Sprint(f.Value)
		case isException:
			exception[part] = fmt.Sprint(f.Value)
		default:
			body.set(strings.Split(f.Name, "."), f.Value)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s:%s %s[%s.%s] %s", at.Format(stamp), head["level"], head["module"], head["line"], head["function"], head["pid"], head["thread"], event)
	for _, e := range body {
		b.WriteString(" " + e.name + "=")
		python(&b, e.value)
	}
	b.WriteByte('\n')
	if len(exception) > 0 {
		b.WriteString(traceback(exception))
	}
	return b.String()
}

// dict is a dictionary in the order in which its keys came.
type dict []entry

type entry struct {
	name  string
	value any // a *dict for what lies below
}

// set puts a value where its path leads.
func (d *dict) set(path []string, value any) {
	if len(path) == 1 {
		*d = append(*d, entry{path[0], value})
		return
	}
	for _, e := range *d {
		if below, ok := e.value.(*dict); ok && e.name == path[0] {
			below.set(path[1:], value)
			return
		}
	}
	below := &dict{}
	below.set(path[1:], value)
	*d = append(*d, entry{path[0], below})
}

// python writes a value as Python prints it.
func python(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		text := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(text, ".en") {
			text += ".0"
		}
		b.WriteString(text)
	case string:
		pythonText(b, v)
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			python(b, item)
		}
		b.WriteByte(']')
	case *dict:
		b.WriteByte('{')
		for i, e := range *v {
			if i > 0 {
				b.WriteString(", ")
			}
			pythonText(b, e.name)
			b.WriteString(": ")
			python(b, e.value)
		}
		b.WriteByte('}')
	}
}

// object is what Python prints of things that are no texts: <StreamService: edge-07>,
// datetime.timedelta(0, 12), Decimal('1.5').
var object = regexp.MustCompile(`^(<\w[^<>]*>|(datetime\.\w+|Decimal|UUID)\([^()]*\))$`)

func pythonText(b *strings.Builder, s string) {
	if object.MatchString(s) {
		b.WriteString(s)
		return
	}
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
}

// place is what an exception's frame is called: "api.py:35 get".
var place = regexp.MustCompile(`^(\S+):(\d+) (\S+)$`)

// traceback is one that reads as the parts given.
func traceback(parts map[string]string) string {
	file, line, function := "test.py", "1", "test"
	if m := place.FindStringSubmatch(parts["frame"]); m != nil {
		file, line, function = m[1], m[2], m[3]
	}
	kind := parts["type"]
	if kind == "" {
		kind = "Exception"
	}
	return fmt.Sprintf("Traceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/%s\", line %s, in %s\n    pass\n%s: %s\n",
		file, line, function, kind, parts["message"])
}
