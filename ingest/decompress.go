package ingest

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// readBuffer is the size of one read from disk, in bytes.
const readBuffer = 256 << 10

// maxWindow bounds what a compressed file can make us allocate, in bytes: twice
// the window that zstd --ultra uses.
const maxWindow = 256 << 20

// openPath opens a plain or compressed file for reading from its start.
func openPath(path string) (*os.File, error) {
	if path == Stdin {
		return os.Stdin, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, cause(err))
	}
	return f, nil
}

// decompress returns the text in r. What kind of file it is, is told by its
// first bytes, so that a pipe or a renamed file is read too; a plain file is
// returned without copying.
func decompress(r io.Reader, path string) (io.Reader, error) {
	head := make([]byte, 6)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	whole := io.MultiReader(bytes.NewReader(head), r)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bufio.NewReaderSize(whole, readBuffer))
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return z, err
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstd.NewReader(whole, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow))
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(bufio.NewReaderSize(whole, readBuffer)), nil
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		return nil, errors.New("xz files are not read, unpack it first")
	case filepath.Ext(path) == ".gz" && n == 0:
		return nil, io.ErrUnexpectedEOF // even the gzip of nothing has a header
	case filepath.Ext(path) == ".gz":
		return nil, gzip.ErrHeader
	}
	return whole, nil
}
