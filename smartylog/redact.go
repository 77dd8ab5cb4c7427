package smartylog

import (
	"regexp"
	"strconv"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "<redacted>"

// Redactor hides secrets and personal data in what leaves the process or is
// stored. It is immutable and safe for concurrent use.
type Redactor struct {
	keys     map[string]bool // lower case
	allow    map[string]bool // lower case
	patterns []pattern
}

type pattern struct {
	name string // as written in the allow list
	need string // a text without it cannot match; "" tells nothing
	re   *regexp.Regexp
	ok   func(string) bool // nil: every match counts
}

// secretKeys are the keys whose values never leave. Names that contain one of
// secretParts are secret too.
var (
	secretKeys  = [...]string{"password", "api_key", "authkey", "signature", "validation_code", "parent_code", "token", "passwd", "pwd", "apikey", "cookie", "sessionid", "pin_code"}
	secretParts = [...]string{"password", "secret", "token", "api_key", "apikey", "authkey", "signature", "authorization"}
)

var valuePatterns = [...]pattern{
	{"userinfo", "@", regexp.MustCompile(`\b([a-z][a-z0-9+.-]*://)[^/\s:@'"]*:[^/\s@'"]+@`), nil},
	{"jwt", "eyJ", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?`), nil},
	{"email", "@", regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`), nil},
	{"hex", "", regexp.MustCompile(`\b[0-9a-fA-F]{24,}\b`), nil},
	{"card", "", regexp.MustCompile(`\b\d(?:[ -]?\d){12,18}\b`), passesLuhn},
	{"phone", "", regexp.MustCompile(`\+[1-9][\d ()-]{8,16}\d|\b[78][ -]?\(?9\d{2}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}\b`), nil},
}

// NewRedactor hides the default secrets and the given further keys. allow names
// keys ("token"), paths ("params.signature") or kinds of data (phone email jwt userinfo
// hex card) to let through.
func NewRedactor(keys, allow []string) *Redactor {
	r := &Redactor{keys: map[string]bool{}, allow: map[string]bool{}}
	for _, k := range allow {
		r.allow[strings.ToLower(k)] = true
	}
	for _, k := range append(secretKeys[:len(secretKeys):len(secretKeys)], keys...) {
		r.keys[strings.ToLower(k)] = true
	}
	for _, p := range valuePatterns {
		if !r.allow[p.name] {
			r.patterns = append(r.patterns, p)
		}
	}
	return r
}

// SecretKey tells whether the value at a path of the context, or of that key, is
// a secret.
func (r *Redactor) SecretKey(path string) bool {
	name := path[lastName(path):]
	lower := strings.ToLower(name)
	if lower == "" || r.allow[lower] || r.allow[strings.ToLower(path)] {
		return false
	}
	// Payture's merchant key; the "key" of cache records is none.
	if r.keys[lower] || name == "Key" {
		return true
	}
	for _, part := range secretParts {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// lastName is where the last name of a path such as `params["api_key"]` begins;
// list places are passed over.
func lastName(path string) int {
	path = strings.TrimRight(path, `"']`)
	if i := strings.LastIndexByte(path, '['); i > 0 {
		if _, err := strconv.Atoi(path[i+1:]); err == nil {
			return lastName(path[:i])
		}
	}
	return strings.LastIndexAny(path, `.["'`) + 1
}

// Text hides secrets in free text: values after secret keys as Python, JSON,
// URLs and logs write them, and personal data wherever it stands. Redacting twice
// is redacting once.
func (r *Redactor) Text(s string) string {
	return r.hide(s).text
}

// find returns what matches. Of a URL only the name and the password are taken,
// since the address is worth knowing.
func (p *pattern) find(s string) []Finding {
	if !strings.Contains(s, p.need) {
		return nil
	}
	var found []Finding
	for _, m := range p.re.FindAllStringIndex(s, -1) {
		from, to := m[0], m[1]
		if p.ok != nil && !p.ok(s[from:to]) {
			continue
		}
		if p.name == "userinfo" {
			from, to = from+strings.Index(s[from:to], "://")+3, to-1
		}
		found = append(found, Finding{Kind: p.name, From: from, To: to})
	}
	return found
}

// Value hides what is secret in a value of the context under the given key or
// path. It returns a copy where something had to change.
func (r *Redactor) Value(key string, v any) any {
	if v != nil && r.SecretKey(key) {
		return Redacted
	}
	switch v := v.(type) {
	case string:
		return r.Text(v)
	case int64:
		return r.number(v, strconv.FormatInt(v, 10))
	case Dict:
		out := make(Dict, len(v))
		for i, p := range v {
			out[i] = Pair{r.Text(p.Key), r.Value(key+"."+p.Key, p.Value)}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = r.Value(key, item)
		}
		return out
	}
	return v
}

// number hides numbers that are phones or cards.
func (r *Redactor) number(v any, text string) any {
	if len(text) > 9 && r.Text(text) != text {
		return Redacted
	}
	return v
}

// passesLuhn checks the check digit that card numbers have.
func passesLuhn(s string) bool {
	sum, n := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		if !isDigit(s[i]) {
			continue
		}
		d := int(s[i] - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		n++
	}
	return sum%10 == 0
}
