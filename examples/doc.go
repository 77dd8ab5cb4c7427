// Package examples holds the rules shipped as examples (rules/) and the tests
// that keep them true: on the synthetic logs of testdata/logs every rule fires
// for its incident, once, and for nothing else. Run them with
//
//	smarty-alert replay --rules examples/rules testdata/logs
package examples

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed rules
var shipped embed.FS

// CopyRules writes the shipped rules, without their tests, below dir, and returns what
// it wrote. Files that are there are replaced.
func CopyRules(dir string) (written []string, err error) {
	err = fs.WalkDir(shipped, "rules", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, "_test.yaml") {
			return err
		}
		data, err := shipped.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, "rules/"))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		written = append(written, to)
		return os.WriteFile(to, data, 0o644)
	})
	return written, err
}
