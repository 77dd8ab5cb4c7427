package smartylog

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends the record as one JSON object without a newline. What the
// record has not is left out, but for time, which is null.
func (r *Record) AppendJSON(dst []byte, withRaw bool) []byte {
	c := r.Decode()
	dst = r.appendHeader(append(dst, '{'))
	if r.Instance != "" {
		dst = appendMember(dst, "instance", r.Instance)
	}
	dst = appendMember(dst, "log", r.Log)
	dst = appendMember(dst, "event", r.Event)
	dst = appendDict(append(dst, `,"ctx":`...), c.Pairs)
	if c.Rest != "" {
		dst = appendMember(dst, "text", c.Rest)
	}
	dst = r.appendTraceback(dst)
	dst = appendMember(dst, "file", r.File)
	dst = strconv.AppendInt(append(dst, `,"pos":`...), r.Pos, 10)
	dst = append(dst, `,"flags":[`...)
	for i, name := range r.Flags.Names() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), name...), '"')
	}
	dst = append(dst, ']')
	if withRaw {
		dst = appendMember(dst, "raw", plainText(r.Raw))
	}
	return append(dst, '}')
}

func (r *Record) appendHeader(dst []byte) []byte {
	if !r.HasTime() {
		return append(dst, `"time":null`...)
	}
	dst = append(dst, `"time":"`...)
	dst = time.Unix(r.Sec, 0).UTC().AppendFormat(dst, time.RFC3339)
	dst = append(dst, `","offset":"`...)
	dst = appendOffset(dst, r.Offset)
	dst = append(dst, '"')
	h := r.Header()
	dst = appendMember(dst, "level", h.Level)
	dst = appendMember(dst, "module", h.Module)
	dst = strconv.AppendInt(append(dst, `,"line":`...), int64(h.Line), 10)
	dst = appendMember(dst, "function", h.Function)
	dst = strconv.AppendInt(append(dst, `,"pid":`...), int64(h.PID), 10)
	return appendMember(dst, "thread", h.Thread)
}

// appendOffset writes "+03:00".
func appendOffset(dst []byte, offset int) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	hours, minutes := offset/3600, offset/60%60
	return append(dst, sign, byte('0'+hours/10), byte('0'+hours%10), ':', byte('0'+minutes/10), byte('0'+minutes%10))
}

func (r *Record) appendTraceback(dst []byte) []byte {
	stack := r.Stacktrace()
	if stack == "" {
		return dst
	}
	dst = appendMember(dst, "stacktrace", stack)
	if x, ok := readTraceback(stack); ok {
		dst = append(appendException(append(dst, `,"exception":{`...), x), '}')
	}
	return dst
}

// appendException writes the members of an exception. One whose traceback was torn
// off before its last line has a frame only.
func appendException(dst []byte, x Exception) []byte {
	if x.Type == "" {
		return appendText(append(dst, `"frame":`...), x.Frame)
	}
	dst = appendText(append(dst, `"type":`...), x.Type)
	dst = appendMember(dst, "message", x.Message)
	return appendMember(dst, "frame", x.Frame)
}

// appendMember appends ,"name":"value".
func appendMember(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, `,"`...), name...), `":`...)
	return appendText(dst, value)
}

// appendDict writes an object; of repeated keys the first counts.
func appendDict(dst []byte, d Dict) []byte {
	dst = append(dst, '{')
	var written map[string]bool
	if len(d) > manyPairs {
		written = make(map[string]bool, len(d))
	}
	for i, p := range d {
		if written[p.Key] || written == nil && d[:i].has(p.Key) {
			continue
		}
		if written != nil {
			written[p.Key] = true
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, p.Key), ':')
		dst = appendValue(dst, p.Value)
	}
	return append(dst, '}')
}

func (d Dict) has(key string) bool {
	_, ok := d.Get(key)
	return ok
}

// AppendValue appends a value of a record's context as JSON, as AppendJSON does.
func AppendValue(dst []byte, v any) []byte { return appendValue(dst, v) }

// maxSafe is the greatest integer that every JSON reader keeps exactly.
const maxSafe = 1 << 53

// appendValue writes a value as JSON. Integers beyond maxSafe and numbers that
// JSON does not have are text.
func appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		if v > maxSafe || v < -maxSafe {
			return append(strconv.AppendInt(append(dst, '"'), v, 10), '"')
		}
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case string:
		return appendText(dst, v)
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, item)
		}
		return append(dst, ']')
	case Dict:
		return appendDict(dst, v)
	}
	return append(dst, "null"...)
}

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"nan"`...)
	case math.IsInf(f, 1):
		return append(dst, `"inf"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-inf"`...)
	case f == math.Trunc(f) && math.Abs(f) < 1e15:
		return append(strconv.AppendFloat(dst, f, 'f', -1, 64), ".0"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// appendText writes a JSON string. Besides what JSON demands, it escapes the
// control characters that terminals obey and the line separators of JavaScript.
func appendText(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		plain := r >= ' ' && r != '"' && r != '\\' && r != 0x7f && (r < 0x80 || r > 0x9f) && r != 0x2028 && r != 0x2029
		if plain && (r != utf8.RuneError || n > 1) {
			i += n
			continue
		}
		dst = append(dst, s[start:i]...)
		switch r {
		case '"', '\\':
			dst = append(dst, '\\', byte(r))
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		}
		i += n
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
