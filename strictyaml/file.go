package strictyaml

import (
	"fmt"
	"io"
	"os"
)

// ReadFile reads a file for Parse: at most one byte more than MaxFile, so that
// Parse says that it is too long. What is no plain file is refused, since a pipe
// or a device may have no end.
func ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, 0, min(info.Size(), MaxFile)+2)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case err == io.EOF || len(data) > MaxFile:
			return data[:min(len(data), MaxFile+1)], nil
		case err != nil:
			return nil, err
		case len(data) == cap(data): // it has grown since
			data = append(data, 0)[:len(data)]
		}
	}
}

// manyNodes reports whether a file could hold more than MaxNodes values, as far as
// its lines, commas, colons, dashes and brackets tell: to build them in order to
// count them would already take the memory that the bound saves.
func manyNodes(data []byte) bool {
	n := 1
	for i, c := range data {
		switch c {
		case '\n', '[', '{':
			n++
		case ',':
			n += 2
		case ':', '-', '?':
			if i+1 == len(data) || data[i+1] <= ' ' || data[i+1] == ',' {
				n++
			}
		}
	}
	return n > MaxNodes
}
