package redact_test

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/redact"
)

// repr is a text as Python prints it, of version 2 or 3.
func repr(s string, version int) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	if version == 2 {
		b.WriteByte('u')
	}
	b.WriteByte(quote)
	for _, c := range s {
		switch {
		case c == rune(quote) || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case version == 2 && c > 127:
			b.WriteString(`\u` + strconv.FormatInt(0x10000+int64(c), 16)[1:])
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + string(quote)
}

func bytesRepr(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString(`\x` + strconv.FormatInt(0x100+int64(s[i]), 16)[1:])
	}
	return "b'" + b.String() + "'"
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func xmlText(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err)
	}
	return b.String()
}

// shapes write a key with a secret as logs do. Those that quote it take any
// text, the others only what needs no quotes.
var quotedShapes = map[string]func(key, secret string) string{
	"python 2 dict":  func(k, s string) string { return "params={u'a': u'b', u'" + k + "': " + repr(s, 2) + ", u'c': 1L}" },
	"python 3 dict":  func(k, s string) string { return "params={'a': 'b', '" + k + "': " + repr(s, 3) + "}" },
	"byte string":    func(k, s string) string { return "params={'" + k + "': " + bytesRepr(s) + "}" },
	"pair":           func(k, s string) string { return k + "=" + repr(s, 2) + " ip='10.0.0.1'" },
	"querydict":      func(k, s string) string { return "<QueryDict: {u'" + k + "': [" + repr(s, 2) + "], u'a': [u'b']}>" },
	"list of two":    func(k, s string) string { return k + "=[" + repr("a]b", 2) + ", " + repr(s, 2) + "] x=1" },
	"nested":         func(k, s string) string { return "{'" + k + "': {'a': ['b', (1, " + repr(s, 3) + ")]}, 'x': 1}" },
	"named tuple":    func(k, s string) string { return "Login(user='bob', " + k + "=" + repr(s, 3) + ")" },
	"object":         func(k, s string) string { return k + "=SecretStr(" + repr(s, 3) + ") ip=1" },
	"ordered dict":   func(k, s string) string { return "OrderedDict([('a', 1), ('" + k + "', " + repr(s, 3) + ")])" },
	"ordered dict 2": func(k, s string) string { return "OrderedDict([(u'" + k + "', " + repr(s, 2) + "), (u'b', 1)])" },
	"assignment":     func(k, s string) string { return "    params['" + k + "'] = " + repr(s, 3) },
	"comparison":     func(k, s string) string { return "    if " + k + " == " + repr(s, 3) + ":" },
	"cut short":      func(k, s string) string { return strings.TrimRight("params={u'"+k+"': "+repr(s, 2), `'"`) },
	"json":           func(k, s string) string { return jsonText(map[string]any{k: s, "zz": 1}) },
	"json list":      func(k, s string) string { return jsonText(map[string]any{k: []any{s, "x"}, "zz": 1}) },
	"json in python": func(k, s string) string {
		return "response=" + repr(jsonText(map[string]any{"a": 1, k: s}), 3) + " x=1"
	},
	"json in python 2":   func(k, s string) string { return "response=" + repr(jsonText(map[string]any{k: s, "z": "y"}), 2) },
	"json in json":       func(k, s string) string { return jsonText(map[string]any{"body": jsonText(map[string]any{k: s})}) },
	"python in python":   func(k, s string) string { return "args=" + repr("{u'"+k+"': "+repr(s, 2)+"}", 2) },
	"python thrice":      func(k, s string) string { return repr("x="+repr("{'"+k+"': "+repr(s, 3)+"}", 3)+` "`, 3) },
	"xml element":        func(k, s string) string { return "<r><" + k + ">" + xmlText(s) + "</" + k + "></r>" },
	"xml prefix":         func(k, s string) string { return `<ns:` + k + ` xsi:type="string">` + xmlText(s) + "</ns:" + k + ">" },
	"xml cdata":          func(k, s string) string { return "<" + k + "><![CDATA[" + s + "]]></" + k + ">" },
	"xml in xml":         func(k, s string) string { return "<return>" + xmlText("<"+k+">"+xmlText(s)+"</"+k+">") + "</return>" },
	"xml attribute":      func(k, s string) string { return "<Init " + k + `="` + xmlText(s) + `" x="1"/>` },
	"xml in python":      func(k, s string) string { return "response=" + repr("<r><"+k+">"+xmlText(s)+"</"+k+"></r>", 2) },
	"name and value":     func(k, s string) string { return `[{"name": "` + k + `", "value": ` + jsonText(s) + `}]` },
	"name and value xml": func(k, s string) string { return `<param name="` + k + `" value="` + xmlText(s) + `"/>` },
	"form":               func(k, s string) string { return "body='a=1&" + k + "=" + url.QueryEscape(s) + "&b=2'" },
	"form encoded twice": func(k, s string) string { return "next=" + url.QueryEscape("/x?a=1&"+k+"="+url.QueryEscape(s)+"&b=2") },
	"json encoded":       func(k, s string) string { return "data=" + url.QueryEscape(`{"a":1,"`+k+`":"`+url.QueryEscape(s)+`"}`) },
	"html": func(k, s string) string {
		return "{&quot;" + k + "&quot;: &quot;" + strings.ReplaceAll(s, "&", "&amp;") + "&quot;}"
	},
	"traceback": func(k, s string) string {
		return "Traceback:\n    login(" + k + "=" + repr(s, 3) + ", timeout=1)\nKeyError: 'x'"
	},
	"stacktrace": func(k, s string) string {
		return "stacktrace=" + repr("Traceback:\n  x("+k+"="+repr(s, 3)+")\nKeyError: 'x'", 3)
	},
}

