package ingest

import (
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/zip"
)

// maxDirectory bounds the list of members in a zip, in bytes: a hundred thousand
// members with names of 300 bytes. It is read before the members can be counted.
const maxDirectory = 32 << 20

// Methods of packing a member, beside storing and deflating.
const (
	zipBzip2     = 12
	zipZstandard = 93
	zipXZ        = 95
)

// listZip lists the logs of a zip. Its list of members lies at its end: of a zip
// that was cut nothing can be read.
func (a *archive) listZip(f io.ReaderAt, size int64) error {
	counted := &directoryReader{in: f, left: maxDirectory}
	z, err := zip.NewReader(counted, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names do no harm here
		if counted.left < 0 {
			return errDirectory
		}
		return fmt.Errorf("its list of members, at the end, is damaged or missing: %w", err)
	}
	counted.listed, a.inPlace = true, true
	for method, packing := range map[uint16]format{zipBzip2: bzipped, zipZstandard: zstandard, zipXZ: xzipped} {
		z.RegisterDecompressor(method, func(r io.Reader) io.ReadCloser { return unzipper(packing, r) })
	}
	var total uint64 // as they say; reading stops at a member that has more
	var faults []error
	for _, f := range z.File {
		name, isLog, err := a.admit(slashes(f.Name))
		if err != nil {
			return err
		}
		if !isLog || !f.Mode().IsRegular() || strings.HasSuffix(f.Name, "/") {
			continue
		}
		m := &member{name: name, size: int64(min(f.UncompressedSize64, 1<<62)), written: zipTime(f), content: func() (io.Reader, error) { return f.Open() }}
		if fault := zipFault(f); fault != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, fault))
			m.content = func() (io.Reader, error) { return nil, fault }
		}
		a.add(m)
		if total += f.UncompressedSize64; total > uint64(a.text.allowed()) || f.UncompressedSize64 > uint64(a.text.allowed()) {
			return a.limits.newBudget(size).spend(1 << 62)
		}
	}
	if len(faults) > 0 && len(faults) == len(a.logs) {
		return faults[0] // that of all
	}
	return nil
}

var errDirectory = fmt.Errorf("its list of members has more than %s: unpack it yourself", size(maxDirectory))

// zipFault is why a member cannot be read.
func zipFault(f *zip.File) error {
	const encrypted = 1
	if f.Flags&encrypted != 0 {
		return errors.New("is encrypted: unpack the archive yourself")
	}
	switch f.Method {
	case zip.Store, zip.Deflate, zipBzip2, zipZstandard, zipXZ:
		return nil
	}
	return fmt.Errorf("is packed by method %d, which is not read: unpack the archive yourself", f.Method)
}

// zipTime is when a member was last written. The time that every member has is
// that of a clock on a wall nobody knows where; only an extra field tells more.
func zipTime(f *zip.File) time.Time {
	const ntfs, unix, info = 0x000a, 0x5455, 0x5855
	for extra := f.Extra; len(extra) >= 4; {
		size := int(binary.LittleEndian.Uint16(extra[2:]))
		switch binary.LittleEndian.Uint16(extra) {
		case ntfs, unix, info:
			return f.Modified
		}
		extra = extra[min(4+size, len(extra)):]
	}
	return time.Time{}
}

// slashes are what separates directories, also in zips of programs that do not
// know it.
func slashes(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// unzipper is a decompressor of a zip. What is wrong with its header is told by
// the first read.
func unzipper(f format, r io.Reader) io.ReadCloser {
	if f == bzipped {
		return io.NopCloser(bzip2.NewReader(r))
	}
	text, err := unpacker(f, r)
	if err != nil {
		text = failing{cut(err)}
	}
	return io.NopCloser(text)
}

// directoryReader bounds what is read to list the members.
type directoryReader struct {
	in     io.ReaderAt
	left   int64
	listed bool
}

func (d *directoryReader) ReadAt(p []byte, at int64) (int, error) {
	if d.listed {
		return d.in.ReadAt(p, at)
	}
	if d.left -= int64(len(p)); d.left < 0 {
		return 0, errDirectory
	}
	return d.in.ReadAt(p, at)
}
