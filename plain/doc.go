// Package plain says in English what rules do, as they were understood.
//
// Start at Describe, which gives sentences about one rule, or at Brief, which
// gives the few words that fit a row of a table. Nothing is said that is not
// exactly so: what has no good words is shown as it was written, in backquotes.
package plain
