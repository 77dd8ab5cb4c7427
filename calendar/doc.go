// Package calendar answers two questions about times that people write down:
// when does a cron expression come next, and is a moment inside a set of
// intervals (nights, office hours, maintenance windows) of an IANA zone.
//
// Start at ParseCron and at New.
//
// Answers are pure functions of the time given; the package keeps no clock.
// Values are immutable and may be used concurrently. The zone database is
// embedded, so that a machine without one gives the same answers.
package calendar

import _ "time/tzdata" // zones must not depend on what the machine has installed
