package corpus

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// Program builds smarty-alert as it is released and returns its name. It must be
// called from within the repository.
func Program(dir string) (string, error) {
	name, err := filepath.Abs(filepath.Join(dir, "smarty-alert"))
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", name, "github.com/smarty-alert/smarty-alert/cmd/smarty-alert")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build smarty-alert: %w\n%s", err, said)
	}
	return name, nil
}
