package redact

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// The keys whose values are hidden, folded: lower case without what separates
// words. What contains one of secretParts is secret. What is one of secretKeys or
// phoneKeys is, and what ends in it as in user_pwd, X-Cookie and mobilePhone; a
// plural and a number at the end do not matter. queryKeys are secret in the query
// of a URL only.
var (
	secretParts = [...]string{"password", "passwd", "passphrase", "secret", "token", "apikey", "authkey", "accesskey", "privatekey", "sessionkey",
		"signature", "authorization", "sessid", "sessionid", "credential", "cardnumber", "парол"}
	secretKeys = [...]string{"validationcode", "parentcode", "pwd", "cookie", "pin", "pincode", "pass", "psw", "cvc", "cvv", "otp", "smscode", "auth", "jwt"}
	phoneKeys  = [...]string{"phone", "phonenumber", "mobile", "msisdn", "telephone", "tel"}
	queryKeys  = [...]string{"hash", "sig", "sign", "hmac", "md5", "key", "sid", "session", "st", "ticket", "code"}
)

// learnKeys fills the table of keys: the default ones, and those asked for.
func (r *Redactor) learnKeys(more []string) {
	if r.hides[kindPhone] {
		for _, k := range phoneKeys {
			r.keys[k] = kindPhone
		}
	}
	for _, k := range secretKeys {
		r.keys[k] = kindKey
	}
	for _, k := range more {
		r.keys[Fold(k)] = kindKey
	}
}

// maxKey bounds the bytes at the end of a key that are looked at.
const maxKey = 64

// folded is a key in lower case without what separates its words.
type folded struct {
	text   [maxKey]byte
	n      int
	begins uint64 // a bit for every byte at which a word begins
}

// fold makes one of parent_code, Parent-Code and parentCode.
func fold(key string) (f folded) {
	for i := range len(key) {
		if key[i] >= 0x80 { // letters of another alphabet, in whatever encoding
			lit := smartylog.PlainLiteral([]byte(key))
			key = strings.ToLower(lit.Text)
			break
		}
	}
	key = key[max(0, len(key)-maxKey):]
	begins := true
	for i := range len(key) {
		c := key[i]
		if c == '_' || c == '-' || c == '.' || c == ' ' {
			begins = true
			continue
		}
		if begins || isUpper(c) && i > 0 && (!isUpper(key[i-1]) || i+1 < len(key) && isLower(key[i+1])) {
			f.begins |= 1 << f.n
		}
		begins = false
		if isUpper(c) {
			c += 'a' - 'A'
		}
		f.text[f.n] = c
		f.n++
	}
	return f
}

// Fold makes one of parent_code, Parent-Code and parentCode: lower case without
// what separates words. Of a long key it takes the end.
func Fold(key string) string {
	f := fold(key)
	return string(f.text[:f.n])
}

func isUpper(c byte) bool { return c-'A' < 26 }
func isLower(c byte) bool { return c-'a' < 26 }

// kindOf tells what a key announces: kindKey for a secret, kindPhone for what may
// be a phone, "" for neither.
func (r *Redactor) kindOf(name string) string {
	if name == "" {
		return ""
	}
	kind := r.kindWhenNotAllowed(name)
	if kind != "" && len(r.allow) > 0 && r.allows(name) {
		return ""
	}
	return kind
}

// allows reports whether a name is let through, as written or with "_" between
// its words.
func (r *Redactor) allows(name string) bool {
	if r.allow[strings.ToLower(name)] {
		return true
	}
	f := fold(name)
	var words []byte
	for i, c := range f.text[:f.n] {
		if i > 0 && f.begins&(1<<i) != 0 {
			words = append(words, '_')
		}
		words = append(words, c)
	}
	return r.allow[string(words)]
}

func (r *Redactor) kindWhenNotAllowed(name string) string {
	// Payture's merchant key; the "key" of cache records is none.
	if name == "Key" {
		return kindKey
	}
	f := fold(name)
	text := f.text[:f.n]
	if containsPart(text) {
		return kindKey
	}
	numberless := text
	for len(numberless) > 0 && isDigit(numberless[len(numberless)-1]) {
		numberless = numberless[:len(numberless)-1]
	}
	singular := bytes.TrimSuffix(numberless, []byte("s"))
	for i := range singular {
		if f.begins&(1<<i) == 0 {
			continue
		}
		for _, end := range [...][]byte{text, numberless, singular} {
			if kind := r.keys[string(end[i:])]; kind != "" {
				return kind
			}
			if len(end) == len(singular) {
				break
			}
		}
	}
	return ""
}

// containsPart reports whether one of secretParts is in a folded key.
func containsPart(text []byte) bool {
	for i, c := range text {
		for _, part := range partsFrom[c] {
			if len(text)-i >= len(part) && string(text[i:i+len(part)]) == part {
				return true
			}
		}
	}
	return false
}

// partsFrom has secretParts by their first byte.
var partsFrom = func() (from [256][]string) {
	for _, part := range secretParts {
		from[part[0]] = append(from[part[0]], part)
	}
	return from
}()

// SecretKey tells whether the value at a path of the context, or of that key, is
// a secret.
func (r *Redactor) SecretKey(path string) bool {
	return r.kindOf(path[lastName(path):]) == kindKey && !r.allow[strings.ToLower(path)]
}

// SecretArgument tells whether the value of an argument of a URL is a secret.
func (r *Redactor) SecretArgument(name string) bool {
	return r.SecretKey(name) || r.queryKey(name)
}

// queryKey reports whether a key is secret in the query of a URL.
func (r *Redactor) queryKey(name string) bool {
	for _, k := range queryKeys {
		if strings.EqualFold(k, name) {
			return !r.allow[k]
		}
	}
	return false
}

// lastName is where the last name of a path such as `params["api_key"]` begins;
// list places are passed over.
func lastName(path string) int {
	path = strings.TrimRight(path, `"']`)
	if i := strings.LastIndexByte(path, '['); i > 0 {
		if _, err := strconv.Atoi(path[i+1:]); err == nil || i+1 == len(path) {
			return lastName(path[:i])
		}
	}
	return strings.LastIndexAny(path, `.["'`) + 1
}
