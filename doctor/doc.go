// Package doctor looks at everything that a service of a configuration would depend on:
// the logs, as the service would find and read them, the directory of the state, the
// receivers. It changes nothing and sends nothing.
//
// Start at Examine. What it finds are sentences with a grade, in the order in which one
// would look: the service itself, its state, its logs and what they hold, the rules, the
// receivers.
package doctor
