package engine_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestOracle compares the engine with the brute-force oracle on random cases:
// every transition with all its values and samples, every suppression, every
// count. Each case is replayed twice: with Advance after each record, and with
// Advance now and then, broken off and continued from its state, with records
// matched ahead of the engine.
//
// SMARTY_ALERT_ORACLE_CASES says how many cases, SMARTY_ALERT_ORACLE_SEED which
// ones (0: others each time). A failure prints the seed of its case: with it and
// one case, that one comes first.
func TestOracle(t *testing.T) {
	cases := setting(t, "SMARTY_ALERT_ORACLE_CASES", oCases)
	seed := setting(t, "SMARTY_ALERT_ORACLE_SEED", 1)
	if seed == 0 {
		seed = rand.Int64N(1 << 40)
	}
	var seen tally
	t.Run("cases", func(t *testing.T) {
		var reading sync.Mutex
		shards := min(oShards, cases)
		for i := range shards {
			n := cases / shards
			if i < cases%shards {
				n++
			}
			t.Run(strconv.Itoa(int(i)), func(t *testing.T) {
				t.Parallel()
				check(t, &reading, n, seed+i<<44, func(t *rapid.T, sc *oScanner) { compareCase(t, sc, &seen) })
			})
		}
	})
	t.Log(&seen)
	if t.Failed() || cases < oCases { // few are asked for to find a fault soon: they need not prove anything
		return
	}
	for _, gap := range seen.gaps() {
		t.Errorf("%d cases contain only %s: they prove too little", seen.cases, gap)
	}
}

// oCases is how many cases there are when nobody says.
const oCases = 3000

// oShards is how many series of cases there are. They are the same on every
// machine, whatever number of them it runs at a time.
const oShards = 8

// check is rapid.Check with its own number of cases and seed. Both are flags that
// rapid reads once at the start; the mutex keeps others from setting them until
// the first case shows that they were read.
func check(t *testing.T, reading *sync.Mutex, cases, seed int64, prop func(*rapid.T, *oScanner)) {
	reading.Lock()
	begun := sync.OnceFunc(reading.Unlock)
	defer begun()
	for name, value := range map[string]int64{"rapid.checks": cases, "rapid.seed": seed} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, strconv.FormatInt(value, 10)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set(name, before) }()
	}
	sc := newScanner()
	rapid.Check(t, func(t *rapid.T) {
		begun()
		prop(t, sc)
	})
}

func compareCase(t *rapid.T, sc *oScanner, seen *tally) {
	c := drawCase(t, sc)
	want := c.expect(false)
	c.compare(t, want, 0, func(int) (bool, bool) { return true, false })
	often := rand.New(rand.NewPCG(c.seed, 0))
	ahead := pick(t, "ahead", 1, 7, 100)
	advance, breaks := pick(t, "advance", 2, 5, 20, 1000), pick(t, "break", 10, 40, 120)
	c.compare(t, want, ahead, func(int) (bool, bool) { return often.IntN(advance) == 0, often.IntN(breaks) == 0 })
	seen.add(c, want)
}

// setting reads a number from the environment.
func setting(t *testing.T, name string, fallback int64) int64 {
	value := os.Getenv(name)
	if value == "" {
		return fallback
	}
	n, err := strconv.ParseInt(value, 0, 64)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return n
}

// TestOracle_EverySecond evaluates every second, to show that those left out
// elsewhere change nothing.
func TestOracle_EverySecond(t *testing.T) {
	var (
		reading sync.Mutex
		seen    tally
	)
	check(t, &reading, setting(t, "SMARTY_ALERT_ORACLE_CASES", oCases)/30, setting(t, "SMARTY_ALERT_ORACLE_SEED", 1), func(t *rapid.T, sc *oScanner) {
		c := drawCase(t, sc)
		want := c.expect(true)
		c.check(t, want, c.expect(false))
		seen.add(c, want)
	})
	t.Log(&seen)
}
