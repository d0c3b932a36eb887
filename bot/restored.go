package main

import (
	"context"
	"fmt"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/upkeep"
)

// restoredTold is the mark of the restore that was last told.
const restoredTold = "restored/told"

// restored looks whether the store took the place of a later one since the last
// start. Then what gave access ends, before anybody can use it, and the general
// manager and the administrators hear what may be missing.
func (b *bot) restored(ctx context.Context, tx *store.Tx) error {
	at, err := tx.Marks().At(ctx, upkeep.RestoredMark)
	if err != nil || at.IsZero() {
		return err
	}
	told, err := tx.Marks().At(ctx, restoredTold)
	if err != nil || told.Equal(at) {
		return err
	}
	now := b.Now()
	tail, _, err := tx.Audit().Tail(ctx, 1)
	if err != nil {
		return err
	}
	n, err := tx.EndAccess(ctx, now)
	if err != nil {
		return fmt.Errorf("end what gave access before a restore: %w", err)
	}
	moment := func(t time.Time) string { return t.In(b.Rules.Zone).Format("2006-01-02 15:04") }
	text := "⚠ 数据库在 " + moment(at) + " 用备份恢复了。"
	if len(tail) > 0 {
		text += "备份里最后一条记录是 " + moment(tail[0].At) + " 的，那以后的签到、周报、审批、收回的授权和人员变动，还有合同、回款、目标、活动、会议和交接里的登记都可能没有了，请核对。"
	}
	text += fmt.Sprintf("恢复以前给出的 %d 个查阅授权、%d 个委托、%d 个绑定码、%d 个待确认的预览和 %d 个等人答复的人员变动都已作废，需要的请重新办。",
		n.Grants, n.Delegations, n.Codes, n.Previews, n.Changes)
	text += "申请、客户、回款等的编号空开一万多个，从一个整千的后面接着编，以前卡片上的编号不会指到别的东西。"
	if err := b.alarm(ctx, tx, "restored/"+fmt.Sprint(at.UnixMilli()), text); err != nil {
		return err
	}
	entry := ledger.Entry{ID: tx.NewID(now), At: now, Act: "恢复备份", Outcome: ledger.Done,
		Subject: fmt.Sprintf("restored %s ended %d %d %d %d %d", at.UTC().Format(time.RFC3339), n.Grants, n.Delegations, n.Codes, n.Previews, n.Changes)}
	if err := tx.Audit().Record(ctx, entry); err != nil {
		return err
	}
	return tx.Marks().Set(ctx, restoredTold, at)
}
