package staff

import (
	"context"
	"errors"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/ledger"
)

const (
	auditSeen = 200  // links of the audit's chain that 自检 goes along
	maxLink   = 1000 // entries that the day's head still takes in; the rest were linked before
)

// auditHead gives the general manager the head of the audit's chain, to keep
// outside the database: by it a cut tail is found. Where there is none, the
// administrators get it. Days without an entry have no new head; one that could
// not be given goes with the next. Damage is an alarm for the administrators
// and, as it may be one of them, for the general manager.
func (h Handler) auditHead(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	ids, err := tx.Audit().Unlinked(ctx, s.At, "", maxLink)
	if err != nil {
		return nil, err
	}
	if err := tx.Audit().Lay(ctx, ids, s.At); err != nil {
		return nil, err
	}
	r, err := tx.Audit().Verify(ctx, auditSeen)
	switch {
	case err != nil || r.Head.Seq == 0 && r.Whole():
		return nil, err
	case !r.Whole():
		return []daily.Line{{
			For: audience.Audience{To: audience.Join(roll.Administrators().To, roll.Holders(store.GeneralManager))}, Key: "audit/damage/" + string(h.Rules.Day(s.At)), Urgency: daily.Alarm, Text: damageText(r),
		}}, nil
	}
	l := daily.Line{For: roll.Administrators(), Key: "audit/head/" + r.Head.Code(), Text: h.headText(r.Head)}
	if gms := roll.Holders(store.GeneralManager); len(gms) > 0 {
		l.For = roll.Only(gms...)
	}
	return []daily.Line{l}, nil
}

func (h Handler) headText(head ledger.Head) string {
	return "审计链头 " + head.Code() + "（" + h.at(head.At) + "）。请留着这条消息：以后谁删了审计记录，用它查得出来。"
}

// checkAudit goes along the end of the audit's chain.
func (h Handler) checkAudit(ctx context.Context, c *command.Call) (chat.Finding, error) {
	f := chat.Finding{Name: "审计记录"}
	r, err := c.Tx.Audit().Verify(ctx, auditSeen)
	switch {
	case errors.Is(err, store.ErrNoKey):
		f.Text = "打不开。换过 secret_key 的话，把旧的写进 old_secret_keys，再运行 marketbot rekey。"
		return f, nil
	case err != nil:
		return f, err
	case !r.Whole():
		f.Text = damageText(r)
	default:
		f.OK, f.Text = true, "最近 "+number(auditSeen)+" 条完好"+h.chainText(r, c.Now)
	}
	return f, nil
}

// chainText says how far the chain is.
func (h Handler) chainText(r *ledger.Report, now time.Time) string {
	if r.Head.Seq == 0 {
		return "，还没有链头"
	}
	text := "，链头 " + r.Head.Code() + "（" + h.at(r.Head.At) + "）"
	if r.Unlinked > 0 && now.Sub(r.Head.At) > overdue {
		text += "，" + number(r.Unlinked) + " 条等着入链，请看日志"
	}
	return text
}

func damageText(r *ledger.Report) string {
	n := 0
	for _, k := range r.Counts {
		n += k
	}
	return "审计记录在数据库里被动过，看到 " + number(n) + " 处。请保留现场，在服务器上运行 marketbot audit verify 看是哪些，再查谁能写数据库。"
}
