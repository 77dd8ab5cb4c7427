package docs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The pages about who is told say what the program reads by, and every
// configuration in them can be loaded without a warning.
func TestTelling_PagesAreCurrent(t *testing.T) {
	told := map[string]bool{}
	for _, file := range []string{"routes.md", "silences.md"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page := string(data)
		want := generated.ReplaceAllStringFunc(page, func(part string) string {
			m := generated.FindStringSubmatch(part)
			s := configShapes()[strings.Fields(m[2])[1]]
			told[s.Name] = true
			return m[1] + keyTable(t, s, s.Names()) + m[3]
		})
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(page, want); diff != "" {
			t.Errorf("%s is out of date (-is +should be; -update writes it anew):\n%s", file, diff)
		}
		for _, m := range yamlBlock.FindAllStringSubmatch(page, -1) {
			checkConfig(t, file, m[1])
		}
	}
	for _, name := range []string{"route", "digest", "inhibition", "rate_limit", "flapping", "silence"} {
		if !told[name] {
			t.Errorf("the keys of %s are told nowhere", name)
		}
	}
}
