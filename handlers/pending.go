package handlers

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/staff"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// What people say to a question or a preview that is no command and nothing that
// was asked for.
var (
	yeses = strings.Fields("是 是的 对 对的 好 好的 好吧 好呀 可以 行 同意 确定 ok yes")
	noes  = append(strings.Fields("不 不用 不要 不要了 不办 不办了 不同意 不行 不可以 否 no"), quits...)
	quits = strings.Fields("不了 不用了 先不办 先不办了 不弄了 先不弄了 算了")
	// consents are those of the yeses that decide, though people say them in passing, too.
	consents = strings.Fields("可以 行 同意")
	nones    = strings.Fields("没有 没有了 没 无 暂无")
	vague    = strings.Fields("嗯 嗯嗯 哦 噢 喔 啊 收到 知道了 不知道 不清楚 不懂 不会 等等 等一下 稍等")
)

// mayAgree reports whether what was written says yes, or what a button that
// confirms says, and nothing else.
func (m *matter) mayAgree() bool {
	word := alone(m.said())
	return slices.Contains(yeses, word) || slices.ContainsFunc(m.router.Specs(), func(s *command.Spec) bool { return slices.Contains(s.Proceeds, word) })
}

// agreesTo reports whether it says so to a preview.
func (m *matter) agreesTo(c store.Confirmation) bool {
	word := alone(m.said())
	spec, _, ok := m.router.Match(c.Line)
	return slices.Contains(yeses, word) || ok && slices.Contains(spec.Proceeds, word)
}

// mayLeave reports whether what was written says no to a preview, and nothing else.
func (m *matter) mayLeave() bool { return slices.Contains(noes, alone(m.said())) }

// leaves reports whether it says so to what waits for the person's word. A question may
// be answered by no, as an approval is: it is left by what can only mean that, and under
// the head of a form, where that is an answer too, by nothing.
func (m *matter) leaves() bool {
	if m.dialog == nil {
		return m.declines
	}
	return slices.Contains(quits, alone(m.said())) && !strings.HasPrefix(m.dialog.Prefix, "\n")
}

// mayReplace reports whether what was written is a command that replaces a preview.
func (m *matter) mayReplace() bool {
	spec, _, ok := m.router.Match(m.said())
	return ok && spec.Replaces != nil
}

// replacesIt reports whether it replaces this one.
func (m *matter) replacesIt(c store.Confirmation) bool {
	spec, _, _ := m.router.Match(m.said())
	shown, _, ok := m.router.Match(c.Line)
	return ok && slices.Contains(spec.Replaces, shown.Name)
}

// hollow reports whether words answer no question; of a form's field, under whose
// head they would stand, 没有 is an answer.
func hollow(said, prefix string) bool {
	word := alone(said)
	return word == "" || slices.Contains(yeses, word) || slices.Contains(vague, word) ||
		slices.Contains(nones, word) && !strings.HasPrefix(prefix, "\n")
}

// sumOf tells one of those words from another.
func sumOf(said string) uint32 { return crc32.ChecksumIEEE([]byte(alone(said))) | 1 }

// alone is a text as a word of its own.
func alone(said string) string {
	return strings.TrimFunc(text.Bare(said), func(r rune) bool { return !text.Wordy(r) })
}

// previews are what waits for a person's 确认, the oldest first: of a line that
// was sent again the newest alone, which shows how things stand.
func previews(ctx context.Context, tx *store.Tx, person string, now time.Time) ([]store.Confirmation, error) {
	list, err := tx.Dialogs().Waiting(ctx, person, now)
	all := slices.Clone(list)
	return slices.DeleteFunc(list, func(c store.Confirmation) bool {
		later := slices.IndexFunc(all, func(o store.Confirmation) bool { return o.Code == c.Code }) + 1
		return slices.ContainsFunc(all[later:], func(o store.Confirmation) bool { return o.Line == c.Line })
	}), err
}

