package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
)

// printed is what go tool pprof -traces -unit=ms prints, shortened.
const printed = `File: smarty-alert
Type: cpu
Duration: 1.20s, Total samples = 40ms (3.3%)
-----------+-------------------------------------------------------
      10ms   indexbytebody
             bytes.IndexByte (inline)
             github.com/smarty-alert/smarty-alert/smartylog.(*Scanner).Next
             github.com/smarty-alert/smarty-alert/replay.Run
             main.(*app).replay
             github.com/spf13/cobra.(*Command).execute
             main.main
             runtime.main
-----------+-------------------------------------------------------
      20ms   github.com/smarty-alert/smarty-alert/smartylog.(*Scanner).Next
             github.com/smarty-alert/smarty-alert/replay.Run
             main.main
             runtime.main
-----------+-------------------------------------------------------
      10ms   slices.insertionSortCmpFunc[go.shape.*github.com/a/b.c]
             runtime.gcBgMarkWorker
`

func TestGrow_AddsStacksUp(t *testing.T) {
	stacks, err := parseTraces(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	root := grow(stacks)
	var got strings.Builder
	var list func(n *node, indent string)
	list = func(n *node, indent string) {
		got.WriteString(indent + n.name + " " + n.took.String() + "\n")
		for _, c := range n.callees() {
			list(c, indent+" ")
		}
	}
	list(root, "")
	want := `all 40ms
 replay.Run 30ms
  smartylog.Scanner.Next 30ms
   bytes.IndexByte 10ms
    indexbytebody 10ms
 runtime.gcBgMarkWorker 10ms
  slices.insertionSortCmpFunc 10ms
`
	if got.String() != want {
		t.Errorf("got:\n%swant:\n%s", got.String(), want)
	}
	if d := root.depth(20 * time.Millisecond); d != 2 {
		t.Errorf("depth of what took 20 ms = %d, want 2", d)
	}
}

func TestParseTraces_RefusesWhatItDoesNotKnow(t *testing.T) {
	if _, err := parseTraces(strings.NewReader("-----------+---\n  bytes:[3]\n  10ms f\n")); err == nil {
		t.Error("no error for a stack without a time")
	}
}

func TestDraw_IsXMLAndTheSameEachTime(t *testing.T) {
	picture := func() string {
		stacks, err := parseTraces(strings.NewReader(printed))
		if err != nil {
			t.Fatal(err)
		}
		return draw(grow(stacks), `rules & "logs" <1 GB`)
	}
	first := picture()
	if second := picture(); first != second {
		t.Errorf("two drawings differ:\n%s\n%s", first, second)
	}
	titles := 0
	for d := xml.NewDecoder(strings.NewReader(first)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, first)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "title" {
			titles++
		}
	}
	if titles != 6 {
		t.Errorf("%d boxes, want 6:\n%s", titles, first)
	}
}

func TestFitting_KeepsTheEndOfAName(t *testing.T) {
	for _, tc := range []struct {
		room int
		want string
	}{{22, "smartylog.Scanner.Next"}, {21, "Scanner.Next"}, {5, "Next"}, {3, ""}} {
		if got := fitting("smartylog.Scanner.Next", tc.room); got != tc.want {
			t.Errorf("in %d characters: %q, want %q", tc.room, got, tc.want)
		}
	}
	if got := fitting("memclrNoHeapPointers", 8); got != "memclrN…" {
		t.Errorf("one long word: %q", got)
	}
}
