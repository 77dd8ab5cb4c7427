package corpus

import (
	"fmt"
	"hash/fnv"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// fingerprint is of the first records that the options give. It stands in the
// names of logs, so that another generator makes others.
func fingerprint(o loggen.Options) (string, error) {
	g, err := loggen.New(o)
	if err != nil {
		return "", err
	}
	h := fnv.New32a()
	for range 5000 {
		rec, ok := g.Next()
		if !ok {
			break
		}
		h.Write(rec.Text)
	}
	return fmt.Sprintf("%08x", h.Sum32()), nil
}
