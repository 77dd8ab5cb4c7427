package ingest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
	"github.com/zeebo/xxh3"
)

// xzReader unpacks xz files: any number of streams with padding between them.
//
// Only the LZMA2 data is left to the library. Its reader of the container takes
// a file that was cut between two blocks for a whole one, and allocates whatever
// dictionary a header asks for, up to 4 GiB.
//
// The format: https://tukaani.org/xz/xz-file-format.txt
type xzReader struct {
	in    *bufio.Reader
	flags []byte    // of the open stream, from its header
	check hash.Hash // of the open block; nil when the stream has none
	block *xzBlock  // nil between blocks
	index *xxh3.Hasher
	count uint64 // blocks of the stream, which index is the digest of
	err   error
}

// xzBlock is the block being read.
type xzBlock struct {
	text               *lzma.Reader2
	in                 *meteredReader
	head               int64 // size of its header
	packed, size, read int64 // sizes as its header says, -1 if it does not; text read
}

// meteredReader counts what passes.
type meteredReader struct {
	in io.Reader
	n  int64
}

func (m *meteredReader) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.n += int64(n)
	return n, err
}

const xzMagic = "\xfd7zXZ\x00"

var crc64Table = crc64.MakeTable(crc64.ECMA)

func newXZReader(r io.Reader) (*xzReader, error) {
	x := &xzReader{in: bufio.NewReaderSize(r, readBuffer)}
	if err := x.beginStream(); err != nil {
		return nil, cut(err)
	}
	return x, nil
}

// cut says that an end of the bytes in the middle of something is none.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (x *xzReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for x.err == nil {
		if x.block == nil {
			x.err = x.next()
			continue
		}
		n, err := x.block.text.Read(p)
		x.block.read += int64(n)
		if x.check != nil {
			x.check.Write(p[:n])
		}
		if err == io.EOF { // only after the mark of its end
			err = x.endBlock()
		}
		x.err = cut(err)
		if n > 0 {
			return n, x.err
		}
	}
	return 0, x.err
}

// next opens the next block, in the next stream if need be. io.EOF: the file has
// ended where it may.
func (x *xzReader) next() error {
	size, err := x.in.ReadByte()
	if err != nil {
		return cut(err)
	}
	if size > 0 {
		return cut(x.beginBlock(size))
	}
	if err := x.endStream(); err != nil {
		return cut(err)
	}
	for {
		four, err := x.in.Peek(4)
		switch {
		case err == io.EOF && len(four) == 0:
			return io.EOF
		case err != nil:
			return cut(err)
		case !bytes.Equal(four, make([]byte, 4)):
			return cut(x.beginStream())
		}
		if _, err := x.in.Discard(4); err != nil {
			return err
		}
	}
}

func (x *xzReader) take(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(x.in, b)
	return b, err
}

func (x *xzReader) beginStream() error {
	h, err := x.take(12)
	switch {
	case err != nil:
		return err
	case string(h[:6]) != xzMagic:
		return errors.New("xz: something else follows the packed data")
	case crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]):
		return errors.New("xz: wrong checksum of a stream's header")
	}
	x.flags, x.index, x.count = h[6:8], xxh3.New(), 0
	x.check, err = newXZCheck(x.flags)
	return err
}

func newXZCheck(flags []byte) (hash.Hash, error) {
	switch {
	case flags[0] != 0:
	case flags[1] == 0:
		return nil, nil
	case flags[1] == 1:
		return crc32.NewIEEE(), nil
	case flags[1] == 4:
		return crc64.New(crc64Table), nil
	case flags[1] == 10:
		return sha256.New(), nil
	}
	return nil, fmt.Errorf("xz: unknown kind of checksum %x", flags)
}

