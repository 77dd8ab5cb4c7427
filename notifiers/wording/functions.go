package wording

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Bounds of one rendering. What comes from logs is bounded already; these are for
// templates that go round in circles.
const (
	maxSteps  = 50_000 // walks through a range or a template, values shown
	maxLasts  = 2 * time.Second
	maxText   = 64 << 10 // bytes of what a function gives
	maxFormat = 1000     // the width of a verb of printf
	maxWorked = 16 << 20 // bytes that functions give, together
)

var (
	errSteps = errors.New("the template does too much: it may be going round in circles")
	errLasts = fmt.Errorf("the template takes longer than %s", maxLasts)
)

// webAddress is what show does not defuse.
type webAddress string

// budget is what one rendering may still do.
type budget struct {
	now    time.Time // of the message: what since counts to
	begun  time.Time
	steps  int
	worked int
}

func (b *budget) begin(now time.Time) { *b = budget{now: now, begun: time.Now()} }

func (b *budget) spend(bytes int) error {
	b.steps++
	b.worked += bytes
	switch {
	case b.steps > maxSteps, b.worked > maxWorked:
		return errSteps
	case time.Since(b.begun) > maxLasts:
		return errLasts
	}
	return nil
}

// text is what a function gives, if it is not too much.
func (b *budget) text(s string) (string, error) {
	if len(s) > maxText {
		return "", ErrTooLong
	}
	return s, b.spend(len(s))
}

// functions are Alertmanager's, with its names and meanings, and the library's that
// build texts. safeHtml is known, so that templates need no change, and escapes like
// the rest; since counts to the moment of the message.
func (b *budget) functions() map[string]any {
	text := func(f func(string) string) any {
		return func(s string) (string, error) { return b.text(f(s)) }
	}
	texts := func(f func(...any) string) any {
		return func(args ...any) (string, error) {
			if textLen(args) > maxText {
				return "", ErrTooLong
			}
			return b.text(f(args...))
		}
	}
	return map[string]any{
		"toUpper": text(strings.ToUpper), "toLower": text(strings.ToLower), "title": text(title), "trimSpace": text(strings.TrimSpace),
		"join": b.join, "stringSlice": func(s ...string) []string { return s },
		"match": b.match, "reReplaceAll": b.reReplaceAll,
		"safeHtml": text(func(s string) string { return s }), "safeUrl": safeURL, "urlUnescape": url.QueryUnescape,
		"date": func(layout string, t time.Time) (string, error) { return b.text(t.Format(layout)) }, "tz": inZone,
		"since": func(t time.Time) time.Duration { return b.now.Sub(t) }, "humanizeDuration": humanizeDuration,
		"toJson": b.toJSON,
		"print":  texts(fmt.Sprint), "println": texts(fmt.Sprintln), "printf": b.printf,
		"html": texts(template.HTMLEscaper), "js": texts(template.JSEscaper), "urlquery": texts(template.URLQueryEscaper),
		step: func() (string, error) { return "", b.spend(0) },
		show: func(v any) any { return v },
	}
}

func textLen(args []any) (n int) {
	for _, a := range args {
		if s, ok := a.(string); ok {
			n += len(s)
		}
	}
	return n
}

func title(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		r := []rune(w)
		words[i] = strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return strings.Join(words, " ")
}

func (b *budget) join(sep string, list any) (string, error) {
	var parts []string
	switch list := list.(type) {
	case []string:
		parts = list
	case []any:
		for _, v := range list {
			parts = append(parts, fmt.Sprint(v))
		}
	default:
		return "", fmt.Errorf("join needs a list, not %T", list)
	}
	if len(parts)*len(sep) > maxText {
		return "", ErrTooLong
	}
	return b.text(strings.Join(parts, sep))
}

func (b *budget) match(pattern, text string) (bool, error) {
	if err := b.spend(len(text)); err != nil {
		return false, err
	}
	return regexp.MatchString(pattern, text)
}

func (b *budget) reReplaceAll(pattern, repl, text string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	if n := len(re.FindAllStringIndex(text, -1)); n*len(repl)+strings.Count(repl, "$")*len(text) > maxText {
		return "", ErrTooLong
	}
	return b.text(re.ReplaceAllString(text, repl))
}

func safeURL(s string) webAddress { return webAddress(notifiers.WebAddress(html.UnescapeString(s))) }

func inZone(name string, t time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return t, err
	}
	return t.In(zone), nil
}

// humanizeDuration takes seconds, as numbers or texts, and durations.
func humanizeDuration(v any) (string, error) {
	seconds := 0.0
	switch v := v.(type) {
	case time.Duration:
		seconds = v.Seconds()
	case int:
		seconds = float64(v)
	case int64:
		seconds = float64(v)
	case float64:
		seconds = v
	case string:
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return "", fmt.Errorf("humanizeDuration needs seconds, not %q", notifiers.Cut(v, 40))
		}
		seconds = f
	default:
		return "", fmt.Errorf("humanizeDuration needs seconds, not %T", v)
	}
	switch {
	case math.IsNaN(seconds) || math.Abs(seconds) > 1e12:
		return fmt.Sprint(seconds), nil
	case seconds < 0:
		return "-" + notifiers.Span(int64(-seconds)), nil
	case seconds > 0 && seconds < 1:
		return strconv.FormatFloat(math.Round(seconds*1000), 'f', -1, 64) + "ms", nil
	}
	return notifiers.Span(int64(seconds)), nil
}

func (b *budget) toJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return b.text(string(data))
}

var (
	verb   = regexp.MustCompile(`%[^a-zA-Z%]*`)
	digits = regexp.MustCompile(`\d+`)
)

func (b *budget) printf(format string, args ...any) (string, error) {
	for _, v := range verb.FindAllString(format, -1) {
		if strings.Contains(v, "*") {
			return "", errors.New("printf: write the width as a number")
		}
		for _, d := range digits.FindAllString(v, -1) {
			if n, err := strconv.Atoi(d); err != nil || n > maxFormat {
				return "", fmt.Errorf("printf: a width of %s is above %d", d, maxFormat)
			}
		}
	}
	if len(format)+max(1, strings.Count(format, "%"))*textLen(args) > 16*maxText {
		return "", ErrTooLong
	}
	return b.text(fmt.Sprintf(format, args...))
}
