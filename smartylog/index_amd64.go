//go:build !purego

package smartylog

import "golang.org/x/sys/cpu"

// vectors: the processor has AVX2.
var vectors = cpu.X86.HasAVX2

// indexEndOrBracket is the place of the first '\n' or '[' in b; -1 if there is none.
func indexEndOrBracket(b []byte) int {
	if len(b) < 32 || !vectors {
		return indexEndOrBracketPlain(b)
	}
	return indexEndOrBracketAVX2(b)
}

// threadEnd is where the bracket closes within b that is open before it, with a process and
// a thread between as they are usually written; -1 if it may be otherwise.
func threadEnd(b *[32]byte) int {
	if !vectors {
		return -1
	}
	return threadEndAVX2(b)
}

//go:noescape
func indexEndOrBracketAVX2(b []byte) int

//go:noescape
func threadEndAVX2(b *[32]byte) int
