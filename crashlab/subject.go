package main

// subject is what a round breaks: the service, or nxadm/tail alone.
type subject interface {
	start(flags ...string) error  // and wait until it reads
	launch(flags ...string) error // and wait for nothing
	kill()
	settle() error // wait until all written up to now was dealt with
	stop() error
	judge(*writer) error
}

// subject is the one of this run of the lab. Its logs must be there.
func (r *round) subject() subject {
	if r.baseline {
		return r.newTailer()
	}
	return r.newService()
}
