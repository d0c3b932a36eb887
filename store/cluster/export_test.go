package cluster

import (
	"log/slog"
	"time"
)

// NewPatient is New for a machine that is busy with other tests.
func NewPatient(url string) (*Cluster, error) {
	return newCluster(url, 10*time.Second, time.Now, slog.New(slog.DiscardHandler))
}

// RestTime is how long a Redis that failed is left alone.
const RestTime = restTime
