package arrows

import (
	"fmt"
	"go/ast"
	"slices"
)

// core is the part in which time is an argument (docs/adr/0001).
var core = []string{"smartylog", "redact", "alert", "windowing", "rules", "engine", "calendar"}

var wallClock = []string{"Now", "Since", "Until", "After", "Sleep", "NewTimer", "NewTicker", "Tick", "AfterFunc"}

// coreFaults lists uses of the clock, of goroutines and of logs in the core.
func coreFaults(files []*file) []string {
	var faults []string
	for _, f := range files {
		if f.test || !slices.Contains(core, f.folder) {
			continue
		}
		for _, pkg := range []string{"log", "log/slog"} {
			if f.importName(pkg) != "" {
				faults = append(faults, fmt.Sprintf("%s: the core returns, it does not log: imports %s", f.path, pkg))
			}
		}
		clock := f.importName("time")
		if clock == "." {
			faults = append(faults, fmt.Sprintf("%s: dot import of time hides the clock", f.path))
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				faults = append(faults, fmt.Sprintf("%s: the core starts no goroutines", f.at(n)))
			case *ast.SelectorExpr:
				if readsClock(n, clock) {
					faults = append(faults, fmt.Sprintf("%s: time is an argument: time.%s", f.at(n), n.Sel.Name))
				}
			}
			return true
		})
	}
	return faults
}

// readsClock tells time.Now, called or taken as a value, from the method of a
// local variable that happens to be named time: the parser resolves the latter.
func readsClock(sel *ast.SelectorExpr, clock string) bool {
	x, ok := sel.X.(*ast.Ident)
	return ok && clock != "" && x.Name == clock && x.Obj == nil && slices.Contains(wallClock, sel.Sel.Name)
}
