package wording

import (
	"maps"
	"slices"
)

// Functions are the names of the functions that templates may call, besides the
// library's own.
func Functions() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys((&budget{}).functions())), func(name string) bool { return name == step || name == show })
}
