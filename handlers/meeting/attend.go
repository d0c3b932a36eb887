package meeting

import (
	"context"
	"fmt"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	personArg    = "姓名"
	absentPrompt = "为什么缺席？写一句。"
)

func (h Handler) attendCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "到会", Aliases: []string{"dh"}, Summary: "开会时报到会，迟到的记时间",
			Said:     []string{"我到会了", "到会了", "会议签到", "参加会议", "我来开会", "进会"},
			Examples: []string{"到会"},
			Who:      rulebook.TakePart, Private: true, Clause: deciding, Run: h.attend, Undo: h.undoNote,
		},
		{
			Name: "缺席", Aliases: []string{"qxi"}, Summary: "记下谁没来开会、为什么",
			Said:     []string{"没来开会", "没到会", "缺席会议", "不来开会"},
			Args:     []command.Arg{{Name: personArg, Kind: command.Person, Prompt: "谁？写姓名。"}, {Name: fieldReason, Kind: command.Free, Prompt: absentPrompt}},
			Examples: []string{"缺席 张伟 去客户那里了"},
			Who:      rulebook.HeadMeetings, Private: true, Clause: deciding, Run: h.absent, Undo: h.undoNote,
		},
	}
}

// attend is 到会.
func (h Handler) attend(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, err := h.now(ctx, c)
	if err != nil {
		return nil, err
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if was := v.attendance()[c.Person.ID]; was.Kind == store.NotePresent {
		said := "已经记过你到会了。"
		if !was.At.IsZero() {
			said = "已经记过你 " + h.clock(was.At) + " 到会。"
		}
		return nil, &command.Refusal{Text: said, Hint: "议题", Clause: deciding, Private: true}
	}
	n := store.MeetingNote{ID: c.Tx.NewID(c.Now), Meeting: m.Code, Kind: store.NotePresent, Person: c.Person.ID, By: c.Person.ID, At: c.Now}
	if err := c.Tx.Agenda().Note(ctx, n); err != nil {
		return nil, err
	}
	v.notes = append(v.notes, n)
	said := c.Person.Name + " " + h.clock(c.Now) + " 到会"
	if late := v.late(n); late > 0 {
		said += fmt.Sprintf("，迟到 %s（只记不罚，附-1）", words.Minutes(late))
	}
	card := v.card(said, c.Person)
	card.Tone = chat.Good
	card.Buttons = nil
	return undoable(secret(card, subject(m), said+"。"+elsewhere), m.Code+"/"+n.ID), nil
}

// absent is 缺席.
func (h Handler) absent(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, err := h.now(ctx, c)
	if err != nil {
		return nil, err
	}
	who := c.Who(personArg)
	why, err := reason(c.Text(fieldReason))
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: absentPrompt}
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if !rulebook.Member(who) && v.attendance()[who.ID].Kind == "" {
		return nil, &command.Refusal{Text: who.Name + "不在应到的人里：" + rulebook.Holders(rulebook.AttendMeetings) + "。", Hint: "议题", Clause: deciding, Private: true}
	}
	n := store.MeetingNote{ID: c.Tx.NewID(c.Now), Meeting: m.Code, Kind: store.NoteAbsent, Person: who.ID, By: c.Person.ID, At: c.Now, Words: why}
	if err := c.Tx.Agenda().Note(ctx, n); err != nil {
		return nil, err
	}
	v.notes = append(v.notes, n)
	a := secret(chat.Card{Title: "已记：" + who.Name + "缺席", Blocks: []chat.Block{{Text: fieldReason + "：" + text.Line(why)}, {Text: v.presence()}}}, subject(m), "已记"+who.Name+"缺席。"+v.presence())
	if who.ID != c.Person.ID {
		a.Notices = audience.Same("meeting/"+n.ID, []store.Person{who}, chat.Message{
			Text: c.Person.Name + "记下你缺席" + title(m) + "：" + text.Line(why) + "。不对的话，在会上发 到会。", Secrecy: chat.Secrecy{Confidential: true, Summary: c.Person.Name + "记下你缺席" + outline(m) + "。"},
		})
	}
	return undoable(a, m.Code+"/"+n.ID), nil
}
