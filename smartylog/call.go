package smartylog

import (
	"bytes"
	"math"
	"strings"
	"time"
)

// word reads what begins with a letter: a prefixed literal, a constant, a call
// such as datetime.datetime(…), or, within a container, a bare dotted name.
func (p *parser) word() (any, error) {
	if prefix := p.literalPrefix(); prefix > 0 {
		return p.text(prefix)
	}
	start := p.p
	end := p.p
	for end < len(p.b) && (isNameByte(p.b[end]) || p.b[end] == '.') {
		end++
	}
	name := p.b[start:end]
	if end < len(p.b) && p.b[end] == '(' {
		p.p = end
		return p.call(string(name))
	}
	p.p = end
	switch string(name) {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	case "nan":
		return float(math.NaN(), p)
	case "inf":
		return float(math.Inf(1), p)
	case "Ellipsis", "NotImplemented":
		return p.raw(start)
	}
	if p.depth > 1 && bytes.IndexByte(name, '.') > 0 {
		return p.raw(start)
	}
	p.p = start
	return nil, errForm
}

// literalPrefix is the length of a prefix like u, b or ur before a quote.
func (p *parser) literalPrefix() int {
	for i := range 3 {
		switch p.peek(i) | 0x20 {
		case 'u', 'b', 'r':
		case '\'' | 0x20:
			return i
		default:
			if p.peek(i) == '"' {
				return i
			}
			return 0
		}
	}
	return 0
}

// raw is the text since start, as an opaque value.
func (p *parser) raw(start int) (any, error) {
	if p.skip {
		return nil, nil
	}
	return cutAddresses(plainText(p.b[start:p.p])), nil
}

// argument is one of a call; name is "" for positional ones.
type argument struct {
	name  string
	value any
}

// call reads a call whose bracket comes next. Objects that are not known keep
// their text.
func (p *parser) call(name string) (any, error) {
	start := p.p - len(name)
	p.p++
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	if p.skip {
		return nil, nil
	}
	base := name[strings.LastIndexByte(name, '.')+1:]
	if v, ok := known(base, args); ok {
		return v, nil
	}
	return p.raw(start)
}

// arguments reads up to the closing bracket.
func (p *parser) arguments() ([]argument, error) {
	var args []argument
	for {
		p.space()
		if p.at(')') {
			return args, nil
		}
		a := argument{name: p.argumentName()}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if a.value = v; !p.skip {
			args = append(args, a)
		}
		p.space()
		if !p.at(',') && p.peek(0) != ')' {
			return nil, p.missing()
		}
	}
}

// argumentName reads "name=" if it comes next.
func (p *parser) argumentName() string {
	end := p.p
	for end < len(p.b) && isNameByte(p.b[end]) {
		end++
	}
	if end == p.p || end >= len(p.b) || p.b[end] != '=' {
		return ""
	}
	name := string(p.b[p.p:end])
	p.p = end + 1
	return name
}

// known gives the value of calls that stand for plain data.
func known(name string, args []argument) (any, bool) {
	switch name {
	case "datetime":
		return datetimeText(args)
	case "date":
		return dateText(args)
	case "time":
		return timeText(args)
	case "timedelta":
		return seconds(args)
	case "Decimal", "UUID", "Path", "PosixPath":
		return onlyText(args)
	case "set", "frozenset", "deque", "dict_keys", "dict_values", "dict_items", "odict_keys", "odict_values", "odict_items":
		if len(args) == 0 {
			return []any{}, true
		}
		items, ok := args[0].value.([]any)
		return items, ok
	case "OrderedDict", "Counter", "defaultdict", "mappingproxy", "dict":
		return mapping(args)
	case "bytearray":
		return onlyText(args)
	case "timezone", "tzoffset": // its offset, in seconds
		return offsetSeconds(args)
	}
	return nil, false
}

func offsetSeconds(args []argument) (any, bool) {
	for _, a := range args {
		switch v := a.value.(type) {
		case float64:
			return v, true
		case int64:
			return float64(v), true
		}
	}
	return nil, false
}

func onlyText(args []argument) (any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	text, ok := args[0].value.(string)
	return text, ok
}

// mapping gives the dict of OrderedDict([('a', 1)]), Counter({…}) and the like.
func mapping(args []argument) (any, bool) {
	if len(args) == 0 {
		return Dict{}, true
	}
	switch v := args[len(args)-1].value.(type) {
	case Dict:
		return v, true
	case []any:
		d := Dict{}
		for _, item := range v {
			two, ok := item.([]any)
			if !ok || len(two) != 2 {
				return nil, false
			}
			d = append(d, Pair{keyText(two[0]), two[1]})
		}
		return d, true
	}
	return Dict{}, len(args) == 1 // defaultdict(<type 'list'>) without items
}

