package replay

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// TestRun_Determinism: the same logs and rules give the same bytes (semantics
// §6), in whatever pieces the logs lie and are read, in whatever order they are
// named, wherever the run is cut off and resumed, on however many cores.
//
// SMARTY_ALERT_DETERMINISM_CASES says how many cases, SMARTY_ALERT_DETERMINISM_SEED
// which ones (0: others each time; the seed is printed).
func TestRun_Determinism(t *testing.T) {
	seed := cmp.Or(os.Getenv("SMARTY_ALERT_DETERMINISM_SEED"), "1")
	if seed == "0" {
		seed = fmt.Sprint(1 + rand.Int64N(1<<40))
	}
	cases := cmp.Or(os.Getenv("SMARTY_ALERT_DETERMINISM_CASES"), "500")
	for name, value := range map[string]string{"rapid.checks": cases, "rapid.seed": seed} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	seen := census{}
	rapid.Check(t, func(rt *rapid.T) {
		c := drawDCase(rt)
		c.dir = filepath.Join(t.TempDir(), "case")
		defer os.RemoveAll(c.dir)
		want := c.run(rt, 0, variant{all: true, cores: 1})
		seen.add(c, want)
		for i := range 2 {
			v := drawVariant(rt, c)
			seen.addVariant(v)
			got := c.run(rt, i+1, v)
			seen["passed"] += int(got.s.passed)
			if got.sum != want.sum {
				c.fail(rt, v, want, got)
			}
		}
	})
	t.Logf("seed %s: %s", seed, seen)
	if n := seen["cases"]; !t.Failed() && n >= 500 {
		for _, what := range append(dPrimitives(), "late", "future", "pieces", "packed", "resumed", "beside", "suppressed", "passed") {
			if seen[what] < n/100 {
				t.Errorf("%d cases contain only %d of %s: they prove too little", n, seen[what], what)
			}
		}
	}
}

// variant is how the same logs lie in files and are read.
type variant struct {
	all     bool // no record is passed over, wanted or not
	cores   int
	piece   int     // bytes of a file that are framed at a time; 0: as usual, all of these small ones
	layout  *layout // nil: a plain file for each source, named by their directory
	beside  bool    // in a lane beside other rules, and watched
	resumes []int   // after so many records the engine is made anew from its state and the files are opened again
}

// outcome is what a run wrote.
type outcome struct {
	text string
	sum  [sha256.Size]byte
	s    *Summary
}

// run replays the case in one way.
func (c *dCase) run(t *rapid.T, n int, v variant) outcome {
	t.Helper()
	dir := filepath.Join(c.dir, fmt.Sprint(n))
	args := c.write(t, dir, v.layout)
	sources, err := ingest.Find(args)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	runtime.GOMAXPROCS(v.cores)
	var out bytes.Buffer
	lines := NewJSONL(&out)
	o := Options{Rules: c.set, Sources: sources, Lateness: c.lateness, Until: c.until, Pending: true, Dispatcher: c.dispatcher(t)}
	o.Read.Piece = v.piece
	if v.all {
		o.Read.Wants = func(ingest.Source) func(string) bool { return nil }
	}
	var s *Summary
	if v.beside {
		s, err = beside(o, lines.Event)
	} else {
		s, err = resumed(o, v.resumes, lines.Event)
	}
	if err == nil {
		err = lines.Summary(s)
	}
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	return outcome{out.String(), sha256.Sum256(out.Bytes()), s}
}

// beside is Run in a lane between two others, with somebody who watches each judgement.
func beside(o Options, emit func(Event) error) (*Summary, error) {
	first := &rules.Set{Rules: o.Rules.Rules[:1]}
	watch := func(l *engine.Look) { _ = l.Vars.Variable("count") }
	summaries, err := RunLanes(context.Background(), o, []Lane{{Rules: first}, {Rules: o.Rules, Dispatcher: o.Dispatcher, Emit: emit, Look: watch}, {Rules: o.Rules, Look: watch}})
	if err != nil {
		return nil, err
	}
	return summaries[1], nil
}

