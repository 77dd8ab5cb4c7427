//go:build !purego

package smartylog

import "golang.org/x/sys/cpu"

// vectors: the processor has AVX2, and what came with it.
var vectors = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// wideVectors: it has AVX-512 for bytes too.
var wideVectors = vectors && cpu.X86.HasAVX512BW

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

// findEvents notes the places in b of each '\n', and of each '[' before a digit or an 'N',
// up to end, which is as far as there was room.
func findEvents(b []byte, into []uint32) (n, end int) {
	if wideVectors {
		return findEventsAVX512(b, into)
	}
	return findEventsAVX2(b, into)
}

// placeClose is where the thread's bracket closes in b, if b begins with the call that p
// remembers; -1 if it does not, or may not. It is for places that are quick.
func placeClose(b *[quickRoom]byte, p *place) int { return placeCloseAVX2(b, p) }

//go:noescape
func findEventsAVX2(b []byte, into []uint32) (n, end int)

//go:noescape
func findEventsAVX512(b []byte, into []uint32) (n, end int)

//go:noescape
func placeCloseAVX2(b *[quickRoom]byte, p *place) int

//go:noescape
func indexEndOrBracketAVX2(b []byte) int

//go:noescape
func threadEndAVX2(b *[32]byte) int
