package smartylog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Path names a field of a record or a place in its context. The zero Path names nothing.
type Path struct {
	text  string
	root  string // the field or the context's key
	inCtx bool   // written as ctx[…]: never a record field
	field bool   // root is a field of the record
	steps []step
}

// step goes one level down: into a dict by key, or into a list by index.
type step struct {
	key   string
	index int
	list  bool
}

// String gives the path as it was written.
func (p Path) String() string { return p.text }

// Root is the path's first name and whether it is a key of the context; else it
// is a field of the record, such as event or exception.type.
func (p Path) Root() (name string, inContext bool) {
	return p.root, p.inCtx || !isField(p.root)
}

// ParsePath reads "params.abonement", `ctx["line"]`, "args[0]", "exception.type".
// A first name that is a field of records means the field; ctx reaches a key of
// the same name.
func ParsePath(s string) (Path, error) {
	p := Path{text: s}
	rest := s
	var parts []step
	for first := true; rest != "" || first; first = false {
		st, tail, err := readStep(rest, first)
		if err != nil {
			return Path{}, fmt.Errorf("path %q at character %d: %w", s, len(s)-len(rest)+1, err)
		}
		parts, rest = append(parts, st), tail
	}
	if parts[0].key == "ctx" && len(parts) > 1 {
		p.inCtx = true
		parts = parts[1:]
		if parts[0].list {
			return Path{}, fmt.Errorf("path %q: ctx has keys, not places", s)
		}
	}
	p.root, parts = parts[0].key, parts[1:]
	if !p.inCtx && len(parts) > 0 && isField(p.root+"."+parts[0].key) {
		p.root, parts = p.root+"."+parts[0].key, parts[1:]
	}
	if p.root == "exception" && !p.inCtx {
		return Path{}, fmt.Errorf("path %q: write exception.type, exception.message or exception.frame", s)
	}
	p.steps, p.field = parts, !p.inCtx && isField(p.root)
	return p, nil
}

// readStep reads a name, ".name" or "[…]" at the start of s.
func readStep(s string, first bool) (st step, rest string, err error) {
	if !first && s[0] == '[' {
		return readIndex(s)
	}
	if !first {
		if s[0] != '.' {
			return st, "", fmt.Errorf("unexpected %q, want a dot or a bracket", s[:1])
		}
		s = s[1:]
	}
	n := 0
	for n < len(s) && (isNameByte(s[n]) || s[n] == '-' || s[n] >= 0x80) {
		n++
	}
	if n == 0 {
		return st, "", fmt.Errorf("a name is missing")
	}
	return step{key: s[:n]}, s[n:], nil
}

// readIndex reads `["key"]`, "['key']" or "[0]".
func readIndex(s string) (st step, rest string, err error) {
	if len(s) > 1 && (s[1] == '"' || s[1] == '\'') {
		end := strings.Index(s[2:], s[1:2]+"]")
		if end < 0 {
			return st, "", fmt.Errorf("the quoted key is not closed")
		}
		return step{key: s[2 : 2+end]}, s[2+end+2:], nil
	}
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return st, "", fmt.Errorf("the bracket is not closed")
	}
	i, err := strconv.Atoi(s[1:end])
	if err != nil {
		return st, "", fmt.Errorf("%q is neither a number nor a quoted key", s[1:end])
	}
	return step{index: i, list: true}, s[end+1:], nil
}

// isField tells whether a name is a field of records.
func isField(name string) bool {
	switch name {
	case "event", "log", "level", "module", "line", "function", "pid", "thread", "time", "instance", "text",
		"stacktrace", "exception", "exception.type", "exception.message", "exception.frame":
		return true
	}
	return false
}

// Field returns a field of the record or a value of its context; nil when it is
// missing, or the way to it leads through something that has no parts. time is
// RFC 3339 text in UTC.
func (r *Record) Field(p Path) any {
	if p.field {
		if len(p.steps) > 0 {
			return nil
		}
		return r.field(p.root)
	}
	v, _ := r.Lookup(p.root)
	return p.Below(v)
}

// Below follows the path from the value of its root down: nil where it leads
// through something that has no parts.
func (p Path) Below(root any) any {
	for _, st := range p.steps {
		root = st.from(root)
	}
	return root
}

// from takes one step down from v; a negative index counts from the end.
func (st step) from(v any) any {
	switch v := v.(type) {
	case Dict:
		key := st.key
		if st.list {
			key = strconv.Itoa(st.index)
		}
		found, _ := v.Get(key)
		return found
	case []any:
		i := st.index
		if i < 0 {
			i += len(v)
		}
		if st.list && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

func (r *Record) field(name string) any {
	switch name {
	case "event":
		return r.boxed(r.Event)
	case "log":
		return r.boxed(r.Log)
	case "instance":
		return r.boxed(r.Instance)
	case "text":
		return orNil(r.ownText())
	case "stacktrace":
		return orNil(r.Stacktrace())
	case "exception.type", "exception.message", "exception.frame":
		return r.exceptionField(name)
	}
	if !r.HasTime() {
		return nil
	}
	if name == "time" {
		return time.Unix(r.Sec, 0).UTC().Format(time.RFC3339)
	}
	return headerField(r.Header(), name)
}

func (r *Record) exceptionField(name string) any {
	x, ok := r.Exception()
	switch {
	case !ok:
		return nil
	case name == "exception.type":
		return orNil(x.Type)
	case name == "exception.message":
		return orNil(x.Message)
	}
	return orNil(x.Frame)
}

func headerField(h Header, name string) any {
	switch name {
	case "level":
		return orNil(h.Level)
	case "module":
		return orNil(h.Module)
	case "function":
		return orNil(h.Function)
	case "thread":
		return orNil(h.Thread)
	case "line":
		return int64(h.Line)
	case "pid":
		return int64(h.PID)
	}
	return nil
}

// boxed is orNil for names that come again and again.
func (r *Record) boxed(s string) any {
	if s == "" {
		return nil
	}
	return r.values.boxed(s)
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
