// Package file writes alerts as lines of JSON to a file or to standard output, for
// other programs and for trying rules out.
//
// Start at New. A line holds the delivery's id, so that who reads can drop a second
// copy, and the message as the webhook receiver sends it. The file is opened for
// each line: when it is rotated the next line goes into the new one.
package file

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
)

// Stdout as a path is standard output.
const Stdout = "-"

// Options configure a Receiver.
type Options struct {
	Path   string    // Stdout, or a file; it is made if it is missing, its directory is not
	Sync   bool      // whether a line is on the disk before it counts as sent
	Stdout io.Writer // nil: the process's
	URL    string    // of the page that shows alerts; "": there is none
	Now    func() time.Time
}

// Receiver appends to one file. It is safe for concurrent use.
type Receiver struct {
	o  Options
	mu sync.Mutex
}

// New checks the options; it opens nothing.
func New(o Options) (*Receiver, error) {
	if o.Path == "" {
		return nil, errors.New("file: a path is needed, or - for standard output")
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Receiver{o: o}, nil
}

// line is what is written.
type line struct {
	At      time.Time       `json:"at"` // of writing
	ID      string          `json:"id"`
	Reason  string          `json:"reason"`
	Message json.RawMessage `json:"message"`
}

// Send appends one line. It ignores ctx: a disk that hangs cannot be left.
func (r *Receiver) Send(_ context.Context, d alert.Delivery, _ string) (notifiers.Receipt, error) {
	body, err := webhook.Body(d, r.o.URL, 0)
	if err != nil {
		return notifiers.Receipt{}, notifiers.Rejected(fmt.Errorf("encode the message: %w", err))
	}
	data, err := json.Marshal(line{r.o.Now().UTC(), d.ID, d.Reason, body})
	if err != nil {
		return notifiers.Receipt{}, notifiers.Rejected(fmt.Errorf("encode the line: %w", err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.append(append(data, '\n')); err != nil {
		return notifiers.Receipt{}, &notifiers.SendError{Err: fmt.Errorf("write %s: %w", r.o.Path, err), Class: "file"}
	}
	return notifiers.Receipt{}, nil
}

func (r *Receiver) append(data []byte) error {
	if r.o.Path == Stdout {
		_, err := r.o.Stdout.Write(data)
		return err
	}
	if info, err := os.Stat(r.o.Path); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is not a file") // a pipe would wait for its reader
	}
	f, err := os.OpenFile(r.o.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return unwrapped(err)
	}
	if torn(f) {
		data = append([]byte{'\n'}, data...)
	}
	_, err = f.Write(data) // in one piece, so that two writers do not mix
	if err == nil && r.o.Sync {
		err = f.Sync()
	}
	return unwrapped(errors.Join(err, f.Close()))
}

// torn reports whether the file ends within a line, of a write that a full disk or
// a crash cut off. The next one begins a line of its own.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return false
	}
	return !bytes.Equal(last, []byte{'\n'})
}

// unwrapped is the error without the path, which the caller names.
func unwrapped(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
