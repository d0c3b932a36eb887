package robot

import (
	"hash/fnv"
	"sync"
	"time"
)

// job is a callback to be worked on.
type job struct {
	wire *wire // it came over
	req  string
	call callback
	at   time.Time
}

// queues work on callbacks side by side, those of one person in their order.
type queues struct {
	list []chan job
	work sync.WaitGroup
}

const (
	maxQueues = 16
	queueRoom = 256 // then nothing more is read
)

func newQueues(do func(job)) *queues {
	q := &queues{}
	for range maxQueues {
		jobs := make(chan job, queueRoom)
		q.list = append(q.list, jobs)
		q.work.Go(func() {
			for j := range jobs {
				do(j)
			}
		})
	}
	return q
}

func (q *queues) put(j job) {
	h := fnv.New32a()
	h.Write([]byte(j.call.From.User))
	q.list[h.Sum32()%maxQueues] <- j
}

// stop waits until everything was worked on; nothing may be put any more.
func (q *queues) stop() {
	for _, jobs := range q.list {
		close(jobs)
	}
	q.work.Wait()
}
