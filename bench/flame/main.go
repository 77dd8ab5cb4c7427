// Command flame draws where the processor's time of a replay goes: a flame graph
// of three rules over a large log, another of the rules that want every record.
// `make flame` runs it. Profiles given as arguments are drawn as they are.
//
// stacks.go reads profiles by go tool pprof, tree.go adds stacks up, svg.go draws.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/smarty-alert/smarty-alert/bench/corpus"
)

// options are the flags.
type options struct {
	bytes               int64
	runs                int
	dir, program, title string
	out, suffix         string
}

func main() {
	var o options
	flag.Int64Var(&o.bytes, "bytes", 1_000_000_000, "`size` of the logs")
	flag.IntVar(&o.runs, "runs", 20, "how often the replay of three rules is profiled; the other a fifth as often")
	flag.StringVar(&o.dir, "dir", "bench/out", "where logs are made and kept")
	flag.StringVar(&o.program, "program", "", "the smarty-alert to profile; default: this one is built")
	flag.StringVar(&o.out, "o", "docs/images", "where drawings go; with profiles, the `file`")
	flag.StringVar(&o.suffix, "suffix", "after", "end of the drawings' names")
	flag.StringVar(&o.title, "title", "CPU profile", "with profiles: the drawing's title")
	flag.Parse()
	var err error
	if profiles := flag.Args(); len(profiles) > 0 {
		err = drawProfiles(o.out, o.title, profiles)
	} else {
		err = drawReplays(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "flame:", err)
		os.Exit(1)
	}
}

// replay is a replay to be profiled.
type replay struct {
	name, about, rules string
	logs               func(dir string, seed uint64, size int64) (string, error)
	runs               int
}

func drawReplays(o options) (err error) {
	if o.program == "" {
		if o.program, err = corpus.Program(o.dir); err != nil {
			return err
		}
	}
	for _, r := range []replay{
		{"three-rules", "three rules on 5 % of the records of one log", "bench/rules/three.yaml", corpus.Mixed, o.runs},
		{"every-record", "35 rules that want every record of 14 logs", "bench/rules/every-record.yaml", corpus.Files, max(1, o.runs/5)},
	} {
		logs, err := r.logs(o.dir, 1, o.bytes)
		if err != nil {
			return err
		}
		profiles, err := r.profile(o, logs)
		if err != nil {
			return err
		}
		file := filepath.Join(o.out, "flame-"+r.name+"-"+o.suffix+".svg")
		if err := drawProfiles(file, "replay: "+r.about, profiles); err != nil {
			return err
		}
		fmt.Println(file)
	}
	return nil
}

// profile runs the replay several times: one alone is too short for a picture.
func (r replay) profile(o options, logs string) (profiles []string, err error) {
	for i := range r.runs {
		file := filepath.Join(o.dir, fmt.Sprintf("%s-%d.prof", r.name, i))
		cmd := exec.Command(o.program, "replay", "--cpuprofile", file, "--rules", r.rules, "--format", "jsonl", logs)
		if said, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("profile: %w\n%s", err, said)
		}
		profiles = append(profiles, file)
	}
	return profiles, nil
}

func drawProfiles(file, title string, profiles []string) error {
	traces, err := tracesOf(profiles)
	if err != nil {
		return err
	}
	stacks, err := parseTraces(strings.NewReader(traces))
	if err != nil {
		return err
	}
	root := grow(stacks)
	if root.took == 0 {
		return fmt.Errorf("no samples in %s", cmp.Or(strings.Join(profiles, ", "), "no profile"))
	}
	return os.WriteFile(file, []byte(draw(root, title)), 0o644)
}
