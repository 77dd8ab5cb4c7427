package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// injection breaks a short run at each of its sites in turn.
type injection struct {
	kinds string // of sites that are counted
	fault string
	found int // sites of a run in which nothing breaks
	hit   atomic.Int64
}

// mostSites bounds the run: it shall be one that can be broken everywhere.
const mostSites = 300

// count runs without a fault, to see how many sites there are.
func (j *injection) count(ctx context.Context, o options) (int, error) {
	dir := filepath.Join(o.dir, "sites-"+j.fault)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	r := newRound(ctx, o, dir, o.seed, 0)
	s, w, err := j.prepare(r, 0)
	if err == nil {
		err = j.shortRun(s, w)
	}
	r.end()
	if err != nil {
		return 0, fmt.Errorf("a run without a fault, kept in %s: %w", dir, err)
	}
	sites, err := injected(r.path("sites.txt"))
	if err != nil || len(sites) == 0 {
		return 0, fmt.Errorf("no sites: %w", err)
	}
	if len(sites) > mostSites {
		return 0, fmt.Errorf("the run has %d sites, at most %d can be broken", len(sites), mostSites)
	}
	j.found = len(sites)
	return j.found, os.RemoveAll(dir)
}

// site is a call that the injector has seen.
type site struct {
	kind, file string
	struck     bool
}

func injected(path string) (out []site, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 4 {
			out = append(out, site{f[1], f[2], f[3] == "true"})
		}
	}
	return out, nil
}

// prepare makes a service that breaks at a site; 0: at none.
func (j *injection) prepare(r *round, at int) (*service, *writer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	w, err := r.newWriter()
	if err != nil {
		return nil, nil, err
	}
	s := r.newService()
	s.hook.heal()     // who is told is no fault of this row
	s.hookOnly = true // fewer sites
	s.prefix = []string{self, injectAid, "-dir", s.state, "-log", r.path("sites.txt"), "-kinds", j.kinds, "-fault", j.fault, "-at", strconv.Itoa(at)}
	return s, w, nil
}

// shortRun starts the service, has it count and tell some records, and stops it. A
// service that dies on the way is no error.
func (j *injection) shortRun(s *service, w *writer) error {
	if err := s.launch(); err != nil {
		return err
	}
	r := s.round
	err := r.eventually("ready", time.Minute, func() bool {
		status, _ := s.fetch("/-/ready")
		return s.ended() || status == 200
	})
	if err != nil {
		return err
	}
	if s.ended() { // before there was anything to count
		s.died()
		return nil
	}
	for range 4 {
		if _, err := w.put(w.anyStem()); err != nil {
			return err
		}
	}
	last := time.Now().Unix()
	err = r.eventually("all is judged and told", time.Minute, func() bool {
		final, _ := s.metric("smarty_alert_final_timestamp_seconds", "")
		return s.ended() || final > float64(last) && s.unsent() == 0
	})
	if err != nil {
		return err
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may be gone
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		return errors.New("it did not stop within a minute")
	}
	s.died()
	return nil
}

// round breaks a run at one site, lets an unbroken one go on, and judges both.
func (j *injection) round(r *round) error {
	at := r.number + 1
	if n := r.rounds; n > 0 && n < j.found { // some of them, evenly
		at = 1 + r.number*j.found/n
	}
	s, w, err := j.prepare(r, at)
	if err != nil {
		return err
	}
	if err := j.shortRun(s, w); err != nil {
		return err
	}
	broken := s.exitStatus()
	sites, err := injected(r.path("sites.txt"))
	if err != nil {
		return err
	}
	var struck *site
	for i := range sites {
		if sites[i].struck {
			struck = &sites[i]
		}
	}
	if struck != nil {
		j.hit.Add(1)
		r.note("sites hit: "+struck.kind, 1)
		if err := j.heard(s, *struck, broken); err != nil {
			return err
		}
	}
	s.prefix = nil
	if w.next == 0 { // its first start was cut off, or not: nothing is history yet
		s.born = time.Now().Unix()
	}
	if err := s.start(); err != nil {
		return err
	}
	for range 5 {
		if _, err := w.put(w.anyStem()); err != nil {
			return err
		}
	}
	return end(s, w)
}

// heard asks that a fault is not silent: it is in the log as an error, or the
// service ended with the status that asks for another start.
func (j *injection) heard(s *service, at site, status int) error {
	if j.fault == "kill" {
		s.round.kills++
		if status != 128+int(syscall.SIGKILL) {
			return fmt.Errorf("it was killed at %s of %s, but ended with %d", at.kind, at.file, status)
		}
		return nil
	}
	said := s.said()
	if status == 0 && !strings.Contains(said, "level=ERROR") && !strings.Contains(said, "level=WARN") {
		s.round.note("silent", 1)
		return fmt.Errorf("%s of %s failed with %s: nothing was said, exit status 0", at.kind, at.file, j.fault)
	}
	if status != 0 && status != 75 {
		return fmt.Errorf("%s of %s failed with %s: exit status %d, not 75\n%s", at.kind, at.file, j.fault, status, s.lastWords(2))
	}
	if status != 0 {
		s.round.note(fmt.Sprintf("ended with %d", status), 1)
	} else {
		s.round.note("went on", 1)
	}
	return nil
}

// enough asks that nearly all sites were hit; of the few of a short form, all but one.
func (j *injection) enough(r *result) error {
	r.sum.note("sites of a run", j.found)
	if hit := int(j.hit.Load()); r.done > 0 && hit*100 < 95*r.done && r.done-hit > 1 {
		return fmt.Errorf("only %d of %d sites were hit", hit, r.done)
	}
	return nil
}
