package redact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/redact"
)

func TestRedactor_Find(t *testing.T) {
	const text = "LOGIN_ERROR params={u'password': u'qwe', u'mail': u'a@example.com'} url='http://bob:pw@example.com/?token=6a1f' phone=79001234567 pin_code=<redacted>"
	var got []string
	for _, f := range redact.New(nil, nil).Find(text) {
		got = append(got, strings.Join([]string{f.Kind, f.Key, text[f.From:f.To]}, "|"))
	}
	want := []string{"key|password|u'qwe'", "email||a@example.com", "userinfo||bob:pw", "key|token|6a1f", "phone||79001234567"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find(%s) (-want +got):\n%s", text, diff)
	}
}

// textParts are what texts with secrets are made of, and what breaks them.
var textParts = []string{"password", "api_key", "token", "Key", "=", ": ", "'", `"`, "u'", " ", ",", "{", "}", "]", "[", "&", "<redacted>", "://", "@",
	"hunter2", "+79001234567", "a@example.com", "0123456789abcdef0123456789abcdef", ">", `\`, "x", "%3D", "</", "(", ")", "\n", "я"}

// What Find tells is what Text hides, in order, and nothing twice.
func TestRedactor_FindIsText(t *testing.T) {
	r := redact.New(nil, nil)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(textParts), 0, 14).Draw(t, "parts"), "")
		hidden, at := "", 0
		for _, f := range r.Find(text) {
			if f.From < at || f.To <= f.From || f.To > len(text) || f.Kind == "" || (f.Kind == "key") != (f.Key != "") {
				t.Fatalf("%q: %+v after %d", text, f, at)
			}
			hidden += text[at:f.From] + redact.Mark
			at = f.To
		}
		hidden += text[at:]
		if got := r.Text(text); got != hidden {
			t.Errorf("%q\nText %q\nFind %q", text, got, hidden)
		}
		if again := r.Find(hidden); len(again) != 0 {
			t.Errorf("%q: found in what was hidden: %+v", hidden, again)
		}
	})
}
