package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of go test -json (go doc test2json, go help buildjson).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output, instead of Package
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// counter turns events into one line per package and the totals.
type counter struct {
	out                     io.Writer
	passed, failed, skipped int
	packages                map[string]*results
	builds                  map[string]*strings.Builder // output of the compiler by import path
}

// results is what is known of one package while its tests run.
type results struct {
	action map[string]string // by test: run, pass, fail, skip
	output map[string]*strings.Builder
}

func newCounter(out io.Writer) *counter {
	return &counter{out: out, packages: map[string]*results{}, builds: map[string]*strings.Builder{}}
}

// read takes events to the end. A line that is no event is printed and counts
// as a failure: what go test says outside its protocol is never good news.
func (c *counter) read(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if jsonErr := json.Unmarshal(line, &e); jsonErr != nil {
				fmt.Fprintf(c.out, "FAIL  not an event: %s", line)
				c.failed++
			} else {
				c.add(e)
			}
		}
		if errors.Is(err, io.EOF) {
			c.finishAll()
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test: %w", err)
		}
	}
}

func (c *counter) add(e event) {
	if e.Action == "build-output" {
		appendTo(c.builds, e.ImportPath, e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := c.packages[e.Package]
	if p == nil {
		p = &results{action: map[string]string{}, output: map[string]*strings.Builder{}}
		c.packages[e.Package] = p
	}
	switch {
	case e.Action == "output":
		appendTo(p.output, e.Test, e.Output)
	case e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
		c.finish(e, p)
		delete(c.packages, e.Package)
	case e.Test != "" && (e.Action == "run" || e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
		p.action[e.Test] = e.Action
	}
}

// finishAll fails the packages that never ended.
func (c *counter) finishAll() {
	for name, p := range c.packages {
		c.finish(event{Action: "fail", Package: name}, p)
	}
	clear(c.packages)
}

// finish counts a package and prints its line, with the output of what failed.
func (c *counter) finish(e event, p *results) {
	passed, skipped, bad := p.leaves()
	if e.Action == "fail" && len(bad) == 0 {
		bad = []string{""} // the package itself
	}
	c.passed += passed
	c.skipped += skipped
	c.failed += len(bad)
	switch {
	case len(bad) > 0:
		fmt.Fprintf(c.out, "FAIL  %s  %d passed, %d failed  %.1fs\n", e.Package, passed, len(bad), e.Elapsed)
	case len(p.action) == 0:
		fmt.Fprintf(c.out, "--    %s  no tests\n", e.Package)
	default:
		fmt.Fprintf(c.out, "ok    %s  %d passed  %.1fs\n", e.Package, passed, e.Elapsed)
	}
	if b := c.builds[e.FailedBuild]; b != nil {
		c.indent(b.String())
	}
	for _, test := range bad {
		c.printTest(test, p)
	}
	if len(bad) > 0 && bad[0] != "" {
		c.printTest("", p) // panics and races are told outside the test
	}
}

// leaves counts tests. A parent counts only when it failed and no child did.
func (p *results) leaves() (passed, skipped int, bad []string) {
	parents, blamed := map[string]bool{}, map[string]bool{}
	for name, action := range p.action {
		for dir := parent(name); dir != ""; dir = parent(dir) {
			parents[dir] = true
			if action == "fail" || action == "run" {
				blamed[dir] = true
			}
		}
	}
	for name, action := range p.action {
		switch {
		case (action == "fail" || action == "run") && !blamed[name]:
			bad = append(bad, name)
		case parents[name]:
		case action == "pass":
			passed++
		case action == "skip":
			skipped++
		}
	}
	slices.Sort(bad)
	return passed, skipped, bad
}

func parent(test string) string {
	i := strings.LastIndexByte(test, '/')
	return test[:max(i, 0)]
}

func (c *counter) printTest(test string, p *results) {
	if test != "" {
		fmt.Fprintf(c.out, "      --- %s\n", test)
	}
	if b := p.output[test]; b != nil {
		c.indent(b.String())
	}
}

// indent prints output without the lines that go test writes about itself.
func (c *counter) indent(text string) {
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed == "FAIL" || trimmed == "PASS" || strings.HasPrefix(trimmed, "=== ") {
			continue
		}
		fmt.Fprintf(c.out, "      %s\n", strings.TrimRight(line, "\n"))
	}
}

func appendTo(m map[string]*strings.Builder, key, text string) {
	if m[key] == nil {
		m[key] = &strings.Builder{}
	}
	m[key].WriteString(text)
}
