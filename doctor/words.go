package doctor

import (
	"time"

	"github.com/smarty-alert/smarty-alert/logstats"
)

// length writes a duration as logs are spoken of: two units at most.
func length(d time.Duration) string {
	return logstats.Length(int64(d.Round(time.Second) / time.Second))
}
