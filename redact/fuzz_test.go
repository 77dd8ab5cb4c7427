package redact_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/redact"
)

// FuzzRedact: hiding twice is hiding once, what was UTF-8 stays so, the text
// grows by no more than what stands for a secret, and Find tells the same.
func FuzzRedact(f *testing.F) {
	for _, line := range strings.SplitAfter(string(sampleLog(f)), "\n") {
		f.Add(line)
	}
	for _, shape := range quotedShapes {
		f.Add(shape("password", `a"b'c\d`))
	}
	for _, shape := range bareShapes {
		f.Add(shape("X-Api-Key", "Zx81kQ"))
	}
	for _, s := range []string{"+7 (912) 345-67-89 79001234567Key=1", "4111 1111 1111 1111", `\u0438@\u043f.\u0440\u0444`, "redis://:a@b@h/token=x", "Authorization: Digest a=b, c=\"d\"",
		"token=<redacted><redacted>", "password=x<redacted>", "<password>x</", "('token', "} {
		f.Add(s)
	}
	r := redact.New(nil, nil)
	f.Fuzz(func(t *testing.T, s string) {
		once := r.Text(s)
		if twice := r.Text(once); twice != once {
			t.Errorf("%q\nonce  %q\ntwice %q", s, once, twice)
		}
		if utf8.ValidString(s) && !utf8.ValidString(once) {
			t.Errorf("%q became %q", s, once)
		}
		if len(once) > len(redact.Mark)*len(s) {
			t.Errorf("%d bytes became %d", len(s), len(once))
		}
		hidden, at := "", 0
		for _, found := range r.Find(s) {
			hidden += s[at:found.From] + redact.Mark
			at = found.To
		}
		if hidden += s[at:]; hidden != once {
			t.Errorf("%q\nText %q\nFind %q", s, once, hidden)
		}
	})
}

// Hostile texts take time in proportion to their length: one that looked at
// everything for everything would need hours for these, and not come back.
func TestRedactor_Hostile(t *testing.T) {
	const size = 1 << 18
	r := redact.New(nil, nil)
	for _, unit := range []string{"=", ":", "'", `"`, `\`, " ", "_", "a", "7", "7 ", "+", "+7", "7-", "@", "a@", "a@b.", ".", "%", "%3D", "%40", "<", ">", "<>", "</", "(", "[", "{", "[]", ",", "',", "a',", "('",
		"token=", "token:", "token=<", "<token>", "<token a=", "&lt;token&gt;", "&gt;", "token: ", "token=[", "token=[\n", "token=[\"\n", "token=[\\'\n[", "token=(\n)(", "token='", `token=\'`, "token \"", "value=", `"token", value=`, "Authorization: Basic ", "Basic ", "Cookie: a=b; ", "a=b; ",
		"eyJ", "eyJaaaaa.", "://", "a://", "a://b:", "?hash=", "&key=", "4111 ", "4111-1111-1111-1111-", `\n`, `\x41`, "\n", "я", "\xff", "_token", "token_", "79001234567Key=",
		"%25", "%253D", "\\u043f", "\\u043f=", "%3D%3D", "[]=", "a[b]=", "['token',", "[['token', '", "value='", "<a key=\"", "token a1b2 ", "--token ", " ", "a ", "://:", "://a:x/", "%3A%2F%2Fa:", "curl ", "curl -u a", "bot123456:A", "Bearer "} {
		text := strings.Repeat(unit, size/len(unit))
		if got := r.Text("token=" + text); len(got) > 10*size {
			t.Errorf("%q became %d bytes", unit, len(got))
		}
		r.Text(text)
	}
}
