package main

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// node is a function that was called from the one below it.
type node struct {
	name   string // for people
	path   string // as the profile has it
	took   time.Duration
	callee map[string]*node
}

// grow adds stacks up. The root is no function.
func grow(stacks []stack) *node {
	root := &node{name: "all", callee: map[string]*node{}}
	for _, s := range stacks {
		at := root
		at.took += s.took
		for _, call := range s.calls {
			if beside(call) {
				continue
			}
			at = at.child(call)
			at.took += s.took
		}
	}
	return root
}

func (n *node) child(call string) *node {
	c := n.callee[call]
	if c == nil {
		c = &node{name: short(call), path: call, callee: map[string]*node{}}
		n.callee[call] = c
	}
	return c
}

// callees are in the order of their names: drawings of two days can be compared.
func (n *node) callees() []*node {
	var out []*node
	for _, path := range slices.Sorted(maps.Keys(n.callee)) {
		out = append(out, n.callee[path])
	}
	return out
}

// depth is how many calls lie above each other, of those wide enough.
func (n *node) depth(least time.Duration) int {
	d := 0
	for _, c := range n.callee {
		if c.took >= least {
			d = max(d, 1+c.depth(least))
		}
	}
	return d
}

// beside are the calls below every replay, which say nothing of it.
func beside(call string) bool {
	return call == "runtime.main" || strings.HasPrefix(call, "main.") || strings.HasPrefix(call, "github.com/spf13/cobra.")
}

// short leaves the last part of the package's path, and no brackets:
// smartylog.Scanner.Next.
func short(call string) string {
	call, _, _ = strings.Cut(call, "[") // of type parameters, which may hold other paths
	end := len(call)
	if i := strings.IndexByte(call, '('); i >= 0 {
		end = i
	}
	return strings.NewReplacer("(*", "", "(", "", ")", "").Replace(call[strings.LastIndexByte(call[:end], '/')+1:])
}
