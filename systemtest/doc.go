// Package systemtest tests the repository from outside, as a newcomer meets it.
// Tests that need more than Go have the build tag "system"; run them with
// `make test-system`.
package systemtest
