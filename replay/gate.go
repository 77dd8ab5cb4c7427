package replay

import (
	"fmt"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Gate is a condition over a summary, for scripts: `notifications > 50`,
// `rules["edge_down"].fired > 0`.
type Gate struct {
	source  string
	program *vm.Program
}

// GateNames are the names in brackets that a gate may use.
type GateNames struct {
	Rules     []string
	Receivers []string
}

// gateEnv is the names a gate may use: the summary's own, and totals over all
// rules and receivers.
type gateEnv struct {
	From                string              `expr:"from"`
	To                  string              `expr:"to"`
	Bytes               int64               `expr:"bytes"`
	Lines               int64               `expr:"lines"`
	Records             int64               `expr:"records"`
	Unparsed            int64               `expr:"unparsed"`
	Late                int64               `expr:"late"`
	Future              int64               `expr:"future"`
	Rules               map[string]gateRule `expr:"rules"`
	NotificationsPerDay map[string]float64  `expr:"notifications_per_day"`

	Fired         int64 `expr:"fired"`
	Resolved      int64 `expr:"resolved"`
	Notifications int64 `expr:"notifications"`
}

type gateRule struct {
	Matched    int64    `expr:"matched"`
	Groups     int64    `expr:"groups"`
	Fired      int64    `expr:"fired"`
	Resolved   int64    `expr:"resolved"`
	Notified   int64    `expr:"notified"`
	Suppressed int64    `expr:"suppressed"`
	EvalErrors int64    `expr:"eval_errors"`
	Peak       gatePeak `expr:"peak"` // of a rule that nothing matched its value is 0
}

type gatePeak struct {
	Value float64           `expr:"value"`
	Of    string            `expr:"of"`
	At    string            `expr:"at"`
	Group map[string]string `expr:"group"`
}

func newGateEnv(s *Summary) gateEnv {
	env := gateEnv{From: gateTime(s.From), To: gateTime(s.To), Bytes: s.Bytes, Lines: s.Lines, Records: s.Records, Unparsed: s.Unparsed,
		Late: s.Late, Future: s.Future, Rules: map[string]gateRule{}, NotificationsPerDay: s.NotificationsPerDay}
	for id, r := range s.Rules {
		g := gateRule{Matched: r.Matched, Groups: r.Groups, Fired: r.Fired, Resolved: r.Resolved, Notified: r.Notified,
			Suppressed: r.Suppressed, EvalErrors: r.EvalErrors}
		if p := r.Peak; p != nil {
			g.Peak = gatePeak{Value: p.Value, Of: p.Of, At: gateTime(&p.At), Group: map[string]string{}}
			for _, l := range p.Group {
				g.Peak.Group[l.Name] = l.Value
			}
		}
		env.Rules[id] = g
		env.Fired += r.Fired
		env.Resolved += r.Resolved
	}
	for _, n := range s.Notifications {
		env.Notifications += int64(n)
	}
	return env
}

func gateTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// NewGate compiles a condition. What is wrong with it is a strictyaml.Errors, with
// its place.
func NewGate(source string, names GateNames) (*Gate, error) {
	program, err := expr.Compile(source, expr.Env(gateEnv{}), expr.AsBool(), expr.WarnOnAny())
	if err != nil {
		return nil, gateFault(source, err)
	}
	if err := checkBrackets(source, program.Node(), names); err != nil {
		return nil, err
	}
	return &Gate{source: source, program: program}, nil
}

// Holds evaluates the condition. A rule of which there is nothing to say, since it
// is the program's own, has no totals.
func (g *Gate) Holds(s *Summary) (bool, error) {
	v, err := expr.Run(g.program, newGateEnv(s))
	if err != nil {
		return false, fmt.Errorf("--fail-if: %w", err)
	}
	b, _ := v.(bool)
	return b, nil
}

func (g *Gate) String() string { return g.source }
