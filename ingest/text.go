package ingest

import (
	"errors"
	"fmt"
	"io"
)

// Text opens the text of generation i, unpacked, from its start: the bytes that
// Files makes records of. Errors name the file; io.EOF is its end.
func (s Source) Text(i int) (io.ReadCloser, error) {
	in, budget, err := s.open(i)
	if err != nil {
		return nil, err
	}
	text, err := decompress(in, s.Files[i], budget)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", s.Files[i], cause(err)), in.Close())
	}
	return &textFile{name: s.Files[i], text: text, in: in}, nil
}

// textFile is the text of an open file.
type textFile struct {
	name string
	text io.Reader
	in   io.Closer
}

func (f *textFile) Read(p []byte) (int, error) {
	n, err := f.text.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read %s: %w", f.name, cause(err))
	}
	return n, err
}

func (f *textFile) Close() error {
	if err := f.in.Close(); err != nil {
		return fmt.Errorf("close %s: %w", f.name, cause(err))
	}
	return nil
}
