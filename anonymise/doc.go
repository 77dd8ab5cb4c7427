// Package anonymise rewrites Smarty's logs so that they can be shown to others:
// personal data and secrets give way to stand-ins, all else keeps its bytes.
//
// Start with New and Copy.
//
// The same value has the same stand-in in every record, key, file, encoding and
// run with the same key, and two values do not share one (numbers and addresses
// never, names as good as never), so that counts, groups and joins stay as they
// were. Stand-ins keep the form of what they replace: a
// number stays a number of as many digits, an address an address. Without the
// key nobody can tell from a stand-in what it stands for.
package anonymise
