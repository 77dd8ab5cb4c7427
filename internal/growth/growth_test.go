package growth

import "testing"

var sink []byte

func TestOf(t *testing.T) {
	got := Of(func() {
		for range 100 {
			sink = make([]byte, 1<<10)
		}
	})
	if got.Objects < 100 || got.Objects > 150 || got.Bytes < 100<<10 || got.Bytes > 150<<10 {
		t.Errorf("100 slices of 1 KiB: %+v", got)
	}
}
