package handover

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// mine is what the caller has to do with handing over: what is their own, what is
// offered to them, and for heads who leaves.
func (h Handler) mine(ctx context.Context, c *command.Call) (*command.Answer, error) {
	own, running, err := c.Tx.Departures().Of(ctx, c.Person.ID)
	if err != nil {
		return nil, err
	}
	if running && !own.Given.After(c.Now) {
		e, err := leaving.Read(ctx, c.Tx, h.Leaves, own, c.Now)
		if err != nil {
			return nil, err
		}
		return h.show(ctx, c, e)
	}
	all, err := h.open(ctx, c.Tx, c.Now)
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	var card chat.Card
	for _, e := range all {
		if offered := forTaker(roll, e, c.Person); len(offered) > 0 {
			card.Blocks = append(card.Blocks, chat.Block{Text: e.Name() + "交给你的（" + strconv.Itoa(len(offered)) + " 项）：\n" + leaving.Lines(keys(offered))})
		}
	}
	if len(card.Blocks) > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Label: "接收 全部", Command: "接收 " + allWord, Primary: true})
		card.Blocks = append(card.Blocks, chat.Block{Note: "一项一项：接收 编号；不接：不接收 编号 理由。"})
	}
	if rulebook.Allows(rulebook.SeeHandovers, c.Person) {
		for _, e := range all {
			card.Blocks = append(card.Blocks, chat.Block{Text: h.row(e)})
			card.Buttons = append(card.Buttons, chat.Button{Label: "看 " + e.Name(), Command: "交接 " + e.Name()})
		}
	}
	if len(card.Blocks) == 0 {
		a := command.Text("没有要交接、也没有等你接收的。")
		a.Subject = "departures"
		return a, nil
	}
	card.Title = "交接"
	return secret(card, fmt.Sprintf("交接：%d 人。", len(all)), "departures"), nil
}

// row is one who leaves, in a list.
func (h Handler) row(e leaving.Estate) string {
	parts := []string{"• " + e.Name(), string(e.Kind), "最后工作日 " + e.Last.String(), stateWords(e), fmt.Sprintf("未交接 %d 项", len(e.Items))}
	if e.Cleared.IsZero() {
		parts = append(parts, "账没有结清")
	}
	return strings.Join(parts, " · ")
}

// show is the list of one who leaves.
func (h Handler) show(ctx context.Context, c *command.Call, e leaving.Estate) (*command.Answer, error) {
	facts := h.noticeFacts(e.Departure)
	if e.Kind == store.Stopped {
		facts = []chat.Fact{{Label: "岗位", Value: string(e.Post)}, {Label: "离开", Value: e.Last.String() + "，未办交接"}}
	}
	facts = append(facts, chat.Fact{Label: "状态", Value: stateWords(e)}, chat.Fact{Label: "账", Value: accountWords(e)})
	card := chat.Card{Title: e.Name() + "的交接", Blocks: []chat.Block{{Facts: facts}}}
	if len(e.Items) > 0 {
		var rows []string
		for _, i := range e.Items {
			row := i.Key() + " " + i.Name + "：" + i.Status()
			if counts := leaving.Counts(i.Goes); counts != "" {
				row += "（连同 " + counts + "）"
			}
			rows = append(rows, row)
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("未交接 %d 项（%s）：\n", len(e.Items), leaving.Counts(e.Held())) + limited(rows)})
	}
	if len(e.Taken) > 0 {
		names := audience.NewNames(c.Tx)
		var rows []string
		for _, t := range e.Taken {
			who, err := names.Of(ctx, t.Taker)
			if err != nil {
				return nil, err
			}
			rows = append(rows, leaving.Key(t.Kind, t.Ref)+"：已由"+who+"于 "+words.Moment(t.At.In(h.Rules.Zone))+" 接收")
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("已交接 %d 项：\n", len(e.Taken)) + limited(rows)})
	}
	for _, own := range e.Own {
		card.Blocks = append(card.Blocks, chat.Block{Text: own.Name})
	}
	switch {
	case len(e.Items) == 0 && len(e.Taken) == 0:
		card.Blocks = append(card.Blocks, chat.Block{Text: "名下没有要交接的。"})
	case len(e.Items) == 0:
		card.Blocks = append(card.Blocks, chat.Block{Text: "都交接完了。"})
	}
	note := "截至 " + words.Moment(c.Now)
	if len(e.Items) > 0 {
		note = "请人接收：交接 编号 接收人，或 交接 " + h.before(c, e) + allWord + " 接收人。" + note
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: note})
	return secret(card, fmt.Sprintf("%s的交接：未交接 %d 项，已交接 %d 项。", e.Name(), len(e.Items), len(e.Taken)), subject(e.Departure)), nil
}

// before is the name that stands in front of 全部 where it is not one's own.
func (h Handler) before(c *command.Call, e leaving.Estate) string {
	if e.Person == c.Person.ID {
		return ""
	}
	return e.Name() + " "
}

// limited are rows as far as one message shows them.
func limited(rows []string) string {
	if n := len(rows) - command.MaxRows; n > 0 {
		rows = append(slices.Clone(rows[:command.MaxRows]), words.More(n))
	}
	return "• " + strings.Join(rows, "\n• ")
}

func accountWords(e leaving.Estate) string {
	switch {
	case e.Owes != "":
		return "没有结清：" + e.Owes
	case e.Cleared.IsZero():
		return "没有结清"
	case e.ClearedBy == e.Person:
		return "已结清（无人复核）"
	}
	return "已结清"
}
