// Package docs holds the pages of the documentation that the program itself shows,
// so that what is read on paper and on the terminal is one text.
package docs

import _ "embed" // the pages

// Checks is checks.md: a section for each code of a warning.
//
//go:embed checks.md
var Checks string
