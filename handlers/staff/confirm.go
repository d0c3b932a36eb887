package staff

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	confirmCommand = "人员 确认"
	refuseCommand  = "人员 不同意"
	allWord        = "全部"
	waitsRef       = "waits/" // stands before the code of what 撤销 withdraws, and of what a card is about
)

// Codes reports whether what was typed behind 确认 or 取消 is about changes of
// people and not about a preview of one's own: 全部, several, or the code of a
// change that the person may decide, or asked for, now or before.
func Codes(ctx context.Context, tx *store.Tx, p store.Person, typed string) (bool, error) {
	codes := strings.FieldsFunc(text.Fold(typed).Text, between)
	if len(codes) != 1 || codes[0] == allWord {
		return len(codes) > 0, nil
	}
	c, found, err := tx.Changes().ByCode(ctx, text.Code(codes[0]))
	return found && (rulebook.Decides(p, c) || c.By == p.ID), err
}

// Confirming and Refusing are the lines that decide changes.
func Confirming(typed string) string { return confirmCommand + " " + typed }

// Refusing is as Confirming, for a no.
func Refusing(typed string) string { return refuseCommand + " " + typed }

func between(r rune) bool { return strings.ContainsRune(" ,、;", r) }

func (h Handler) confirmCommands() []command.Spec {
	which := []command.Arg{{Name: "编号", Kind: command.Free, Prompt: "哪几项？写编号，例如 A3 A5，或 全部。", Coded: "A"}}
	return []command.Spec{
		{
			Name: confirmCommand, Summary: "确认管理员给人的岗位、职责，确认后才生效；几项一起或全部", Args: which,
			Examples: []string{"人员 确认 A3", "人员 确认 全部"}, Who: rulebook.TakePart, For: confirms, Private: true, Clause: "附-4", Settles: true, Run: h.confirm,
		},
		{
			Name: refuseCommand, Summary: "不同意管理员给人的岗位、职责", Args: which,
			Examples: []string{"人员 不同意 A3"}, Who: rulebook.TakePart, For: confirms, Private: true, Clause: "附-4", Settles: true, Run: h.refuse,
		},
	}
}

func confirms(p store.Person) bool { return rulebook.Allows(rulebook.ConfirmPeople, p) }

// chosen are the changes that the caller means and may decide. None is refused.
func (h Handler) chosen(ctx context.Context, c *command.Call) ([]store.Change, error) {
	typed := strings.FieldsFunc(text.Fold(c.Text("编号")).Text, between)
	if slices.Contains(typed, allWord) {
		open, err := decidedBy(ctx, c.Tx, c.Person, c.Now)
		if err == nil && len(open) == 0 {
			err = &command.Refusal{Text: "现在没有等你确认的。", Hint: "我的", Denied: !confirms(c.Person)}
		}
		return open, err
	}
	var list []store.Change
	for _, one := range typed {
		found, err := h.open(ctx, c, one)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(c store.Change) bool { return c.Code == found.Code }) {
			list = append(list, found)
		}
	}
	return list, nil
}

// decidedBy lists what waits for a person's word, oldest first, of what was
// asked by a moment; what somebody holds no more needs none.
func decidedBy(ctx context.Context, tx *store.Tx, p store.Person, now time.Time) ([]store.Change, error) {
	open, err := tx.Changes().Open(ctx)
	if err != nil {
		return nil, err
	}
	var list []store.Change
	for _, c := range open {
		of, _, err := tx.People().ByID(ctx, c.Person)
		if err != nil {
			return nil, err
		}
		if rulebook.Decides(p, c) && !c.At.After(now) && of.Active() && (c.State == store.ChangeWaiting || holds(of, c)) {
			list = append(list, c)
		}
	}
	return list, nil
}

