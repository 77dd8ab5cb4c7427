package store

import "context"

// Size is how much the database holds, in bytes: pages in use, whatever the file
// takes on disk.
func (s *Store) Size(ctx context.Context) (int64, error) {
	const sizeQuery = `SELECT (page_count - freelist_count) * page_size
		FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`
	var n int64
	if err := s.r.QueryRowContext(ctx, sizeQuery).Scan(&n); err != nil {
		return 0, s.failed("measure state", err)
	}
	return n, nil
}
