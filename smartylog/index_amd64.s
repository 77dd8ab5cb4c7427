//go:build !purego

#include "go_asm.h"
#include "textflag.h"

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

// func findEventsAVX2(b []byte, into []uint32) (n, end int)
//
// Sixty-four bytes at a time, of which one more must follow. Two places are noted whether
// there are that many or not, since telling would cost more.
TEXT ·findEventsAVX2(SB), NOSPLIT, $0-64
	MOVQ b_base+0(FP), SI
	MOVQ b_len+8(FP), R11
	MOVQ into_base+24(FP), DI
	MOVQ into_len+32(FP), R12
	LEAQ -256(DI)(R12*4), R12 // from there on there is no room for all of 64 bytes
	SUBQ $65, R11
	XORQ R10, R10
	MOVL $0x0a0a0a0a, AX // '\n'
	VMOVD AX, X0
	VPBROADCASTD X0, Y0
	MOVL $0x5b5b5b5b, AX // '['
	VMOVD AX, X1
	VPBROADCASTD X1, Y1
	MOVL $0x46464646, AX // takes '9' to the greatest
	VMOVD AX, X2
	VPBROADCASTD X2, Y2
	MOVL $0x75757575, AX // and '0' above this
	VMOVD AX, X3
	VPBROADCASTD X3, Y3
	MOVL $0x4e4e4e4e, AX // 'N'
	VMOVD AX, X4
	VPBROADCASTD X4, Y4

block:
	CMPQ R10, R11
	JGT done
	CMPQ DI, R12
	JHI done
	VMOVDQU (SI)(R10*1), Y5
	VMOVDQU 32(SI)(R10*1), Y6
	VPADDB 1(SI)(R10*1), Y2, Y9
	VPADDB 33(SI)(R10*1), Y2, Y10
	VPCMPEQB 1(SI)(R10*1), Y4, Y11
	VPCMPEQB 33(SI)(R10*1), Y4, Y12
	VPCMPEQB Y5, Y0, Y7
	VPCMPEQB Y6, Y0, Y8
	VPCMPEQB Y5, Y1, Y5
	VPCMPEQB Y6, Y1, Y6
	VPCMPGTB Y3, Y9, Y9
	VPCMPGTB Y3, Y10, Y10
	VPOR Y9, Y11, Y9
	VPOR Y10, Y12, Y10
	VPAND Y5, Y9, Y5
	VPAND Y6, Y10, Y6
	VPOR Y5, Y7, Y5
	VPOR Y6, Y8, Y6
	VPMOVMSKB Y5, AX
	VPMOVMSKB Y6, DX
	SHLQ $32, DX
	ORQ DX, AX
	POPCNTQ AX, CX
	TZCNTQ AX, DX
	ADDL R10, DX
	MOVL DX, (DI)
	BLSRQ AX, AX
	TZCNTQ AX, DX
	ADDL R10, DX
	MOVL DX, 4(DI)
	CMPQ CX, $2
	JHI many

noted:
	LEAQ (DI)(CX*4), DI
	ADDQ $64, R10
	JMP block

many:
	LEAQ 8(DI), R13

more:
	BLSRQ AX, AX
	JZ noted
	TZCNTQ AX, DX
	ADDL R10, DX
	MOVL DX, (R13)
	ADDQ $4, R13
	JMP more

done:
	SUBQ into_base+24(FP), DI
	SHRQ $2, DI
	MOVQ DI, n+48(FP)
	MOVQ R10, end+56(FP)
	VZEROUPPER
	RET

// func findEventsAVX512(b []byte, into []uint32) (n, end int)
//
// It is findEventsAVX2 with masks for what takes that one many comparisons.
TEXT ·findEventsAVX512(SB), NOSPLIT, $0-64
	MOVQ b_base+0(FP), SI
	MOVQ b_len+8(FP), R11
	MOVQ into_base+24(FP), DI
	MOVQ into_len+32(FP), R12
	LEAQ -256(DI)(R12*4), R12 // from there on there is no room for all of 64 bytes
	SUBQ $65, R11
	XORQ R10, R10
	MOVL $0x0a, AX // '\n'
	VPBROADCASTB AX, Z0
	MOVL $0x5b, AX // '['
	VPBROADCASTB AX, Z1
	MOVL $0x30, AX // '0'
	VPBROADCASTB AX, Z2
	MOVL $0x09, AX
	VPBROADCASTB AX, Z3
	MOVL $0x4e, AX // 'N'
	VPBROADCASTB AX, Z4

block:
	CMPQ R10, R11
	JGT done
	CMPQ DI, R12
	JHI done
	VMOVDQU8 (SI)(R10*1), Z5
	VMOVDQU8 1(SI)(R10*1), Z6
	VPCMPEQB Z5, Z0, K1
	VPCMPEQB Z5, Z1, K2
	VPSUBB Z2, Z6, Z7
	VPCMPUB $2, Z3, Z7, K2, K3 // at most nine
	VPCMPEQB Z6, Z4, K2, K4
	KORQ K1, K3, K3
	KORQ K3, K4, K4
	KMOVQ K4, AX
	POPCNTQ AX, CX
	TZCNTQ AX, DX
	ADDL R10, DX
	MOVL DX, (DI)
	BLSRQ AX, AX
	TZCNTQ AX, DX
	ADDL R10, DX
	MOVL DX, 4(DI)
	CMPQ CX, $2
	JHI many

noted:
	LEAQ (DI)(CX*4), DI
	ADDQ $64, R10
	JMP block

many:
	LEAQ 8(DI), R13

more:
	BLSRQ AX, AX
	JZ noted
	TZCNTQ AX, DX
	ADDL R10, DX
	MOVL DX, (R13)
	ADDQ $4, R13
	JMP more

done:
	SUBQ into_base+24(FP), DI
	SHRQ $2, DI
	MOVQ DI, n+48(FP)
	MOVQ R10, end+56(FP)
	VZEROUPPER
	RET

// func placeCloseAVX2(b *[quickRoom]byte, p *place) int
TEXT ·placeCloseAVX2(SB), NOSPLIT, $0-24
	MOVQ b+0(FP), SI
	MOVQ p+8(FP), DI
	VMOVDQU (SI), Y0
	VPCMPEQB place_text(DI), Y0, Y0
	VMOVDQU 32(SI), Y1
	VPCMPEQB (place_text+32)(DI), Y1, Y1
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y1, DX
	SHLQ $32, DX
	ORQ DX, AX
	ORQ place_notHead(DI), AX
	CMPQ AX, $-1
	JNE none
	ADDQ place_head(DI), SI
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
	ADDQ DX, SI // at the closing bracket, as the comparison tells
	VMOVDQU (SI), Y0
	VPCMPEQB place_after(DI), Y0, Y0
	VMOVDQU 32(SI), Y1
	VPCMPEQB (place_after+32)(DI), Y1, Y1
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y1, DX
	SHLQ $32, DX
	ORQ DX, AX
	ORQ place_notTail(DI), AX
	CMPQ AX, $-1
	JNE none
	SUBQ b+0(FP), SI
	MOVQ SI, ret+16(FP)
	VZEROUPPER
	RET

none:
	MOVQ $-1, ret+16(FP)
	VZEROUPPER
	RET
