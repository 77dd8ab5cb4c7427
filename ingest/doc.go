// Package ingest turns log files into records: finished files for replay, growing ones live.
//
// Start with Find and OpenFiles (replay), or OpenLive.
//
// A file may be packed by gzip, zstd, bzip2 or xz; a tar or zip archive is read
// like a directory. What they unpack to, and the memory that takes, is bounded.
//
// Every byte of a file is read by the scanner of smartylog and either returned
// in a record or counted as skipped. Records of several sources come merged by
// time; those of one source come in file order. Nothing here decides what a
// record means.
package ingest