// integers gives the positional integers of args and the keyword arguments.
func integers(args []argument) (n [8]int, count int, rest []argument) {
	for _, a := range args {
		i, ok := a.value.(int64)
		if a.name == "" && ok && count < len(n) && i > -1<<31 && i < 1<<31 {
			n[count] = int(i)
			count++
			continue
		}
		rest = append(rest, a)
	}
	return n, count, rest
}

// datetimeText writes RFC 3339, in UTC when the zone is unknown.
func datetimeText(args []argument) (any, bool) {
	n, count, rest := integers(args)
	if count < 3 {
		return nil, false
	}
	zone := time.UTC
	for _, a := range rest {
		if a.name == "tzinfo" || a.name == "" {
			zone = zoneOf(a.value)
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6]*1000, zone)
	if t.Day() != n[2] || int(t.Month()) != n[1] || n[0] < 1 || n[0] > 9999 {
		return nil, false
	}
	return t.Format(time.RFC3339Nano), true
}

// zoneOf reads what a tzinfo printed: datetime.timezone(…) gives seconds,
// ZoneInfo and dateutil their names, pytz "<DstTzInfo 'Europe/Moscow' MSK+3:00:00 STD>".
func zoneOf(v any) *time.Location {
	switch v := v.(type) {
	case float64:
		return time.FixedZone("", int(v))
	case string:
		if strings.HasPrefix(v, "<") {
			return pytzZone(v)
		}
		if name, ok := quotedWord(v); ok && strings.Contains(v, "ZoneInfo(") {
			if zone, err := time.LoadLocation(name); err == nil {
				return zone
			}
		}
	}
	return time.UTC
}

// pytzZone reads the offset in "<DstTzInfo 'Europe/Moscow' MSK+3:00:00 STD>".
// For times before 00:00 UTC pytz prints "-1 day, 19:00:00".
func pytzZone(text string) *time.Location {
	i := strings.LastIndexByte(text, '\'')
	if i < 0 {
		return time.UTC
	}
	rest := text[i+1:]
	sign := strings.IndexAny(rest, "+-")
	if sign < 0 {
		return time.UTC
	}
	clock := rest[sign+1:]
	if end := strings.IndexByte(clock, '>'); end >= 0 {
		clock = clock[:end]
	}
	days := 0
	if strings.HasPrefix(clock, "1 day, ") {
		days, clock = -86400, clock[len("1 day, "):]
	}
	clock, _, _ = strings.Cut(clock, " ")
	secs, ok := clockSeconds(clock)
	if !ok {
		return time.UTC
	}
	if days == 0 && rest[sign] == '-' {
		secs = -secs
	}
	return time.FixedZone("", days+secs)
}

// clockSeconds reads "3:00:00".
func clockSeconds(s string) (int, bool) {
	total, part := 0, 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]) && part < 100:
			part = part*10 + int(s[i]-'0')
		case s[i] == ':':
			total, part = (total+part)*60, 0
		default:
			return 0, false
		}
	}
	return total + part, len(s) > 0 && total+part < day
}

// quotedWord is the first text in single or double quotes.
func quotedWord(s string) (string, bool) {
	i := strings.IndexAny(s, `'"`)
	if i < 0 {
		return "", false
	}
	end := strings.IndexByte(s[i+1:], s[i])
	if end < 0 || end > 40 {
		return "", false
	}
	return s[i+1 : i+1+end], true
}

func dateText(args []argument) (any, bool) {
	n, count, _ := integers(args)
	t := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	if count != 3 || t.Day() != n[2] || n[0] < 1 || n[0] > 9999 {
		return nil, false
	}
	return t.Format(time.DateOnly), true
}

func timeText(args []argument) (any, bool) {
	n, count, _ := integers(args)
	if count < 2 || n[0] > 23 || n[1] > 59 || n[2] > 59 || min(n[0], n[1], n[2], n[3]) < 0 {
		return nil, false
	}
	return time.Date(1, 1, 1, n[0], n[1], n[2], n[3]*1000, time.UTC).Format("15:04:05.999999"), true
}

// seconds reads timedelta(days, seconds, microseconds) of both eras, or
// timezone(timedelta(…)) whose only argument already is seconds.
func seconds(args []argument) (any, bool) {
	n, count, rest := integers(args)
	total := float64(n[0])*day + float64(n[1]) + float64(n[2])/1e6
	for _, a := range rest {
		i, ok := a.value.(int64)
		if !ok {
			return nil, false
		}
		switch a.name {
		case "days":
			total += float64(i) * day
		case "seconds":
			total += float64(i)
		case "microseconds":
			total += float64(i) / 1e6
		default:
			return nil, false
		}
	}
	return total, count <= 3
}
