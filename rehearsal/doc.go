// Package rehearsal plays tests of rules in made-up time: what they log goes
// through the parser, the rules, the engine and the dispatcher that a live run has,
// and what comes of it is held against what they expect.
//
// Start at Play, which tells what happened; Played.Judge says what of it is not as
// it should be, Failure.Text shows that to people. Coverage sums up what tests have
// reached, Update rewrites what they expect, Record makes a test from logs.
//
// The package reads no clock and sends nothing. The same test gives the same bytes.
package rehearsal
