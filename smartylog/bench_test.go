package smartylog_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// dayLog is some MB of ordinary records, several per second.
func dayLog() []byte {
	var b bytes.Buffer
	for i := range 20000 {
		sec := i / 20
		stamp := []byte("Fri Mar 24 10:00:00+0300 2017 ")
		stamp[14], stamp[15] = byte('0'+sec/600%6), byte('0'+sec/60%10)
		stamp[17], stamp[18] = byte('0'+sec/10%6), byte('0'+sec%10)
		b.Write(stamp)
		b.WriteString("DEBUG api:621 get[83630.uWSGIWorker3Core0] CONTENT_REQUEST_SUCCESS url='/tvmiddleware/api/channel/url/' params={u'authkey': u'b7f3e1', u'device': u'android', u'client_id': u'1', u'cid': u'12'} uri=u'http://edge07.example.net:8080/ch12/index.m3u8?token=6a1f&x=1' stream_service_id=7\n")
	}
	return b.Bytes()
}

// each runs use on every record, b.N times over the log.
func each(b *testing.B, use func(*smartylog.Record)) {
	data := dayLog()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	rec := &smartylog.Record{Log: "smarty_content_requests"}
	n := 0
	for b.Loop() {
		n = 0
		s := smartylog.NewScanner(bytes.NewReader(data), 0, smartylog.Options{})
		for s.Next(rec) == nil {
			use(rec)
			n++
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

var sink int64

func BenchmarkUnwanted(b *testing.B) {
	each(b, func(r *smartylog.Record) {
		if r.Event == "LOGIN_ERROR" {
			sink += r.Sec
		}
	})
}

func BenchmarkOneKey(b *testing.B) {
	each(b, func(r *smartylog.Record) {
		if v, ok := r.Lookup("stream_service_id"); ok {
			sink += v.(int64)
		}
	})
}

func BenchmarkNestedKey(b *testing.B) {
	path, err := smartylog.ParsePath("params.cid")
	if err != nil {
		b.Fatal(err)
	}
	each(b, func(r *smartylog.Record) { sink += int64(len(r.Field(path).(string))) })
}

func BenchmarkDecode(b *testing.B) {
	each(b, func(r *smartylog.Record) { sink += int64(len(r.Decode().Pairs)) })
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
