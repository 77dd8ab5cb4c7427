package arrows

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// mayRead are the files, by the beginnings of their paths, that may take text out
// of a record, with what they do with it. Everybody else gets it redacted, from
// the engine; so what shows, sends or stores text cannot forget to redact it.
var mayRead = map[string]string{
	"engine/sample.go":           "redacts it before anybody sees it",
	"engine/match.go":            "the labels of groups; redacts them",
	"engine/secrets.go":          "redacts it before windows keep it",
	"replay/shapes.go":           "gives it away redacted alone",
	"rules/":                     "conditions judge by it",
	"ingest/":                    "measures it",
	"lint/":                      "counts which fields there are; keeps no value",
	"logstats/":                  "for parse, which shows records to who may read the logs",
	"doctor/rhythm.go":           "names of commands, for those who may read the logs",
	"cmd/smarty-alert/parse":     "the same",
	"rehearsal/record.go":        "makes tests of it, with stand-ins for secrets",
	"rehearsal/logs.go":          "joins logs that lie beside tests into those that are played; shows nothing of them",
	"anonymise/":                 "puts stand-ins in place of secrets",
	"cmd/smarty-alert/anonymise": "the same",
	"loggen/":                    "invents it",
	"internal/":                  "tools of make",
}

// textOf are the names by which a record gives text away.
var textOf = []string{"Raw", "AppendJSON", "Decode", "Stacktrace", "Exception", "Leaves", "Field", "Lookup"}

func TestOnlyFewReadRecords(t *testing.T) {
	report(t, recordFaults(tree(t)))
}

func TestOnlyFewReadRecords_CatchesFaults(t *testing.T) {
	const ours = "import _ \"" + module + "smartylog\"\n"
	for name, want := range map[string]int{
		ours + "func f(r *R) []byte { return r.Raw }": 1, ours + "func f(r *R) []byte { return r.AppendJSON(nil, true) }": 1,
		ours + "func f(r *R) int { return len(r.Raw) }": 0, "func f(r *R) []byte { return r.Raw }": 0,
	} {
		for path, reads := range map[string]bool{"replay/a.go": false, "cmd/x/a.go": false, "engine/sample.go": true, "engine/a_test.go": true} {
			files, err := parseTree(fstest.MapFS{path: {Data: []byte("package p\n" + name)}})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(recordFaults(files)); !reads && got != want || reads && got != 0 {
				t.Errorf("%s: %s: %d faults", path, name, got)
			}
		}
	}
}

// recordFaults lists the places that take text out of records and may not.
func recordFaults(files []*file) (faults []string) {
	for _, f := range files {
		if f.test || f.folder == "smartylog" || !slices.Contains(f.ours(), "smartylog") || reads(f.path) {
			continue
		}
		measured := map[ast.Node]bool{}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "len" && len(n.Args) == 1 {
					measured[n.Args[0]] = true
				}
			case *ast.SelectorExpr:
				if slices.Contains(textOf, n.Sel.Name) && !measured[n] {
					faults = append(faults, fmt.Sprintf("%s: .%s takes text out of a record; let the engine give it redacted", f.at(n), n.Sel.Name))
				}
			}
			return true
		})
	}
	return faults
}

func reads(path string) bool {
	for prefix := range mayRead {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
