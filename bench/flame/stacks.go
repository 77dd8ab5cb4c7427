package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// stack is where the processor was for some time: functions, the outermost first.
type stack struct {
	took  time.Duration
	calls []string
}

// tracesOf has the Go tool list the stacks of profiles, added up.
func tracesOf(profiles []string) (string, error) {
	var said strings.Builder
	cmd := exec.Command("go", append([]string{"tool", "pprof", "-traces", "-unit=ms"}, profiles...)...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("read profiles: %w\n%s", err, said.String())
	}
	return string(out), nil
}

// parseTraces reads what go tool pprof -traces prints: after a head, stacks with
// the innermost function first, beside it the time, and a ruled line before each.
func parseTraces(r io.Reader) (stacks []stack, err error) {
	lines := bufio.NewScanner(r)
	inStack := false
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "-----------+") {
			inStack = true
			stacks = append(stacks, stack{})
			continue
		}
		if !inStack || strings.TrimSpace(line) == "" {
			continue
		}
		s := &stacks[len(stacks)-1]
		call := strings.TrimSpace(line)
		if len(s.calls) == 0 {
			took, innermost, found := strings.Cut(call, " ")
			if s.took, err = time.ParseDuration(took); err != nil || !found {
				return nil, fmt.Errorf("read profiles: no time in %q", line)
			}
			call = strings.TrimSpace(innermost)
		}
		s.calls = append(s.calls, strings.TrimSuffix(call, " (inline)"))
	}
	for _, s := range stacks {
		slices.Reverse(s.calls)
	}
	return stacks, lines.Err()
}
