package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/engine"
)

// With so many groups the engine looks ahead at what records will need. Each group
// is judged as if it were alone.
func TestEngine_ManyGroups(t *testing.T) {
	const hosts = 40_000
	var log strings.Builder
	for i := range 3 * hosts {
		log.WriteString(line(int64(i/1000), "TEST_A", fmt.Sprintf("host='h%d'", i%hosts)))
	}
	log.WriteString(line(1000, "TEST_Z", "")) // all before it is evaluated
	for limit, want := range map[int64]int64{
		hosts:  hosts,
		35_000: 0, // the next group to come is always the one evicted last, and none gets to three
	} {
		set := mustRules(t, fmt.Sprintf("- {id: r, event: TEST_A, group_by: [host], window: 1h, condition: count >= 3, max_firing: 100000, groups: {max: %d}}", limit))
		e := engine.New(set, engine.Options{})
		fired := int64(0)
		for _, o := range feed(t, e, "smarty_main", log.String()) {
			if o.Alert != nil {
				fired++
			}
		}
		stats, _ := e.Stats()
		if kept := stats[0].Groups - stats[0].Evicted; fired != want || stats[0].Fired != want || kept != limit {
			t.Errorf("groups.max %d: %d alerts and %d groups, want %d and %d", limit, fired, kept, want, limit)
		}
	}
}
