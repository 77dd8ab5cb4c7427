package ingest

import (
	"bytes"
	"io"
	"time"
)

// Memory makes a source of text that lies in memory, under the name of a file that
// its records carry. The text must not change while it is read.
func Memory(instance, stem, file string, text []byte) Source {
	return Source{Instance: instance, Stem: stem, Files: []string{file}, places: []place{written{file, text}}}
}

// written is a text in memory.
type written struct {
	name string
	text []byte
}

func (w written) open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(w.text)), nil }
func (w written) bytes() int64                 { return int64(len(w.text)) }
func (w written) budget() *budget              { return defaultLimits().newBudget(w.bytes()) }
func (w written) modified() time.Time          { return time.Time{} }
func (w written) file() string                 { return w.name }
