package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/plain"
	"github.com/smarty-alert/smarty-alert/rules"
)

// block is a fenced block of the cookbook that a comment above it fills: what it
// shows, of which file, which lines.
var block = regexp.MustCompile("(?s)<!-- (\\w+) (\\S+)(?: ([0-9,-]+))? -->\n(```\\w*)\n(.*?)```\n")

// TestCookbook_ShowsWhatIsThere compares every block with its file. The text
// around them is written by hand.
func TestCookbook_ShowsWhatIsThere(t *testing.T) {
	page := filepath.Join("..", "docs", "cookbook.md")
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	got := block.ReplaceAllStringFunc(string(data), func(all string) string {
		m := block.FindStringSubmatch(all)
		shown[m[2]] = true
		text, err := content(m[1], filepath.Join("..", m[2]), m[3])
		if err != nil {
			t.Errorf("%s: %v", m[2], err)
			return all
		}
		head, _, _ := strings.Cut(all, "\n")
		return head + "\n" + m[4] + "\n" + text + "```\n"
	})
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(data), got); diff != "" {
		t.Errorf("docs/cookbook.md is out of date (-is +should be; -update writes its blocks anew):\n%s", diff)
	}
	everythingIsShown(t, shown)
}

// everythingIsShown: a kind or a pair that is added belongs into the cookbook.
func everythingIsShown(t *testing.T, shown map[string]bool) {
	t.Helper()
	for _, pattern := range []string{"kinds/*/rule.yaml", "kinds/*/golden.txt", "coming-from/*/*/*.yaml", "coming-from/*/*/*.txt"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, f := range files {
			if !shown["examples/"+filepath.ToSlash(f)] {
				t.Errorf("docs/cookbook.md does not show examples/%s", f)
			}
		}
	}
}

func content(what, file, lines string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	switch what {
	case "theirs":
		return string(data), nil
	case "rule":
		return withoutHead(string(data)), nil
	case "log":
		return picked(string(data), lines)
	case "alerts":
		head, _, _ := strings.Cut(string(data), "\n\n")
		return head + "\n", nil
	case "words":
		return words(file)
	}
	return "", fmt.Errorf("unknown block %q", what)
}

// withoutHead leaves out the comment that a file begins with: the page says it.
func withoutHead(text string) string {
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

// picked are lines by number, "3-5,9"; what is left out between them is "…".
func picked(text, numbers string) (string, error) {
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var b strings.Builder
	last := 0
	for _, part := range strings.Split(numbers, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(from)
		if err != nil {
			return "", err
		}
		end, err := strconv.Atoi(to)
		if err != nil || first <= last || end < first || end > len(all) {
			return "", fmt.Errorf("lines %q of %d", numbers, len(all))
		}
		if first > last+1 {
			b.WriteString("…\n")
		}
		b.WriteString(strings.Join(all[first-1:end], "\n") + "\n")
		last = end
	}
	if last < len(all) {
		b.WriteString("…\n")
	}
	return b.String(), nil
}

// words is what `rules show` says about when the rules fire and resolve.
func words(file string) (string, error) {
	set, _, err := rules.Load([]string{file}, rules.Options{})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, r := range set.Rules {
		w := plain.Describe(r)
		if len(set.Rules) > 1 {
			b.WriteString(w.ID + "\n")
		}
		for _, s := range []struct {
			word      string
			sentences []string
		}{{"watches", w.Watches}, {"values", w.Values}, {"fires", w.Fires}, {"resolves", w.Resolves}} {
			for i, sentence := range s.sentences {
				if i > 0 {
					s.word = ""
				}
				fmt.Fprintf(&b, "%-9s%s\n", s.word, sentence)
			}
		}
	}
	return b.String(), nil
}

// TestCookbook_LoadsAsAWhole: whoever points the program at a directory of examples
// sees rules, not ids that are taken.
func TestCookbook_LoadsAsAWhole(t *testing.T) {
	for _, dir := range []string{"kinds", "coming-from"} {
		set, warnings, err := rules.Load([]string{dir}, rules.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Rules) < 10 || len(warnings) > 0 {
			t.Errorf("%s: %d rules, warnings %v", dir, len(set.Rules), warnings)
		}
	}
}
