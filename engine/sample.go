package engine

import (
	"bytes"
	"strings"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Bounds of what is kept of records to show with an alert: the newest matches
// of a rule, the beginning of each, in bytes.
const (
	keptSamples = 128
	sampleBytes = 512
	lastBytes   = 128 // of the last line
	shownEnds   = 3   // an alert shows the first three and the last three of its window
)

// Bounds of what is kept around that, in bytes: a secret may begin before what is
// shown, or be known for one only by what follows.
const (
	bytesBefore = 512
	bytesAfter  = 128
)

// sample is the beginning of one matching record.
type sample struct {
	Group  uint64 // hash of the group's key
	At     int64
	Source string
	File   string
	Pos    int64
	Text   []byte // the beginning of the first line
	Tail   []byte // the last line, if there are more, with some of what is before it
	Last   int    // where in Tail the last line begins
	Clean  bool   // Text is redacted and all there is: it came out of a snapshot
}

// redacted is the sample's text as it may leave the process.
func (sm *sample) redacted(redact *redact.Redactor) string {
	if sm.Clean {
		return string(sm.Text)
	}
	text := redact.Part(string(sm.Text), 0, len(clip(sm.Text, sampleBytes)))
	if len(sm.Tail) > 0 {
		end := sm.Last + len(clip(sm.Tail[sm.Last:], lastBytes))
		text += " … " + strings.TrimSpace(redact.Part(string(sm.Tail), sm.Last, end))
	}
	return strings.ToValidUTF8(text, "�")
}

// clean is a copy that may be stored.
func (sm sample) clean(redact *redact.Redactor) sample {
	sm.Text, sm.Tail, sm.Last, sm.Clean = []byte(sm.redacted(redact)), nil, 0, true
	return sm
}

// excerpt is what a sample holds of its record, as parts of a list of bytes.
type excerpt struct {
	text, tail span // Text and Tail of the sample; an empty one for none
	last       int32
	clean      bool
}

// excerpt copies the first line of a record and, when there are more, the
// last one, which names the exception of a traceback.
func (a *arrivals) excerpt(rec *smartylog.Record) (x excerpt) {
	raw := bytes.TrimSpace(rec.Raw)
	first, _, more := bytes.Cut(raw, []byte("\n"))
	x.text = a.append(clip(first, sampleBytes+bytesAfter))
	if more {
		last := bytes.LastIndexByte(raw, '\n') + 1
		for last < len(raw) && (raw[last] == ' ' || raw[last] == '\t') {
			last++
		}
		begin := max(0, last-bytesBefore)
		x.tail = a.append(raw[begin:min(len(raw), last+lastBytes+bytesAfter)])
		x.last = int32(last - begin)
	}
	return x
}

// view makes the sample that of a record among arrivals, with its texts where they are.
func (sm *sample) view(rec *arrivedRecord, texts []byte) {
	x := &rec.sample
	sm.At, sm.Source, sm.File, sm.Pos, sm.Last, sm.Clean = rec.At, rec.Origin, rec.File, rec.Pos, int(x.last), x.clean
	sm.Text, sm.Tail = texts[x.text.from:x.text.to], texts[x.tail.from:x.tail.to]
}

// fill does the same with copies of the texts, in the memory there is.
func (sm *sample) fill(rec *arrivedRecord, texts []byte) {
	text, tail := sm.Text[:0], sm.Tail[:0]
	sm.view(rec, texts)
	sm.Text, sm.Tail = append(text, sm.Text...), append(tail, sm.Tail...)
}

// clip cuts at a character's edge.
func clip(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && b[n]&0xc0 == 0x80 {
		n--
	}
	return b[:n]
}
