// Package importer translates rules of other tools into rule files of ours.
// Start with Translate. It follows ElastAlert 2 (2.20) and the Sigma
// specification (rules and modifiers 2.1, correlations 2.0.2 with the metric
// types of 2.1).
//
// What a rule selects and when it fires is translated whole, or the rule is not
// translated at all. Everything else that is left out, and every line whose
// meaning differs, is said at its place. What Translate writes loads.
package importer
