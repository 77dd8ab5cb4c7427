package arrows

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const everything = "*"

// mayImport is the table of ARCHITECTURE.md. A folder speaks for the folders
// below it, which may import each other. Test files may import what they like:
// the compiler refuses cycles, and nothing imports a test.
var mayImport = map[string][]string{
	"smartylog":  {},
	"alert":      {},
	"windowing":  {},
	"calendar":   {},
	"strictyaml": {},
	"redact":     {"smartylog"},
	"ruletest":   {"alert", "strictyaml"},
	"ingest":     {"smartylog"},
	"anonymise":  {"smartylog", "redact"},
	"plain":      {"rules", "windowing", "calendar"},
	"rules":      {"smartylog", "alert", "windowing", "calendar", "strictyaml", "ruletest"},
	"engine":     {"smartylog", "redact", "rules", "windowing", "alert", "calendar", "strictyaml"},
	"notifiers":  {"alert", "calendar"},
	"store":      {"alert"},
	"web":        {"alert", "notifiers"},
	"importer":   {"smartylog", "alert", "rules", "strictyaml"},
	"config":     {"rules", "alert", "calendar", "strictyaml"},
	"schema":     {"strictyaml", "smartylog", "rules", "config", "ruletest", "loggen"},
	"docs":       {},
	"lint":       {"rules", "config", "alert", "calendar", "smartylog", "strictyaml", "windowing", "docs"},
	"replay":     {"ingest", "smartylog", "redact", "rules", "config", "engine", "alert", "notifiers", "calendar", "strictyaml"},
	"report":     {"replay", "engine", "rules", "alert", "redact", "smartylog", "strictyaml"},
	"rehearsal":  {"ruletest", "replay", "ingest", "smartylog", "redact", "rules", "engine", "alert", "notifiers", "anonymise", "strictyaml"},
	"loggen":     {"smartylog", "strictyaml"},
	"logstats":   {"smartylog", "strictyaml"},
	"draft":      {},
	"demo":       {"loggen", "notifiers"},
	"doctor":     {"ingest", "smartylog", "rules", "config", "lint", "logstats", "notifiers"},
	"cmd":        {everything},
	"examples":   {}, // rules and their tests
	"systemtest": {},
	"bench":      {"loggen", "examples"},
	"quality":    {"loggen", "replay", "ingest", "smartylog", "redact", "rules", "engine", "alert", "notifiers", "strictyaml", "config", "calendar"},
	"crashlab":   {"loggen", "alert", "store", "replay", "notifiers"},
	"internal":   {"replay", "ingest", "engine", "rules", "redact", "alert"}, // for tests and make
}

func TestArrows(t *testing.T) {
	report(t, arrowFaults(tree(t), mayImport))
}

func TestCoreHasNoClock(t *testing.T) {
	report(t, coreFaults(tree(t)))
}

func TestNoInitAndNoChangingVariables(t *testing.T) {
	report(t, stateFaults(tree(t)))
}

// TestTableNamesARealCore notices a core folder that was renamed away.
func TestTableNamesARealCore(t *testing.T) {
	for _, folder := range core {
		if _, ok := mayImport[folder]; !ok {
			t.Errorf("core folder %s is not in the table", folder)
		}
	}
}

func report(t *testing.T, faults []string) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}

func tree(t *testing.T) []*file {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files, err := parseTree(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no Go files found")
	}
	return files
}

// arrowFaults lists the imports that the table does not allow.
func arrowFaults(files []*file, table map[string][]string) []string {
	faults := map[string]bool{}
	for _, f := range files {
		allowed, known := table[f.folder]
		if !known {
			faults[fmt.Sprintf("%s: folder %q is not in the table of arrows_test.go", f.path, f.folder)] = true
			continue
		}
		if f.test {
			continue
		}
		for _, imp := range f.ours() {
			target, _, _ := strings.Cut(imp, "/")
			if target == f.folder || slices.Contains(allowed, target) || slices.Contains(allowed, everything) && target != "internal" {
				continue
			}
			faults[fmt.Sprintf("%s: %s may not import %s", f.path, f.folder, imp)] = true
		}
	}
	return slices.Sorted(maps.Keys(faults))
}
