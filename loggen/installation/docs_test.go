package installation

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table of kinds in docs/incidents.md")

func TestDocs_TellOfEveryKind(t *testing.T) {
	const page = "../../docs/incidents.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "<!-- kinds -->\n")
	_, tail, ok2 := strings.Cut(rest, "<!-- end -->\n")
	if !ok || !ok2 {
		t.Fatal("the page has no place for the table of kinds")
	}
	b := strings.Builder{}
	b.WriteString("| kind | what happens | keys |\n|---|---|---|\n")
	for i := range kinds {
		keys := ""
		for _, key := range kinds[i].keys {
			keys += ", `" + key + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", kinds[i].name, kinds[i].doc, strings.TrimPrefix(keys, ", "))
	}
	want := head + "<!-- kinds -->\n" + b.String() + "<!-- end -->\n" + tail
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(data) != want {
		t.Error("the table of kinds is not that of the program; go test ./loggen/installation -update")
	}
}