// confirm uses a preview's number up and hands over to its line. Without a
// number it means the only one that waits.
func (d *Desk) confirm(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := c.Text("编号")
	if typed == "" {
		only, other, err := d.only(ctx, c, confirmWord)
		if err != nil || other != nil {
			return other, err
		}
		typed = only
	}
	code := readCode(typed)
	o, ok, err := c.Tx.Dialogs().Confirm(ctx, code, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	if !ok {
		return d.handOver(ctx, c, staff.Confirming(typed), typed, code, "没有再办一次")
	}
	next := &command.Next{Line: o.Line, Version: o.Version}
	if c.Text("编号") == "" {
		next.Means = code
	}
	return &command.Answer{Next: next, Subject: code, Notices: []chat.Notice{d.used(c, o, confirmWord)}}, nil
}

// used shows on a preview what the caller made of it; see carried.
func (d *Desk) used(c *command.Call, o store.Confirmation, how string) chat.Notice {
	m := d.carried(c, o.Line, how)
	m.About, m.Card.Title = o.Code, strings.TrimSpace(m.Card.Title+" "+o.Code)
	return chat.Notice{Message: m}
}

// carried is a card after the caller has used the line that it carried. The line may
// hold what is shown to nobody without a reason: of a private command it is not said
// again.
func (d *Desk) carried(c *command.Call, line, how string) (m chat.Message) {
	card := chat.Card{}.Used(c.Done(how))
	if spec, _, ok := d.router.Match(line); ok {
		card.Title, m.Confidential = spec.Name, spec.Private
	}
	if !m.Confidential {
		card.Blocks = []chat.Block{{Text: text.CutLine(line, maxWaiting)}}
	}
	m.Card = &card
	return m
}

// choose is what an offer for words that were not understood carries: its line is
// run, and where that goes through the others are no longer offered.
func (d *Desk) choose(_ context.Context, c *command.Call) (*command.Answer, error) {
	line := c.Text("命令")
	return &command.Answer{Next: &command.Next{Line: line}, Notices: []chat.Notice{{Message: d.carried(c, line, "选了这一句")}}}, nil
}

// cancel leaves the open question, which reading the command closed already, or
// a preview: without a number the only one that waits.
func (d *Desk) cancel(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := c.Text("编号")
	if typed == "" {
		_, open, err := c.Tx.Dialogs().Take(ctx, c.Person.ID, c.Now)
		if err != nil {
			return nil, err
		}
		list, err := previews(ctx, c.Tx, c.Person.ID, c.Now)
		switch {
		case err != nil:
			return nil, err
		case open || c.Answered:
			return command.Text("好的，已取消。"), nil
		case len(list) == 0:
			a, err := d.nothingOpen(ctx, c)
			return unheard(c, a), err
		}
		only, other, err := d.only(ctx, c, cancelWord)
		if err != nil || other != nil {
			return unheard(c, other), err
		}
		typed = only
	}
	code := readCode(typed)
	o, ok, err := c.Tx.Dialogs().Cancel(ctx, code, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	if !ok {
		return d.handOver(ctx, c, staff.Refusing(typed), typed, code, "取消不了")
	}
	a := command.Text("好的，" + code + " 已取消，什么也没改。")
	if _, _, _, _, form := d.formIn(o.Line); form {
		a = command.Card(chat.Card{Title: code + " 已取消，什么也没改", Blocks: []chat.Block{{Text: "填过的还留着，要改了再交就接着填。"}}, Buttons: []chat.Button{{Label: refillWord, Command: refillWord + " " + code}}})
	}
	a.Subject, a.Notices = code, []chat.Notice{d.used(c, o, cancelWord)}
	return a, nil
}

// unheard keeps a list of what waits for the caller from a group: lines stand in it as
// they were typed, amounts and customers among them.
func unheard(c *command.Call, a *command.Answer) *command.Answer {
	if a != nil && a.Reply.Card != nil && c.Event.Chat.Group {
		a.Reply.Confidential, a.Reply.Summary = true, a.Reply.Card.Title+"。私聊我发：我的"
	}
	return a
}

// nothingOpen answers who leaves what nobody asked: what they wrote before counts, and
// nobody's change is refused by a word that names none.
func (d *Desk) nothingOpen(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if word := alone(c.Event.Text); slices.Contains(noes, word) && !slices.Contains(quits, word) {
		list, err := d.decisions(ctx, c, func(i command.Item) string { return i.No })
		if err != nil || len(list) > 0 {
			return which(list), err
		}
	}
	items, err := staff.Waiting(ctx, c)
	if err != nil || len(items) == 0 {
		return command.Text("现在没有在问你的，什么也没有改。要收回 5 分钟内登记的：撤销"), err
	}
	card := chat.Card{Title: "现在没有在问你的，什么也没有改", Blocks: []chat.Block{{Text: "等你确认的还在："}}}
	for _, i := range items {
		card.Blocks = append(card.Blocks, chat.Block{Text: "• " + i.Text})
	}
	return command.Card(card), nil
}

// only is the number of the one thing that waits for the person's word; where
// there are several, an answer lists them for a word of the conversation.
func (d *Desk) only(ctx context.Context, c *command.Call, word string) (code string, several *command.Answer, err error) {
	list, err := previews(ctx, c.Tx, c.Person.ID, c.Now)
	if err != nil {
		return "", nil, err
	}
	items, err := staff.Waiting(ctx, c)
	if err != nil {
		return "", nil, err
	}
	if said := alone(c.Event.Text); len(list) == 0 && (len(items) == 0 || slices.Contains(yeses, said)) {
		all, err := d.decisions(ctx, c, func(i command.Item) string { return i.Yes })
		if err != nil || len(all) > len(items) || len(all) > 0 && command.SmallTalk(said) {
			return "", which(all), err
		}
	}
	for _, p := range slices.Backward(list) {
		text := fmt.Sprintf("%s %s（不要了：%s %s）", p.Code, text.CutLine(p.Line, maxWaiting), cancelWord, p.Code)
		items = append([]command.Item{{Text: text, Button: &chat.Button{Command: confirmWord + " " + p.Code}}}, items...)
	}
	var codes []string
	card := chat.Card{Title: fmt.Sprintf("有 %d 件等你确认", len(items)), Blocks: []chat.Block{{Text: "要" + word + "哪一件？"}}}
	for _, i := range items {
		card.Blocks = append(card.Blocks, chat.Block{Text: "• " + i.Text})
		if i.Button != nil {
			codes = append(codes, strings.TrimPrefix(i.Button.Command, confirmWord+" "))
		}
	}
	switch {
	case len(items) == 0 && command.SmallTalk(c.Event.Text):
		return "", command.Text(agreed), nil
	case len(items) == 0:
		return "", nil, &command.Refusal{Text: "现在没有等你确认的。", Hint: "我的"}
	case len(items) == 1:
		return codes[0], nil, nil
	}
	for _, code := range codes {
		card.Buttons = append(card.Buttons, chat.Button{Label: word + " " + code, Command: word + " " + code, Primary: word == confirmWord})
	}
	return "", command.Card(card), nil
}

// decisions are what waits for the caller to decide it, each with the line that a word
// alone may mean; what people say in passing, too, means nothing that can wait.
func (d *Desk) decisions(ctx context.Context, c *command.Call, line func(command.Item) string) (list []command.Item, err error) {
	small := command.SmallTalk(c.Event.Text)
	for _, a := range d.o.Areas {
		items, err := a.Owes(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			if line := line(i); line != "" && (i.Urgent || !small) {
				list = append(list, command.Item{Text: i.Text, Button: &chat.Button{Label: line, Command: line}})
			}
		}
	}
	return list, nil
}

// which asks which of several things a word alone was about; where there is one, it is
// done only once that is said: the word may have been an answer to nothing.
func which(items []command.Item) *command.Answer {
	card := chat.Card{Title: fmt.Sprintf("等你决定的有 %d 件", len(items)), Blocks: []chat.Block{{Text: "说的是哪一件？点按钮，或照按钮上的发："}}}
	shown := items[:min(len(items), maxAskedButtons)]
	for _, i := range shown {
		card.Blocks = append(card.Blocks, chat.Block{Text: "• " + i.Text})
	}
	if rest := len(items) - len(shown); rest > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: words.More(rest)})
	}
	card.Buttons = buttons(shown)
	return command.Card(card)
}

