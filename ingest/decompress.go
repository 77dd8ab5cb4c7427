package ingest

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// readBuffer is the size of one read from disk, in bytes.
const readBuffer = 256 << 10

// maxWindow bounds what a compressed file can make us allocate, in bytes: the
// window of zstd --ultra -22 and twice the dictionary of xz -9.
const maxWindow = 128 << 20

var errWindow = errors.New("needs more than 128 MiB of memory to unpack: unpack it yourself and pass the text")

// format is how a file is packed, told by its first bytes.
type format int

const (
	plain format = iota
	gzipped
	zstandard
	bzipped
	xzipped
	zipped // an archive
	tarred // an archive
	foreign
)

// magic is a beginning that tells a format.
type magic struct {
	start  string
	format format
	name   string // of a foreign one
}

// magics lists what packed files begin with. No log does: its text begins with a
// weekday, and its continuation lines hold no control characters at their start.
func magics() []magic {
	return []magic{
		{"\x1f\x8b", gzipped, ""},
		{"\x28\xb5\x2f\xfd", zstandard, ""},
		{"BZh", bzipped, ""},
		{xzMagic, xzipped, ""},
		{"PK\x03\x04", zipped, ""},
		{"PK\x05\x06", zipped, ""}, // without members
		{"PK\x07\x08", zipped, ""}, // once meant to be split
		{"\x04\x22\x4d\x18", foreign, "lz4"},
		{"\x02\x21\x4c\x18", foreign, "lz4"},
		{"7z\xbc\xaf\x27\x1c", foreign, "7z"},
		{"\x1f\x9d", foreign, "Z"},
		{"\x1f\xa0", foreign, "Z"},
		{"Rar!\x1a\x07", foreign, "rar"},
		{"LZIP\x01", foreign, "lz"},
		{"\x89LZO\x00", foreign, "lzo"},
		{"\x5d\x00\x00", foreign, "lzma"},
	}
}

// formatOf tells the format of a file by its first bytes; name is that of a
// foreign one.
func formatOf(head []byte) (f format, name string) {
	for _, m := range magics() {
		if bytes.HasPrefix(head, []byte(m.start)) {
			return m.format, m.name
		}
	}
	switch {
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return zstandard, "" // pzstd begins with a frame to be skipped
	case isTar(head):
		return tarred, ""
	}
	return plain, ""
}

// foreignTool is the command that unpacks what is not read here, by the file's
// extension, or "".
func foreignTool(ext string) string {
	switch strings.ToLower(ext) {
	case "lz4", "lzip":
		return ext + " -dc"
	case "lz":
		return "lzip -dc"
	case "lzo":
		return "lzop -dc"
	case "lzma":
		return "xz --format=lzma -dc"
	case "z":
		return "uncompress -c"
	case "7z":
		return "7z x -so"
	case "rar":
		return "unrar p -inul"
	}
	return ""
}

func refuse(ext string) error {
	return fmt.Errorf("%s files are not read: unpack it yourself (%s … | smarty-alert … -)", ext, foreignTool(ext))
}

// sniffed is how many bytes are looked at to tell what a file is: the header of
// a tar.
const sniffed = 512

// sniff returns the first bytes of r and a reader that gives all of it. Of a pipe
// whose writer is slow it waits for one line, no more.
func sniff(r io.Reader) (head []byte, whole io.Reader) {
	head = make([]byte, 0, sniffed)
	const enough = len(xzMagic)
	for len(head) < sniffed && (len(head) < enough || bytes.IndexByte(head, '\n') < 0) {
		n, err := r.Read(head[len(head):sniffed])
		head = head[:len(head)+n]
		if err != nil {
			return head, io.MultiReader(bytes.NewReader(head), failing{err})
		}
	}
	return head, io.MultiReader(bytes.NewReader(head), r)
}

// failing is a reader that gives nothing but an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// decompress returns the text in r. What kind of file it is, is told by its
// first bytes, so that a pipe or a renamed file is read too; a plain file is
// returned without copying. An archive is refused: Find takes those apart that
// were named. Errors of the text are those of the packed data, of the budget, or
// errWindow.
func decompress(r io.Reader, name string, b *budget) (io.Reader, error) {
	head, whole := sniff(r)
	f, foreignName := formatOf(head)
	switch f {
	case plain:
		return whole, plainFault(name, head)
	case foreign:
		return nil, refuse(foreignName)
	case tarred, zipped:
		return nil, errHidden
	}
	text, err := unpacker(f, &packedBytes{in: whole, of: b})
	if err != nil {
		return nil, cut(err)
	}
	head, whole = sniff(&capped{text, b})
	switch inner, _ := formatOf(head); inner {
	case plain:
		return whole, nil
	case tarred, zipped:
		return nil, errHidden
	}
	return nil, errTwice
}

// errHidden: archives are read when they are named, not when they are found
// under a log's name.
var errHidden = errors.New("holds an archive, not a log: name it as an argument of its own, or unpack it")

// errTwice: unpacking on would let a small file be unpacked without end.
var errTwice = errors.New("is packed more than once: unpack it yourself and pass the text")

// unpacker reads one of the compressed formats, with all their members, frames
// or streams one after the other.
func unpacker(f format, r io.Reader) (io.Reader, error) {
	switch f {
	case gzipped:
		return newGzipReader(bufio.NewReaderSize(r, readBuffer))
	case zstandard:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow), zstd.WithDecoderLowmem(true))
		return &zstdReader{z}, err
	case bzipped:
		return bzip2.NewReader(bufio.NewReaderSize(r, readBuffer)), nil
	}
	return newXZReader(r)
}

// zstdReader says in plain words what the library means.
type zstdReader struct{ in *zstd.Decoder }

func (z *zstdReader) Read(p []byte) (int, error) {
	n, err := z.in.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = errWindow
	}
	return n, err
}

// plainFault is what is wrong with a file that does not begin as a packed one
// does. Text is read whatever its name says: somebody unpacked it in place, or a
// rotation was told to pack and did not.
func plainFault(name string, head []byte) error {
	ext := extension(name)
	packed := ext == "gz" || ext == "zst" || ext == "bz2" || ext == "xz"
	switch {
	case packed && beginsMagic(head):
		return io.ErrUnexpectedEOF // even the packed form of nothing has a header
	case packed && !isText(head):
		return fmt.Errorf("not a %s file, though its name says so", ext)
	case foreignTool(ext) != "":
		return refuse(ext)
	}
	return nil
}

// beginsMagic tells whether a file is so short that it may become a packed one.
func beginsMagic(head []byte) bool {
	return slices.ContainsFunc(magics(), func(m magic) bool { return strings.HasPrefix(m.start, string(head)) })
}

// isText tells whether a file begins as a text does: without the control
// characters that packed bytes are full of.
func isText(head []byte) bool {
	return !bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n\f\v", r) })
}

// extension is what follows the last dot of a file's name.
func extension(name string) string { return strings.TrimPrefix(filepath.Ext(name), ".") }
