// Package report tells people what a replay comes to: what each rule did and how near
// it came, what on-call would have been told by day and by night, what still fires and
// what could not be read.
//
// Start at NewCollector: give its Event to replay.Run, then ask it for the Report of
// the summary. HTML writes one as a page that needs nothing but itself.
//
// Memory and pages are bounded whatever the logs hold (see the constants): totals and
// lists of rules are whole; of alerts, of samples and of charts there are so many.
package report
