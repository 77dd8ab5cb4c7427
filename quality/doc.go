// Quality measures what a set of rules is worth: it generates installations with quiet days and days full of incidents whose
// truth is known, replays the logs through the rules and a route, and counts for each rule what it noticed, how soon, how often
// it said so, and what it said about nothing.
//
// Start at main; plan says what is generated, bench runs it, judge compares with the truth, by the table expected.yaml.
package main
