package rehearsal

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smarty-alert/smarty-alert/alert"
)

// yamlValue writes a value of a test as it may stand between { and }; false for one
// that cannot be written. Under keys whose texts may be regular expressions a text
// that looks like one is written as one that means just itself.
func yamlValue(v any, key string) (string, bool) {
	switch v := v.(type) {
	case time.Duration:
		return span(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return yamlNumber(v), true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return yamlText(exactly(v, key)), true
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return yamlList(items, key)
	case []any:
		return yamlList(v, key)
	case alert.Ranked:
		return yamlText(exactly(v.Value, key)), true
	case alert.Labels:
		parts := make([]string, len(v))
		for i, l := range v {
			parts[i] = yamlText(l.Name) + ": " + yamlText(exactly(l.Value, key))
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	case []alert.Value:
		var parts []string
		for _, value := range v {
			if text, ok := yamlValue(value.V, key); ok {
				parts = append(parts, yamlText(value.Name)+": "+text)
			}
		}
		if parts == nil {
			return "", false
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	}
	return "", false
}

func yamlList(items []any, key string) (string, bool) {
	parts := make([]string, len(items))
	for i, item := range items {
		text, ok := yamlValue(item, key)
		if !ok {
			return "", false
		}
		parts[i] = text
	}
	return "[" + strings.Join(parts, ", ") + "]", true
}

// yamlNumber has few decimals: values are compared to as many as are written.
func yamlNumber(v float64) string {
	if text := strconv.FormatFloat(v, 'f', -1, 64); len(text) <= 8 {
		return text
	}
	text := strconv.FormatFloat(v, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// exactly is a text that is matched by itself alone.
func exactly(s, key string) string {
	switch key {
	case "rule", "receiver", "rules":
		return s
	}
	if len(s) > 1 && s[0] == '/' && s[len(s)-1] == '/' {
		return "/^" + regexp.QuoteMeta(s) + "$/"
	}
	return s
}

var plainText = regexp.MustCompile(`^[\p{L}_][\p{L}\d_./-]*$`)

// yamlText quotes a text where it must be.
func yamlText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf":
		return "'" + s + "'"
	}
	if plainText.MatchString(s) || rangeText.MatchString(s) {
		return s
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

var rangeText = regexp.MustCompile(`^\d+\w*\.\.\d+\w*$`)
