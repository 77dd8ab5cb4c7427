package ingest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// archive is a tar or zip archive that is read like a directory. Its file, or
// the temporary file with its logs, stays open as long as anything refers to
// it; the system takes both back when the program ends, however it ends.
type archive struct {
	path     string // as given, for people
	resolved string // symbolic links followed
	limits   limits
	text     *budget // of what is unpacked while members are read
	logs     []*member
	byName   map[string]int
	seen     int      // members of any kind
	nested   []string // archives in it, as paths
	broken   error    // why listing ended early
	spool    *os.File // temporary and nameless: logs that cannot be read in place
	inPlace  bool     // logs are read from the archive itself
}

// member is a log in an archive.
type member struct {
	of      *archive
	name    string    // cleaned: no leading slash, no "..", nothing unprintable
	size    int64     // of what content gives
	written time.Time // as the archive says; zero where it does not
	content func() (io.Reader, error)
	err     error  // follows the content
	text    budget // spent from the archive's
}

// add takes a log into the list. A later member of the same name replaces an
// earlier one, as it would when the archive is unpacked.
func (a *archive) add(m *member) {
	m.of = a
	if i, ok := a.byName[m.name]; ok {
		a.logs[i] = nil
	}
	if a.byName == nil {
		a.byName = map[string]int{}
	}
	a.byName[m.name] = len(a.logs)
	a.logs = append(a.logs, m)
}

// find returns the log of that name, nil if there is none so far.
func (a *archive) find(name string) *member {
	if i, ok := a.byName[name]; ok {
		return a.logs[i]
	}
	return nil
}

// admit counts a member of whatever kind and cleans its name. ok is false when
// it is not called like a log.
func (a *archive) admit(name string) (clean string, ok bool, err error) {
	if a.seen++; a.seen > a.limits.members {
		return "", false, fmt.Errorf("it has more than %d members: unpack it yourself", a.limits.members)
	}
	if len(name) > a.limits.nameLen {
		return "", false, fmt.Errorf("the name of a member has %d bytes, %d are allowed: unpack it yourself", len(name), a.limits.nameLen)
	}
	clean = cleanName(name)
	if promisesArchive(clean) {
		a.nested = append(a.nested, a.path+inside+clean)
	}
	return clean, parseFilename(clean).explicit, nil
}

// cleanName makes the name of a member one that leads nowhere else and is
// harmless on a terminal. Nothing is ever written under it.
func cleanName(name string) string {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if !strings.ContainsFunc(name, unprintable) {
		return name
	}
	var b strings.Builder
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		if unprintable(r) {
			quoted := strconv.Quote(name[:n])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(name[:n])
		}
		name = name[n:]
	}
	return b.String()
}

func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// open returns the bytes of a member as they are packed inside the archive.
func (m *member) open() (io.ReadCloser, error) {
	m.text.text.Store(0)
	in, err := m.content()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", m.path(), cause(err))
	}
	if m.err != nil {
		in = io.MultiReader(in, failing{m.err})
	}
	return io.NopCloser(in), nil
}

func (m *member) bytes() int64 { return m.size }

func (m *member) modified() time.Time { return m.written }

func (m *member) budget() *budget { return &m.text }

// path says where a member is: the archive as it was given, and the name inside.
func (m *member) path() string { return m.of.path + inside + m.name }

func (m *member) file() string { return filepath.Base(m.of.path) + inside + m.name }

// inside stands between an archive and the name of its member.
const inside = "!/"

// openArchive lists the archive at path. It returns nil without an error for a
// file that is none; what it is, is told by its content. A name that promises an
// archive is held to it.
func openArchive(name string, l limits) (*archive, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, cause(err))
	}
	a := &archive{path: name, resolved: resolvePath(name), limits: l}
	is, err := a.list(f)
	if !a.inPlace || err != nil {
		f.Close() // only read
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", name, cause(err))
	case !is:
		return nil, nil
	}
	return a, nil
}

