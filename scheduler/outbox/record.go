package outbox

import (
	"context"
	"time"

	"marketbot/store"
)

// record writes what was delivered, all at once; what is delivered meanwhile
// waits for the next time.
func (p *pump) record() {
	now := p.o.Now()
	if p.writing || len(p.sent) == 0 || p.rests(now) || !p.hurry && len(p.asked) == 0 && len(p.sent) < recordMost {
		return
	}
	ids := p.sent
	p.sent, p.writing, p.hurry, p.linger = nil, true, p.passing, nil
	go func() { p.recorded <- recording{ids, p.write(ids, now)} }()
}

// arrived notes what was delivered. To record it is no hurry as long as its key
// keeps a second copy away, and a commit serves many.
func (p *pump) arrived(it *item) {
	p.sent = append(p.sent, it.ID)
	if protection(p.o.Platforms[it.Platform], it.Payload) == 0 {
		p.hurry = true
	}
	if p.linger == nil {
		p.linger = time.After(recordWait)
	}
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
		p.sent, p.hurry = append(r.ids, p.sent...), true
		p.retryAt = p.o.Now().Add(storeRetry)
		return
	}
	for _, id := range r.ids {
		p.forget(id)
	}
}
