package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// adopt reads each log as the configured entry that leads to it says: under its
// instance, in its zone. A log that no entry leads to is read as it is.
func (j *replayJob) adopt(a *app) {
	options := map[string]smartylog.Options{}
	taken := map[string]bool{}
	for _, src := range j.o.Sources {
		taken[src.Name()] = true
	}
	for i := range j.o.Sources {
		src := &j.o.Sources[i]
		entry, ok := entryOf(*src, j.logs)
		switch {
		case !ok && len(j.logs) > 0:
			fmt.Fprintf(a.stderr, "note: no entry of logs leads to %s: it is read in the zone %s\n", src.Files[0], j.zone)
			continue
		case !ok:
			continue
		}
		if named := (ingest.Source{Instance: entry.Instance, Stem: src.Stem}); entry.Instance != "" && !taken[named.Name()] {
			taken[named.Name()] = true // two logs of one name would be one source
			src.Instance = entry.Instance
		}
		options[src.Name()] = smartylog.Options{Zone: entry.Zone, IgnoreOffset: entry.IgnoreOffset}
	}
	fallback := j.o.Read.Options
	j.o.Read.SourceOptions = func(source string) smartylog.Options {
		if o, ok := options[source]; ok {
			return o
		}
		return fallback
	}
}

// entryOf finds the configured log that leads to a file of the source, rotated
// or not.
func entryOf(src ingest.Source, logs []config.Log) (config.Log, bool) {
	for _, name := range src.Files {
		abs, err := filepath.Abs(name)
		if err != nil || name == ingest.Stdin {
			continue
		}
		live := filepath.Join(filepath.Dir(abs), src.Stem+".log") // what a rotated file was called
		for _, entry := range logs {
			if path, err := filepath.Abs(entry.Path); err == nil && (leadsTo(path, abs) || leadsTo(path, live)) {
				return entry, true
			}
		}
	}
	return config.Log{}, false
}

// leadsTo reports whether a configured path, a file, a directory or a glob,
// stands for a file.
func leadsTo(path, file string) bool {
	if path == file || strings.HasPrefix(file, strings.TrimSuffix(path, "/")+"/") {
		return true
	}
	ok, err := filepath.Match(path, file)
	return err == nil && ok
}
