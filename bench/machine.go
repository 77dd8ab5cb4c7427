package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine is where figures were measured, and of what.
type machine struct {
	date, cpu, goVersion, commit string
	cores                        int
}

func thisMachine() machine {
	return machine{date: time.Now().UTC().Format("2006-01-02"), cpu: cpuModel(), cores: runtime.NumCPU(), goVersion: runtime.Version(), commit: commit()}
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %s, %d cores, %s, commit %s", m.date, m.cpu, m.cores, m.goVersion, m.commit)
}

// cpuModel is the processor as it names itself, or the architecture.
func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// commit is what is measured, with a plus when it has changes; "" outside a clone.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty=+", "--exclude=*").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
