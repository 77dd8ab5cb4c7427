package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// childDir names the variable that turns the test binary into a process that
// commits into the directory until it is killed.
const childDir = "STORE_TEST_CHILD_DIR"

const perCut = 3 // transitions and deliveries in each cut of the child

// child commits cuts numbered on from what it finds and prints the number of
// each that Commit reported as done. Every fourth is followed by a snapshot.
func child(dir string) int {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	st, err := s.Load(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for n := st.LastCut.Second + 1; ; n++ {
		seq, err := s.Commit(ctx, childCut(n))
		if err == nil && n%4 == 0 {
			err = s.SaveSnapshot(ctx, seq, childSnapshot(n))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(n)
	}
}

func childCut(n int64) Cut {
	c := Cut{Second: n, Positions: fmt.Append(nil, n), Groups: []alert.NotifyGroup{{Key: "g", Deliveries: n}, {Key: fmt.Sprint("g", n)}}}
	if n > 1 {
		c.Gone = []string{fmt.Sprint("g", n-1)}
	}
	for i := range perCut {
		c.Transitions = append(c.Transitions, transition(fmt.Sprint(n, "-", i), alert.Event, n))
		c.Deliveries = append(c.Deliveries, delivery(fmt.Sprint(n, "-", i), "noc", "g", time.Unix(n, 0)))
	}
	return c
}

func childSnapshot(n int64) []byte {
	return bytes.Repeat(strconv.AppendInt(nil, n, 10), 10_000)
}

func TestKill_EveryCutIsWhole(t *testing.T) {
	const rounds = 25
	dir := t.TempDir()
	var last, snapshots int64
	for range rounds {
		told := killChild(t, dir, time.Duration(rand.IntN(120))*time.Millisecond)
		s := opened(t, dir)
		if !s.lock.unclean {
			t.Error("the kill was not noticed")
		}
		st := load(t, s)
		if told > st.LastCut.Second {
			t.Fatalf("cut %d was reported as committed, the last one found is %d", told, st.LastCut.Second)
		}
		checkWhole(t, s, st)
		last, snapshots = st.LastCut.Second, st.SnapshotSeq
		crash(t, s)
	}
	if last < rounds || snapshots == 0 {
		t.Errorf("%d cuts, snapshot of %d: the child was killed before it did anything", last, snapshots)
	}
	t.Logf("%d kills, %d cuts, last snapshot at %d", rounds, last, snapshots)
}

// killChild starts the child, waits for its first commit and then for delay,
// kills it and returns the last number it printed.
func killChild(t *testing.T, dir string, delay time.Duration) (told int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if told == 0 {
			time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
		}
		told = n
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return told
}

func checkWhole(t *testing.T, s *Store, st State) {
	t.Helper()
	last := st.LastCut.Second
	equal(t, "groups", st.Groups, childCutGroups(last))
	if st.SnapshotSeq > 0 {
		equal(t, "snapshot", string(st.Snapshot), string(childSnapshot(st.SnapshotSeq)))
	}
	for i, c := range st.Cuts {
		n := st.SnapshotSeq + int64(i) + 1
		equal(t, "cut", c, Cut{Seq: n, Second: n, Positions: json.RawMessage(fmt.Append(nil, n))})
	}
	if want := st.SnapshotSeq + int64(len(st.Cuts)); last != want {
		t.Errorf("last cut %d, want %d", last, want)
	}
	history, err := s.History(t.Context(), time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := s.Deliveries(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(history) != int(last)*perCut || len(ds) != len(history) {
		t.Fatalf("%d transitions and %d deliveries of %d cuts", len(history), len(ds), last)
	}
	for i, tr := range history { // newest first
		n := last - int64(i/perCut)
		if d := ds[i]; tr.At != n || d.Next.Unix() != n || d.ID != tr.AlertID {
			t.Fatalf("place %d: transition %s at %d, delivery %s of %v, want those of cut %d", i, tr.AlertID, tr.At, d.ID, d.Next, n)
		}
	}
}

func childCutGroups(n int64) []alert.NotifyGroup {
	if n == 0 {
		return nil
	}
	return childCut(n).Groups
}

func TestLock_SecondProcess(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.CombinedOutput()
	if want := fmt.Sprintf("open state: %s is in use by process %d\n", dir, os.Getpid()); err == nil || string(out) != want {
		t.Errorf("second process: %v, %q, want %q", err, out, want)
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil {
		t.Error("second Open in this process: no error")
	}
	commit(t, s, Cut{Second: 1, Positions: positions(1)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s = opened(t, dir); s.lock.unclean {
		t.Error("after Close: taken for an unclean stop")
	}
}
