package arrows

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
)

// stateFaults lists init functions and package variables that something
// changes after their declaration: by assignment to them, into them or through
// them, by ++, delete or clear. What a callee does through a pointer is not seen.
func stateFaults(files []*file) []string {
	packages := map[string][]*file{}
	for _, f := range files {
		if !f.test {
			key := path.Dir(f.path) + " " + f.tree.Name.Name
			packages[key] = append(packages[key], f)
		}
	}
	var faults []string
	for _, key := range slices.Sorted(maps.Keys(packages)) {
		vars := packageVars(packages[key])
		for _, f := range packages[key] {
			faults = append(faults, initFaults(f)...)
			faults = append(faults, changeFaults(f, vars)...)
		}
	}
	return faults
}

func initFaults(f *file) []string {
	var faults []string
	for _, d := range f.tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			faults = append(faults, fmt.Sprintf("%s: no init functions", f.at(fn)))
		}
	}
	return faults
}

// packageVars are the package's variables by name, with their declarations.
func packageVars(files []*file) map[string]*ast.ValueSpec {
	vars := map[string]*ast.ValueSpec{}
	for _, f := range files {
		for _, d := range f.tree.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.ValueSpec)
				for _, name := range spec.Names {
					vars[name.Name] = spec
				}
			}
		}
	}
	return vars
}

func changeFaults(f *file, vars map[string]*ast.ValueSpec) []string {
	var faults []string
	check := func(e ast.Expr) {
		id := root(e)
		if id == nil || id.Name == "_" {
			return
		}
		// The parser resolves local names and those of the same file; a
		// package variable of another file stays unresolved.
		if spec := vars[id.Name]; spec != nil && (id.Obj == nil || id.Obj.Decl == spec) {
			faults = append(faults, fmt.Sprintf("%s: package variable %s changes", f.at(e), id.Name))
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				check(e)
			}
		case *ast.IncDecStmt:
			check(n.X)
		case *ast.RangeStmt:
			check(n.Key)
			check(n.Value)
		case *ast.CallExpr:
			if fn, ok := n.Fun.(*ast.Ident); ok && fn.Obj == nil && (fn.Name == "delete" || fn.Name == "clear") && len(n.Args) > 0 {
				check(n.Args[0])
			}
		}
		return true
	})
	return faults
}

// root is the variable that x, x[i], x.f and *x belong to.
func root(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.StarExpr:
		return root(e.X)
	case *ast.ParenExpr:
		return root(e.X)
	}
	return nil
}
