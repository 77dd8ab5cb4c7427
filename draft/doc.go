// Package draft writes a first configuration for a place from what its logs hold: which
// logs there are, what their times mean, which of the shipped rules they can feed, how
// often commands run.
//
// Start at Draft. It only writes text; the doctor has read the logs.
package draft
