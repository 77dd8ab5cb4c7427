package redact

import (
	"encoding/base64"
	"strings"
)

// secretWords are what a secret follows without a sign, as in "wrong password
// hunter2". Elsewhere words follow them that are none, so only what can hardly be
// a word is taken.
var secretWords = map[string]bool{"password": true, "passwd": true, "passphrase": true, "pwd": true, "token": true, "secret": true, "pin": true,
	"bearer": true, "basic": true, "пароль": true, "пароля": true, "паролем": true, "токен": true, "токена": true, "токеном": true}

// endsSecretWord has the last bytes of these and of "is", and of the arguments of
// commands.
var endsSecretWord = func() (ends [256]bool) {
	for w := range secretWords {
		ends[w[len(w)-1]] = true
		ends[w[len(w)-1]&^0x20] = true
	}
	ends['s'], ends['S'], ends['y'] = true, true, true
	return ends
}()

// longestWord is the length of the longest of secretWords, in bytes.
const longestWord = 14

// wordBefore tells whether a text ends in a word that a secret follows, and rest
// begins with one.
func (r *Redactor) wordBefore(s, rest string) (kind, key string) {
	if !isKeyByte(rest[0]) && rest[0]&0x60 != 0x20 {
		return "", ""
	}
	word := trailingKey(s)
	if len(word) > 2 && word[0] == '-' && word[1] == '-' && rest[0] != '-' {
		return r.secretKind(word)
	}
	if strings.EqualFold(word, "is") {
		word = trailingKey(strings.TrimRight(s[:len(s)-len(word)], " "))
	}
	if len(word) < 3 || len(word) > longestWord {
		return "", ""
	}
	lower := strings.ToLower(word)
	if !secretWords[lower] || r.allow[lower] {
		return "", ""
	}
	if next := rest[:wordEnd(rest, 0, sign{})]; !isClearly(lower, next) {
		return "", ""
	}
	return kindKey, word
}

// isClearly tells whether what follows a word is a secret and not the next word of
// the sentence, a time or an address.
func isClearly(word, next string) bool {
	switch next = strings.TrimRight(next, ".!?"); {
	case word == "basic":
		return isCredentials(next)
	case len(next) < 4 || len(next) < 8 && word == "bearer" || strings.ContainsAny(next, "=:/(\\") && word != "bearer":
		return false
	}
	digits := countDigits(next)
	if strings.Trim(next, "0123456789.-") == "" {
		return digits == len(next)
	}
	return digits > 0 && !strings.HasPrefix(next, "0x") || word == "bearer" && len(next) >= minToken
}

// minToken is the length from which no word of a sentence follows "Bearer".
const minToken = 20

// isCredentials tells whether a text is user:password as headers have it.
func isCredentials(text string) bool {
	plain, err := base64.StdEncoding.DecodeString(text)
	return err == nil && strings.Contains(string(plain), ":")
}
