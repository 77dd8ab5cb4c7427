// Package rules turns YAML into checked, compiled rules.
//
// Start at Load, which reads files, directories and globs and returns a Set, or
// every fault of every file with its place. A Rule is immutable afterwards; what
// changes while it is evaluated (the expression machine and its variables) is in
// a Scratch, one for each goroutine that evaluates.
//
// Expressions are expr-lang/expr over checked names, with comparisons rewritten
// (see compare.go) so that numeric text compares as a number, a missing value is
// nil, and nothing a record holds can make them fail.
package rules
