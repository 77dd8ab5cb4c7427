package lint_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
)

func TestTry(t *testing.T) {
	for _, p := range []string{"../examples/rules", "../examples/kinds/*/*.yaml"} {
		files, _ := filepath.Glob(p)
		for _, f := range files {
			set, _, err := rules.Load([]string{f}, rules.Options{Keep: true})
			if err != nil {
				fmt.Println(f, err)
				continue
			}
			for _, x := range lint.Check(set, nil) {
				fmt.Print(x.Text())
			}
		}
	}
}
