// Package parity holds the dispatcher against Prometheus's Alertmanager.
//
// Its tests are all there is: start at cases. What Alertmanager says to each case is
// kept in testdata/alertmanager.json, obtained from Debian's program by make parity,
// which also runs both side by side.
package parity
