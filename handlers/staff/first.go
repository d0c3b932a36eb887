package staff

import (
	"context"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// FirstWords notes that a general manager wrote, and gives what their first
// message is answered with, beside what it asked: who was given rights before,
// each to be confirmed. Nil when there is nothing to confirm, or they wrote
// before. What they themselves were given is theirs: it is their own word.
func FirstWords(ctx context.Context, tx *store.Tx, p store.Person, now time.Time) (*chat.Card, error) {
	if !rulebook.Decides(p, store.Change{Asks: store.AsksManager}) {
		return nil, nil
	}
	at, err := tx.Marks().At(ctx, wroteMark(p.ID))
	if err != nil || !at.IsZero() {
		return nil, err
	}
	if err := tx.Marks().Set(ctx, wroteMark(p.ID), now); err != nil {
		return nil, err
	}
	open, err := decidedBy(ctx, tx, p, now)
	if err != nil {
		return nil, err
	}
	rows := [][]string{}
	for _, c := range open {
		if c.State != store.ChangeActing { // it waits, and they were told
			continue
		}
		if c.Person == p.ID {
			if _, err := tx.Changes().Decide(ctx, c, store.ChangeConfirmed, p.ID, now); err != nil {
				return nil, err
			}
			continue
		}
		row, err := rowOf(ctx, tx, c, now.Location())
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	card := firstCard(rows)
	return &card, nil
}

// rowOf is a change in a list: code, name, what they got, by whom and when.
func rowOf(ctx context.Context, tx *store.Tx, c store.Change, zone *time.Location) ([]string, error) {
	p, _, err := tx.People().ByID(ctx, c.Person)
	if err != nil {
		return nil, err
	}
	by, _, err := tx.People().ByID(ctx, c.By)
	if err != nil {
		return nil, err
	}
	got := string(c.Post)
	if len(c.Duties) > 0 {
		if got != "" {
			got += "、"
		}
		got += joined(c.Duties)
	}
	who := by.Name
	if by.ID == "" {
		who = asker(by)
	}
	return []string{c.Code, p.Name, got, who, c.At.In(zone).Format("01-02 15:04")}, nil
}

func firstCard(rows [][]string) chat.Card {
	return chat.Card{Title: "这些人有查档案或管理的权限，请确认", Tone: chat.Warn, Blocks: []chat.Block{
		{Text: "你第一次发消息之前，下面的岗位和职责已经直接生效。以后每一项都要你确认才生效。"},
		{Table: &chat.Table{Heads: []string{"编号", "姓名", "岗位或职责", "谁办的", "时间"}, Rows: rows}},
		{Note: "都对：确认 全部。一项一项：确认 " + rows[0][0] + "。不同意（收回）：取消 " + rows[0][0]},
	}, Buttons: []chat.Button{{Label: "确认 全部", Command: "确认 " + allWord, Primary: true}}}
}

// maxOwed is how many changes 我的 lists.
const maxOwed = 5

// Waiting is what waits for the caller's word, each with the button that gives it.
func Waiting(ctx context.Context, c *command.Call) ([]command.Item, error) {
	open, err := decidedBy(ctx, c.Tx, c.Person, c.Now)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	var items []command.Item
	for _, one := range open[:min(len(open), maxOwed)] {
		p, _, err := c.Tx.People().ByID(ctx, one.Person)
		if err != nil {
			return nil, err
		}
		items = append(items, command.Item{Text: one.Code + " " + what(p.Name, one) + "，待你确认（不同意：取消 " + one.Code + "）",
			Button: &chat.Button{Label: "确认 " + one.Code, Command: "确认 " + one.Code}, Urgent: true, Yes: "确认 " + one.Code, No: "取消 " + one.Code})
	}
	if len(open) > maxOwed {
		items = append(items, command.Item{Text: "还有 " + number(len(open)-maxOwed) + " 项人员变更待你确认：确认 全部"})
	}
	return items, nil
}
