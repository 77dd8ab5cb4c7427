package rules

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// maxNodes bounds an expression's size.
const maxNodes = 1000

// Expr is one compiled expression. The variables it reads are found by Names;
// they are set in a Scratch before it is run.
type Expr struct {
	Source  string
	Names   []string    // the variables it reads, in order of appearance
	refs    []Ref       // of the same, for expressions over a record
	program *vm.Program // nil when the expression is one variable
}

// Scratch is what evaluation changes: the machine and its variables. It is not
// safe for concurrent use.
type Scratch struct {
	vm     vm.VM
	vars   map[string]any
	fields []derivation // by Field.index
	round  uint64       // of Begin
}

// NewScratch returns an empty Scratch.
func NewScratch() *Scratch { return &Scratch{vars: map[string]any{}} }

// Set gives a variable its value.
func (s *Scratch) Set(name string, v any) { s.vars[name] = v }

// Record evaluates an expression over one record.
func (x *Expr) Record(s *Scratch, rec Fielder) (any, error) {
	if x.program == nil {
		return x.refs[0].Value(s, rec)
	}
	// Derived fields first: computing them sets variables too.
	for _, r := range x.refs {
		if r.Field != nil {
			if _, err := r.Value(s, rec); err != nil {
				return nil, err
			}
		}
	}
	for i, name := range x.Names {
		s.vars[name], _ = x.refs[i].Value(s, rec)
	}
	v, err := s.vm.Run(x.program, s.vars)
	return v, plain(err)
}

// Value is the value of the record.
func (r Ref) Value(s *Scratch, rec Fielder) (any, error) {
	if r.Field == nil {
		return rec.Field(r.Path), nil
	}
	return s.derived(r.Field, rec)
}

// derivation is what a derived field was for a record.
type derivation struct {
	of    *Field
	round uint64
	value any
	err   error
}

// Begin starts a record, or the same one as another rule sees it: what was
// derived from the one before is forgotten. Whoever evaluates expressions of a
// rule with Fields calls it before the first expression of each record.
func (s *Scratch) Begin() { s.round++ }

// derived computes a field of the record once.
func (s *Scratch) derived(f *Field, rec Fielder) (any, error) {
	for len(s.fields) <= f.index {
		s.fields = append(s.fields, derivation{})
	}
	if d := &s.fields[f.index]; d.of == f && d.round == s.round {
		return d.value, d.err
	}
	v, err := f.Expr.Record(s, rec)
	if err != nil {
		err = fmt.Errorf("fields.%s: %w", f.Name, err)
	}
	s.fields[f.index] = derivation{f, s.round, v, err}
	return v, err
}

// Run evaluates an expression over variables set before.
func (x *Expr) Run(s *Scratch) (any, error) {
	if x.program == nil {
		return s.vars[x.Names[0]], nil
	}
	v, err := s.vm.Run(x.program, s.vars)
	return v, plain(err)
}

// Holds is Record for a boolean expression: an error makes it false.
func (x *Expr) Holds(s *Scratch, rec Fielder) (bool, error) {
	v, err := x.Record(s, rec)
	b, _ := v.(bool)
	return b && err == nil, err
}

// True is Run for a boolean expression: an error makes it false.
func (x *Expr) True(s *Scratch) (bool, error) {
	v, err := x.Run(s)
	b, _ := v.(bool)
	return b && err == nil, err
}

// scope is the names an expression may use.
type scope struct {
	record    bool                     // over a record: names are paths
	known     map[string]types.Type    // nil for a record of unknown events: any name goes
	foreign   func(name string) string // a hint for a name that exists elsewhere
	lists     map[string][]any
	available []string // for hints, in the order to show them
}

// want is what an expression must give.
type want int

const (
	wantBool want = iota
	wantAny
)

// compile checks and compiles one expression. Faults go to v; nil is returned
// when there were any.
func compile(v strictyaml.Value, sc *scope, w want) *Expr {
	src, ok := v.Expression()
	if !ok {
		return nil
	}
	if strings.TrimSpace(src) == "" {
		v.Fault("", "the expression is empty")
		return nil
	}
	config := newConfig()
	tree, err := parser.ParseWithConfig(src, config)
	if err != nil {
		syntaxFault(v, src, err)
		return nil
	}
	rw := &rewriter{v: v, src: src, scope: sc}
	tree.Node = rw.rewrite(tree.Node)
	if rw.failed {
		return nil
	}
	x := &Expr{Source: strings.TrimSpace(src), Names: rw.names}
	if sc.record {
		x.refs = rw.refs
	}
	if rw.isVariable(tree.Node) && w == wantAny {
		return x
	}
	config.WithEnv(rw.env())
	return x.finish(v, tree, config, w)
}

// finish type-checks and compiles the rewritten tree.
func (x *Expr) finish(v strictyaml.Value, tree *parser.Tree, config *conf.Config, w want) *Expr {
	typ, err := checker.Check(tree, config)
	if err != nil {
		typeFault(v, err)
		return nil
	}
	if w == wantBool && (typ == nil || typ.Kind() != reflect.Bool) {
		v.Fault(comparison(typ), "the expression must be true or false, and is %s", typeName(typ))
		return nil
	}
	if err := optimizer.Optimize(&tree.Node, config); err != nil {
		typeFault(v, err)
		return nil
	}
	if x.program, err = compiler.Compile(tree, config); err != nil {
		typeFault(v, err)
		return nil
	}
	return x
}

func newConfig() *conf.Config {
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	for _, f := range operators {
		expr.Function(f.name, f.fn, f.sig)(config)
	}
	return config
}

// variables are the names a condition may use: fixed ones with a type.
func variables(pairs ...any) map[string]types.Type {
	m := map[string]types.Type{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1].(types.Type)
	}
	return m
}
