package anonymise_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/anonymise"
	"github.com/smarty-alert/smarty-alert/redact"
)

// withKey writes a value after a key, and alone writes it without.
var (
	withKey = []string{"%s=%s", "%s: %s", "'%s': '%s'", "u'%s': u'%s'", `"%s": "%s"`, "{'%s': ['%s']}", "{u'%s': {'a': (u'%s', 1)}}", "('%s', '%s')", "['%s', '%s']",
		"/x/?%s=%s&b=2", "http://h/x?a=1&%s=%s", "a=1&%s=%s&b=2", "%s[]=%s", "user[%s]=%s", "<%s>%s</x>", `<entry key="%s">%s</entry>`, `{"name": "%s", "value": "%s"}`,
		"wrong %s '%s' given", "bad %s %s given", "login --%s %s x", "Login(%s='%s')", "<QueryDict: {u'%s': [u'%s']}>"}
	alone = []string{"%s", "to %s: no", "http://bob:%s@h/x", "redis://:a#%s@h:1/0", "Bearer %s", "curl -u bob:%s http://h/", "<b>%s</b>", "/x/?q=%s", "['a', '%s']", "Authorization: Bearer %s"}
	// wrapped is a text within another.
	wrapped = map[string]func(string) string{
		"plain":   func(s string) string { return s },
		"python":  strconv.QuoteToASCII,
		"unicode": func(s string) string { return "u" + strconv.QuoteToASCII(s) },
		"in dict": func(s string) string { return "{'text': " + strconv.Quote(s) + "}" },
		"in json": func(s string) string {
			return "'" + strings.ReplaceAll(toJSON(map[string]string{"a": s}), "'", `\'`) + "'"
		},
		"in url":   func(s string) string { return "'/x/?next=" + url.QueryEscape(s) + "&c=1'" },
		"encoded":  func(s string) string { return "'see " + url.QueryEscape(s) + " there'" },
		"in html":  func(s string) string { return "'<p>" + html.EscapeString(s) + "</p>'" },
		"sentence": func(s string) string { return "'it was " + strings.ReplaceAll(s, "'", `\'`) + ", he said'" },
	}
	places = []string{"X foo=%s b=1", "LOGIN_ERROR params=%s", "X url=%s b=1", "X error_message=%s", "X user_agent=%s", "OBJECT_CACHED object=%s key='a'", "X stream_service=%s", "X host=%s",
		"Internal Server Error: %s", "X b=1\nTraceback (most recent call last):\n  File \"a.py\", line 1, in b\n    c()\nValueError: %s"}
)

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// One place decides what is secret: what redaction hides in a log is nowhere in
// its copy.
func TestCopy_LeavesNothingThatRedactionHides(t *testing.T) {
	redactor, a := redact.New(nil, nil), newAnonymiser(t, anonymise.Options{})
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(rapid.StringMatching(`[a-z]{3,6}[0-9]{3,6}[A-Z]{2,5}`), rapid.StringMatching(`[0-9a-f]{12}7[0-9a-f]{12}`), rapid.StringMatching(`\+79[0-9]{9}`),
			rapid.StringMatching(`[a-z]{5,9}@[a-z]{5,9}\.ru`), rapid.StringMatching(`eyJ[A-Za-z0-9]{9}\.[A-Za-z0-9]{9}\.[a-z]{5}`)).Draw(t, "secret")
		text := fmt.Sprintf(rapid.SampledFrom(alone).Draw(t, "alone"), secret)
		if rapid.Bool().Draw(t, "with key") {
			key := rapid.SampledFrom([]string{"password", "apiKey", "parentCode", "user-pwd", "Пароль", "access_tokens", "phone", "smsCode", "Authorization", "Cookie"}).Draw(t, "key")
			if key == "phone" && len(strings.Trim(secret, "+0123456789")) > 0 { // no telephone, but what follows may make it look like one
				key = "password"
			}
			text = fmt.Sprintf(rapid.SampledFrom(withKey).Draw(t, "form"), key, secret)
		}
		wrap := rapid.SampledFrom([]string{"plain", "python", "unicode", "in dict", "in json", "in url", "encoded", "in html", "sentence"}).Draw(t, "wrap")
		log := header + fmt.Sprintf(rapid.SampledFrom(places).Draw(t, "place"), wrapped[wrap](text)) + "\n"
		out, _ := anonymised(t, a, []byte(log))
		for _, f := range redactor.Find(log) {
			for _, form := range []string{secret, url.QueryEscape(secret)} {
				if strings.Contains(log[f.From:f.To], form) && strings.Contains(string(out), form) {
					t.Errorf("%s survives of\n%s\nin\n%s", form, log, out)
				}
				found++
			}
		}
	})
	if found == 0 {
		t.Error("redaction found nothing")
	}
}
