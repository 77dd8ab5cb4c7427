package main

import (
	"embed"
	"os"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/bench/corpus"
)

// seed is that of the first log.
const seed = 1

//go:embed rules
var ruleFiles embed.FS

// ground is where contests are held: the program, and a directory for logs and
// rules, which are made when a contest asks for them.
type ground struct {
	dir, program string
	bytes        int64
}

func newGround(o options) (*ground, error) {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return nil, err
	}
	if o.program != "" {
		return &ground{dir: o.dir, program: o.program, bytes: o.bytes}, nil
	}
	program, err := corpus.Program(o.dir)
	return &ground{dir: o.dir, program: program, bytes: o.bytes}, err
}

// log is the large log, all in one file.
func (g *ground) log() (name string, bytes int64, err error) { return g.logOf(seed, g.bytes) }

// slice is a tenth of it, for SEC.
func (g *ground) slice() (name string, bytes int64, err error) { return g.logOf(seed, g.bytes/10) }

func (g *ground) logOf(seed uint64, atLeast int64) (name string, bytes int64, err error) {
	name, err = corpus.Mixed(g.dir, seed, atLeast)
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(name)
	if err != nil {
		return "", 0, err
	}
	return name, info.Size(), nil
}

// rules puts a file of the folder rules where it can be named.
func (g *ground) rules(name string) (string, error) {
	text, err := ruleFiles.ReadFile("rules/" + name)
	if err != nil {
		return "", err
	}
	return g.write(name, text)
}

func (g *ground) write(name string, text []byte) (string, error) {
	name = filepath.Join(g.dir, name)
	return name, os.WriteFile(name, text, 0o644)
}

// replay is our contender.
func (g *ground) replay(name, rules string, logs ...string) contender {
	return contender{name: name, args: append([]string{g.program, "replay", "--rules", rules, "--format", "jsonl"}, logs...)}
}
