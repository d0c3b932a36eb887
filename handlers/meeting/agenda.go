package meeting

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

const talkPrompt = "讨论了什么？写要点，会记在你名下。"

func (h Handler) agendaCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "议题", Aliases: []string{"yt"}, Summary: "提一个议题；不写内容看议程，写编号看一项", Lists: true, Of: "Y",
			Said: []string{"提议题", "讨论什么", "建议讨论", "想讨论", "想在会上", "提议", "加议题", "提个议题", "议程", "会议议程", "会上讨论", "有什么议题", "有哪些议题", "议题列表", "看议程"},
			Args: []command.Arg{{Name: "内容", Kind: command.Free, Optional: true, Coded: "Y"}}, Examples: []string{"议题 展会分工怎么排", "议题", "议题 Y4"},
			Who: rulebook.TakePart, Asks: true, Private: true, Clause: deciding, Run: h.agenda, Undo: h.undoItem,
		},
		{
			Name: "讨论", Aliases: []string{"tl"}, Summary: "把讨论的要点记到议题上，记名字和时间", Of: "Y",
			Said: []string{"讨论议题", "记录讨论", "发言", "我的意见"},
			Args: []command.Arg{
				{Name: itemArg, Kind: command.Number, Prompt: "哪个议题？写编号，例如 Y4。"}, {Name: "内容", Kind: command.Free, Prompt: talkPrompt},
			},
			Examples: []string{"讨论 Y4 客户要求分三期付"},
			Who:      rulebook.TakePart, Private: true, Clause: deciding, Run: h.talk, Undo: h.undoNote,
		},
	}
}

// agenda is 议题: without words the agenda, by its number an item, else a new one.
func (h Handler) agenda(ctx context.Context, c *command.Call) (*command.Answer, error) {
	said, err := fitting("议题", c.Text("内容"), maxTitle)
	if err != nil {
		return nil, err
	}
	first := reading.FirstCode(said)
	code := command.CodeIn("Y", first)
	page, turned := reading.PageNumber(said)
	switch numbered := code != "" && strings.HasPrefix(text.Code(first), "Y"); {
	case reading.Turns(said):
		return nil, &command.Refusal{Text: "翻页写 第2页。", Hint: "议题 第2页", Clause: deciding, Private: true}
	case said == "", turned:
		return h.list(ctx, c, page)
	case numbered && first == said:
		return h.one(ctx, c, code)
	case numbered: // what is said of an item is no new one
		about := strings.TrimSpace(strings.TrimPrefix(said, first))
		return nil, &command.Refusal{
			Text: "这是说议题 " + code + " 的，没有另记一个议题。", Hint: "讨论 " + code + " " + text.CutLine(about, shown), Clause: deciding, Private: true,
		}
	}
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err != nil {
		return nil, err
	}
	i := store.AgendaItem{State: store.ItemWaiting, Rank: rankProposed, Source: sourceProposed, Title: said, Maker: c.Person.ID, Made: c.Now}
	when := "下次会上讨论。"
	if open {
		i.State, i.Meeting, when = store.ItemOpen, m.Code, "已列入正在开的"+title(m)+"。"
	}
	if i.Code, err = c.Tx.Agenda().NewCode(ctx); err != nil {
		return nil, err
	}
	if err := c.Tx.Agenda().Add(ctx, i, deed(c, "")); err != nil {
		return nil, err
	}
	a := secret(chat.Card{Title: "议题 " + i.Code + " 已记下", Tone: chat.Good, Blocks: []chat.Block{{Text: text.Line(said)}, {Text: when}}},
		"agenda/"+i.Code, "议题 "+i.Code+" 已记下："+text.CutLine(said, shown)+"。"+when)
	return undoable(a, i.Code+"/1"), nil
}

