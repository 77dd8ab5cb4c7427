package smartylog

import (
	"io"
	"time"
)

type Pair struct {
	Key   string
	Value any
}
type Dict []Pair

func (d Dict) Get(key string) (any, bool) {
	for i := range d {
		if d[i].Key == key {
			return d[i].Value, true
		}
	}
	return nil, false
}

type Context struct {
	Pairs Dict
	Rest  string
}

func (c *Context) Get(key string) (any, bool) { return c.Pairs.Get(key) }

type Header struct {
	Level, Module, Function, Thread string
	Line, PID                       int
}
type Exception struct{ Type, Message, Frame string }
type Record struct {
	Instance, Log string
	File          string
	Gen           int
	Pos           int64
	Raw           []byte
	Sec           int64
	Offset        int
	Event         string
	Flags         Flags
}

func (r *Record) HasTime() bool                              { return r.Flags&(Orphan|BadHeader) == 0 }
func (r *Record) Source() string                             { return r.Log }
func (r *Record) Header() Header                             { return Header{} }
func (r *Record) Decode() *Context                           { return &Context{} }
func (r *Record) IsSuspect() bool                            { return false }
func (r *Record) Lookup(key string) (any, bool)              { return nil, false }
func (r *Record) Text() string                               { return "" }
func (r *Record) Stacktrace() string                         { return "" }
func (r *Record) Exception() (Exception, bool)               { return Exception{}, false }
func (r *Record) Field(p Path) any                           { return nil }
func (r *Record) Clone() *Record                             { c := *r; return &c }
func (r *Record) AppendJSON(dst []byte, withRaw bool) []byte { return dst }

type Path struct{ text string }

func (p Path) String() string                       { return p.text }
func ParsePath(s string) (Path, error)              { return Path{s}, nil }
func ParseValue(s []byte) (v any, n int, err error) { return nil, 0, nil }

type Options struct {
	Zone         *time.Location
	IgnoreOffset bool
}
type Scanner struct{}

func NewScanner(r io.Reader, at int64, o Options) *Scanner { return &Scanner{} }
func (s *Scanner) Next(rec *Record) error                  { return io.EOF }
func (s *Scanner) Flush(rec *Record) bool                  { return false }
func (s *Scanner) Open() bool                              { return false }
func (s *Scanner) Partial() bool                           { return false }
func (s *Scanner) Pos() int64                              { return 0 }
func (s *Scanner) PeekSec() (sec int64, ok bool)           { return 0, false }
func (s *Scanner) Skipped() int64                          { return 0 }

type FieldInfo struct {
	Name, Meaning, Type string
	Optional            bool
	Kind                string // key, traceback, open_set
}
type Event struct {
	Name, Log, Meaning, Level string
	Fields                    []FieldInfo
}
type LogInfo struct {
	Stem, Title string
	Documented  bool
}

func Catalogue() []Event                    { return nil }
func EventByName(name string) (Event, bool) { return Event{}, false }
func EventsLike(glob string) []Event        { return nil }
func Logs() []LogInfo                       { return nil }
func SameValue(a, b string) bool            { return a == b }

type Redactor struct{}

func NewRedactor(keys, allow []string) *Redactor { return &Redactor{} }
func (*Redactor) Text(s string) string           { return s }
func (*Redactor) Value(key string, v any) any    { return v }
func (*Redactor) SecretKey(path string) bool     { return false }
