package arrows

import (
	"go/ast"
	"testing"
)

const (
	longFile     = 400 // lines
	longFunction = 60
)

// TestSizes prints what has grown long. It never fails: a rule that makes the
// code worse loses, but someone should have looked.
func TestSizes(t *testing.T) {
	for _, f := range tree(t) {
		if f.lines > longFile {
			t.Logf("%s: %d lines", f.path, f.lines)
		}
		for _, d := range f.tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1; n > longFunction {
				t.Logf("%s: %s has %d lines", f.at(fn), fn.Name.Name, n)
			}
		}
	}
}
