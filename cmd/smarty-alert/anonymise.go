package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/anonymise"
)

// anonymiseFlags are the flags of anonymise, as given.
type anonymiseFlags struct {
	out, keyFile string
	keep, hide   []string
}

func (a *app) anonymiseCommand() *cobra.Command {
	var f anonymiseFlags
	cmd := &cobra.Command{
		Use:   "anonymise LOG…",
		Short: "Logs that can be shared: names, phones and secrets replaced",
		Long: `Anonymise rewrites logs (files, directories, archives, globs; plain or packed)
with stand-ins for personal data and secrets. All else keeps its bytes, so that
rules raise the same alerts. The same value has the same stand-in in all files,
and in later runs with the same key; without the key nobody can tell what a
stand-in stands for. Keep the key to yourself.

With --out the logs are written to a directory, unpacked, under the names they
have below the given ones; nothing is replaced there. Without it a single log is
written to standard output. What was done is told on standard error: read it
before you share anything. The exit status is 1 if no record has what --hide
names.`,
		Example: `  smarty-alert anonymise --key-file /tmp/my.key --out /tmp/for-the-vendor testdata/logs
  smarty-alert anonymise --keep vc_code smarty_custom.log > shared.log`,
		Args: needArgs("a log"),
		RunE: func(cmd *cobra.Command, logs []string) error { return a.anonymise(cmd.Context(), f, logs) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.out, "out", "", "`directory` to write to, made if need be")
	fl.StringVar(&f.keyFile, "key-file", "", "`file` with the key, made if need be; default: one in your configuration directory")
	fl.StringArrayVar(&f.keep, "keep", nil, "leave the values of a `key` as they are: vc_code, params.contract (repeatable)")
	fl.StringArrayVar(&f.hide, "hide", nil, "replace all values of a `key`: stream_service (repeatable)")
	return cmd
}

func (a *app) anonymise(ctx context.Context, f anonymiseFlags, logs []string) error {
	if f.out == "" {
		a.interruptible() // there is no file to put away
	}
	copies, unread, err := a.planCopies(logs)
	if err != nil {
		return ioError(err)
	}
	if f.out == "" {
		if err := oneLog(copies); err != nil {
			return usageError(err)
		}
	} else if err := placeCopies(copies, f.out); err != nil {
		return ioError(err)
	}
	key, note, err := anonymiseKey(f.keyFile)
	if err != nil {
		return ioError(err)
	}
	an, err := anonymise.New(anonymise.Options{Key: key, Keep: f.keep, Hide: f.hide})
	if err != nil {
		return usageError(err)
	}
	if note != "" {
		fmt.Fprintln(a.stderr, "smarty-alert: note: "+note)
	}
	job := anonymiseJob{ctx: ctx, an: an, stderr: a.stderr}
	err = job.run(copies, f.out, a.stdout)
	switch {
	case ctx.Err() != nil:
		return &statusError{exitInterrupted, errors.New("interrupted")}
	case isBrokenPipe(err):
		return nil
	}
	if job.files > 0 {
		reportAnonymised(a.stderr, &job.report, job.files, f.out)
	}
	if err := unreadError(err, unread); err != nil {
		return err
	}
	unused(a.stderr, &job.report, f.keep)
	if unused(a.stderr, &job.report, f.hide) {
		return &statusError{exitFound, nil} // somebody relies on what is hidden
	}
	return nil
}

// exitInterrupted is the status with which shells report Ctrl-C. Commands that
// have nothing to put away are ended by the signal itself.
const exitInterrupted = 130

// oneLog refuses several logs where there is one output.
func oneLog(copies []logCopy) error {
	for _, c := range copies {
		if c.source.Name() != copies[0].source.Name() {
			return fmt.Errorf("standard output takes one log, but there are %s and %s; --out DIR takes all", copies[0].source.Name(), c.source.Name())
		}
	}
	return nil
}

// anonymiseJob writes copies, one after the other.
type anonymiseJob struct {
	ctx    context.Context
	an     *anonymise.Anonymiser
	stderr io.Writer
	report anonymise.Report
	files  int
}

// run writes all copies. One that turns out to be broken, of which what came
// before is written, does not keep the others back; one that cannot be written
// does.
func (j *anonymiseJob) run(copies []logCopy, out string, stdout io.Writer) error {
	var broken []error
	for _, c := range copies {
		var err error
		if out == "" {
			w := &checkedWriter{ctx: j.ctx, w: stdout}
			err = j.copy(w, c)
			if w.err != nil {
				return w.err
			}
		} else {
			var failed error
			if failed, err = j.file(c); failed != nil {
				return errors.Join(append(broken, failed)...)
			}
		}
		if err != nil {
			broken = append(broken, err)
		}
	}
	return errors.Join(broken...)
}

// copy writes the text of one file with stand-ins.
func (j *anonymiseJob) copy(w io.Writer, c logCopy) error {
	in, err := c.source.Text(c.generation)
	if err != nil {
		return err
	}
	j.files++
	return errors.Join(j.an.Copy(w, in, &j.report), in.Close())
}

// checkedWriter remembers its error, to tell it from one of reading, and fails
// when the run is over.
type checkedWriter struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.w.Write(p)
	w.err = err
	return n, err
}

// exists tells whether there is something at a path, be it a broken link.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