// list is a page of the agenda of the meeting that is open, else of what waits for the
// next one.
func (h Handler) list(ctx context.Context, c *command.Call, no int) (*command.Answer, error) {
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err != nil {
		return nil, err
	}
	if open {
		v, err := h.view(ctx, c.Tx, m)
		if err != nil {
			return nil, err
		}
		if !v.admits(c.Person) {
			return nil, &command.Refusal{Text: "议程给参加会议的人看。", Hint: "到会", Clause: deciding, Denied: true, Private: true}
		}
		v.page = no
		if err := v.shown().Short(no); err != nil {
			return nil, err
		}
		return secret(v.card(title(m)+"的议程", c.Person), subject(m), v.outline()), nil
	}
	waiting, err := c.Tx.Agenda().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	n := audience.NewNames(c.Tx)
	var rows []string
	for _, i := range inOrder(waiting) {
		if !(view{}).admits(c.Person) && !keeps(c.Person, i) {
			continue
		}
		row := "• " + i.Code + " " + text.CutLine(i.Title, maxTitle)
		who, how := i.Maker, "提出"
		if i.State == store.ItemShelved {
			who, how = i.Owner, fmt.Sprintf("搁置到 %s，第 %d 次", i.Due.String(), i.Shelved)
		}
		name, err := n.Of(ctx, who)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row+"（"+name+" "+how+"）")
	}
	card := chat.Card{Title: fmt.Sprintf("下次会的议题（%d 项）", len(rows)), Blocks: []chat.Block{{Note: "开会时另外自动列入：没完成的决议，月会还有各项表里要决定的。"}}}
	if len(rows) == 0 {
		rows = []string{"还没有议题。提一个：议题 内容…"}
	}
	page := command.PageOf(no, len(rows), command.MaxRows, "议题")
	if err := page.Short(no); err != nil {
		return nil, err
	}
	shown := command.Rows(page, rows)
	if rest := page.Rest(); rest != "" {
		shown = append(shown, rest)
	}
	card.Blocks, card.Buttons = append([]chat.Block{{Text: strings.Join(shown, "\n")}}, card.Blocks...), page.Turn("下一页")
	return secret(card, "agenda", card.Title+"。"+elsewhere), nil
}

// keeps reports whether an item is somebody's own: they brought it, or are to bring it
// back.
func keeps(p store.Person, i store.AgendaItem) bool { return i.Maker == p.ID || i.Owner == p.ID }

// one is an item with all that was said of it, as the caller may see it.
func (h Handler) one(ctx context.Context, c *command.Call, code string) (*command.Answer, error) {
	i, found, err := c.Tx.Agenda().Get(ctx, code)
	if c.Tx.PassOver(err) {
		return nil, &command.Refusal{Text: "这个议题的记录损坏，打不开；管理员已经知道。", Hint: "议题", Private: true}
	}
	if err != nil {
		return nil, err
	}
	if !found || i.State == store.ItemUndone || i.Made.After(c.Now) {
		return nil, &command.Refusal{Text: "没有议题 " + code + "。", Hint: "看有哪些：议题", Clause: deciding, Private: true}
	}
	m := store.Meeting{Code: i.Meeting}
	if i.Meeting != "" {
		if m, _, err = c.Tx.Meetings().Get(ctx, i.Meeting); err != nil {
			return nil, err
		}
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if i.Meeting == "" {
		v = view{h: h, talks: map[string]int{}}
	}
	if !v.admits(c.Person) && !keeps(c.Person, i) {
		return nil, &command.Refusal{Text: "没有议题 " + code + "。", Hint: "看有哪些：议题", Clause: deciding, Private: true, Denied: true}
	}
	card := chat.Card{Title: "议题 " + i.Code, Blocks: []chat.Block{{Text: i.Source + "：" + text.Line(i.Title) + "（" + v.state(i) + "）"}}}
	if lines := v.lines(i, c.Person); len(lines) > 0 {
		shown := lines[:min(len(lines), command.MaxRows)]
		if rest := len(lines) - len(shown); rest > 0 {
			shown = append(shown, fmt.Sprintf("…另有 %d 条", rest))
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(shown, "\n")})
	}
	talks := v.said(i, c.Person)
	if len(talks) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(talks, "\n")})
	}
	return secret(card, "agenda/"+i.Code, "议题 "+i.Code+"："+string(i.State)+"，"+count(v.talks[i.Code], "条讨论")+"。"+elsewhere), nil
}

// admits reports whether somebody may see the agenda: who belongs to every meeting,
// who reads what heads read, and who is there.
func (v view) admits(p store.Person) bool {
	return rulebook.Member(p) || rulebook.Allows(rulebook.SeeMeetings, p) || v.attendance()[p.ID].Kind == store.NotePresent
}

// speaks reports whether somebody may say something of an item: who belongs to every
// meeting, and who is there.
func (v view) speaks(p store.Person) bool {
	return rulebook.Member(p) || v.attendance()[p.ID].Kind == store.NotePresent
}

// said is what was said of an item, with name and time: for everybody who was in the
// meeting, for they heard it.
func (v view) said(i store.AgendaItem, reader store.Person) (list []string) {
	there := v.attendance()[reader.ID].Kind == store.NotePresent
	for _, n := range v.notes {
		if n.Item == i.Code && (there || n.Person == reader.ID || rulebook.Allows(rulebook.SeeMeetings, reader)) {
			list = append(list, v.names[n.Person]+" "+v.h.clock(n.At)+"："+text.Continued(n.Words))
		}
	}
	return list[max(0, len(list)-command.MaxRows):]
}

