package plain_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/plain"
	"github.com/smarty-alert/smarty-alert/rules"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestWords_OfEveryExample compares what is said of each shipped rule with a text
// that a person has read beside the rule.
func TestWords_OfEveryExample(t *testing.T) {
	files, err := rules.Files([]string{filepath.Join("..", "examples", "rules"), filepath.Join("..", "examples", "kinds"), filepath.Join("testdata", "every.yaml"), filepath.Join("testdata", "pool.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	shipped := filepath.Join("..", "examples", "rules")
	pack, _, err := rules.Load([]string{shipped}, rules.Options{}) // its files name rules of one another
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if name == "rule" {
			name = "kind-" + filepath.Base(filepath.Dir(file))
		}
		t.Run(name, func(t *testing.T) {
			if filepath.Dir(file) == shipped {
				compare(t, filepath.Join("testdata", "words", name+".txt"), text(ofFile(pack, file)))
				return
			}
			set, warnings, err := rules.Load([]string{file}, rules.Options{})
			if err != nil || len(warnings) > 0 && name != "pool" { // whose events nobody documented
				t.Fatal(err, warnings)
			}
			compare(t, filepath.Join("testdata", "words", name+".txt"), text(set.Rules))
		})
	}
	t.Run("builtin", func(t *testing.T) {
		compare(t, filepath.Join("testdata", "words", "builtin.txt"), text(rules.Builtin(rules.Options{}).Rules))
	})
}

// ofFile are the rules of a set that stand in a file.
func ofFile(set *rules.Set, file string) (out []*rules.Rule) {
	for _, r := range set.Rules {
		if r.File == file {
			out = append(out, r)
		}
	}
	return out
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", golden, diff)
	}
}

// text is all that is said of rules, a sentence per line.
func text(list []*rules.Rule) string {
	var b strings.Builder
	for i, r := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		w, short := plain.Describe(r), plain.Brief(r)
		fmt.Fprintf(&b, "%s (%s, %s, %s, %s)\nin short: %s: %s\n", w.ID, w.Kind, w.Mode, w.Severity, w.Status, short.Watches, short.Fires)
		for _, s := range []struct {
			word      string
			sentences []string
		}{
			{"watches", w.Watches}, {"groups", w.Groups}, {"window", w.Window}, {"values", w.Values}, {"fires", w.Fires},
			{"resolves", w.Resolves}, {"tells", w.Tells}, {"keeps", w.Keeps},
		} {
			for _, sentence := range s.sentences {
				fmt.Fprintf(&b, "%s: %s\n", s.word, sentence)
			}
		}
	}
	return b.String()
}
