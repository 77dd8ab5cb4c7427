package corpus

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Gzip packs a log as logrotate does.
func Gzip(log string) (string, error) { return pack(log, ".gz", "gzip", "-6", "-n") }

// Zstd packs a log as zstd does when it is told nothing.
func Zstd(log string) (string, error) { return pack(log, ".zst", "zstd", "-3", "-q") }

func pack(log, ending, tool string, flags ...string) (string, error) {
	return once(log+ending, func(unfinished string) error {
		out, err := os.Create(unfinished)
		if err != nil {
			return err
		}
		defer out.Close()
		var said strings.Builder
		cmd := exec.Command(tool, append(flags, "-c", log)...)
		cmd.Stdout, cmd.Stderr = out, &said
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("pack %s by %s: %w\n%s", log, tool, err, said.String())
		}
		return out.Close()
	})
}
