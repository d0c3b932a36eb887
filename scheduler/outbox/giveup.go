package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// missing is for a platform whose set-up lacks something: the message is kept
// and what comes after it in its chat waits behind it, so that nothing is said
// out of order. A file gives way to words about it instead, because other
// messages rarely lack what a file lacks.
func (o *Outbox) missing(ctx context.Context, it *item, reason string) outcome {
	var m chat.Message
	var out outcome
	if err := json.Unmarshal(it.Content, &m); err == nil && m.File != nil {
		out = o.simplify(ctx, it, reason)
	} else {
		out = o.putOff(ctx, it, setupRetry+rand.N(time.Minute), reason)
	}
	now := o.o.Now()
	err := o.o.DB.Update(ctx, func(tx *store.Tx) error {
		text := fmt.Sprintf("%s 暂时发不出消息：应用的设置缺少什么（%s）。消息都保留着，每 10 分钟再试一次。请运行 bot check 查看。", it.Platform, reason)
		return o.tell(ctx, tx, it, "setup/"+it.Platform, text, now, it.Platform)
	})
	if err != nil {
		o.o.Log.Error("tell of a broken set-up", "error", err)
	}
	out.told = out.told || err == nil
	return out
}

// bury gives a message up and tells of it.
func (o *Outbox) bury(ctx context.Context, it *item, reason string) outcome {
	return o.end(ctx, it, reason, func(tx *store.Tx, now time.Time) error {
		who, err := receiver(ctx, tx, it)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("发给%s的一条消息没有送达，已放弃（%s：%s）。", who, it.Platform, reason)
		if it.Secret {
			text += "这是保密内容，不会自动重发，需要时请本人重新查询。"
		}
		return o.tell(ctx, tx, it, "undelivered/"+it.Platform+"/"+it.Address, text, now, "")
	})
}

// expire gives up what would no longer be true when it arrived.
func (o *Outbox) expire(ctx context.Context, it *item) outcome {
	return o.end(ctx, it, "out of date", func(tx *store.Tx, now time.Time) error {
		text := fmt.Sprintf("有提醒过了 %d 小时还没能送出，已经过时，不再发送。今天再有这样的提醒，不再另行通知。", staleAfter/time.Hour)
		return o.tell(ctx, tx, it, "stale", text, now, "")
	})
}

func (o *Outbox) end(ctx context.Context, it *item, reason string, tell func(*store.Tx, time.Time) error) outcome {
	now := o.o.Now()
	err := o.o.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Bury(ctx, it.ID, reason, now); err != nil {
			return err
		}
		return tell(tx, now)
	})
	if err != nil {
		return o.storeFailed(it, err)
	}
	return outcome{it: it, gone: true, told: true}
}

// tellLocked tells of messages whose key is missing.
func (o *Outbox) tellLocked(ctx context.Context, n int, now time.Time) {
	if n == 0 {
		return
	}
	o.o.Log.Error("messages wait for a key that is not configured", "messages", n)
	err := o.o.DB.Update(ctx, func(tx *store.Tx) error {
		text := fmt.Sprintf("有 %d 条待发消息是用别的 secret_key 保存的，现在读不出，暂不发送。请把当初的 secret_key 写进 old_secret_keys 再启动；7 天后放弃。", n)
		return o.o.Post.Tell(ctx, tx, "locked/"+string(o.o.Post.Day(now)), text, now, "")
	})
	if err != nil {
		o.o.Log.Error("tell of a missing key", "error", err)
	}
}

// tell tells the administrators once a day for each subject, unless the
// trouble is with such a message itself.
func (o *Outbox) tell(ctx context.Context, tx *store.Tx, it *item, subject, text string, now time.Time, avoid string) error {
	if strings.HasPrefix(it.Key, handlers.AdminKey) {
		return nil
	}
	return o.o.Post.Tell(ctx, tx, subject+"/"+string(o.o.Post.Day(now)), text, now, avoid)
}

func receiver(ctx context.Context, tx *store.Tx, it *item) (string, error) {
	if it.Group {
		return "部门群", nil
	}
	p, ok, err := tx.Person(ctx, it.Person)
	if !ok {
		p.Name = "未登记的人"
	}
	return p.Name, err
}
