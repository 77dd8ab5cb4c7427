package rehearsal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// maxInput is how much text a test may log, in bytes.
const maxInput = 256 << 20

// entry of a log: where it belongs in time, and its text.
type logged struct {
	at   int64
	text string
}

// journal is one log of a test, as it comes together.
type journal struct {
	instance, stem string
	entries        []logged
}

func (j *journal) name() string { return ingest.Source{Instance: j.instance, Stem: j.stem}.Name() }

// logbook makes the logs of a test. What stands first in the test comes first among
// records of one second.
type logbook struct {
	test     ruletest.Test
	options  func(source string) smartylog.Options
	journals []*journal
	size     int
	faults   *strictyaml.Faults
}

// sources are the logs of a test, by name. The error is a strictyaml.Errors for
// what the test says wrongly.
func (s Setting) sources(t ruletest.Test) ([]ingest.Source, error) {
	b := &logbook{test: t, options: s.options, faults: &strictyaml.Faults{}}
	for _, in := range t.Input {
		var err error
		if in.File != "" {
			err = b.file(in)
		} else {
			b.lines(in)
		}
		if err != nil {
			return nil, err
		}
		if b.size > maxInput {
			in.Value().Reporting(b.faults).Fault("log less", "the test logs more than %d MiB", maxInput>>20)
			break
		}
	}
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(b.journals, func(a, b *journal) int { return strings.Compare(a.name(), b.name()) })
	out := make([]ingest.Source, len(b.journals))
	for i, j := range b.journals {
		slices.SortStableFunc(j.entries, func(a, b logged) int { return int(max(-1, min(1, a.at-b.at))) })
		var text strings.Builder
		for _, e := range j.entries {
			text.WriteString(e.text)
		}
		out[i] = ingest.Memory(j.instance, j.stem, j.stem+".log", []byte(text.String()))
	}
	return out, nil
}

func (b *logbook) journal(instance, stem string) *journal {
	for _, j := range b.journals {
		if j.instance == instance && j.stem == stem {
			return j
		}
	}
	j := &journal{instance: instance, stem: stem}
	b.journals = append(b.journals, j)
	return j
}

func (b *logbook) add(j *journal, at int64, text string) {
	j.entries = append(j.entries, logged{at, text})
	b.size += len(text)
}

// lines writes what an input says out, as often as it says.
func (b *logbook) lines(in ruletest.Input) {
	j := b.journal("", in.Log)
	for i := 0; i < in.Times && b.size <= maxInput; i++ {
		at := b.test.Start.Add(in.At + time.Duration(i)*in.Every)
		if in.Event != "" {
			b.add(j, at.Unix(), written(at, in.Event, in.Fields))
			continue
		}
		text := strings.ReplaceAll(in.Text, "{{ts}}", at.Format(stamp))
		b.add(j, at.Unix(), strings.TrimRight(text, "\n")+"\n")
	}
}

// file reads a log that lies beside the test. Its records keep their order.
func (b *logbook) file(in ruletest.Input) error {
	path := beside(b.test.File, in.File)
	if in.Log != "" {
		path = in.Log + "=" + path
	}
	sources, err := ingest.Find([]string{path})
	if err != nil {
		return b.unread(in, err)
	}
	for _, src := range sources {
		if err := b.source(in, src); err != nil {
			return err
		}
	}
	return nil
}

func (b *logbook) unread(in ruletest.Input, err error) error {
	in.Value().QuietMapping().Get("file").Reporting(b.faults).Fault("the path is relative to the file of the test", "%v", err)
	return nil
}

func (b *logbook) source(in ruletest.Input, src ingest.Source) error {
	files, err := ingest.OpenFiles([]ingest.Source{src}, ingest.ReadOptions{SourceOptions: b.options})
	if err != nil {
		return fmt.Errorf("read %s: %w", in.File, err)
	}
	defer files.Close()
	j := b.journal(src.Instance, src.Stem)
	start := b.test.Start.Unix()
	at := start
	var rec smartylog.Record
	for b.size <= maxInput {
		_, err := files.Next(&rec)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return b.unread(in, err)
		}
		if rec.HasTime() && !rec.Flags.Has(smartylog.Future) {
			if rec.Sec < start {
				first := time.Unix(rec.Sec, 0).In(b.test.Start.Location()).Format(time.RFC3339)
				in.Value().QuietMapping().Get("file").Reporting(b.faults).Fault("write start: "+first,
					"%s has a record of %s, before the test starts (%s)", in.File, first, b.test.Start.Format(time.RFC3339))
				return nil
			}
			at = max(at, rec.Sec)
		}
		text := string(rec.Raw)
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		b.add(j, at, text)
	}
	return nil
}

// beside is a path that a file of tests names.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}
