package staff

import (
	"context"
	"fmt"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// maxChanges is how many reworded clauses one message shows.
const maxChanges = 5

// unreadSteps are the working days after which somebody is reminded to confirm the
// rules; on the one after the last those above hear (2-2).
var unreadSteps = []int{3, 7}

func confirmButton(e rulebook.Edition) chat.Button {
	return chat.Button{Label: "我已阅读", Command: confirmLine + " " + string(e.From), Primary: true}
}

// reworded is what an edition words anew, old and new.
func (h Handler) reworded(e rulebook.Edition) (blocks []chat.Block) {
	list := h.Rules.Book.Changes(e)
	for _, c := range list[:min(len(list), maxChanges)] {
		blocks = append(blocks, chat.Block{Text: c.Number + " " + c.Title + "\n原：" + c.Old + "\n现：" + c.Text})
	}
	if more := len(list) - maxChanges; more > 0 {
		blocks = append(blocks, chat.Block{Note: fmt.Sprintf("…另有 %d 条改了，看：制度", more)})
	}
	return blocks
}

// askedMark is the mark of when an edition was put to everybody.
func askedMark(e rulebook.Edition) string { return "rules/asked/" + string(e.From) }

// AskAll is the job that asks everybody once to confirm an edition of substance. Who
// came later was asked when they were registered.
func (h Handler) AskAll(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	today := h.Rules.Day(s.At)
	asked := h.Rules.Book.Asked(today)
	e, mark := asked[0], askedMark(asked[0])
	if e.Clauses == nil { // the built-in one
		return nil, nil
	}
	at, err := tx.Marks().At(ctx, mark)
	if err != nil || !at.IsZero() {
		return nil, err
	}
	people, err := h.unconfirmed(ctx, tx, today)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: "《市场管理细则》改了，请看过并确认", Tone: chat.Warn, Blocks: append([]chat.Block{
		{Text: string(e.From) + " 起施行的新版有实质修改，每个人要确认一次（2-2）："},
	}, h.reworded(e)...), Buttons: []chat.Button{confirmButton(h.Rules.Book.On(today)), {Label: "看全文", Command: "制度"}}}
	return audience.Same("rules/"+string(e.From), people, chat.Message{Card: &card}), tx.Marks().Set(ctx, mark, s.At)
}

// unconfirmed are the people who have not confirmed what is asked of them on a day.
func (h Handler) unconfirmed(ctx context.Context, tx *store.Tx, day store.Day) (list []store.Person, err error) {
	read, err := tx.People().Acknowledged(ctx, rulebook.Names(h.Rules.Book.Asked(day)))
	if err != nil {
		return nil, err
	}
	people, err := tx.People().Active(ctx)
	for _, p := range people {
		if read[p.ID].IsZero() {
			list = append(list, p)
		}
	}
	return list, err
}

// asked is the day since which everybody knows of what is asked on a day: an edition may
// be entered after the day that it holds from. Nobody was asked for the built-in one.
func (h Handler) asked(ctx context.Context, tx *store.Tx, day store.Day) (store.Day, error) {
	e := h.Rules.Book.Asked(day)[0]
	if e.Clauses == nil {
		return "", nil
	}
	at, err := tx.Marks().At(ctx, askedMark(e))
	if at.IsZero() {
		return day, err
	}
	return max(e.From, h.Rules.Day(at)), err
}

// waited is how many working days somebody has had by a day to confirm the rules that
// everybody was asked for on another.
func (h Handler) waited(p store.Person, asked, day store.Day) int {
	return h.Rules.Calendar.WorkingDays(max(h.Rules.Day(p.Since), asked), day)
}

// unreadLines remind who has not confirmed the rules, and then those above.
func (h Handler) unreadLines(ctx context.Context, tx *store.Tx, roll audience.Roll) (list []daily.Line, err error) {
	people, err := h.unconfirmed(ctx, tx, roll.Day)
	if err != nil {
		return nil, err
	}
	asked, err := h.asked(ctx, tx, roll.Day)
	edition := string(h.Rules.Book.Asked(roll.Day)[0].From)
	for _, p := range people {
		n, step := h.waited(p, asked, roll.Day), 0
		for _, s := range unreadSteps {
			if n >= s {
				step = s
			}
		}
		if step == 0 {
			continue
		}
		name := "《市场管理细则》" + edition + " 版"
		list = append(list, daily.Line{
			For: roll.Only(p), Key: "rules/unread/" + edition + "/" + p.ID, Step: step,
			Text: fmt.Sprintf("%s还没有确认（第 %d 个工作日，2-2）", name, n), Command: "制度", Label: "看制度",
		})
		if above := aboveOf(p.Post); above != "" && n > unreadSteps[len(unreadSteps)-1] {
			to := roll.Hearing(above)
			to.To = audience.But(to.To, p.ID)
			list = append(list, daily.Line{
				For: to, Key: "rules/behind/" + edition + "/" + p.ID,
				Text: fmt.Sprintf("%s 还没有确认%s（第 %d 个工作日，2-2）", p.Name, name, n), Command: unreadLine, Label: "谁没确认",
			})
		}
	}
	return list, err
}

// aboveOf is the post that hears who has not confirmed the rules: the supervisor, of
// those who stand above the next one up.
func aboveOf(p store.Post) store.Post {
	if p == store.OtherEmployee {
		return store.Supervisor
	}
	return rulebook.Superior(p)
}

// unread is 制度 未确认: names in private, counts in a group.
func (h Handler) unread(ctx context.Context, c *command.Call) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	people, err := h.unconfirmed(ctx, c.Tx, today)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := h.asked(ctx, c.Tx, today)
	if err != nil {
		return nil, err
	}
	edition := string(h.Rules.Book.Asked(today)[0].From)
	said := fmt.Sprintf("《市场管理细则》%s 版：%d 人已确认，%d 人没有。", edition, len(all)-len(people), len(people))
	a := command.Text(said)
	switch {
	case len(people) == 0:
	case c.Event.Chat.Group:
		a.Reply.Text += "名单请私聊我发：" + unreadLine
	default:
		t := &chat.Table{Heads: []string{"姓名", "岗位", "等了几个工作日"}}
		for _, p := range people {
			t.Rows = append(t.Rows, []string{p.Name, string(p.Post), number(h.waited(p, asked, today))})
		}
		a = command.Card(chat.Card{Title: "谁还没有确认制度", Blocks: []chat.Block{{Text: said}, {Table: t}}})
	}
	a.Subject = "rules/" + edition
	return a, nil
}
