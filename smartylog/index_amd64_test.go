//go:build !purego

package smartylog

// finders are all that findEvents may be here.
func finders() []func([]byte, []uint32) (int, int) {
	var all []func([]byte, []uint32) (int, int)
	if vectors {
		all = append(all, findEventsAVX2)
	}
	if wideVectors {
		all = append(all, findEventsAVX512)
	}
	return all
}
