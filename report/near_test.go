package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// What is said of a near miss is exact: with the highest value as its threshold the rule
// would have fired, with the next one it would not, on random logs.
func TestNearMisses_AreExact(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 7))
	const window = 60
	said := 0
	for range 40 {
		var log, yaml strings.Builder
		at := time.Duration(0)
		for range 1 + dice.IntN(40) {
			at += time.Duration(dice.IntN(40)) * time.Second
			log.WriteString(line(at, "LOGIN_ERROR", fmt.Sprintf("reason='r%d' n=%d", dice.IntN(3), dice.IntN(5))))
		}
		yaml.WriteString("rules:\n")
		const most = 8
		for n := 1; n <= most; n++ {
			fmt.Fprintf(&yaml, "- {id: n%d, event: LOGIN_ERROR, group_by: [reason], window: %ds, condition: count >= %d}\n", n, window, n)
			fmt.Fprintf(&yaml, "- {id: m%d, event: LOGIN_ERROR, group_by: [reason], window: %ds, condition: '%d < count and count < 1000'}\n", n, window, n)
		}
		r := run(t, yaml.String(), log.String(), nil)
		fired := map[string]bool{}
		for _, rule := range r.Rules {
			fired[rule.ID] = rule.Fired > 0
		}
		for _, n := range r.NearMisses() {
			said++
			if math.Abs(n.Share-n.Peak.Value/n.Limit.Value) > 1e-9 || n.Limit.Alone != strings.HasPrefix(n.ID, "n") {
				t.Errorf("%s: %+v", n.ID, n.Limit)
			}
			if peak := int(n.Peak.Value); peak < most && (!fired[fmt.Sprintf("n%d", peak)] || fired[fmt.Sprintf("n%d", peak+1)]) {
				t.Errorf("%s: %d is said to be the highest", n.ID, peak)
			}
		}
	}
	if said < 200 {
		t.Errorf("%d near misses say too little", said)
	}
}