// resumed is Run, but cut off and continued after certain records, as a restart
// would: nothing but the engine's state and the place in the logs survives.
func resumed(o Options, cuts []int, emit func(Event) error) (*Summary, error) {
	if len(cuts) == 0 {
		return Run(context.Background(), o, emit)
	}
	p := newPass(o, []Lane{{Rules: o.Rules, Dispatcher: o.Dispatcher, Emit: emit}})
	r := p.lanes[0]
	files, err := p.open()
	if err != nil {
		return nil, err
	}
	defer func() { files.Close() }()
	var rec smartylog.Record
	for n := 1; ; n++ {
		src, err := files.Next(&rec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := p.take(context.Background(), files, src, &rec); err != nil {
			return nil, err
		}
		if !slices.Contains(cuts, n) {
			continue
		}
		data, err := r.eng.State()
		if err != nil {
			return nil, err
		}
		if r.eng, err = engine.Restore(o.Rules, o.engine(), data); err != nil {
			return nil, err
		}
		if files, err = p.reopened(files, n); err != nil {
			return nil, err
		}
	}
	return r.summary, r.end(files)
}

// reopened closes the files and reads them anew up to the same record.
func (p *pass) reopened(files *ingest.Files, n int) (*ingest.Files, error) {
	if err := files.Close(); err != nil {
		return nil, err
	}
	files, err := p.open()
	if err != nil {
		return nil, err
	}
	var rec smartylog.Record
	for range n {
		if _, err := files.Next(&rec); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// drawVariant draws another way of reading the same.
func drawVariant(t *rapid.T, c *dCase) variant {
	v := variant{cores: rapid.IntRange(1, 4).Draw(t, "cores"), piece: rapid.SampledFrom([]int{0, 60, 300, 1000, 5000}).Draw(t, "piece"), layout: drawLayout(t, c)}
	if v.beside = rapid.IntRange(0, 3).Draw(t, "beside") == 3; v.beside {
		return v
	}
	if rapid.Bool().Draw(t, "resume") {
		v.resumes = rapid.SliceOfN(rapid.IntRange(1, max(1, c.records())), 1, 4).Draw(t, "resumed after")
	}
	return v
}

func (c *dCase) fail(t *rapid.T, v variant, want, got outcome) {
	t.Helper()
	t.Logf("rules:\n%s\nlateness %d, until %d, %d cores, beside others %t, resumed after %v\n%s", c.yaml, c.lateness, c.until, v.cores, v.beside, v.resumes, v.layout)
	for _, s := range c.sources {
		t.Logf("%s:\n%s", s.file(), s.text(0, len(s.parts)))
	}
	t.Logf("(-in one piece +in this way):\n%s", gocmp.Diff(strings.Split(want.text, "\n"), strings.Split(got.text, "\n")))
	t.Fatal("the same logs and rules gave other bytes") // the same text for all, or rapid would not take a smaller case for the same failure
}

// dCase is rules and logs.
type dCase struct {
	dir      string
	sources  []*dSource
	yaml     string
	set      *rules.Set
	lateness int64
	until    int64
	routed   bool
}

func drawDCase(t *rapid.T) *dCase {
	c := &dCase{lateness: rapid.SampledFrom([]int64{0, 2, 2, 2, 5}).Draw(t, "lateness"), routed: rapid.IntRange(0, 3).Draw(t, "routed") == 3}
	for i := range rapid.IntRange(1, 3).Draw(t, "sources") {
		c.sources = append(c.sources, drawDSource(t, i))
	}
	if rapid.IntRange(0, 7).Draw(t, "until") == 7 {
		c.until = dStart + rapid.Int64Range(1, 900).Draw(t, "until second")
	}
	c.yaml = drawDRules(t)
	var err error
	if c.set, _, err = rules.Parse("case.yaml", []byte(c.yaml), rules.Options{}); err != nil {
		t.Fatalf("the case's rules: %v\n%s", err, c.yaml)
	}
	return c
}

func (c *dCase) records() (n int) {
	for _, s := range c.sources {
		n += len(s.parts)
	}
	return n
}

// census counts what the cases contained.
type census map[string]int

func (n census) add(c *dCase, o outcome) {
	n["cases"]++
	n["records"] += int(o.s.Records)
	n["late"] += int(o.s.Late)
	n["future"] += int(o.s.Future)
	n["lines"] += strings.Count(o.text, "\n")
	n["suppressed"] += strings.Count(o.text, `{"type":"suppressed"`)
	n["notifications"] += strings.Count(o.text, `{"type":"notification"`)
	for id, r := range o.s.Rules {
		kind, _, _ := strings.Cut(id, "-")
		n[kind] += int(r.Fired)
	}
}

func (n census) addVariant(v variant) {
	n["resumed"] += min(1, len(v.resumes))
	if v.beside {
		n["beside"]++
	}
	for _, pieces := range v.layout.files {
		n["pieces"] += len(pieces)
		for _, p := range pieces {
			n["packed"] += min(1, len(p.packed))
		}
	}
}

func (n census) String() string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
	}
	return strings.Join(parts, ", ")
}