// changes are changes by their numbers.
func (h Handler) changes() command.Numbered[store.Change] {
	return command.Numbered[store.Change]{
		What: "人员变更", List: "我的", Clause: "附-4",
		Find: func(ctx context.Context, tx *store.Tx, code string) (store.Change, bool, error) {
			return tx.Changes().ByCode(ctx, code)
		},
		Code: func(c store.Change) string { return c.Code },
		At:   func(c store.Change) time.Time { return c.At },
		End: func(c store.Change, _ time.Time) *command.Ended {
			how := map[store.ChangeState]string{store.ChangeConfirmed: "确认", store.ChangeRefused: "取消（不同意）", store.ChangeWithdrawn: "撤回"}[c.State]
			if how == "" {
				return nil
			}
			return &command.Ended{By: c.Decider, At: c.Decided, How: how}
		},
	}
}

// open is the open change of a code that the caller may decide, or take back as
// who asked for it.
func (h Handler) open(ctx context.Context, c *command.Call, typed string) (store.Change, error) {
	decides := func(one store.Change) bool { return rulebook.Decides(c.Person, one) }
	one, err := h.changes().Called(ctx, c, text.Code(typed), func(one store.Change) bool {
		return decides(one) || one.By == c.Person.ID && rulebook.Allows(rulebook.ManagePeople, c.Person)
	})
	var missing *command.Refusal
	switch {
	case errors.As(err, &missing):
		missing.Denied = !confirms(c.Person)
		return one, missing
	case err != nil:
		return one, err
	case !decides(one) && c.Spec.Name == confirmCommand:
		return one, &command.Refusal{Text: one.Code + " 是你提出的，不能自己确认。", Hint: "取消 " + one.Code + "（不要了就撤回）", Clause: "附-4", Denied: true}
	case one.Open():
		return one, nil
	}
	happened, err := h.changes().Happened(ctx, c, one.Code, one)
	if err == nil {
		err = &command.Refusal{Text: happened + "，没有再办一次。", Hint: "我的"}
	}
	return one, err
}

// confirm makes true what waits for the caller's word, and keeps it of what is
// in effect already.
func (h Handler) confirm(ctx context.Context, c *command.Call) (*command.Answer, error) {
	return h.each(ctx, c, "已确认，现在生效：", "确认", func(one store.Change) (settled, error) { return h.settle(ctx, c.Tx, c.Person, one, c.Now) })
}

// each decides every change that the caller chose.
func (h Handler) each(ctx context.Context, c *command.Call, head, how string, decide func(store.Change) (settled, error)) (*command.Answer, error) {
	list, err := h.chosen(ctx, c)
	if err != nil {
		return nil, err
	}
	lines := []string{head}
	var notices []chat.Notice
	for _, one := range list {
		done, err := decide(one)
		if err != nil {
			return nil, err
		}
		lines = append(lines, one.Code+" "+done.text)
		card := chat.Card{Title: "人员变更 " + one.Code, Blocks: []chat.Block{{Text: done.text}}}.Used(c.Done(how))
		notices = append(append(notices, done.notices...), chat.Notice{Message: chat.Message{Card: &card, About: waitsRef + one.Code}})
	}
	a := command.Text(strings.Join(lines, "\n"))
	a.Notices, a.Subject = notices, "changes/"+codesOf(list)
	return a, nil
}

func codesOf(list []store.Change) string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	return strings.Join(codes, ",")
}

// settled is what came of a change, in words, and who hears.
type settled struct {
	text    string
	notices []chat.Notice
}

