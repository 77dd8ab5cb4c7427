//go:build !purego

package smartylog

import "golang.org/x/sys/cpu"

// vectors: the processor has AVX2, and what came with it.
var vectors = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// wideVectors: it has AVX-512 for bytes too.
var wideVectors = vectors && cpu.X86.HasAVX512BW

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
