package ingest

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// interleaved is a file system in which something happens before each of its answers, as
// far as its plan says: plan[k] steps before the k-th. All is recorded for the failure text.
type interleaved struct {
	fileSystem
	weak    bool // the next listing has nothing that came while it was made
	steps   []step
	plan    []int // steps before each answer; the rest comes at the end
	answers int
	done    int
	trace   []string
}

// step is a system call of the other side: of a rotation or of a writer.
type step struct {
	name string
	do   func()
}

// pass does what comes before the next answer.
func (d *interleaved) pass(asked string) {
	if d.answers < len(d.plan) {
		d.happen(d.plan[d.answers])
	}
	d.answers++
	d.trace = append(d.trace, asked)
}

func (d *interleaved) happen(n int) {
	for ; n > 0 && d.done < len(d.steps); n-- {
		d.trace = append(d.trace, "  "+d.steps[d.done].name)
		d.steps[d.done].do()
		d.done++
	}
}

func (d *interleaved) list(dir string) ([]dirEntry, error) {
	d.pass("list")
	before, err := d.fileSystem.list(dir)
	if err != nil || !d.weak {
		return before, err
	}
	d.weak = false
	d.pass("list on")
	after, err := d.fileSystem.list(dir)
	return slices.DeleteFunc(after, func(e dirEntry) bool { return !slices.Contains(before, e) }), err
}

func (d *interleaved) stat(path string) (fs.FileInfo, error) {
	d.pass("stat " + path[strings.LastIndexByte(path, '/')+1:])
	return d.fileSystem.stat(path)
}

func (d *interleaved) open(path string) (*os.File, error) {
	d.pass("open " + path[strings.LastIndexByte(path, '/')+1:])
	return d.fileSystem.open(path)
}

// plans are the ways in which up to n steps fall before the first answers, at one place or
// two.
func plans(n, answers int) (out [][]int) {
	for a := range answers {
		for first := 1; first <= n; first++ {
			plan := make([]int, answers)
			plan[a] = first
			out = append(out, plan)
			for b := a + 1; b < answers; b++ {
				for second := 1; first+second <= n; second++ {
					plan := slices.Clone(plan)
					plan[b] = second
					out = append(out, plan)
				}
			}
		}
	}
	return out
}

// rotations are programs by which a log is rotated, step by step, and written on.
var rotations = map[string]func(p *program){
	"numbered, twice": func(p *program) {
		for n := range 2 {
			for k := n; k > 0; k-- {
				p.rename(fmt.Sprintf("x.log.%d", k), fmt.Sprintf("x.log.%d", k+1))
			}
			p.rename("x.log", "x.log.1")
			p.make("x.log")
		}
	},
	"dated, twice": func(p *program) {
		for n := range 2 {
			p.rename("x.log", fmt.Sprintf("x.log-2026011%d", n))
			p.make("x.log")
		}
	},
	"packed": func(p *program) {
		p.rename("x.log", "x.log.1")
		p.make("x.log")
		p.rename("x.log.1", "x.log.2")
		p.rename("x.log", "x.log.1")
		p.make("x.log")
		p.pack("x.log.2")
	},
	"written late": func(p *program) {
		p.rename("x.log", "x.log.1")
		p.write()
		p.make("x.log")
		p.rename("x.log.1", "x.log.2")
		p.rename("x.log", "x.log.1")
		p.write()
		p.make("x.log")
	},
}

// program makes steps of what it is asked for, on a log of three records.
type program struct {
	*rig
	more  func(int) string
	steps []step
	total int
}

func newProgram(t *testing.T, rotation func(*program)) *program {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{rig: newRigIn(t, dir), more: numbered(), total: 3}
	p.append("x.log", p.more(3))
	rotation(p)
	return p
}

// end leaves nothing: there are thousands of programs.
func (p *program) end() {
	p.close()
	if err := os.RemoveAll(p.dir); err != nil {
		p.t.Error(err)
	}
}

func (p *program) step(name string, do func()) { p.steps = append(p.steps, step{name, do}) }

func (p *program) rename(from, to string) {
	p.step(from+" → "+to, func() { p.rig.rename(from, to) })
}

// make has the writer make a file and write into it.
func (p *program) make(name string) {
	p.total++
	p.step("make "+name, func() { p.reopen(name); p.append(name, p.more(1)) })
}

// write writes into the file that the writer has open.
func (p *program) write() {
	p.total++
	p.step("write", func() { p.append("x.log", p.more(1)) })
}

// pack packs a file as gzip does.
func (p *program) pack(name string) {
	to := p.path(name + ".gz")
	p.step("make "+name+".gz", func() { write(p.t, to, "") })
	p.step("pack "+name, func() {
		text, err := os.ReadFile(p.path(name))
		if err != nil {
			p.t.Fatal(err)
		}
		write(p.t, to, pack(p.t, string(text)))
	})
	p.step("remove "+name, func() {
		info, err := os.Stat(p.path(name))
		if err != nil {
			p.t.Fatal(err)
		}
		if err := os.Chtimes(to, info.ModTime(), info.ModTime()); err != nil {
			p.t.Fatal(err)
		}
		p.remove(name)
	})
}

// looks are the ways in which files are looked for: how following had begun before the
// rotation, and what is looked at during it.
var looks = map[string]interleaving{
	"followed":  {before: (*rig).begin, during: (*rig).poll},
	"torn":      {before: (*rig).begin, during: (*rig).poll, weak: true},
	"started":   {before: func(*rig) {}, during: (*rig).begin},
	"restarted": {before: func(r *rig) { r.start(nil); r.drain(2) }, during: func(r *rig) { r.start(r.stop()) }},
}

func (r *rig) begin() { r.start(nil); r.drain(-1) }
func (r *rig) poll()  { r.clock = r.clock.Add(time.Second); r.drain(-1) }

// interleaving is a rotation while files are looked for.
type interleaving struct {
	before, during func(*rig)
	weak           bool // a listing is torn
	rotation       func(*program)
}

func (c interleaving) steps(t *testing.T) int {
	p := newProgram(t, c.rotation)
	defer p.end()
	return len(p.steps)
}

// try holds what is read against what was written.
func (c interleaving) try(t *testing.T, plan []int) {
	p := newProgram(t, c.rotation)
	defer p.end()
	d := &interleaved{steps: p.steps}
	p.opts.disk = d
	c.before(p.rig)
	d.trace, d.answers, d.plan, d.weak = nil, 0, plan, c.weak
	c.during(p.rig)
	d.happen(len(d.steps))
	p.read()
	p.read()
	if lost, doubled := compare(p.got["x"], p.total); lost+doubled > 0 {
		t.Fatalf("%d lost, %d doubled of %d: %v\n%s", lost, doubled, p.total, p.got["x"], strings.Join(d.trace, "\n"))
	}
}

// Whatever is renamed, made, written and packed between two of the answers by which the
// files of a log are found: no record is lost, none comes twice.
func TestLive_RenamedBetweenAnswers(t *testing.T) {
	const answers = 6
	for name, rotation := range rotations {
		for when, c := range looks {
			t.Run(name+", "+when, func(t *testing.T) {
				t.Parallel()
				c.rotation = rotation
				for _, plan := range plans(c.steps(t), answers) {
					c.try(t, plan)
				}
			})
		}
	}
}
