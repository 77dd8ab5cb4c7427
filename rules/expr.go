package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
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
	maxWritten    = 5 << 18 // of all expressions together: ten thousand rules write half of it
)

// Expr is one compiled expression, over a record or, for those of conditions, over
// variables.
type Expr struct {
	Source  string
	Names   []string    // the variables it reads, in order of appearance
	refs    []Ref       // of the same, for expressions over a record
	derives bool        // some of refs is a derived field
	uses    []string    // the vars and lists it uses, with their values
	program *vm.Program // nil when the expression is one variable
	quick   *quick      // the same without the machine; nil: there is none
	term    *Term       // with Options.Keep
	scope   *scope      // the same

	constants []Var // the same as uses
}

// Scratch is what evaluation changes: the machine and its variables. It is not
// safe for concurrent use.
type Scratch struct {
	vm     vm.VM
	vars   map[string]any
	stack  []any // arguments of calls
	budget budget
	fields []derivation // by Field.index
	round  uint64       // of Begin
	found  []remembered // by hash
}

// NewScratch returns an empty Scratch.
func NewScratch() *Scratch {
	s := &Scratch{vars: map[string]any{}}
	s.vars[budgetName] = &s.budget
	return s
}

// Variables are what an expression of a condition is evaluated over.
type Variables interface {
	// Variable is the value of one of the expression's Names.
	Variable(name string) any
	// Int is the same of one that is always an int; ok is false for another.
	Int(name string) (n int, ok bool)
}

// VariableMap are Variables that were computed before.
type VariableMap map[string]any

// Variable is the value of that name.
func (m VariableMap) Variable(name string) any { return m[name] }

// Int is the value of that name.
func (m VariableMap) Int(name string) (n int, ok bool) {
	n, ok = m[name].(int)
	return n, ok
}

// Record evaluates an expression over one record.
func (x *Expr) Record(s *Scratch, rec Fielder) (any, error) {
	if x.program == nil {
		return x.refs[0].Value(s, rec)
	}
	if err := x.derive(s, rec); err != nil {
		return nil, err
	}
	if x.quick != nil {
		run := quickRun{x: x, s: s, rec: rec}
		if v, ok := run.answer(x.quick); ok {
			return v, nil
		}
	}
	return x.machine(s, rec)
}

// derive computes the derived fields that it reads.
func (x *Expr) derive(s *Scratch, rec Fielder) error {
	if !x.derives {
		return nil
	}
	for _, r := range x.refs {
		if r.Field != nil {
			if _, err := s.derived(r.Field, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// machine evaluates over a record by the machine of expr.
func (x *Expr) machine(s *Scratch, rec Fielder) (any, error) {
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

// Holds is Record for a boolean expression: an error makes it false.
func (x *Expr) Holds(s *Scratch, rec Fielder) (bool, error) {
	if err := x.derive(s, rec); err != nil {
		return false, err
	}
	if x.quick != nil {
		run := quickRun{x: x, s: s, rec: rec}
		if holds, ok := run.answerTest(x.quick); ok {
			return holds, nil
		}
	}
	v, err := x.machine(s, rec)
	b, _ := v.(bool)
	return b && err == nil, err
}

// True evaluates a boolean expression over variables: an error makes it false.
func (x *Expr) True(s *Scratch, vars Variables) (bool, error) {
	if x.quick != nil {
		run := quickRun{x: x, s: s, vars: vars}
		if holds, ok := run.answerTest(x.quick); ok {
			return holds, nil
		}
	}
	for _, name := range x.Names {
		s.vars[name] = vars.Variable(name)
	}
	v, err := x.run(s)
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
		x.term, x.scope = (&terms{code: &kept}).make(tree.Node), sc
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
	if x = x.finish(c, tree, config, w); x != nil {
		x.quicken(tree.Node, quickMaker{x.Names, rw.types, sc.sets}, w)
	}
	return x
}

// quicken finds a way to evaluate the compiled tree without the machine.
func (x *Expr) quicken(tree ast.Node, m quickMaker, w want) {
	if q := m.make(tree); q != nil && (w == wantAny || q.isTest()) {
		x.quick = q
	}
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
