// Package redact hides secrets in what leaves the process or is stored: values of
// secret keys in whatever form logs write them, and data known by its form, such
// as telephones and card numbers.
//
// Start at Redactor. Find tells where secrets are, Text and Value put Mark in
// their place; docs/redaction.md lists what is hidden. It reads hostile text in
// time that the text's length bounds, and hiding twice is hiding once.
package redact