// list reads what is in the archive f. It is false for what is no archive.
func (a *archive) list(f *os.File) (is bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	var buf [sniffed]byte
	n, err := f.ReadAt(buf[:], 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	head, promised := buf[:n], promisesArchive(a.path)
	b := a.limits.newBudget(info.Size())
	a.text = a.limits.newBudget(info.Size())
	kind, foreignName := formatOf(head)
	switch {
	case kind == foreign:
		return false, refuse(foreignName)
	case kind == zipped:
		return true, a.finish(a.listZip(f, info.Size()))
	case startsTar(head, promised):
		return true, a.finish(a.listTar(f, f, b))
	case kind == plain && foreignTool(extension(a.path)) != "":
		return false, refuse(extension(a.path))
	case kind == plain && promised:
		return false, noArchive(head)
	case kind == plain:
		return false, nil
	}
	text, err := unpacker(kind, &packedBytes{in: io.NewSectionReader(f, 0, info.Size()), of: b})
	if err == nil {
		is, err = a.unpackTar(text, b, promised)
	}
	if is || promised {
		return is, cut(err)
	}
	return false, nil // what is wrong with a log shows when it is read
}

// unpackTar lists a tar that comes from a decompressor or a pipe, and keeps its
// logs in a temporary file. It is false for what is no tar; where the name
// promised one, the error says why.
func (a *archive) unpackTar(text io.Reader, b *budget, promised bool) (is bool, err error) {
	head, whole := sniff(&capped{text, b})
	switch {
	case startsTar(head, promised):
		err := a.listTar(whole, nil, b)
		a.text = a.limits.newBudget(b.packed.Load())
		return true, a.finish(err)
	case len(head) < sniffed:
		_, err = io.Copy(io.Discard, whole) // why there is so little
	}
	return false, cmp.Or(err, noArchive(head))
}

// startsTar tells a tar by its first bytes. That of nothing has only an end,
// which is empty: its name must tell.
func startsTar(head []byte, promised bool) bool {
	return isTar(head) || promised && len(head) == sniffed && len(bytes.Trim(head, "\x00")) == 0
}

// noArchive says what is wrong with a file that is called like an archive.
func noArchive(head []byte) error {
	if len(head) == 0 || len(head) < sniffed && bytes.IndexByte(head, 0) > 0 {
		return io.ErrUnexpectedEOF // not even one header
	}
	return errors.New("not an archive, though its name says so")
}

// finish ends the list. What an archive that breaks off held before is kept, and
// the break is told when the last of it was read.
func (a *archive) finish(err error) error {
	a.logs = slices.DeleteFunc(a.logs, func(m *member) bool { return m == nil })
	a.byName = nil
	for _, m := range a.logs {
		m.text.whole = a.text
	}
	switch {
	case err != nil:
		return err
	case len(a.logs) > 0:
		return nil
	case a.broken != nil:
		return a.broken
	}
	return errors.New("no *.log files in it")
}

// archiveSuffixes are the names of archives, for what content cannot tell: what a
// damaged file was meant to be, and what the directory was called.
func archiveSuffixes() []string {
	return []string{".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".zip"}
}

// archiveStem is the name of an archive without its extension.
func archiveStem(name string) string {
	for _, suffix := range archiveSuffixes() {
		if cut := len(name) - len(suffix); cut > 0 && strings.EqualFold(name[cut:], suffix) {
			return name[:cut]
		}
	}
	return name
}

func promisesArchive(name string) bool { return archiveStem(name) != name }

// candidates are the logs of an archive, for Find, in the order in which those
// of a directory come: it decides between "x.log.1.gz" and "x.log.1.xz".
func (a *archive) candidates() []candidate {
	var out []candidate
	for _, m := range a.logs {
		out = append(out, candidate{
			path: m.path(), resolved: a.resolved + inside + m.name, name: parseFilename(m.name),
			dir: path.Join(a.home(), path.Dir(m.name)), from: m,
		})
	}
	slices.SortFunc(out, func(a, b candidate) int { return strings.Compare(a.resolved, b.resolved) })
	return out
}

// home is the directory that the archive stands for.
func (a *archive) home() string {
	if a.resolved == Stdin {
		return "stdin"
	}
	return filepath.ToSlash(archiveStem(a.resolved))
}

// tellBreaks lets the last log that is read of each broken archive end in its
// error. It fails for an archive of which no log is read at all.
func tellBreaks(archives []*archive, in []candidate) error {
	read := map[*member]bool{}
	for _, c := range in {
		if m, ok := c.from.(*member); ok {
			read[m] = true
		}
	}
	var errs []error
	for _, a := range archives {
		if a.broken == nil {
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(a.logs), func(m *member) bool { return !read[m] })
		if len(kept) == 0 {
			errs = append(errs, fmt.Errorf("open %s: %w", a.path, a.broken))
			continue
		}
		kept[len(kept)-1].err = fmt.Errorf("the archive breaks off here: %w", a.broken)
	}
	return errors.Join(errs...)
}
