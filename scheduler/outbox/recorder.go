package outbox

import (
	"context"
	"time"
)

// recorder writes what was delivered, much of it in one commit. To record it is
// no hurry as long as its key keeps a second copy away. It is in the hands of
// the pump; writing runs beside it and reports its end.
type recorder struct {
	o       *Options
	writer  writer
	work    context.Context // ends with none of its values: what was delivered must not be forgotten
	passing bool            // it ends when nothing is left to do: nothing waits for more

	list    []*item          // delivered, not recorded yet
	writing bool             // a recording is under way
	hurry   bool             // the next need not wait for more
	linger  <-chan time.Time // until it need not
	ended   chan recording
}

// recording is a try to write what was delivered.
type recording struct {
	list []*item
	err  error
}

// add notes what was delivered.
func (r *recorder) add(it *item) {
	r.list = append(r.list, it)
	if protection(r.o.Platforms[it.Platform], it.Payload) == 0 {
		r.hurry = true
	}
	if r.linger == nil {
		r.linger = time.After(recordWait)
	}
}

// step begins a recording if it is time for one, or if somebody waits for it;
// what is delivered meanwhile waits for the next.
func (r *recorder) step(now time.Time, awaited bool) {
	if r.writing || len(r.list) == 0 || !r.hurry && !awaited && len(r.list) < maxRecord {
		return
	}
	list := r.list
	r.list, r.writing, r.hurry, r.linger = nil, true, r.passing, nil
	go func() { r.ended <- recording{list, r.write(list, now)} }()
}

func (r *recorder) write(list []*item, now time.Time) error {
	rulings := make([]ruling, len(list))
	for i, it := range list {
		rulings[i] = ruling{it, verdict{kind: sent}}
	}
	return r.writer.write(r.work, now, rulings...)
}

// end takes back what could not be written, and reports whether it was.
func (r *recorder) end(e recording) bool {
	r.writing = false
	if e.err == nil {
		return true
	}
	r.o.Log.Error("record what was delivered", "error", e.err, "messages", len(e.list))
	r.list, r.hurry = append(e.list, r.list...), true
	return false
}

// idle reports whether everything that was delivered is recorded.
func (r *recorder) idle() bool { return !r.writing && len(r.list) == 0 }

// newRecorder makes one; passing is for a run that only delivers what is due.
func newRecorder(ctx context.Context, o *Options, w writer, passing bool) *recorder {
	return &recorder{o: o, writer: w, work: context.WithoutCancel(ctx), passing: passing, hurry: passing, ended: make(chan recording, 1)}
}
