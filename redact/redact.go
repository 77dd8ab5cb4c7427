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
	keys  map[string]bool // lower case
	allow map[string]bool // lower case
	hides map[string]bool // kinds
}

// secretKeys are the keys whose values never leave, alone or as the last words of
// a key, as in user_pwd or X-Cookie. Keys that contain one of secretParts are
// secret too.
var (
	secretKeys  = [...]string{"validation_code", "parent_code", "pwd", "cookie", "pin", "pin_code", "pass", "psw", "cvc", "cvv", "cvc2", "cvv2", "otp", "sms_code", "auth", "jwt"}
	secretParts = [...]string{"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "authkey", "auth_key", "access_key", "private_key", "session_key", "signature", "authorization", "sessid", "sessionid", "session_id", "credential", "card_number", "cardnumber", "парол"}
	phoneKeys   = [...]string{"phone", "phone_number", "mobile", "msisdn", "telephone"}
)

// New hides the default secrets and the given further keys. allow names
// keys ("token"), paths ("params.signature") or kinds of data (phone email jwt userinfo
// hex card) to let through.
func New(keys, allow []string) *Redactor {
	r := &Redactor{keys: map[string]bool{}, allow: map[string]bool{}, hides: map[string]bool{kindHex: true, kindCard: true, kindPhone: true}}
	for _, p := range valuePatterns {
		r.hides[p.kind] = true
	}
	for _, k := range allow {
		r.allow[strings.ToLower(k)] = true
		delete(r.hides, strings.ToLower(k))
	}
	for _, k := range append(secretKeys[:len(secretKeys):len(secretKeys)], keys...) {
		r.keys[folded(k)] = true
	}
	return r
}

// folded is a key in lower case with "_" between its words.
func folded(key string) string {
	return strings.ReplaceAll(strings.ToLower(key), "-", "_")
}

// SecretKey tells whether the value at a path of the context, or of that key, is
// a secret.
func (r *Redactor) SecretKey(path string) bool {
	return r.secretName(path[lastName(path):]) && !r.allow[strings.ToLower(path)]
}

// maxKey bounds the bytes at the end of a key that are looked at.
const maxKey = 64

// secretName is SecretKey for a name alone.
func (r *Redactor) secretName(name string) bool {
	name = name[max(0, len(name)-maxKey):]
	key := folded(name)
	return r.isSecret(name, key) && !r.allow[strings.ToLower(name)] && !r.allow[key]
}

// isSecret is SecretKey for a key as written and folded, whatever is allowed.
func (r *Redactor) isSecret(name, key string) bool {
	// Payture's merchant key; the "key" of cache records is none.
	if name == "Key" {
		return true
	}
	for _, part := range secretParts {
		if strings.Contains(key, part) {
			return true
		}
	}
	for {
		if r.keys[key] {
			return true
		}
		_, rest, more := strings.Cut(key, "_")
		if !more {
			return false
		}
		key = rest
	}
}

// phoneKey tells whether a key, or its last words, name a phone.
func (r *Redactor) phoneKey(key string) bool {
	if !r.hides[kindPhone] || len(key) < 5 {
		return false
	}
	key = folded(key)
	for _, k := range phoneKeys {
		if rest, ok := strings.CutSuffix(key, k); ok && (rest == "" || rest[len(rest)-1] == '_') {
			return !r.allow[key]
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
		if text := strconv.FormatInt(v, 10); r.calledPhone(key, text) || len(text) > 9 && r.Text(text) != text {
			return Mark
		}
	case smartylog.Dict:
		return r.dict(key, v)
	case []any:
		return r.list(key, v)
	}
	return v
}

// calledPhone reports whether the key says that a text is a phone.
func (r *Redactor) calledPhone(key, text string) bool {
	return r.phoneKey(key[lastName(key):]) && countDigits(text) >= minPhone
}

func (r *Redactor) dict(key string, d smartylog.Dict) smartylog.Dict {
	name, _ := d.Get("name")
	named, _ := name.(string)
	out := make(smartylog.Dict, len(d))
	for i, p := range d {
		out[i] = smartylog.Pair{Key: r.Text(p.Key), Value: r.Value(key+"."+p.Key, p.Value)}
		if p.Key == "value" && p.Value != nil && r.SecretKey(named) { // {"name": "password", "value": "x"}
			out[i].Value = Mark
		}
	}
	return out
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
