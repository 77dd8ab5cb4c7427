package ingest

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// isTar tells whether head is the header of a tar's member: its checksum is
// right. That knows the oldest tars too, which have no magic number.
func isTar(head []byte) bool {
	if len(head) < sniffed {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	var unsigned, signed int64
	for i, c := range head[:sniffed] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return want == unsigned || want == signed
}

// listTar lists the logs of a tar. Those of a plain one, file, are read where
// they lie; of any other, and sparse ones, the bytes are kept in a temporary
// file as they pass.
//
// Reading the packed tar again for each log would need no file, but unpack a
// directory of 14 logs in 7 generations 98 times, half of it each time, and as
// logs are merged by time, for all 14 at once. With the file, 14 logs of 560 MB
// are listed in 1.2 s as .tgz and in 0.6 s as .tar.zst, the writing included.
func (a *archive) listTar(in io.Reader, file *os.File, b *budget) error {
	src := &tarInput{in: in, file: file}
	t := tar.NewReader(src)
	for {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			a.broken = src.end()
			return nil
		case err != nil && !errors.Is(err, tar.ErrInsecurePath): // names do no harm here
			a.broken = cut(err)
			return nil
		}
		name, isLog, err := a.admit(h.Name)
		if err != nil {
			return err
		}
		if !isLog || strings.HasSuffix(h.Name, "/") {
			continue
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
			err = a.addTarred(name, h, t, src, b)
		case tar.TypeLink: // the same file under another name
			if m := a.find(cleanName(h.Linkname)); m != nil {
				a.add(&member{name: name, size: m.size, written: m.written, content: m.content})
			}
		}
		if err != nil || a.broken != nil {
			return err
		}
	}
}

// addTarred adds the log that t is at. Its error is that of the temporary file.
func (a *archive) addTarred(name string, h *tar.Header, t *tar.Reader, src *tarInput, b *budget) error {
	var text io.Reader = t
	switch {
	case isSparse(h):
		text = &capped{t, b} // holes cost nothing in the archive
	case src.file != nil:
		at, err := src.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		a.inPlace = true
		a.addSection(name, h.ModTime, io.NewSectionReader(src.file, at, h.Size))
		return nil
	}
	at, n, err := a.keep(text)
	if at >= 0 && (n > 0 || err == nil) {
		a.addSection(name, h.ModTime, io.NewSectionReader(a.spool, at, n))
	}
	var full *spoolError
	if errors.As(err, &full) {
		return err
	}
	a.broken = cut(err)
	return nil
}

// addSection adds a log whose bytes are those of text.
func (a *archive) addSection(name string, written time.Time, text *io.SectionReader) {
	if written.Unix() == 0 {
		written = time.Time{} // left out by who made the archive
	}
	a.add(&member{name: name, size: text.Size(), written: written, content: func() (io.Reader, error) {
		return &exactly{io.NewSectionReader(text, 0, text.Size()), text.Size()}, nil
	}})
}

// exactly notices when bytes are missing.
type exactly struct {
	in   io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// isSparse: the header lists holes, and size and place are not those in the tar.
func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// tarInput is what a tar is read from. With a file, members are skipped without
// being read.
type tarInput struct {
	in    io.Reader
	file  *os.File
	ended bool
}

func (s *tarInput) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	s.ended = s.ended || n == 0 && err == io.EOF
	return n, err
}

var errNoSeek = errors.New("cannot seek in a stream")

func (s *tarInput) Seek(offset int64, whence int) (int64, error) {
	if s.file == nil {
		return 0, errNoSeek
	}
	return s.file.Seek(offset, whence)
}

// end checks what follows the last member: the end mark, which a tar that was
// cut between two members lacks, and nothing but padding. Reading on also lets a
// decompressor check its sums.
func (s *tarInput) end() error {
	if s.ended {
		return io.ErrUnexpectedEOF
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := s.in.Read(buf)
		for _, c := range buf[:n] {
			if c != 0 {
				return errors.New("something else follows its end: unpack it yourself (tar --ignore-zeros)")
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// spoolError is trouble with the temporary file, not with the archive.
type spoolError struct {
	dir string
	err error
}

func (e *spoolError) Error() string {
	return fmt.Sprintf("keep its logs in a temporary file in %s: %v (set TMPDIR to a directory with room, or unpack it yourself)", e.dir, e.err)
}

func (e *spoolError) Unwrap() error { return e.err }

// keep appends text to the temporary file and says where it lies. n bytes are
// there even after an error of the text; at is negative when there is no file.
func (a *archive) keep(text io.Reader) (at, n int64, err error) {
	if a.spool == nil {
		if a.spool, err = newSpool(); err != nil {
			return -1, 0, &spoolError{os.TempDir(), cause(err)}
		}
	}
	if at, err = a.spool.Seek(0, io.SeekEnd); err != nil {
		return -1, 0, &spoolError{os.TempDir(), cause(err)}
	}
	w := &spoolWriter{file: a.spool}
	n, err = io.CopyBuffer(w, text, make([]byte, readBuffer))
	if w.err != nil {
		return at, n, &spoolError{os.TempDir(), cause(w.err)}
	}
	return at, n, err
}

// newSpool makes a file that has lost its name at once: nobody else opens it,
// and the system frees it when the program ends, even by a kill.
func newSpool() (*os.File, error) {
	f, err := os.CreateTemp("", "smarty-alert-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// spoolWriter remembers that it was writing that went wrong.
type spoolWriter struct {
	file *os.File
	err  error
}

func (w *spoolWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.err = err
	return n, err
}
