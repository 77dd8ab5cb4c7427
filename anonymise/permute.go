package anonymise

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// permuter shuffles numbers: a Feistel network whose rounds are keyed by AES.
type permuter struct{ block cipher.Block }

func newPermuter(key []byte) (permuter, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return permuter{}, fmt.Errorf("make permutation: %w", err)
	}
	return permuter{block}, nil
}

// rounds of the network. Small domains need more than the usual ten, because a
// round has few bits to mix.
const rounds = 12

// number maps 0 ≤ x < n to another number below n, each to its own. Domains
// shuffle differently from each other.
func (p permuter) number(domain byte, x, n uint64) uint64 {
	half := max(1, (bits.Len64(n-1)+1)/2)
	for {
		if x = p.network(domain, x, half, n); x < n { // else walk along the cycle until back in the domain
			return x
		}
	}
}

// network maps numbers of twice half bits.
func (p permuter) network(domain byte, x uint64, half int, n uint64) uint64 {
	mask := uint64(1)<<half - 1
	left, right := x>>half, x&mask
	var in, out [aes.BlockSize]byte
	in[0] = domain
	for round := range byte(rounds) {
		in[1] = round
		binary.BigEndian.PutUint32(in[4:], uint32(right))
		binary.BigEndian.PutUint64(in[8:], n)
		p.block.Encrypt(out[:], in[:])
		left, right = right, left^binary.BigEndian.Uint64(out[:])&mask
	}
	return left<<half | right
}