// beginBlock reads the header of a block; its first byte tells its size.
func (x *xzReader) beginBlock(size byte) error {
	rest, err := x.take(4 * int(size)) // without that byte, without the checksum, and three more
	if err != nil {
		return err
	}
	sum, err := x.take(3)
	if err != nil {
		return err
	}
	h := append(append([]byte{size}, rest...), sum...)
	body := h[:len(h)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(h[len(body):]) {
		return errors.New("xz: wrong checksum of a block's header")
	}
	b := &xzBlock{in: &meteredReader{in: x.in}, head: int64(len(h)), packed: -1, size: -1}
	dictionary, err := b.parse(body[1], bytes.NewReader(body[2:]))
	if err != nil {
		return err
	}
	if b.size >= 0 {
		dictionary = min(dictionary, b.size) // no match reaches farther
	}
	c := lzma.Reader2Config{DictCap: int(max(dictionary, lzma.MinDictCap))}
	if b.text, err = c.NewReader2(b.in); err != nil {
		return err
	}
	if x.check != nil {
		x.check.Reset()
	}
	x.block = b
	return nil
}

// parse reads what a block's header says and returns the size of its dictionary.
func (b *xzBlock) parse(flags byte, h *bytes.Reader) (dictionary int64, err error) {
	if flags&0x40 != 0 {
		if b.packed, err = xzNumber(h); err != nil {
			return 0, err
		}
	}
	if flags&0x80 != 0 {
		if b.size, err = xzNumber(h); err != nil {
			return 0, err
		}
	}
	filter, err := xzNumber(h)
	if err != nil {
		return 0, err
	}
	const lzma2 = 0x21
	if flags&0x3f != 0 || filter != lzma2 {
		return 0, errors.New("xz: filters other than LZMA2 are not read: unpack it yourself")
	}
	var property [2]byte // length 1, code of the size
	if _, err := io.ReadFull(h, property[:]); err != nil || property[0] != 1 {
		return 0, errors.New("xz: damaged header of a block")
	}
	dictionary, err = lzma.DecodeDictCap(property[1])
	if err == nil && dictionary > maxWindow {
		err = errWindow
	}
	return dictionary, err
}

// xzNumber reads a number of at most 63 bits.
func xzNumber(r io.ByteReader) (int64, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return 0, cut(err)
	}
	if n > 1<<63-1 {
		return 0, errors.New("xz: a number is out of range")
	}
	return int64(n), nil
}

// endBlock checks a block that was read to its end.
func (x *xzReader) endBlock() error {
	b := x.block
	x.block = nil
	if b.packed >= 0 && b.packed != b.in.n || b.size >= 0 && b.size != b.read {
		return errors.New("xz: a block has another size than its header says")
	}
	padding, err := x.take(int(-b.in.n & 3))
	if err != nil {
		return cut(err)
	}
	unpadded := b.head + b.in.n
	if x.check != nil {
		sum, err := x.take(x.check.Size())
		if err != nil {
			return cut(err)
		}
		unpadded += int64(len(sum))
		if !bytes.Equal(sum, x.sum()) {
			return errors.New("xz: wrong checksum: the file is damaged")
		}
	}
	x.count++
	x.index.Write(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(unpadded)), uint64(b.read)))
	return allZero(padding)
}

// sum is the checksum as xz writes it: CRCs with their low byte first.
func (x *xzReader) sum() []byte {
	sum := x.check.Sum(nil)
	if len(sum) < sha256.Size {
		for i, j := 0, len(sum)-1; i < j; i, j = i+1, j-1 {
			sum[i], sum[j] = sum[j], sum[i]
		}
	}
	return sum
}

func allZero(b []byte) error {
	for _, c := range b {
		if c != 0 {
			return errors.New("xz: padding is not empty: the file is damaged")
		}
	}
	return nil
}

// endStream reads the index and the footer, after the index's first byte.
func (x *xzReader) endStream() error {
	sum := crc32.NewIEEE()
	sum.Write([]byte{0})
	in := &indexReader{in: x.in, sum: sum, n: 1}
	count, err := binary.ReadUvarint(in)
	if err != nil {
		return err
	}
	digest := xxh3.New()
	for range 2 * min(count, x.count) {
		n, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		digest.Write(binary.AppendUvarint(nil, n))
	}
	if count != x.count || digest.Sum64() != x.index.Sum64() {
		return errors.New("xz: the index does not fit the data: the file is damaged")
	}
	for in.n%4 != 0 {
		c, err := in.ReadByte()
		if err != nil {
			return err
		}
		if err := allZero([]byte{c}); err != nil {
			return err
		}
	}
	end, err := x.take(4 + 12)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	if le.Uint32(end) != sum.Sum32() || le.Uint32(end[4:]) != crc32.ChecksumIEEE(end[8:14]) ||
		4*(int64(le.Uint32(end[8:]))+1) != in.n+4 || !bytes.Equal(end[12:14], x.flags) || string(end[14:]) != "YZ" {
		return errors.New("xz: damaged end of a stream")
	}
	return nil
}

// indexReader reads the index byte by byte, and counts and sums it.
type indexReader struct {
	in  *bufio.Reader
	sum hash.Hash32
	n   int64
}

func (r *indexReader) ReadByte() (byte, error) {
	c, err := r.in.ReadByte()
	if err == nil {
		r.n++
		r.sum.Write([]byte{c})
	}
	return c, err
}
