package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestStory_SaysWhatTheCommandsSay runs the commands of docs/noisy.md and holds the page
// to what they print. "…" stands for lines that are left out.
func TestStory_SaysWhatTheCommandsSay(t *testing.T) {
	t.Chdir(repository(t))
	data, err := os.ReadFile(filepath.Join("docs", "noisy.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, block := range regexp.MustCompile("(?s)\n```\n(\\$ .*?)```\n").FindAllStringSubmatch(string(data), -1) {
		for _, said := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			commands++
			command, want, _ := strings.Cut(said, "\n")
			status, got, stderr := runCommandLine(t, fields(command)[1:]...)
			if status != 0 {
				got += fmt.Sprintf("(exit status %d)\n", status)
			}
			if !elided(strings.TrimRight(want, "\n")+"\n", got) {
				t.Errorf("$ %s\nsays now\n%s%s", command, got, stderr)
			}
		}
	}
	if commands < 5 {
		t.Errorf("%d commands in the story", commands)
	}
	for _, block := range regexp.MustCompile("(?s)\n```yaml\n# (\\S+)\n(.*?)```\n").FindAllStringSubmatch(string(data), -1) {
		file, err := os.ReadFile(block[1])
		if err != nil {
			t.Fatal(err)
		}
		if string(file) != block[2] {
			t.Errorf("%s is not what the page shows", block[1])
		}
	}
}

// fields are the words of a command; what stands in single quotes is one.
func fields(command string) (out []string) {
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(command, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// elided tells whether a text is another one with whole lines left out where it has "…".
func elided(want, got string) bool {
	parts := strings.Split("\n"+want, "\n…\n")
	got = "\n" + got
	for i, part := range parts {
		if i > 0 {
			part = "\n" + part
		}
		if i == len(parts)-1 {
			return strings.HasSuffix(got, part) && (i > 0 || got == part)
		}
		at := strings.Index(got, part+"\n")
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		got = got[at+len(part):]
	}
	return false
}

func TestElided(t *testing.T) {
	for want, fine := range map[string]bool{
		"a\nb\nc\nd\n": true, "a\n…\nd\n": true, "a\nb\n…\n": true, "…\nc\nd\n": true, "a\n…\nc\n…\n": true,
		"a\nb\n": false, "b\n…\n": false, "…\nc\n": false, "a\n…\nx\n": false, "a\n…\nc\n…\nb\n…\n": false, "": false,
	} {
		if got := elided(want, "a\nb\nc\nd\n"); got != fine {
			t.Errorf("%q: %v", want, got)
		}
	}
}