var bareShapes = map[string]func(key, secret string) string{
	"pair":          func(k, s string) string { return "X " + k + "=" + s + " ip=10.0.0.1" },
	"spaces":        func(k, s string) string { return k + " = " + s + ", x" },
	"colon":         func(k, s string) string { return k + ": " + s },
	"query":         func(k, s string) string { return "uri=u'http://edge/index.m3u8?" + k + "=" + s + "&x=1'" },
	"query end":     func(k, s string) string { return "uri=u'http://edge/index.m3u8?a=1&" + k + "=" + s + "' n=1" },
	"escaped line":  func(k, s string) string { return `text='a\n` + k + "=" + s + `\nb'` },
	"encoded":       func(k, s string) string { return "next=%2Fx%3Fa%3D1%26" + k + "%3D" + s + "%26b%3D2" },
	"bearer":        func(k, s string) string { return k + ": Bearer " + s + "\nnext" },
	"bearer quoted": func(k, s string) string { return "{'" + k + "': 'Bearer " + s + "'}" },
	"prose":         func(k, s string) string { return "ValueError: wrong " + strings.ToLower(k) + " '" + s + "' given" },
	"message":       func(k, s string) string { return "ValueError: bad " + k + ": " + s },
	"angle":         func(k, s string) string { return k + "=<Token: a " + s + "> x=1" },
	"in brackets":   func(k, s string) string { return "f(" + k + "=" + s + ")" },
	"redis":         func(k, s string) string { return "redis://:" + s + "@192.0.2.1/0 " + k + "=1" },
}

var someKeys = []string{"password", "user_password", "X-Api-Key", "apiKey", "access_token", "PHPSESSID", "sessionid", "api_secret", "parent_code",
	"HTTP_AUTHORIZATION", "Set-Cookie", "csrfmiddlewaretoken", "Password", "userPwd_pwd", "client-secret", "authkey", "signature"}

// pieces are all six characters in a row of a text, as it is and as it may be printed.
func survives(secret, shown string) string {
	shown = strings.ReplaceAll(shown, redact.Mark, "\x00")
	runes := []rune(secret)
	for i := 0; i+6 <= len(runes); i++ {
		piece := string(runes[i : i+6])
		for _, form := range []string{piece, strings.Trim(repr(piece, 2), `u'"`), strings.Trim(jsonText(piece), `"`), xmlText(piece), url.QueryEscape(piece), bytesRepr(piece)[2 : 2+24]} {
			if len(form) >= 6 && strings.Contains(shown, form) {
				return form
			}
		}
	}
	return ""
}

func checkShape(t *rapid.T, name, secret, text string) {
	r := redact.New(nil, nil)
	shown := r.Text(text)
	if piece := survives(secret, shown); piece != "" {
		t.Errorf("%s: %q survives in\n%s\nas %s", name, piece, text, shown)
	}
	if again := r.Text(shown); again != shown {
		t.Errorf("%s: %q\nonce  %s\ntwice %s", name, text, shown, again)
	}
}

// A secret of any text does not survive in any shape that quotes it.
func TestRedactor_AnySecretQuoted(t *testing.T) {
	letters := rapid.SampledFrom([]rune(`abcXYZ0189 '"\,;:=&<>{}[]()%+-_/.?!@#яЖ` + "\n"))
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(someKeys).Draw(t, "key")
		secret := string(rapid.SliceOfN(letters, 6, 16).Draw(t, "secret"))
		for name, shape := range quotedShapes {
			if name == "html" && strings.ContainsAny(secret, `"`) || name == "xml cdata" && strings.Contains(secret, "]]>") {
				continue
			}
			checkShape(t, name, secret, shape(key, secret))
		}
	})
}

func TestRedactor_AnySecretBare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(someKeys).Draw(t, "key")
		secret := rapid.StringMatching(`[A-Za-z0-9_-]{6,20}`).Draw(t, "secret")
		for name, shape := range bareShapes {
			checkShape(t, name, secret, shape(key, secret))
		}
	})
}

// A text that is cut anywhere shows no more of a quoted secret.
func TestRedactor_Cut(t *testing.T) {
	const secret = `Zx9'kQ"w7\vB2 mN4`
	for name, shape := range quotedShapes {
		text := shape("password", secret)
		for n := range len(text) {
			shown := redact.New(nil, nil).Text(text[:n])
			if piece := survives(secret, shown); piece != "" {
				t.Errorf("%s: %q survives in\n%s\nas %s", name, piece, text[:n], shown)
			}
		}
	}
}
