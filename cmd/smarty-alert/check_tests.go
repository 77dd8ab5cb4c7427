package main

import (
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
)

// loadTests reads the files of tests among the paths and returns those that may
// hold rules.
func (r *checkReport) loadTests(paths []string) []string {
	var rest []string
	for _, p := range paths {
		tests, err := rules.TestFiles([]string{p})
		for _, name := range tests {
			found, err := ruletest.Load(name)
			r.take(nil, err)
			r.Tests += len(found)
		}
		if _, noRules := rules.Files([]string{p}); err == nil && noRules != nil && len(tests) > 0 {
			continue
		}
		rest = append(rest, p)
	}
	return rest
}
