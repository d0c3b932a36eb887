package robot

import (
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

// queues work on callbacks side by side, those of one person in their order. To
// put one in waits for nothing: whoever reads reads for all.
type queues struct {
	do     func(job)
	refuse func(job) // what was beyond measure: the last of a person, once

	mu    sync.Mutex
	lines map[string]*line // by person; each has somebody at work on it
	kept  int              // jobs in all of them
	work  sync.WaitGroup
}

// line is what waits of one person.
type line struct {
	jobs    []job
	refused *job // the last that was; nil: none
}

const (
	lineRoom = 256  // of one person
	allRoom  = 4096 // of all
)

func newQueues(do, refuse func(job)) *queues {
	return &queues{do: do, refuse: refuse, lines: map[string]*line{}}
}

func (q *queues) put(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	who := string(j.call.From.User)
	l := q.lines[who]
	if l == nil {
		l = &line{}
		q.lines[who] = l
		q.work.Go(func() { q.serve(who, l) })
	}
	if len(l.jobs) >= lineRoom || q.kept >= allRoom {
		l.refused = &j
		return
	}
	l.jobs = append(l.jobs, j)
	q.kept++
}

// serve works a person's line off.
func (q *queues) serve(who string, l *line) {
	for {
		next, act := q.take(who, l)
		if act == nil {
			return
		}
		act(next)
	}
}

// take is what is to be done next in a line, nil when nothing is.
func (q *queues) take(who string, l *line) (next job, act func(job)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(l.jobs) > 0:
		next, l.jobs = l.jobs[0], l.jobs[1:]
		q.kept--
		return next, q.do
	case l.refused != nil:
		next, l.refused = *l.refused, nil
		return next, q.refuse
	}
	delete(q.lines, who)
	return next, nil
}

// stop waits until everything was worked on; nothing may be put any more.
func (q *queues) stop() { q.work.Wait() }
