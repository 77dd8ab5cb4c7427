package config_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/config"
)

// Whatever a secret is made of and however it is quoted, no fault shows it, not
// even that of a mistake beside it or of a file that is no YAML because of it.
func TestParse_NoFaultShowsASecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Letters that the file and the messages do not have tell it apart.
		secret := rapid.StringMatching(`[ЖЩЮ][ЖЩЮ"'\\:#{}, x\[\]$&*|>!%@]{0,20}[ЖЩЮ]`).Draw(t, "secret")
		plain := strings.Map(func(r rune) rune { // unquoted, the others begin or end something
			if strings.ContainsRune("\"'\\:#{}, []", r) {
				return '-'
			}
			return r
		}, secret)
		written := rapid.SampledFrom([]string{plain, strconv.Quote(secret), "'" + strings.ReplaceAll(secret, "'", "''") + "'",
			"\n      " + plain, "|\n        " + secret + "\n", "'" + strings.ReplaceAll(secret, "'", ""), "&a " + plain, "!t " + plain}).Draw(t, "written")
		key := rapid.SampledFrom([]string{"slack: {token", "email: {password", "webhook: {secret", "slack: {webhook_url",
			"webhook: {url", "telegram: {tokn", "webhook: {secret: a, secret"}).Draw(t, "key")
		end := "}"
		if rapid.Bool().Draw(t, "block") {
			key, end = strings.ReplaceAll(strings.ReplaceAll(key, "{", "\n      "), ", ", "\n      "), ""
		}
		text := fmt.Sprintf("receivers:\n  noc:\n    %s: %s%s\n    extra: 1\n", key, written, end)
		_, warnings, err := config.Parse("c.yaml", []byte(text), env)
		if got := describe(warnings, err); strings.ContainsAny(got, "ЖЩЮ") {
			t.Errorf("shown:\n%s\nof:\n%s", got, text)
		}
	})
}
