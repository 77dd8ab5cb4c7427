// Package schema makes JSON Schemas (draft 2020-12) of the files that people
// write, for editors: completion, explanations and the coarse faults.
//
// Start at Rules, Config or Test. They are made from the shapes that the readers
// themselves use. A schema never refuses what its reader accepts; what it cannot
// see, above all inside expressions, is left to the reader.
package schema
