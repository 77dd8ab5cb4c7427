package replay

import (
	"encoding/json"
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Gate is a condition over a summary, for scripts: `notifications > 50`,
// `rules["edge_down"].fired > 0`.
type Gate struct {
	source  string
	program *vm.Program
}

// gateEnv is the names a gate may use: the summary's own, and totals over all
// rules and receivers.
func gateEnv(s *Summary) (map[string]any, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	env := map[string]any{}
	if err := json.Unmarshal(data, &env); err != nil {
		return nil, err
	}
	var fired, resolved, notifications int64
	for _, r := range s.Rules {
		fired += r.Fired
		resolved += r.Resolved
	}
	for _, n := range s.Notifications {
		notifications += int64(n)
	}
	env["fired"], env["resolved"], env["notifications"] = fired, resolved, notifications
	return env, nil
}

// NewGate compiles a condition; names it does not know are errors.
func NewGate(source string) (*Gate, error) {
	env, err := gateEnv(&Summary{Rules: map[string]*RuleSummary{}, NotificationsPerDay: map[string]float64{}})
	if err != nil {
		return nil, err
	}
	program, err := expr.Compile(source, expr.Env(env), expr.AsBool())
	if err != nil {
		return nil, err
	}
	return &Gate{source: source, program: program}, nil
}

// Holds evaluates the condition. A rule that does not exist is an error.
func (g *Gate) Holds(s *Summary) (bool, error) {
	env, err := gateEnv(s)
	if err != nil {
		return false, err
	}
	v, err := expr.Run(g.program, env)
	if err != nil {
		return false, fmt.Errorf("--fail-if: %w", err)
	}
	b, _ := v.(bool)
	return b, nil
}

func (g *Gate) String() string { return g.source }
