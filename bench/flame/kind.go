package main

import "strings"

// kind is what a function is a part of. Each has a colour.
type kind struct{ class, name string }

func kinds() []kind {
	return []kind{
		{"read", "reading: ingest, smartylog"}, {"judge", "judging: rules, engine, windowing, expressions"}, {"ours", "the rest of smarty-alert"},
		{"unpack", "unpacking"}, {"sys", "system calls"}, {"gc", "Go's runtime"}, {"lib", "libraries"},
	}
}

// module is the path of ours.
const module = "github.com/smarty-alert/smarty-alert/"

// kindOf tells by the path of its package.
func kindOf(path string) string {
	has := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(path, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has(module+"ingest", module+"smartylog"):
		return "read"
	case has(module+"engine", module+"rules", module+"windowing", "github.com/expr-lang/"):
		return "judge"
	case has(module):
		return "ours"
	case has("github.com/klauspost/compress", "github.com/ulikunitz/xz", "compress/"):
		return "unpack"
	case has("syscall.", "internal/runtime/syscall", "internal/syscall", "internal/poll", "os."):
		return "sys"
	case has("runtime", "internal/runtime") || !strings.Contains(path, "."): // assembly has no package
		return "gc"
	}
	return "lib"
}
