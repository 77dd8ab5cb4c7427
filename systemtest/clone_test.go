//go:build system

package systemtest

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestClone_Builds notices a file that exists here but was never committed.
func TestClone_Builds(t *testing.T) {
	dir := clone(t)
	shell(t, dir, "go build ./... && go vet ./...")
}

// TestClone_ReadmeCommands runs the commands that the README promises to work
// at once. `make test` is left to whoever called us.
func TestClone_ReadmeCommands(t *testing.T) {
	dir := clone(t)
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if errors.Is(err, os.ErrNotExist) {
		t.Log("no README.md: nothing is promised yet")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	commands := replayCommands(string(readme))
	if len(commands) == 0 {
		t.Fatal("README.md promises no `go run ./cmd/smarty-alert replay` command")
	}
	for _, command := range commands {
		t.Run(command, func(t *testing.T) {
			if out := shell(t, dir, command); len(bytes.TrimSpace(out)) == 0 {
				t.Errorf("%s: printed nothing", command)
			}
		})
	}
}

// replayCommands are the lines of the text, with or without a prompt or
// backquotes, that replay the shipped rules over the shipped logs.
func replayCommands(text string) []string {
	line := regexp.MustCompile(`(?m)^[ \t>$` + "`" + `]*(go run \./cmd/smarty-alert replay --rules examples/rules testdata/logs)[ \t` + "`" + `]*$`)
	seen := map[string]bool{}
	var commands []string
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			commands = append(commands, m[1])
		}
	}
	return commands
}

// clone copies what is committed, and nothing else, to a new directory.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	// CI may run as another user than the owner of the checkout.
	cmd := exec.CommandContext(t.Context(), "git", "-c", "safe.directory=*", "-C", "..", "archive", "HEAD")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git archive: %v\n%s", err, stderr.Bytes())
	}
	if err := unpack(tar.NewReader(bytes.NewReader(out)), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func unpack(in *tar.Reader, dir string) error {
	for {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, h.FileInfo().Mode().Perm()); err != nil {
			return err
		}
	}
}

func shell(t *testing.T, dir, command string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command, err, out, stderr.String())
	}
	return out
}
