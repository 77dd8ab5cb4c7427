package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// maxNodes and maxExpression, in bytes, bound an expression's size.
const (
	maxNodes      = 1000
	maxExpression = 32 << 10
	maxWritten    = 3 << 19 // of all expressions together: ten thousand rules write half of it
)

// Expr is one compiled expression. The variables it reads are found by Names;
// they are set in a Scratch before it is run.
type Expr struct {
	Source  string
	Names   []string    // the variables it reads, in order of appearance
	refs    []Ref       // of the same, for expressions over a record
	derives bool        // some of refs is a derived field
	uses    []string    // the vars and lists it uses, with their values
	program *vm.Program // nil when the expression is one variable
	term    *Term       // with Options.Keep

	constants []Var // the same as uses
}

// Scratch is what evaluation changes: the machine and its variables. It is not
// safe for concurrent use.
type Scratch struct {
	vm     vm.VM
	vars   map[string]any
	budget budget
	fields []derivation // by Field.index
	round  uint64       // of Begin
}

// NewScratch returns an empty Scratch.
func NewScratch() *Scratch {
	s := &Scratch{vars: map[string]any{}}
	s.vars[budgetName] = &s.budget
	return s
}

// Set gives a variable its value.
func (s *Scratch) Set(name string, v any) { s.vars[name] = v }

// Record evaluates an expression over one record.
func (x *Expr) Record(s *Scratch, rec Fielder) (any, error) {
	if x.program == nil {
		return x.refs[0].Value(s, rec)
	}
	if x.derives { // first, since computing them sets variables too
		for _, r := range x.refs {
			if r.Field != nil {
				if _, err := s.derived(r.Field, rec); err != nil {
					return nil, err
				}
			}
		}
	}
	for i, name := range x.Names {
		if r := x.refs[i]; r.Field == nil {
			s.vars[name] = rec.Field(r.Path)
		} else {
			s.vars[name], _ = s.derived(r.Field, rec)
		}
	}
	return x.run(s)
}

func (x *Expr) run(s *Scratch) (any, error) {
	s.budget.left = MaxSteps
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
	return x.run(s)
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
		v.Fault("write reason == \"unknown_error\", say, or remove the key", "the expression is empty")
		return nil
	}
	if len(src) > maxExpression {
		v.Fault("put values into a list under lists, and write: name in that_list", "the expression is longer than %d KiB", maxExpression>>10)
		return nil
	}
	if !sc.afford(v, len(src)) {
		return nil
	}
	config, c := newConfig(), newCode(v, src)
	tree, err := parser.ParseWithConfig(c.text, config)
	if err != nil {
		syntaxFault(c, src, err)
		return nil
	}
	rw := &rewriter{code: c, scope: sc}
	tree.Node = rw.rewrite(tree.Node)
	if rw.failed {
		return nil
	}
	x := &Expr{Source: strings.TrimSpace(src), Names: rw.names, uses: rw.constants, constants: rw.values}
	if sc.keepTerms {
		kept := c
		x.term = (&terms{code: &kept}).make(tree.Node)
	}
	if sc.record {
		x.refs = rw.refs
		x.derives = slices.ContainsFunc(rw.refs, func(r Ref) bool { return r.Field != nil })
	} else {
		sc.keep(rw)
	}
	if rw.isVariable(tree.Node) && w == wantAny {
		return x
	}
	config.WithEnv(rw.env())
	return x.finish(c, tree, config, w)
}

// finish type-checks and compiles the rewritten tree.
func (x *Expr) finish(v code, tree *parser.Tree, config *conf.Config, w want) *Expr {
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

// newConfig is a configuration of expr of its own; the tables in it are shared.
func newConfig() *conf.Config {
	config := *baseConfig
	return &config
}

var baseConfig = newBaseConfig()

func newBaseConfig() *conf.Config {
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	for _, f := range functions {
		expr.Function(f.name, metered(f.fn), f.sig)(config)
	}
	return config
}
