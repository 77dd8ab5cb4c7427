package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxSpec bounds expressions, and with them what errors repeat, in bytes.
const maxSpec = 256

// field is one of the five, as we accept it. The library below is more lenient
// and its errors do not say which field they mean: it takes "," for a field that
// never matches, "*-7" for "*", "*/90" for "0", and "TZ=UTC" for a panic.
type field struct {
	name     string
	min, max int
	names    []string // of min, min+1, …
	hint     string   // for a number outside
}

var fields = []field{
	{name: "minute", min: 0, max: 59},
	{name: "hour", min: 0, max: 23},
	{name: "day of month", min: 1, max: 31},
	{name: "month", min: 1, max: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{name: "day of week", min: 0, max: 6, names: dayNames, hint: ", Sunday is 0 or sun"},
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// splitSpec returns the five fields, checked.
func splitSpec(spec string) ([]string, error) {
	texts := strings.Fields(spec)
	if len(texts) == 0 {
		return nil, errors.New("empty expression")
	}
	if strings.HasPrefix(texts[0], "TZ=") || strings.HasPrefix(texts[0], "CRON_TZ=") {
		return nil, errors.New("a time zone does not belong in the expression, set it beside")
	}
	if strings.HasPrefix(texts[0], "@") {
		return descriptor(strings.Join(texts, " "))
	}
	if len(texts) != len(fields) {
		return nil, fmt.Errorf("%d fields, want 5: minute, hour, day of month, month, day of week", len(texts))
	}
	for i, text := range texts {
		if err := fields[i].check(text); err != nil {
			return nil, fmt.Errorf("%s %.40q: %w", fields[i].name, text, err)
		}
	}
	return texts, nil
}

func descriptor(name string) ([]string, error) {
	switch name {
	case "@yearly", "@annually":
		return []string{"0", "0", "1", "1", "*"}, nil
	case "@monthly":
		return []string{"0", "0", "1", "*", "*"}, nil
	case "@weekly":
		return []string{"0", "0", "*", "*", "0"}, nil
	case "@daily", "@midnight":
		return []string{"0", "0", "*", "*", "*"}, nil
	case "@hourly":
		return []string{"0", "*", "*", "*", "*"}, nil
	}
	if strings.HasPrefix(name, "@every") {
		return nil, errors.New("@every counts from an unknown start, write the minutes as */5 * * * *")
	}
	return nil, errors.New("unknown name, have @yearly @annually @monthly @weekly @daily @midnight @hourly")
}

func (f field) check(text string) error {
	for item := range strings.SplitSeq(text, ",") {
		if err := f.checkItem(item); err != nil {
			return err
		}
	}
	return nil
}

// checkItem accepts a, a-b, *, ? and each of them with /step.
func (f field) checkItem(item string) error {
	if item == "" {
		return errors.New("empty item in the list")
	}
	span, step, stepped := strings.Cut(item, "/")
	if stepped {
		if n, err := number(step); err != nil {
			return fmt.Errorf("step %w", err)
		} else if n < 1 || n > f.max-f.min+1 {
			return fmt.Errorf("step %d is not in 1-%d", n, f.max-f.min+1)
		}
	}
	if span == "*" || span == "?" {
		return nil
	}
	low, high, ranged := strings.Cut(span, "-")
	from, err := f.value(low)
	if err != nil || !ranged {
		return err
	}
	to, err := f.value(high)
	if err == nil && from > to {
		return fmt.Errorf("range %.40s ends before it begins", span)
	}
	return err
}

func (f field) value(text string) (int, error) {
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.min + i, nil
	}
	n, err := number(text)
	if err == nil && (n < f.min || n > f.max) {
		return 0, fmt.Errorf("%d is not in %d-%d%s", n, f.min, f.max, f.hint)
	}
	return n, err
}

func number(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%.40q is not a number", text)
	}
	return int(n), nil
}

// CronPattern is a regular expression, without anchors, of what ParseCron reads;
// what it leaves to ParseCron are ranges that end before they begin, days that
// never come, and steps.
func CronPattern() string {
	var b strings.Builder
	b.WriteString(`\s*(?:@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)`)
	for i, f := range fields {
		between := `\s+`
		if i == 0 {
			between = "|"
		}
		var values []string
		for n := f.max; n >= f.min; n-- {
			values = append(values, strconv.Itoa(n))
		}
		value := "(?:0*(?:" + strings.Join(values, "|") + ")|[A-Za-z]{3})"
		item := `(?:[*?]|` + value + `(?:-` + value + `)?)(?:/[0-9]+)?`
		b.WriteString(between + item + "(?:," + item + ")*")
	}
	b.WriteString(`)\s*`)
	return b.String()
}
