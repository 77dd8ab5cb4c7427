// Command testcount runs go vet and go test and says, in its last line, how
// many tests passed and failed. Its arguments go to go test as they are.
//
// A test without subtests counts as one, a test with subtests as these. A
// failure that no subtest accounts for counts as one more: a parent that failed
// by itself, a package that does not compile, a panic, a timeout, findings of
// go vet. Skipped tests are told, and count as neither. The exit status is 1
// when anything failed or nothing ran.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout))
}

func run(args []string, out io.Writer) int {
	if len(args) == 0 {
		args = []string{"./..."}
	}
	c := newCounter(out)
	if err := vet(args, out); err != nil {
		fmt.Fprintf(out, "FAIL  go vet: %v\n", err)
		c.failed++
	}
	if err := test(args, c); err != nil && c.failed == 0 {
		fmt.Fprintf(out, "FAIL  go test: %v\n", err)
		c.failed++
	}
	if c.skipped > 0 {
		fmt.Fprintf(out, "%d skipped\n", c.skipped)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", c.passed, c.failed)
	if c.failed > 0 || c.passed == 0 {
		return 1
	}
	return 0
}

// vet looks at the packages and build tags that go test will use.
func vet(args []string, out io.Writer) error {
	cmd := exec.Command("go", append([]string{"vet"}, vetArgs(args)...)...)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd.Run()
}

func vetArgs(args []string) []string {
	var keep []string
	for _, a := range args {
		if strings.HasPrefix(a, "-tags=") || strings.HasPrefix(a, "./") || a == "." {
			keep = append(keep, a)
		}
	}
	return keep
}

func test(args []string, c *counter) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = c.out
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("pipe from go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go test: %w", err)
	}
	readErr := c.read(stdout)
	if err := cmd.Wait(); err != nil {
		return err
	}
	return readErr
}
