// Package arrows keeps the shape of the repository true: which folder may
// import which, no wall clock in the core, no init and no variables that change.
// It has tests only; start at arrows_test.go, where the table is.
package arrows
