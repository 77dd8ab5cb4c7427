package redact

import (
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Mark stands where a secret was.
const Mark = "<redacted>"

// Redactor hides secrets and personal data in what leaves the process or is
// stored. It is immutable and safe for concurrent use.
type Redactor struct {
	keys  map[string]string // what a key announces, by its folded name
	allow map[string]bool   // lower case
	hides map[string]bool   // kinds
}

// New hides the default secrets and the given further keys. allow names
// keys ("token"), paths ("params.signature") or kinds of data (phone email jwt bot
// userinfo hex card) to let through.
func New(keys, allow []string) *Redactor {
	r := &Redactor{keys: map[string]string{}, allow: map[string]bool{}, hides: map[string]bool{kindHex: true, kindCard: true, kindPhone: true, kindUserInfo: true}}
	for _, p := range valuePatterns {
		r.hides[p.kind] = true
	}
	for _, k := range allow {
		r.allow[strings.ToLower(k)] = true
		delete(r.hides, strings.ToLower(k))
	}
	r.learnKeys(keys)
	return r
}

// Text hides secrets in free text: values after secret keys as Python, JSON,
// URLs and logs write them, and personal data wherever it stands. Redacting twice
// is redacting once.
func (r *Redactor) Text(s string) string {
	return r.hide(s).text
}

// Value hides what is secret in a value of the context under the given key or
// path. It returns a copy where something had to change.
func (r *Redactor) Value(key string, v any) any {
	if v != nil && r.SecretKey(key) {
		return Mark
	}
	switch v := v.(type) {
	case string:
		if r.calledPhone(key, v) {
			return Mark
		}
		return r.Text(v)
	case int64:
		if r.hidesNumber(key, strconv.FormatInt(v, 10)) {
			return Mark
		}
	case float64:
		if r.hidesNumber(key, strconv.FormatFloat(v, 'f', -1, 64)) {
			return Mark
		}
	case smartylog.Dict:
		return r.dict(key, v)
	case []any:
		return r.list(key, v)
	}
	return v
}

// Plain reports whether a key or path says nothing of its values: of a text under it
// Value hides what Text hides.
func (r *Redactor) Plain(key string) bool {
	return !r.SecretKey(key) && r.kindOf(key[lastName(key):]) != kindPhone
}

// hidesNumber reports whether a number must not be shown.
func (r *Redactor) hidesNumber(key, text string) bool {
	return r.calledPhone(key, text) || len(text) > 9 && r.Text(text) != text
}

// calledPhone reports whether the key says that a text is a phone.
func (r *Redactor) calledPhone(key, text string) bool {
	return countDigits(text) >= minPhone && r.kindOf(key[lastName(key):]) == kindPhone
}

func (r *Redactor) dict(key string, d smartylog.Dict) smartylog.Dict {
	out := make(smartylog.Dict, len(d))
	for i, p := range d {
		out[i] = smartylog.Pair{Key: r.Text(p.Key), Value: r.Value(key+"."+p.Key, p.Value)}
		if p.Key == "value" && p.Value != nil && r.namesSecret(d) {
			out[i].Value = Mark
		}
	}
	return out
}

// namesSecret is true for {"name": "password", "value": "x"} and its like.
func (r *Redactor) namesSecret(d smartylog.Dict) bool {
	for _, p := range d {
		if name, ok := p.Value.(string); ok && p.Key != "value" && r.SecretKey(name) {
			return true
		}
	}
	return false
}

func (r *Redactor) list(key string, list []any) []any {
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = r.Value(key, item)
	}
	if len(list) == 2 && list[1] != nil { // ('password', 'x')
		if first, ok := list[0].(string); ok && r.SecretKey(first) {
			out[1] = Mark
		}
	}
	return out
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

func isDigit(c byte) bool { return c-'0' < 10 }
