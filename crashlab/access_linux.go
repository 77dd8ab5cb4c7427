package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// nobody is whom permissions bind.
const nobody = 65534

// healLimit is how fast a log is read again.
const healLimit = 2.0

// asNobody makes the service of a round run as an ordinary user, if this one is root.
func (r *round) asNobody(s *service) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if err := r.open(); err != nil {
		return err
	}
	s.attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	s.state = r.path("state")
	return errors.Join(os.MkdirAll(s.state, 0o700), os.Chown(s.state, nobody, nobody), os.Chown(r.dir, nobody, nobody))
}

// open lets everybody reach the round's directory and the program.
func (r *round) open() error {
	var errs []error
	for _, dir := range []string{r.dir, filepath.Dir(r.dir), filepath.Dir(r.program)} {
		info, err := os.Stat(dir)
		if err == nil && info.Mode()&0o055 != 0o055 {
			err = os.Chmod(dir, info.Mode()|0o055)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// permissionRound takes the right to read a log, or its directory, away for a while,
// before a rotation, and gives it back.
func permissionRound(r *round) error {
	return r.healRound(func(s *service, w *writer, stem string) (heal func() error, err error) {
		path := w.path(stem)
		if r.dice.IntN(2) == 0 {
			return func() error { return os.Chmod(w.dir, 0o755) }, os.Chmod(w.dir, 0)
		}
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
		if err := w.reopen(stem); err != nil {
			return nil, err
		}
		return func() error { return os.Chmod(path, 0o644) }, os.Chmod(path, 0)
	})
}

// absentRound takes the directory of the logs away for a while; half of the time the
// follower is started without it.
func absentRound(r *round) error {
	return r.healRound(func(s *service, w *writer, stem string) (heal func() error, err error) {
		away := r.path("away")
		return func() error { return os.Rename(away, w.dir) }, os.Rename(w.dir, away)
	})
}

// healRound takes something away, writes meanwhile, half of the time restarts the
// follower, gives it back, and measures how long it takes until all is read.
func (r *round) healRound(lose func(s *service, w *writer, stem string) (heal func() error, err error)) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	if err := r.asNobody(s); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	stem := w.anyStem()
	if err := writeSome(w, stem, 10); err != nil {
		return err
	}
	if r.dice.IntN(2) == 0 {
		if err := awaitRead(r, s, w); err != nil {
			return err
		}
	}
	heal, err := lose(s, w, stem)
	if err != nil {
		return err
	}
	if err := writeSome(w, stem, 10); err != nil {
		return err
	}
	r.sleep(time.Second)
	if r.dice.IntN(2) == 0 {
		s.kill()
		r.kills++
		if err := s.launch(); err != nil {
			return err
		}
		if err := r.eventually("the service answers", time.Minute, func() bool { status, _ := s.fetch("/metrics"); return status == 200 }); err != nil {
			return err
		}
	}
	r.sleep(time.Second)
	began := time.Now()
	if err := heal(); err != nil {
		return err
	}
	if err := awaitRead(r, s, w); err != nil {
		return err
	}
	r.measure("healed within", figure{time.Since(began).Seconds(), healLimit, " s"})
	if err := writeSome(w, stem, 10); err != nil {
		return err
	}
	return endRecords(s, w)
}

// watchesRound runs the service where it may watch nothing: a user namespace of its own
// has limits of its own, and in it there are none of watches or of instances.
func watchesRound(r *round) error {
	w, err := r.newWriter()
	if err != nil {
		return err
	}
	s := r.newService()
	what := "max_inotify_watches"
	if r.dice.IntN(2) == 0 {
		what = "max_inotify_instances"
	}
	s.prefix = []string{"unshare", "--user", "--map-root-user", "sh", "-c", fmt.Sprintf(`echo 0 > /proc/sys/user/%s && exec "$@"`, what), "sh"}
	if err := s.start(); err != nil {
		return err
	}
	for range 5 {
		began := time.Now()
		if err := writeSome(w, w.anyStem(), 10); err != nil {
			return err
		}
		if err := awaitRead(r, s, w); err != nil {
			return err
		}
		r.measure("read within", figure{time.Since(began).Seconds(), healLimit, " s"})
	}
	return end(s, w)
}
