package staff

import (
	"context"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
)

const (
	overdue   = 10 * time.Minute // a message that waits longer means trouble
	deadSince = 7 * 24 * time.Hour

	damagedSince = 30 * 24 * time.Hour
)

func (h Handler) checkCommand() command.Spec {
	return command.Spec{
		Name: "自检", Aliases: []string{"zj", "check"}, Summary: "看连接、待发消息、错过的提醒、节假日表和审计记录是否正常", Lists: true,
		Said:     []string{"系统自检", "检查系统", "检查一下系统", "系统检查", "系统状态", "检查机器人"},
		Examples: []string{"自检"}, Who: rulebook.SelfCheck, Private: true, Clause: "附-4", Run: h.check,
	}
}

func (h Handler) check(ctx context.Context, c *command.Call) (*command.Answer, error) {
	list := h.Health(ctx)
	for _, look := range []func(context.Context, *command.Call) (chat.Finding, error){
		h.checkQueue, h.checkDead, h.checkMissed, h.checkHolidays, h.checkRetention, h.checkPeople, h.checkPosts, h.checkAudit, h.checkRows,
	} {
		f, err := look(ctx, c)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return command.Card(healthCard(list)), nil
}

func (h Handler) checkRetention(context.Context, *command.Call) (chat.Finding, error) {
	return chat.Finding{Name: "保留期限", OK: true, Text: h.Rules.Keep.Words()}, nil
}

func (h Handler) checkQueue(ctx context.Context, c *command.Call) (chat.Finding, error) {
	q, err := c.Tx.Outbox().Counts(ctx, c.Now, c.Now.Add(-deadSince))
	f := chat.Finding{Name: "待发消息", OK: true, Text: number(q.Waiting) + " 条在等"}
	if q.Waiting > 0 && c.Now.Sub(q.Oldest) > overdue {
		f.OK = false
		f.Text += "，最早的应在 " + h.at(q.Oldest) + " 发出。请看平台连接和发送权限。"
	}
	return f, err
}

func (h Handler) checkDead(ctx context.Context, c *command.Call) (chat.Finding, error) {
	q, err := c.Tx.Outbox().Counts(ctx, c.Now, c.Now.Add(-deadSince))
	f := chat.Finding{Name: "发不出的消息", OK: q.Dead == 0, Text: "最近 7 天没有"}
	if q.Dead > 0 {
		f.Text = "最近 7 天 " + number(q.Dead) + " 条。多半是对方没绑定账号或不在应用可见范围；先看下面的 人员 一项，原因在日志里。"
	}
	return f, err
}

func (h Handler) checkMissed(ctx context.Context, c *command.Call) (chat.Finding, error) {
	list, err := c.Tx.Firings().Since(ctx, c.Now.Add(-deadSince))
	f := chat.Finding{Name: "错过的提醒", OK: true, Text: "最近 7 天没有"}
	missed, last := 0, time.Time{}
	for _, slot := range list {
		if slot.Missed {
			missed, last = missed+1, slot.Due
		}
	}
	if missed > 0 {
		f.OK = false
		f.Text = "最近 7 天 " + number(missed) + " 次，最后一次原定 " + h.at(last) + "。程序当时没有运行，超过了补发时限；需要的话请人工通知。"
	}
	return f, err
}

// checkRows tells of the rows that would not open. Whether they do by now, nobody
// knows before they are read again.
func (h Handler) checkRows(ctx context.Context, c *command.Call) (chat.Finding, error) {
	list, last, err := c.Tx.Said().DamagedSince(ctx, c.Now.Add(-damagedSince))
	f := chat.Finding{Name: "损坏的记录", OK: len(list) == 0, Text: "最近 30 天没有发现"}
	if !f.OK {
		f.Text = "最近 30 天发现 " + number(len(list)) + " 处打不开，最后一处在 " + h.at(last) + "：" + words.Damaged(list) + "。请核对审计，从备份里找回：marketbot restore。"
	}
	return f, err
}

func (h Handler) checkHolidays(_ context.Context, c *command.Call) (chat.Finding, error) {
	year, missing := h.missingTable(c.Now)
	if missing {
		return chat.Finding{Name: "节假日表", Text: missingTableText(year)}, nil
	}
	this := c.Now.In(h.Rules.Zone).Year()
	text := number(this) + " 年的有"
	if h.Rules.Calendar.Known(this + 1) {
		text = number(this) + "、" + number(this+1) + " 年的都有"
	}
	return chat.Finding{Name: "节假日表", OK: true, Text: text}, nil
}

func (h Handler) checkPeople(ctx context.Context, c *command.Call) (chat.Finding, error) {
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return chat.Finding{}, err
	}
	sound := len(c.Tx.Damaged())
	if err := c.Tx.People().Check(ctx); err != nil {
		return chat.Finding{}, err
	}
	if n := len(c.Tx.Damaged()) - sound; n > 0 {
		return chat.Finding{Name: "人员", Text: number(n) + " 条登记或账号不是程序写下的样子，没有任何权限。请查谁能写数据库；核对以后重新登记或给新的绑定码。"}, nil
	}
	names, err := unbound(ctx, c.Tx)
	f := chat.Finding{Name: "人员", OK: len(names) == 0, Text: number(len(people)) + " 人，都绑定了账号"}
	if !f.OK {
		f.Text = "没绑定账号、收不到消息：" + words.Names(names, maxNames) + "。给绑定码：人员 绑定码 " + names[0]
	}
	return f, err
}

// checkPosts finds posts that should receive something and have no holder.
func (h Handler) checkPosts(ctx context.Context, c *command.Call) (chat.Finding, error) {
	r, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return chat.Finding{}, err
	}
	var gaps []string
	for _, post := range receiving {
		if text := vacancy(r, post); text != "" {
			gaps = append(gaps, strings.TrimSpace(text))
		}
	}
	if len(gaps) > 0 {
		return chat.Finding{Name: "岗位", Text: strings.Join(gaps, "\n")}, nil
	}
	return chat.Finding{Name: "岗位", OK: true, Text: "主管、总监、总经理都有人"}, nil
}
