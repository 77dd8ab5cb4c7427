package arrows

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const module = "github.com/smarty-alert/smarty-alert/"

// file is one parsed Go file, whatever its build tags.
type file struct {
	path   string // from the root of the repository, with slashes
	folder string // first element of path, "." for the root itself
	test   bool
	set    *token.FileSet
	tree   *ast.File
	lines  int
}

// parseTree parses every Go file but those of testdata and hidden folders.
func parseTree(fsys fs.FS) ([]*file, error) {
	var files []*file
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != "." && (base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_') {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		f, err := parseFile(fsys, name)
		if err == nil {
			files = append(files, f)
		}
		return err
	})
	return files, err
}

func parseFile(fsys fs.FS, name string) (*file, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, src, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	folder, _, below := strings.Cut(name, "/")
	if !below {
		folder = "."
	}
	return &file{
		path: name, folder: folder, test: strings.HasSuffix(name, "_test.go"),
		set: set, tree: tree, lines: strings.Count(string(src), "\n"),
	}, nil
}

// ours are the imports from this module, without its path.
func (f *file) ours() []string {
	var list []string
	for _, imp := range f.tree.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err == nil && strings.HasPrefix(p, module) {
			list = append(list, strings.TrimPrefix(p, module))
		}
	}
	return list
}

// importName is the name under which the file knows the package: "" when it
// does not import it, "." for a dot import.
func (f *file) importName(pkg string) string {
	for _, imp := range f.tree.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil || p != pkg {
			continue
		}
		if imp.Name != nil {
			return imp.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

func (f *file) at(n ast.Node) string {
	return f.set.Position(n.Pos()).String()
}
