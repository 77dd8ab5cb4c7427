//go:build !amd64 || purego

package smartylog

const vectors = false

// indexEndOrBracket is the place of the first '\n' or '[' in b; -1 if there is none.
func indexEndOrBracket(b []byte) int { return indexEndOrBracketPlain(b) }

// threadEnd knows nothing: what is usual is looked for byte by byte.
func threadEnd(*[32]byte) int { return -1 }

func findEvents([]byte, []uint32) (n, end int) { return 0, 0 }

func placeClose(*[quickRoom]byte, *place) int { return -1 }
