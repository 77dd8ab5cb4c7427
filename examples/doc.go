// Package examples holds the rules shipped as examples (rules/) and the tests
// that keep them true: on the synthetic logs of testdata/logs every rule fires
// for its incident, once, and for nothing else. Run them with
//
//	smarty-alert replay --rules examples/rules testdata/logs
package examples
