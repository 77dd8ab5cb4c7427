package smartylog_test

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// dayLog is some MB of ordinary records, several per second.
func dayLog() []byte {
	return manyOf("DEBUG api:621 get[83630.uWSGIWorker3Core0] CONTENT_REQUEST_SUCCESS url='/tvmiddleware/api/channel/url/' " +
		"params={u'authkey': u'b7f3e1', u'device': u'android', u'client_id': u'1', u'cid': u'12'} " +
		"uri=u'http://edge07.example.net:8080/ch12/index.m3u8?token=6a1f&x=1' stream_service_id=7\n")
}

// objectLog has records with the repr of an object of 4 KB.
func objectLog() []byte {
	channel := `{'id': 12, 'name': u'\u041f\u0435\u0440\u0432\u044b\u0439', 'uri': 'http://edge07.example.net:8080/ch12/index.m3u8', 'tariffs': [1L, 2L], 'begin': datetime.datetime(2017, 3, 24, 18, 0), 'service': <StreamService: edge 07 [http]>}`
	return manyOf("DEBUG caching:64 set[83630.uWSGIWorker3Core0] OBJECT_CACHED key=':1:channel_list_1_ru' object=[" + strings.Repeat(channel+", ", 16) + "None] stream_service_id=7\n")
}

// tracebackLog has records with a traceback of twelve calls.
func tracebackLog() []byte {
	frame := "  File \"/usr/share/nginx/html/microimpuls/smarty/tvmiddleware/api.py\", line 621, in get\n    return self.dispatch(request, *args, **kwargs)\n"
	return manyOf("ERROR api:621 get[83630.uWSGIWorker3Core0] CONTENT_REQUEST_ERROR url='/tvmiddleware/api/channel/url/' params={u'cid': u'12'} stream_service_id=7\n" +
		"Traceback (most recent call last):\n" + strings.Repeat(frame, 12) + "ValueError: no channel 12\n")
}

// manyOf repeats a record, twenty per second.
func manyOf(message string) []byte {
	var b bytes.Buffer
	for i := range 6_000_000 / len(message) {
		sec := i / 20
		stamp := []byte("Fri Mar 24 10:00:00+0300 2017 ")
		stamp[14], stamp[15] = byte('0'+sec/600%6), byte('0'+sec/60%10)
		stamp[17], stamp[18] = byte('0'+sec/10%6), byte('0'+sec%10)
		b.Write(stamp)
		b.WriteString(message)
	}
	return b.Bytes()
}

// each runs use on every record of each kind of log; one operation is one record.
func each(b *testing.B, use func(*smartylog.Record)) {
	for _, kind := range []struct {
		name string
		log  []byte
	}{{"short", dayLog()}, {"long", objectLog()}, {"traceback", tracebackLog()}} {
		b.Run(kind.name, func(b *testing.B) { overRecords(b, kind.log, use) })
	}
}

// overRecords runs use on b.N records and reports what each costs, framing
// included.
func overRecords(b *testing.B, log []byte, use func(*smartylog.Record)) {
	s := smartylog.NewScanner(&endless{text: log}, 0, smartylog.Options{})
	rec := &smartylog.Record{Log: "smarty_content_requests"}
	next := func() {
		if err := s.Next(rec); err != nil {
			b.Fatal(err)
		}
		use(rec)
	}
	next() // the block, and what the record keeps
	from := s.Pos()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	for range b.N {
		next()
	}
	b.StopTimer()
	runtime.ReadMemStats(&after)
	n := float64(b.N)
	b.SetBytes((s.Pos() - from) / int64(b.N))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/record")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/record")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/record")
}

var sink int64

// BenchmarkUnwanted reads records that no rule wants: framing and the event.
func BenchmarkUnwanted(b *testing.B) {
	each(b, func(r *smartylog.Record) {
		if r.Event == "LOGIN_ERROR" {
			sink += r.Sec
		}
	})
}

// BenchmarkOneKey reads the last key of each record.
func BenchmarkOneKey(b *testing.B) {
	each(b, func(r *smartylog.Record) {
		if v, ok := r.Lookup("stream_service_id"); ok {
			sink += v.(int64)
		}
	})
}

// BenchmarkFirstKey reads the first key of each record, and nothing behind it.
func BenchmarkFirstKey(b *testing.B) {
	overRecords(b, dayLog(), func(r *smartylog.Record) {
		if v, ok := r.Lookup("url"); ok {
			sink += int64(len(v.(string)))
		}
	})
}

// BenchmarkSuspect looks for a value that the record before left open.
func BenchmarkSuspect(b *testing.B) {
	each(b, func(r *smartylog.Record) {
		if r.IsSuspect() {
			sink++
		}
	})
}

func BenchmarkNestedKey(b *testing.B) {
	path, err := smartylog.ParsePath("params.cid")
	if err != nil {
		b.Fatal(err)
	}
	overRecords(b, dayLog(), func(r *smartylog.Record) { sink += int64(len(r.Field(path).(string))) })
}

// BenchmarkDecode reads all keys and values.
func BenchmarkDecode(b *testing.B) {
	each(b, func(r *smartylog.Record) { sink += int64(len(r.Decode().Pairs)) })
}

// BenchmarkException finds type, message and frame of a traceback.
func BenchmarkException(b *testing.B) {
	overRecords(b, tracebackLog(), func(r *smartylog.Record) {
		if x, ok := r.Exception(); ok {
			sink += int64(len(x.Frame))
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	var out []byte
	each(b, func(r *smartylog.Record) {
		out = r.AppendJSON(out[:0], false)
		sink += int64(len(out))
	})
}

// BenchmarkNewlines is the limit: the same bytes, only cut into lines.
func BenchmarkNewlines(b *testing.B) {
	data := dayLog()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		for rest := data; ; {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				break
			}
			rest = rest[i+1:]
			sink++
		}
	}
}

// Reading an unwanted record allocates nothing.
func TestScanner_NoAllocations(t *testing.T) {
	s := smartylog.NewScanner(&endless{text: dayLog()}, 0, smartylog.Options{})
	rec := new(smartylog.Record)
	if err := s.Next(rec); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(50000, func() {
		if err := s.Next(rec); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("allocations per record = %v, want 0", n)
	}
}

// endless repeats a text.
type endless struct {
	text []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	if e.at = (e.at + n) % len(e.text); n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// BenchmarkPassedOver reads logs of which nobody wants anything.
func BenchmarkPassedOver(b *testing.B) {
	log := dayLog()
	var n int64
	for b.Loop() {
		s := smartylog.NewScanner(bytes.NewReader(log), 0, smartylog.Options{})
		s.Want(func(string) bool { return false }, smartylog.Unsure)
		var rec smartylog.Record
		for s.Next(&rec) == nil {
			n++
		}
		n += s.Passed()
	}
	b.SetBytes(int64(len(log)))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
}
