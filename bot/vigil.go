package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// vigil is what is known of whether the store can be written to and is still
// what the start found.
type vigil struct {
	mu             sync.Mutex
	since          time.Time // nothing is stored; zero: it is
	probed, looked time.Time
	unfit          *store.UnfitError
}

const (
	probeEvery = 5 * time.Second // how long a write vouches for the next
	probeTime  = 2 * time.Second // of a write that is only to show that it goes
	lookEvery  = time.Minute     // how often the whole is looked at
	probeMark  = "written"
)

// failed notes that something was not stored.
func (v *vigil) failed(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.since.IsZero() {
		v.since = now
	}
}

// unwritten is since when nothing is stored, and why in words; zero while all is
// well. It writes something itself when nothing else has shown it.
func (b *bot) unwritten(ctx context.Context) (since time.Time, why string) {
	v, now := &b.vigil, b.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	want, err := b.DB.Failing()
	if age := now.Sub(v.probed); err != nil || !v.since.IsZero() || age < 0 || age >= probeEvery {
		v.probed = now
		if err = b.probe(ctx, now); err != nil {
			want, _ = b.DB.Failing()
		}
	}
	switch {
	case err == nil:
		v.since = time.Time{}
		return v.since, ""
	case v.since.IsZero():
		v.since = now
	}
	return v.since, wantText(want)
}

// probe writes something.
func (b *bot) probe(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTime)
	defer cancel()
	return b.DB.Update(ctx, func(tx *store.Tx) error { return tx.Marks().Set(ctx, probeMark, now) })
}

// wantText says what a store lacks that cannot be written to.
func wantText(why store.Unfit) string {
	switch why {
	case store.NoRoom:
		return "磁盘满了，请腾出空间"
	case store.NotWritable:
		return "没有写的权限，请让运行程序的用户能写数据库的目录和文件"
	case store.Gone:
		return unfitText("", &store.UnfitError{Why: why})
	}
	return "原因在日志里"
}

// written is what 自检 says of the store; nothing while all is well. It runs in a
// transaction, so it writes nothing itself and waits for nobody who does.
func (b *bot) written() []chat.Finding {
	v := &b.vigil
	if !v.mu.TryLock() {
		return nil
	}
	defer v.mu.Unlock()
	since := v.since
	want, _ := b.DB.Failing()
	why := wantText(want)
	if since.IsZero() {
		return nil
	}
	return []chat.Finding{{Name: "数据库", Text: "从 " + since.In(b.Rules.Zone).Format("01-02 15:04:05") + " 起存不进去：" + why + "。"}}
}

// changed is how the store has come to differ from what may be served, since it
// was opened; nil when it does not. It is asked once a minute.
func (b *bot) changed(ctx context.Context) *store.UnfitError {
	v, now := &b.vigil, b.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	if age := now.Sub(v.looked); b.Store.Source == "" || age >= 0 && age < lookEvery {
		return v.unfit
	}
	v.looked, v.unfit = now, nil
	if _, err := upkeep.Look(ctx, b.Store); !errors.As(err, &v.unfit) {
		return nil
	}
	return v.unfit
}