// talk is 讨论.
func (h Handler) talk(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, i, err := h.item(ctx, c, c.Text(itemArg))
	if err != nil {
		return nil, err
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if !v.speaks(c.Person) { // who only reads, listens
		return nil, &command.Refusal{Text: "讨论由参加会议的人来说：" + rulebook.Holders(rulebook.AttendMeetings) + "，别人先报到会。", Hint: "到会", Clause: deciding, Denied: true, Private: true}
	}
	if i.State != store.ItemOpen {
		return nil, h.decided(ctx, c, i)
	}
	said, err := fitting("讨论", c.Text("内容"), maxTalk)
	if err != nil {
		return nil, err
	}
	if said == "" {
		return nil, &command.Question{Prompt: talkPrompt, Line: "讨论 " + i.Code}
	}
	n := store.MeetingNote{ID: c.Tx.NewID(c.Now), Meeting: m.Code, Item: i.Code, Kind: store.NoteTalk, Person: c.Person.ID, By: c.Person.ID, At: c.Now, Words: said}
	if err := c.Tx.Agenda().Note(ctx, n); err != nil {
		return nil, err
	}
	of := fmt.Sprintf("第 %d 条讨论", v.talks[i.Code]+1)
	card := chat.Card{Title: "记下了：" + i.Code + " " + of, Tone: chat.Good, Blocks: []chat.Block{{Text: text.CutLine(i.Title, maxTitle)}, {Text: c.Person.Name + " " + h.clock(c.Now) + "：" + text.Continued(said)}}}
	if rulebook.Allows(rulebook.HeadMeetings, c.Person) {
		card.Buttons = []chat.Button{{Label: "决议 " + i.Code, Command: "决议 " + i.Code, Typed: "决议 " + i.Code + " 结论… 负责=姓名 期限=日期"}}
	}
	a := secret(card, "agenda/"+i.Code, "记下了："+i.Code+" "+of+"。"+elsewhere)
	return undoable(a, m.Code+"/"+n.ID), nil
}

// undoItem takes a new item back that nobody has touched since.
func (h Handler) undoItem(ctx context.Context, c *command.Call, ref string) (string, error) {
	code, _, _ := strings.Cut(ref, "/")
	was, found, err := c.Tx.Agenda().Get(ctx, code)
	if err == nil && !found {
		err = fmt.Errorf("undo %s: there is no such item", ref)
	}
	if err != nil {
		return "", err
	}
	notes, err := c.Tx.Agenda().Notes(ctx, was.Meeting)
	if err != nil {
		return "", err
	}
	for _, n := range notes {
		if n.Item == code {
			return "", errLater(code, "已经在讨论了")
		}
	}
	is := was
	is.State = store.ItemUndone
	if was.Version != 1 {
		return "", errLater(code, "后来又有变动")
	}
	saved, err := c.Tx.Agenda().Save(ctx, was, is, store.MeetingAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: "撤销"})
	if err != nil || !saved {
		return "", orRaced(err, code)
	}
	return "议题 " + code + "，编号不再使用", nil
}

// errLater refuses to take back what others build on.
func errLater(code, why string) error {
	return &command.Refusal{Text: code + " " + why + "，不能撤销了。", Hint: "议题 " + code, Clause: deciding, Private: true}
}

// undoNote takes back what the caller said or noted in the meeting.
func (h Handler) undoNote(ctx context.Context, c *command.Call, ref string) (string, error) {
	code, id, _ := strings.Cut(ref, "/")
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err != nil {
		return "", err
	}
	if !open || m.Code != code {
		return "", &command.Refusal{Text: "会已经散了，纪要不再变动。", Hint: "纪要", Clause: deciding, Private: true}
	}
	notes, err := c.Tx.Agenda().Notes(ctx, code)
	if err != nil {
		return "", err
	}
	for _, n := range notes {
		if n.ID != id {
			continue
		}
		if n.Item != "" {
			i, _, err := c.Tx.Agenda().Get(ctx, n.Item)
			if err != nil {
				return "", err
			}
			if i.State != store.ItemOpen {
				return "", errLater(n.Item, "已经有结论")
			}
		}
		done, err := c.Tx.Agenda().TakeBack(ctx, n)
		if err == nil && !done {
			err = errRaced("这一条", "议题")
		}
		return string(n.Kind) + strings.TrimSuffix(" "+n.Item, " "), err
	}
	return "", fmt.Errorf("undo %s: there is no such note", ref)
}