// settle confirms one change; by is nobody where it acts by itself. Whoever
// must hear of it hears.
func (h Handler) settle(ctx context.Context, tx *store.Tx, by store.Person, c store.Change, now time.Time) (settled, error) {
	p, _, err := tx.People().ByID(ctx, c.Person)
	if err != nil {
		return settled{}, err
	}
	was := c.Was == "" || p.Post == c.Was || c.Post == ""
	if c.State == store.ChangeWaiting && (!p.Active() || !was) {
		return settled{}, &command.Refusal{Text: c.Code + "：" + p.Name + "之后又有人改动过，不能照原样生效了。", Hint: "取消 " + c.Code, Clause: "附-4"}
	}
	w, err := readPower(ctx, tx, now)
	if err != nil {
		return settled{}, err
	}
	if _, err := tx.Changes().Decide(ctx, c, store.ChangeConfirmed, by.ID, now); err != nil {
		return settled{}, err
	}
	s := settled{text: what(p.Name, c)}
	had, err := audience.Accounts(ctx, tx, p.ID)
	if err != nil {
		return settled{}, err
	}
	if c.State == store.ChangeWaiting {
		behind, err := h.enact(ctx, tx, by, p, c, now)
		if err != nil {
			return settled{}, err
		}
		s.text += behind
		if by.ID != p.ID || c.Kind != store.ChangeStop { // who stopped themselves has the answer
			s.notices = told(tx, now, p, c, had)
		}
	}
	to := w.heads(by.ID, p.ID)
	if asked, active := w.roll.Active(c.By); active {
		to = audience.Join(to, audience.But([]store.Person{asked}, by.ID, p.ID))
	}
	if c.State == store.ChangeWaiting && c.Post != "" {
		heard := []string{by.ID}
		for _, one := range to {
			heard = append(heard, one.ID)
		}
		p.Post = c.Post
		stuck, notices, err := h.stuck(ctx, tx, p, "的岗位改为"+string(c.Post), now, heard...)
		if err != nil {
			return settled{}, err
		}
		s.text, s.notices = s.text+stuck, append(s.notices, notices...)
	}
	how := "24 小时没有人不同意，已自动生效：" + s.text
	if by.ID != "" {
		how = words.WithPost(by) + "已确认：" + s.text
	}
	s.notices = append(s.notices, audience.Same("staff/settled/"+c.Code, to, chat.Message{Text: how})...)
	more, err := h.coded(ctx, tx, c, p, now)
	s.notices = append(s.notices, more...)
	return s, err
}

// told is what the person hears whom a change made something else.
func told(tx *store.Tx, now time.Time, p store.Person, c store.Change, had []chat.Account) []chat.Notice {
	if c.Kind == store.ChangeAccount {
		had = append(had, chat.Account{Platform: c.Platform, ID: c.Account})
		return []chat.Notice{{Key: "staff/bound/" + c.Code, To: p.ID, Accounts: had, Message: chat.Message{
			Text: "绑定成功：又一个" + platform(c.Platform) + "账号现在是" + p.Name + "的。",
		}}}
	}
	if c.Kind == store.ChangeStop {
		return everywhere(tx, now, p, had, stoppedText)
	}
	if c.Kind != store.ChangeHold {
		return nil
	}
	var list []string
	if c.Post != "" && c.Was != "" {
		list = append(list, "你的岗位由"+string(c.Was)+"改为"+string(c.Post))
	} else if c.Post != "" {
		list = append(list, "你的岗位"+string(c.Post)+"已由总经理确认")
	}
	if len(c.Duties) > 0 {
		list = append(list, "你增加"+joined(c.Duties)+"职责")
	}
	return everywhere(tx, now, p, had, strings.Join(list, "，")+"，现在生效。发送 帮助 看能做什么。")
}

// coded gives the code that was waited for to who asked for it.
func (h Handler) coded(ctx context.Context, tx *store.Tx, c store.Change, p store.Person, now time.Time) ([]chat.Notice, error) {
	asked, found, err := tx.People().ByID(ctx, c.By)
	if err != nil || c.Kind != store.ChangeCode || !found || !asked.Active() {
		return nil, err
	}
	code, err := newCode(ctx, tx, p.ID, now.Add(passedOn))
	card := codeCard(p.Name+"的绑定码", nil, code, "请转给本人，24 小时内私聊我发送：绑定 "+code)
	return audience.Same("staff/code/"+c.Code, []store.Person{asked}, chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: "绑定码已生成，这里不能保密，不显示。"}}), err
}
