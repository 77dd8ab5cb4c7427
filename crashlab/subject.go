package main

// subject is what a round breaks: the service, or nxadm/tail alone.
type subject interface {
	begin() error                 // the first time, and wait until it has begun
	start(flags ...string) error  // and wait until it reads
	launch(flags ...string) error // and wait for nothing
	kill()
	settle() error // wait until all written up to now was dealt with
	stop() error
	judge(*writer) error
}

// begin makes the logs and starts the follower of them. What is written from now on is
// no history, though the follower may not know yet that it has read all that is.
func (r *round) begin() (*writer, subject, error) {
	w, err := r.newWriter()
	if err != nil {
		return nil, nil, err
	}
	s := r.subject()
	return w, s, s.begin()
}

// subject is the one of this run of the lab. Its logs must be there.
func (r *round) subject() subject {
	if r.baseline {
		return r.newTailer()
	}
	return r.newService()
}
