// Package trip is the area of business trips: who is away, and the contact
// with the company that clause 2-4 asks for once or twice on each of a trip's
// days, weekends and holidays too.
//
// It is not for leave, which belongs to the people's own area, nor for what
// is done with customers on a trip.
package trip

import (
	"context"
	"fmt"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the one that the whole area serves.
const clause = "2-4"

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules rulebook.Rules
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return []command.Spec{
		{
			Name: "出差", Aliases: []string{"cc", "trip"}, Summary: "登记出差；只发 出差 看谁在外面", Lists: true,
			Said: []string{"出差申请", "申请出差", "登记出差", "登记…出差", "去…出差", "~去…谈个", "~去…谈合", "到…出差", "谁在…出差", "谁出差", "…我在…", "…在外地", "去外地", "谁…出差", "出差的有谁", "出差名单", "出差人员", "谁在外面", "谁在外地", "business trip"},
			Args: []command.Arg{
				{Name: "地点", Kind: command.Word, Optional: true},
				{Name: "时长或起止", Kind: command.Span, Optional: true},
				{Name: "事由", Kind: command.Free, Optional: true},
			},
			Examples: []string{"出差 广州 3天 拜访客户", "出差 深圳 明天至周五", "出差"},
			Daily:    true, Who: rulebook.CheckIn, Clause: clause, Run: h.trip, Changed: changed, Undo: h.undoTrip,
		},
		{
			Name: "出差 结束", Summary: "提前结束出差，或取消还没开始的",
			Said:     []string{"结束出差", "回来了", "从…回来", "不去…了", "到家了", "回公司了", "取消…出差", "出差取消", "出差…取消", "出差…结束", "不出差", "提前结束…出差", "出差回来", "出差提前"},
			Examples: []string{"出差 结束"}, Who: rulebook.CheckIn, Clause: clause, Run: h.end, Changed: changed, Undo: h.undoEnd,
		},
		{
			Name: "签到", Aliases: []string{"qd", "check in"}, Summary: "出差期间每天报进展；也可以直接发位置",
			Said:     []string{"打卡", "外勤打卡", "定位打卡", "出差打卡", "打个卡", "打一下卡", "签个到", "签一下到", "报到", "签退", "checkin"},
			Tells:    []string{"在…见了", "在…拜访", "在…跟", "在…和", "见了…客户", "拜访了", "正在…客户", "到客户"},
			Args:     []command.Arg{{Name: "[地点] 进展", Kind: command.Free, Prompt: "今天有什么进展？写一句就行，例如：拜访客户，谈妥初步意向。"}},
			Examples: []string{"签到 广州 拜访客户，谈妥初步意向", "签到 和客户确认了活动方案"},
			Daily:    true, Who: rulebook.CheckIn, Clause: clause, Run: h.checkIn, Undo: h.undoCheckIn,
		},
		{
			Name: "签到定位", Summary: "发来位置后补上进展",
			Args:     []command.Arg{{Name: "地名", Kind: command.Free, Prompt: "你在哪里？"}},
			Examples: []string{"签到定位 广州塔"}, Hidden: true,
			Who: rulebook.CheckIn, Clause: clause, Run: h.located, Undo: h.undoCheckIn,
		},
		{
			Name: "签到记录", Aliases: []string{"qdjl"}, Summary: "看每天的签到次数；主管、总监、总经理可看所有人", Lists: true,
			Said: []string{"打卡记录", "签到情况", "打卡情况", "签到统计", "考勤", "考勤记录", "谁没签到", "谁…没签到", "谁没打卡", "谁…没打卡", "签到了没", "签到了吗", "签到没有", "打卡了没", "打卡了吗", "打卡没有", "…去哪了", "…去哪儿了", "…去了哪里", "…今天在哪", "…人在哪"},
			Args: []command.Arg{
				{Name: "姓名", Kind: command.Person, Optional: true, Gone: true},
				{Name: "时段", Kind: command.Span, Optional: true, Past: true},
			},
			Examples: []string{"签到记录", "签到记录 上周", "签到记录 本月"},
			Who:      rulebook.TakePart, Private: true, Clause: clause, Run: h.ledger,
		},
	}
}

// Owes is today's check-in, when the caller is on a trip and not on leave and
// has not made it, or not as often as 2-4 wants it.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	today := h.Rules.Day(c.Now)
	done, trip, away, err := c.Tx.CheckIns().Day(ctx, c.Person.ID, today, c.Clock())
	if err != nil || !away || done >= h.least(today) {
		return nil, err
	}
	free, err := onLeave(ctx, c.Tx, c.Person.ID, today)
	if err != nil || free {
		return nil, err
	}
	so := "还没有签到"
	if done > 0 {
		so = fmt.Sprintf("还差 %d 次签到", h.least(today)-done)
	}
	return []command.Item{{
		Text:   "今天（" + today.String() + "）在" + trip.Place + "出差，" + so + "（" + clause + "）",
		Button: &chat.Button{Label: "签到", Command: "签到"}, Urgent: true,
	}}, nil
}

func onLeave(ctx context.Context, tx *store.Tx, person string, day store.Day) (bool, error) {
	leaves, err := tx.Leaves().Of(ctx, person, day)
	for _, l := range leaves {
		if l.Covers(day) {
			return true, err
		}
	}
	return false, err
}

// Today is who is on a trip, and how many of them have not checked in (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	today := h.Rules.Day(c.Now)
	away, err := c.Tx.Trips().On(ctx, today, noonOf(h.Rules, today))
	if err != nil || len(away) == 0 {
		return nil, err
	}
	silent := 0
	for _, a := range away {
		if a.CheckIns == 0 {
			silent++
		}
	}
	return []command.Item{{Text: fmt.Sprintf("出差 %d 人，今天还没签到 %d 人", len(away), silent), Button: &chat.Button{Label: "出差", Command: "出差"}}}, nil
}
