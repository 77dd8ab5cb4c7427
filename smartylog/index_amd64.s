//go:build !purego

#include "textflag.h"

// func indexEndOrBracketAVX2(b []byte) int
//
// b has 32 bytes at least. The last 32 are looked at together, whatever of them was
// looked at before: there was nothing in it.
TEXT ·indexEndOrBracketAVX2(SB), NOSPLIT, $0-32
	MOVQ b_base+0(FP), SI
	MOVQ b_len+8(FP), BX
	MOVL $0x0a0a0a0a, AX // '\n'
	VMOVD AX, X0
	VPBROADCASTD X0, Y0
	MOVL $0x5b5b5b5b, AX // '['
	VMOVD AX, X1 // in the newer encoding: after a broadcast the older one costs fifty times as much
	VPBROADCASTD X1, Y1
	MOVQ SI, DI
	LEAQ -32(SI)(BX*1), R8

loop:
	VMOVDQU (DI), Y2
	VPCMPEQB Y2, Y0, Y3
	VPCMPEQB Y2, Y1, Y4
	VPOR Y3, Y4, Y3
	VPMOVMSKB Y3, CX
	TESTL CX, CX
	JNZ found
	CMPQ DI, R8
	JAE none
	ADDQ $32, DI
	CMPQ DI, R8
	JBE loop
	MOVQ R8, DI
	JMP loop

found:
	BSFL CX, CX
	SUBQ SI, DI
	ADDQ CX, DI
	MOVQ DI, ret+24(FP)
	VZEROUPPER
	RET

none:
	MOVQ $-1, ret+24(FP)
	VZEROUPPER
	RET

// Bytes of threads' names by their upper and their lower half: a byte is one if a bit is
// set for both.
DATA nameHigh<>+0(SB)/8, $0x1004080402010000 // 2x: '-', space and parentheses; 3x: digits, '<' and '>'; 4x, 6x: A to O; 5x: P to Z and '_'; 7x: p to z
DATA nameHigh<>+8(SB)/8, $0
DATA nameHigh<>+16(SB)/8, $0x1004080402010000
DATA nameHigh<>+24(SB)/8, $0
GLOBL nameHigh<>(SB), RODATA|NOPTR, $32

DATA nameLow<>+0(SB)/8, $0x1e1e1e1e1e1e1e1b
DATA nameLow<>+8(SB)/8, $0x0c060506041c1f1f
DATA nameLow<>+16(SB)/8, $0x1e1e1e1e1e1e1e1b
DATA nameLow<>+24(SB)/8, $0x0c060506041c1f1f
GLOBL nameLow<>(SB), RODATA|NOPTR, $32

// func threadEndAVX2(b *[32]byte) int
TEXT ·threadEndAVX2(SB), NOSPLIT, $0-16
	MOVQ b+0(FP), SI
	VMOVDQU (SI), Y0
	MOVL $0x30303030, AX // '0'
	VMOVD AX, X1
	VPBROADCASTD X1, Y1
	MOVL $0x09090909, AX
	VMOVD AX, X2
	VPBROADCASTD X2, Y2
	VPSUBB Y1, Y0, Y1
	VPMINUB Y2, Y1, Y2
	VPCMPEQB Y1, Y2, Y2 // digits
	VPMOVMSKB Y2, AX
	NOTL AX
	TESTL AX, AX
	JZ none
	BSFL AX, CX // behind the process
	TESTL CX, CX
	JZ none
	CMPB (SI)(CX*1), $0x2e // '.'
	JNE none
	MOVL $0x0f0f0f0f, AX
	VMOVD AX, X3
	VPBROADCASTD X3, Y3
	VPSRLW $4, Y0, Y4
	VPAND Y3, Y4, Y4
	VMOVDQU nameHigh<>(SB), Y5
	VPSHUFB Y4, Y5, Y5
	VMOVDQU nameLow<>(SB), Y6
	VPSHUFB Y0, Y6, Y6
	VPAND Y5, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPCMPEQB Y7, Y6, Y6 // what no name has
	VPMOVMSKB Y6, AX
	INCL CX
	CMPL CX, $32
	JAE none
	SHRL CX, AX
	JZ none
	BSFL AX, DX // length of the thread's name
	TESTL DX, DX
	JZ none
	ADDL CX, DX
	CMPB (SI)(DX*1), $0x5d // ']'
	JNE none
	MOVQ DX, ret+8(FP)
	VZEROUPPER
	RET

none:
	MOVQ $-1, ret+8(FP)
	VZEROUPPER
	RET
