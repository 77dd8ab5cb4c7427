// Package demo is a stage for the service: logs of an invented evening with incidents,
// written as time goes by, and receivers that stand in for Slack, a mail server and
// Telegram and show what they would have got.
//
// Start at Stage, which has the receivers and their pages, and Play, which writes the
// logs of Evening at their time.
package demo
