// Package lint finds what loaded rules can never do, or were probably not meant to
// do: conditions that nothing can make true, texts that cannot be rendered, names
// that nobody uses.
//
// Start at Check, which looks at a set of rules loaded with rules.Options.Keep, and
// at the configuration that names them if there is one. Everything it says is a
// warning with a code; Pages has a page for each. Ignore takes out what comments in
// the files say is meant so. Seen holds rules against the records of real logs.
//
// What it says of an expression is proven: an expression is brought into a form of
// alternatives, each of which is a list of comparisons, and an alternative is
// impossible when its comparisons leave no value for some name. Whatever it does
// not understand counts as possible.
package lint
