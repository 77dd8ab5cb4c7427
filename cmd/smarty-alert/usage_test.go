package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

func commands(t *testing.T) []*cobra.Command {
	t.Helper()
	var own []*cobra.Command
	for _, c := range (&app{}).root().Commands() {
		if c.Name() != "help" && c.Name() != "completion" {
			own = append(own, c)
		}
	}
	if len(own) < 6 {
		t.Fatalf("commands: %d", len(own))
	}
	return own
}

// TestHelp: every command explains itself on standard output and has an example
// whose flags exist; what is no example fits on a terminal.
func TestHelp(t *testing.T) {
	for _, c := range commands(t) {
		t.Run(c.Name(), func(t *testing.T) {
			help := must(t, c.Name(), "--help")
			if !strings.Contains(help, "Usage:\n  smarty-alert "+c.Name()) {
				t.Errorf("help has no usage:\n%s", help)
			}
			text, examples := strings.ReplaceAll(help, c.Example, ""), exampleLines(c)
			for line := range strings.Lines(text) {
				if utf8.RuneCountInString(line) > helpWidth+1 && !strings.HasPrefix(line, `Use "`) { // that one is cobra's
					t.Errorf("longer than %d characters: %s", helpWidth, line)
				}
			}
			if len(examples) == 0 {
				t.Fatal("no example")
			}
			for _, e := range examples {
				c, _, err := c.Find(strings.Fields(e)[1:])
				if err != nil {
					t.Fatalf("example %q: %v", e, err)
				}
				for word := range strings.FieldsSeq(e) {
					if name, isFlag := strings.CutPrefix(word, "--"); isFlag && c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil {
						t.Errorf("example %q: no flag --%s", e, name)
					}
				}
			}
		})
	}
}

// exampleLines are the examples that call the command, without their pipes.
func exampleLines(c *cobra.Command) []string {
	var out []string
	joined := strings.ReplaceAll(c.Example, "\\\n", "")
	for line := range strings.Lines(joined) {
		_, call, ok := strings.Cut(line, "smarty-alert ")
		if ok && strings.HasPrefix(call, c.Name()) {
			out = append(out, strings.TrimSpace(call))
		}
	}
	return out
}

// TestHelp_FirstExampleWorks runs the first example of the commands that need
// nothing but the repository.
func TestHelp_FirstExampleWorks(t *testing.T) {
	binary, err := exec.LookPath("smarty-alert")
	if err != nil {
		t.Fatalf("the program as installed for scripts: %v", err)
	}
	dir := t.TempDir()
	for _, name := range []string{"examples", "testdata"} {
		if err := os.Symlink(filepath.Join(repository(t), name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	others := []string{"run", "demo", // do not end by themselves
		"doctor", "ack", "alerts", "outbox", "route", "send", "silence"} // need a service or its configuration, and have scripts
	for _, c := range commands(t) {
		if slices.Contains(others, c.Name()) {
			continue
		}
		t.Run(c.Name(), func(t *testing.T) {
			example := strings.ReplaceAll(exampleLines(c)[0], "/tmp/", dir+"/")
			cmd := exec.CommandContext(t.Context(), binary, strings.Fields(example)...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if c.Name() == "diff" && cmd.ProcessState.ExitCode() == exitFound { // what it is for
				err = nil
			}
			if err != nil {
				t.Errorf("smarty-alert %s: %v\n%s", example, err, shorten(string(out), 1000))
			}
		})
	}
}

// TestParse_ReaderGoesAway: head and less end a long output; that is no failure.
func TestParse_ReaderGoesAway(t *testing.T) {
	binary, err := exec.LookPath("smarty-alert")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "parse", filepath.Join(repository(t), "testdata", "logs"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 100)); n == 0 {
		t.Errorf("nothing to read: %v", err)
	}
	out.Close()
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("got %v, standard error %q; want a quiet end with 0", err, stderr.String())
	}
}
