package webhook

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// answered is what a success expression sees.
type answered struct {
	Status int    `expr:"status"`
	Body   string `expr:"body"`
	JSON   any    `expr:"json"`
}

// compileSuccess returns nil for an empty expression.
func compileSuccess(text string) (*vm.Program, error) {
	if text == "" {
		return nil, nil
	}
	options := []expr.Option{expr.Env(answered{}), expr.AsBool(), expr.MaxNodes(200), expr.DisableAllBuiltins()}
	for _, name := range []string{"len", "lower", "upper", "trim", "int", "float", "string"} {
		options = append(options, expr.EnableBuiltin(name))
	}
	p, err := expr.Compile(text, options...)
	var fault *file.Error
	switch {
	case errors.As(err, &fault):
		return nil, fmt.Errorf("success: %s, in column %d", fault.Message, fault.Column+1)
	case err != nil:
		return nil, fmt.Errorf("success: %w", err)
	}
	return p, nil
}

// succeeded is false too when the expression cannot be answered, as for a key of
// what is no JSON.
func (c *compiled) succeeded(status int, body []byte) bool {
	var value any
	if json.Unmarshal(body, &value) != nil {
		value = nil
	}
	machine := vm.VM{MemoryBudget: 100_000}
	got, err := machine.Run(c.success, answered{status, string(body), value})
	ok, is := got.(bool)
	return err == nil && is && ok
}
