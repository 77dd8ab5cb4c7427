// Package ruletest reads tests of rules: made-up lines of logs at made-up times,
// and what must and must not come of them.
//
// Start at Read, for the `tests` of a rule file, or Parse, for a file of tests
// alone. Both only read: the faults they find are those of the text itself, each
// with its place. Nothing here runs a test.
package ruletest