// agreed is what is said to small talk that is no greeting.
const agreed = "好的。"

// maxWaiting is how many characters of a line tell what waits.
const maxWaiting = 60

// handOver goes on with a line about changes of people where what was typed
// means those; everything else is a number that confirms nothing.
func (d *Desk) handOver(ctx context.Context, c *command.Call, line, typed, code, now string) (*command.Answer, error) {
	people, err := staff.Codes(ctx, c.Tx, c.Person, typed)
	switch {
	case err != nil:
		return nil, err
	case people:
		return &command.Answer{Next: &command.Next{Line: line}, Subject: "changes"}, nil
	case code == "-":
		return nil, &command.Refusal{Text: text.Quote(text.CutLine(typed, maxWaiting)) + "不是编号。", Hint: "有什么等你确认：我的"}
	}
	return nil, d.stale(ctx, c, code, now)
}

// stale refuses a number that confirms nothing, and says what came of it where
// the person confirmed it before; now is what comes of it this time.
func (d *Desk) stale(ctx context.Context, c *command.Call, code, now string) error {
	o, found, err := c.Tx.Dialogs().Offered(ctx, code, c.Person.ID)
	if err != nil {
		return err
	}
	what, at := "", o.Used.In(d.o.Zone)
	if spec, _, ok := d.router.Match(o.Line); ok {
		what = "「" + spec.Name + "」"
	}
	anew := "重新发一次原来的命令，按新的编号确认"
	if _, _, _, _, form := d.formIn(o.Line); form {
		anew = "填过的还留着：" + refillWord + " " + code
	}
	switch {
	case !found || o.Used.IsZero():
		return &command.Refusal{Text: fmt.Sprintf("编号%s不能用：不是发给你的、已经取消、或已过期。", text.Quote(code)), Hint: anew}
	case o.Dropped:
		return &command.Refusal{Text: fmt.Sprintf("%s%s不能用：已经在 %s 取消了。", code, what, words.Moment(at)), Hint: anew}
	}
	return &command.Refusal{
		Text: fmt.Sprintf("%s%s已经在 %s 确认过了，%s；结果看当时的回复。", code, what, words.Moment(at), now),
		Hint: "当时没有办成的，重新发一次原来的命令",
	}
}

// readCode reads a number as typed; what is none reads as "-", which no number
// is, for without one both 撤销 and 取消 mean the last.
func readCode(typed string) string {
	if typed == "" {
		return ""
	}
	return cmp.Or(text.Code(typed), "-")
}
