package importer

import (
	"strconv"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// whole is a whole number from lo to hi; ok is false, without a fault, for
// anything else.
func whole(v strictyaml.Value, lo, hi int64) (n int64, ok bool) {
	n, err := strconv.ParseInt(v.Raw(), 10, 64)
	return n, err == nil && n >= lo && n <= hi
}

// decimal is a finite number.
func decimal(v strictyaml.Value) (x float64, ok bool) {
	x, err := strconv.ParseFloat(v.Raw(), 64)
	return x, err == nil && x-x == 0
}
