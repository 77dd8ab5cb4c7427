package corpus

import (
	"fmt"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// Files returns the name of a directory with the 14 logs of a server, of about
// size bytes together.
func Files(dir string, seed uint64, size int64) (string, error) {
	o := Options(seed, lengthOf(size, 69_000))
	mark, err := fingerprint(o)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, fmt.Sprintf("smarty_%d_%d_%s", seed, size, mark))
	return once(name, func(unfinished string) error {
		_, err := loggen.Write(unfinished, o)
		return err
	})
}
