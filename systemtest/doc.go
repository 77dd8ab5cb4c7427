// Package systemtest tests the repository from outside, as a newcomer meets it.
// Its tests have the build tag "system", because they need more than Go; run
// them with `make test-system`.
package systemtest
