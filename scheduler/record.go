package scheduler

import (
	"context"
	"time"

	"marketbot/store"
)

// record writes what was delivered, all at once; what is delivered meanwhile
// waits for the next time.
func (p *pump) record() {
	now := p.o.Now()
	if p.writing || len(p.sent) == 0 || p.rests(now) {
		return
	}
	ids := p.sent
	p.sent, p.writing = nil, true
	go func() { p.recorded <- recording{ids, p.write(ids, now)} }()
}

// recording is a try to write what was delivered.
type recording struct {
	ids []string
	err error
}

func (p *pump) write(ids []string, now time.Time) error {
	ctx := context.WithoutCancel(p.work) // what was delivered must not be forgotten
	return p.o.DB.Update(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.Sent(ctx, id, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *pump) wrote(r recording) {
	p.writing = false
	if r.err != nil {
		p.o.Log.Error("record what was delivered", "error", r.err, "messages", len(r.ids))
		p.sent = append(r.ids, p.sent...)
		p.retryAt = p.o.Now().Add(storeRetry)
		return
	}
	for _, id := range r.ids {
		p.forget(id)
	}
}
