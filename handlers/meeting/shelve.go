package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// shelve is 搁置.
func (h Handler) shelve(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, i, err := h.item(ctx, c, c.Text(itemArg))
	if err != nil {
		return nil, err
	}
	if err := h.ready(ctx, c, m, i); err != nil {
		return nil, err
	}
	fields := c.Fields(fieldsArg)
	t, err := h.terms(ctx, c, fields)
	if err != nil {
		return nil, err
	}
	why := fields[fieldReason]
	if why == "" {
		why = c.Text("内容")
	}
	if why, err = fitting(fieldReason, why, maxTitle); err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: "为什么搁置？写一句。", Prefix: fieldReason + "="}
	}
	is := i
	is.State, is.Owner, is.Due, is.Why, is.By, is.At = store.ItemShelved, t.owner.ID, t.due, why, c.Person.ID, c.Now
	is.Shelved++
	if saved, err := c.Tx.Agenda().Save(ctx, i, is, deed(c, "")); err != nil || !saved {
		return nil, orRaced(err, i.Code)
	}
	card := chat.Card{Title: i.Code + " 已搁置", Blocks: []chat.Block{{Text: text.Line(i.Title)}, {Facts: []chat.Fact{
		{Label: fieldOwner, Value: t.owner.Name}, {Label: fieldDue, Value: words.DayIn(t.due, h.Rules.Day(c.Now))}, {Label: fieldReason, Value: why}, {Label: "搁置", Value: fmt.Sprintf("第 %d 次，下次会自动列入", is.Shelved)},
	}}}}
	a := secret(card, "agenda/"+i.Code, fmt.Sprintf("%s 已搁置：负责 %s，期限 %s，第 %d 次。", i.Code, t.owner.Name, t.due.String(), is.Shelved))
	if is.Shelved >= tooOften {
		if err := h.tellShelved(ctx, c, m, is, a); err != nil {
			return nil, err
		}
	}
	if err := h.andNext(ctx, c, m, a); err != nil {
		return nil, err
	}
	return undoable(a, fmt.Sprintf("%s/%d", i.Code, i.Version+1)), nil
}

// tellShelved tells the general manager of what is shelved again and again, and says
// on the answer whom it told: the post may be vacant, or the caller's.
func (h Handler) tellShelved(ctx context.Context, c *command.Call, m store.Meeting, i store.AgendaItem, a *command.Answer) error {
	roll, err := h.roll(ctx, c)
	if err != nil {
		return err
	}
	to := audience.But(roll.Standing(store.GeneralManager).To, c.Person.ID)
	said := fmt.Sprintf("搁置 %d 次了，会-1 要求议而有决。", i.Shelved)
	if len(to) > 0 {
		said = fmt.Sprintf("搁置 %d 次了，已告诉%s。", i.Shelved, namesAndPosts(to))
	}
	a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Note: said})
	card := chat.Card{Title: fmt.Sprintf("议题 %s 已搁置 %d 次", i.Code, i.Shelved), Tone: chat.Warn, Blocks: []chat.Block{
		{Text: i.Source + "：" + text.Line(i.Title)}, {Text: c.Person.Name + "在" + title(m) + "上搁置到 " + i.Due.String() + "：" + text.Continued(i.Why) + "（会-1 要求议而有决）"},
	}, Buttons: []chat.Button{{Label: "看议题", Command: "议题 " + i.Code}}}
	key := fmt.Sprintf("agenda/%s/%d/shelved", i.Code, i.Version) // of this time: it may have been taken back before
	a.Notices = audience.Same(key, to, chat.Message{
		Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: fmt.Sprintf("议题 %s 已搁置 %d 次。", i.Code, i.Shelved) + elsewhere},
	})
	return nil
}

// note is 知悉, of one item or several.
func (h Handler) note(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := strings.FieldsFunc(c.Text(itemArg), func(r rune) bool { return strings.ContainsRune(" ,，、;；\n\t　", r) })
	var refs, codes []string
	m, err := h.now(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(typed) == 1 && (typed[0] == "全部" || typed[0] == "所有") {
		if typed, err = h.reports(ctx, c, m); err != nil {
			return nil, err
		}
	}
	for _, one := range typed {
		_, i, err := h.item(ctx, c, one)
		if err != nil {
			return nil, err
		}
		if slices.Contains(codes, i.Code) {
			continue
		}
		if i.State != store.ItemOpen {
			return nil, h.decided(ctx, c, i)
		}
		if !i.Report() {
			return nil, &command.Refusal{Text: i.Code + " 不能只知悉：提出的、搁置过的议题和没完成的决议要有结论。", Hint: "讨论 " + i.Code + " 内容…，再发 决议 " + i.Code + " 结论… 负责=姓名 期限=日期", Clause: deciding, Private: true}
		}
		is := i
		is.State, is.By, is.At = store.ItemNoted, c.Person.ID, c.Now
		if saved, err := c.Tx.Agenda().Save(ctx, i, is, deed(c, "")); err != nil || !saved {
			return nil, orRaced(err, i.Code)
		}
		codes, refs = append(codes, i.Code), append(refs, fmt.Sprintf("%s/%d", i.Code, i.Version+1))
	}
	if len(codes) == 0 {
		return nil, &command.Question{Prompt: "哪个议题？写编号，例如 Y4。"}
	}
	said := "已知悉 " + strings.Join(codes, "、")
	a := secret(chat.Card{Title: said, Tone: chat.Good}, "agenda/"+codes[0], said+"。")
	if err := h.andNext(ctx, c, m, a); err != nil {
		return nil, err
	}
	return undoable(a, strings.Join(refs, ",")), nil
}

// reports are the items that only tell something, have no outcome and were not spoken
// of: who has read them all says so at once.
func (h Handler) reports(ctx context.Context, c *command.Call, m store.Meeting) (codes []string, err error) {
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	for _, i := range v.open() {
		if i.Report() && v.talks[i.Code] == 0 {
			codes = append(codes, i.Code)
		}
	}
	if len(codes) == 0 {
		return nil, &command.Refusal{Text: "没有只要知悉的议题了。", Hint: "议题", Clause: deciding, Private: true}
	}
	return codes, nil
}
