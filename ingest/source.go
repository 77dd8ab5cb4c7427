package ingest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Source is one log with all its rotated generations.
type Source struct {
	Instance, Stem string
	// Files are the generations, oldest first. One in an archive is named
	// ARCHIVE!/MEMBER: "logs.tgz!/smarty/smarty_epg.log".
	Files []string

	places []place // of Files; nil for a file of its own, or for all
	limits limits  // of its packed files
}

// Name is "instance/stem", or the stem alone.
func (s Source) Name() string { return sourceName(s.Instance, s.Stem) }

func sourceName(instance, stem string) string {
	if instance == "" {
		return stem
	}
	return instance + "/" + stem
}

// Bytes is how much there is to read of the source, as ReadOptions.Progress
// counts it: the size of its files, packed as they are. What is not known, such
// as the length of standard input, does not count.
func (s Source) Bytes() int64 {
	var n int64
	for i, name := range s.Files {
		if p := s.place(i); p != nil {
			n += p.bytes()
		} else if info, err := os.Stat(name); err == nil {
			n += info.Size()
		}
	}
	return n
}

// Written is when the source was last written to, as far as its files tell: the
// modification time of the newest one that is not empty. Zero: not known.
func (s Source) Written() time.Time {
	for i := len(s.Files) - 1; i >= 0; i-- {
		if p := s.place(i); p != nil {
			if p.bytes() > 0 {
				return p.modified()
			}
			continue
		}
		info, err := os.Stat(s.Files[i])
		if err != nil || !info.Mode().IsRegular() {
			return time.Time{}
		}
		if info.Size() > 0 {
			return info.ModTime()
		}
	}
	return time.Time{}
}

// place is where the bytes of a generation lie that is no file of its own.
type place interface {
	open() (io.ReadCloser, error)
	bytes() int64    // that open gives; 0 where it is unknown
	budget() *budget // of the text they unpack to
	modified() time.Time
	file() string // for Record.File
}

func (s Source) place(i int) place {
	if i < len(s.places) {
		return s.places[i]
	}
	return nil
}

// open opens generation i from its start, packed as it is.
func (s Source) open(i int) (io.ReadCloser, *budget, error) {
	l := s.limits
	if l == (limits{}) {
		l = defaultLimits() // not made by Find
	}
	if p := s.place(i); p != nil {
		in, err := p.open()
		return in, p.budget(), err
	}
	if s.Files[i] == Stdin {
		return io.NopCloser(os.Stdin), l.newBudget(0), nil
	}
	f, err := os.Open(s.Files[i])
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", s.Files[i], cause(err))
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("open %s: %w", s.Files[i], cause(err))
	}
	return f, l.newBudget(info.Size()), nil
}

// holds tells whether generation i has at least so many bytes, packed as it is. Of
// what may keep a reader waiting, such as a pipe, that is not known.
func (s Source) holds(i int, bytes int64) bool {
	if p := s.place(i); p != nil {
		return p.bytes() >= bytes
	}
	info, err := os.Stat(s.Files[i])
	return err == nil && s.Files[i] != Stdin && info.Mode().IsRegular() && info.Size() >= bytes
}

// file is the name of generation i that its records carry.
func (s Source) file(i int) string {
	if p := s.place(i); p != nil {
		return p.file()
	}
	return filepath.Base(s.Files[i])
}

// piped is standard input of which the first bytes were looked at.
type piped struct {
	in   io.Reader
	text *budget
}

func (p *piped) open() (io.ReadCloser, error) { return io.NopCloser(p.in), nil }
func (p *piped) bytes() int64                 { return 0 }
func (p *piped) modified() time.Time          { return time.Time{} }
func (p *piped) budget() *budget              { return p.text }
func (p *piped) file() string                 { return Stdin }

// maxPeek bounds how much packed input is kept in search of its first text.
const maxPeek = 16 << 20

// peeker keeps what is read until it is known what it is.
type peeker struct {
	in   io.Reader
	kept bytes.Buffer
	free bool // known: keep no more
}

func (p *peeker) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	if !p.free {
		p.kept.Write(b[:n])
		if p.kept.Len() > maxPeek {
			return 0, fmt.Errorf("its first %s unpack to nothing", size(maxPeek))
		}
	}
	return n, err
}

// whole gives all that was read, and the rest.
func (p *peeker) whole() io.Reader {
	p.free = true
	return io.MultiReader(bytes.NewReader(p.kept.Bytes()), p.in)
}

// openStdin finds out whether a tar arrives at in. If so it is read to its end,
// else nothing is lost.
func openStdin(in io.Reader, l limits) (*archive, place, error) {
	p := &peeker{in: in}
	b := l.newBudget(0)
	head, raw := sniff(p)
	f, foreignName := formatOf(head)
	a := &archive{path: Stdin, resolved: Stdin, limits: l}
	text := io.Reader(&packedBytes{in: raw, of: b})
	switch f {
	case foreign:
		return nil, nil, refuse(foreignName)
	case zipped:
		return nil, nil, fmt.Errorf("read %s: a zip archive cannot be read from a pipe: pass it as a file", Stdin)
	case plain:
		return nil, &piped{p.whole(), b}, nil
	case tarred:
	default:
		var err error
		if text, err = unpacker(f, text); err != nil {
			return nil, &piped{p.whole(), b}, nil // told when it is read
		}
		if head, text = sniff(text); !isTar(head) {
			return nil, &piped{p.whole(), l.newBudget(0)}, nil
		}
	}
	p.free = true
	if _, err := a.unpackTar(text, b, true); err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", Stdin, err)
	}
	return a, nil, nil
}
