package redact_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/redact"
)

// Samples are redacted when they are stored and again when they are shown: the
// second time must change nothing.
func TestRedactor_TwiceIsOnce(t *testing.T) {
	r := redact.New(nil, nil)
	part := rapid.SampledFrom([]string{"password", "api_key", "token", "Key", "=", ": ", "'", `"`, "u'", " ", ",", "{", "}", "]", "[", "&", "<redacted>",
		"hunter2", "+79001234567", "a@example.com", "0123456789abcdef0123456789abcdef", ">", `\`, "x", "[", "%253D", "\\u043f", "Bearer ", "://", "@", "#", "value", "--"})
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for _, p := range rapid.SliceOfN(part, 0, 12).Draw(t, "parts") {
			text += p
		}
		once := r.Text(text)
		if twice := r.Text(once); twice != once {
			t.Errorf("%q\nonce  %q\ntwice %q", text, once, twice)
		}
	})
}
