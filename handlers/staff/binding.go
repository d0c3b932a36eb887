package staff

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

const (
	ownCode    = 10 * time.Minute // a code made for oneself
	passedOn   = 24 * time.Hour   // a code that an administrator hands on
	firstCode  = 24 * time.Hour   // the code that the program prints
	tryWindow  = time.Hour
	mostTries  = 5 // wrong codes per account and window
	codeLength = 8
)

// codeLetters are those that nobody mistakes for another one.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// What the bot says about binding, always the same words, so that they tell
// nothing about who is registered or which codes exist.
const (
	// Unregistered is the fixed line for everyone who is not registered.
	Unregistered = "未登记，请联系管理员登记，或发送 绑定 绑定码"
	badCode      = "绑定码不对或已过期。请核对后再发：绑定 绑定码；没有绑定码请找管理员要。连续输错 5 次要等 1 小时。"
)

func (h Handler) bindingCommand() command.Spec {
	return command.Spec{
		Name: "绑定", Aliases: []string{"bd", "bind"}, Summary: "要一个绑定码，用来在另一个平台上绑定自己；或用绑定码绑定这个账号",
		Said:     []string{"绑定飞书", "绑定企业微信", "绑定账号", "绑定码", "换绑"},
		Args:     []command.Arg{{Name: "绑定码", Kind: command.Free, Optional: true}},
		Examples: []string{"绑定", "绑定 7K2M-9QXA"}, Who: rulebook.TakePart, Private: true, Clause: "总则", Run: h.Bind,
	}
}

// Bind is the step of 绑定. It also works for an account that is not
// registered (c.Person.ID is empty), which is how such an account comes in. A
// wrong code is answered and not refused, because a refusal would take back
// the count of wrong codes.
func (h Handler) Bind(ctx context.Context, c *command.Call) (*command.Answer, error) {
	code := cleanCode(c.Text("绑定码"))
	switch {
	case code != "":
		return h.bind(ctx, c, code)
	case c.Person.ID == "" && slices.Contains(h.Owners, c.Event.From):
		return h.claim(ctx, c)
	case c.Person.ID == "":
		return command.Text(Unregistered), nil
	}
	code, err := anotherCode(ctx, c, c.Person.ID, ownCode)
	if err != nil {
		return nil, err
	}
	a := command.Card(codeCard("绑定码", nil, code, "10 分钟内在另一个平台上私聊我发送：绑定 "+code+"\n不要转给别人：谁用了它，谁就以你的身份登录。"))
	a.Subject = "person/" + c.Person.ID
	return a, nil
}

func (h Handler) bind(ctx context.Context, c *command.Call, code string) (*command.Answer, error) {
	from := c.Event.From
	tries, err := c.Tx.Codes().CountWrong(ctx, from.Platform, from.ID, c.Clock().Add(-tryWindow))
	if err != nil {
		return nil, err
	}
	if tries >= mostTries {
		return command.Text(badCode), nil
	}
	if c.Person.ID != "" {
		return h.bindRegistered(ctx, c, code)
	}
	id, ok, err := c.Tx.Codes().Use(ctx, code, c.Clock())
	if err != nil {
		return nil, err
	}
	if !ok {
		return h.wrong(ctx, c, badCode)
	}
	p, err := h.whose(ctx, c, id)
	if err != nil || !p.Active() {
		return command.Text(badCode), err
	}
	had, err := audience.Accounts(ctx, c.Tx, p.ID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(had, func(a chat.Account) bool { return a.Platform == from.Platform }) {
		return h.consent(ctx, c, p, had)
	}
	if err := c.Tx.Accounts().Bind(ctx, store.Account{Platform: from.Platform, ID: from.ID, Person: p.ID}, c.Now); err != nil {
		return nil, err
	}
	return h.bound(ctx, c, p, had)
}

// consent asks whoever has an account on this platform already, whether one
// more is theirs: a code that somebody else came by takes nobody's place.
func (h Handler) consent(ctx context.Context, c *command.Call, p store.Person, had []chat.Account) (*command.Answer, error) {
	from := c.Event.From
	one := store.Change{
		Person: p.ID, Kind: store.ChangeAccount, Was: p.Post, Platform: from.Platform, Account: from.ID, Asks: store.AsksSelf, At: c.Now, State: store.ChangeWaiting,
	}
	if err := overtake(ctx, c.Tx, &one); err != nil {
		return nil, err
	}
	var err error
	if one.Code, err = c.Tx.Changes().NewCode(ctx); err != nil {
		return nil, err
	}
	if err := c.Tx.Changes().Add(ctx, one); err != nil {
		return nil, err
	}
	card := chat.Card{Title: "又一个" + platform(from.Platform) + "账号要以你的身份登录", Tone: chat.Warn, Blocks: []chat.Block{
		{Text: "它用了你的绑定码，对方显示的名字是" + text.Quote(c.Event.FromName) + "。是你本人才确认；不是就点「不是我」，并告诉管理员。"},
		{Note: "编号：" + one.Code + "。是我发 确认 " + one.Code + "，不是我发 取消 " + one.Code},
	}, Buttons: []chat.Button{{Label: "是我，确认", Command: "确认 " + one.Code}, {Label: "不是我", Command: "取消 " + one.Code, Primary: true}}}
	a := command.Text("绑定码收到了。" + p.Name + "在" + platform(from.Platform) + "已有账号，要先在原来的账号上确认；已在那里发了消息。")
	a.Notices = []chat.Notice{{Key: "staff/consent/" + one.Code, To: p.ID, Accounts: had, Message: chat.Message{Card: &card}}}
	a.Subject = "person/" + p.ID
	return a, nil
}

// bindRegistered is for an account that belongs to somebody: only the
// program's own code is of use to it, and makes its person administrator.
func (h Handler) bindRegistered(ctx context.Context, c *command.Call, code string) (*command.Answer, error) {
	whose, ok, err := c.Tx.Codes().Of(ctx, code, c.Clock())
	if err != nil {
		return nil, err
	}
	if !ok || whose != "" {
		text := "这个账号已登记为" + c.Person.Name + "，不用再绑定。要在另一个平台上登录：在这里发 绑定 要绑定码，再到那里发送。"
		return h.wrong(ctx, c, text)
	}
	if _, _, err := c.Tx.Codes().Use(ctx, code, c.Clock()); err != nil {
		return nil, err
	}
	if err := c.Tx.People().GiveDuty(ctx, c.Person.ID, store.Administrator, c.Now); err != nil {
		return nil, err
	}
	w, err := readPower(ctx, c.Tx, c.Now)
	if err != nil {
		return nil, err
	}
	card, err := h.startCard(ctx, c.Tx, "你现在是管理员。", crowd{})
	if err != nil {
		return nil, err
	}
	a := command.Card(card)
	a.Notices = news(c.Tx, c.Now, w.heads(c.Person.ID), c.Person.Name+"用程序启动时显示的绑定码成了管理员。如果不对，请马上 人员 取消职责 "+c.Person.Name+" 管理员。")
	a.Subject = "person/" + c.Person.ID
	return a, nil
}

// wrong counts a wrong code.
func (h Handler) wrong(ctx context.Context, c *command.Call, text string) (*command.Answer, error) {
	a := command.Text(text)
	a.Subject = "wrong code"
	return a, c.Tx.Codes().Wrong(ctx, c.Event.From.Platform, c.Event.From.ID, c.Clock(), c.Clock().Add(-tryWindow))
}

// whose is the person of a used code; the program's own code registers a new
// one as administrator.
func (h Handler) whose(ctx context.Context, c *command.Call, id string) (store.Person, error) {
	if id != "" {
		p, _, err := c.Tx.People().ByID(ctx, id)
		return p, err
	}
	name, err := freeName(ctx, c.Tx, c.Event.FromName)
	if err != nil {
		return store.Person{}, err
	}
	p := store.Person{
		ID: c.Tx.NewID(c.Now), Name: name, Post: store.OtherEmployee, Duties: []store.Duty{store.Administrator}, Since: c.Now,
	}
	return p, c.Tx.People().Add(ctx, p)
}

// freeName is the platform's name of a person where it can be registered, else
// one that can.
func freeName(ctx context.Context, tx *store.Tx, wanted string) (string, error) {
	name := cleanName(wanted)
	if !validName(name) {
		name = string(store.Administrator)
	}
	for i := 1; ; i++ {
		tried := name
		if i > 1 {
			tried = "管理员" + number(i)
		}
		if _, taken, err := tx.People().Alike(ctx, tried); err != nil || !taken {
			return tried, err
		}
	}
}

// bound is the answer for an account that just got in.
func (h Handler) bound(ctx context.Context, c *command.Call, p store.Person, had []chat.Account) (*command.Answer, error) {
	text := "绑定成功：你是" + p.Name + "，" + role(p) + "。发送 帮助 看能做什么；请先读一遍 制度。"
	a := command.Text(text)
	var err error
	if p.Has(store.Administrator) {
		if p.Post == store.OtherEmployee {
			text += "\n你是什么岗位？点下面的按钮，或发 人员 岗位 " + p.Name + " 岗位。"
		}
		card, err := h.startCard(ctx, c.Tx, text, crowd{})
		if err != nil {
			return nil, err
		}
		if p.Post == store.OtherEmployee {
			card.Buttons = postButtons(p)
		}
		a = command.Card(card)
	}
	if a.Notices, err = h.boundNews(ctx, c.Tx, c.Policy, p, c.Event.From, had, c.Now); err != nil {
		return nil, err
	}
	a.Subject = "person/" + p.ID
	return a, nil
}

// boundNews is who hears that an account was bound: the person on all those
// they had, the administrators, and where the person may do more than everybody
// all who must hear of gained rights. Looks within a day of it alarm.
func (h Handler) boundNews(ctx context.Context, tx *store.Tx, policy rulebook.FilePolicy, p store.Person, to chat.Account, had []chat.Account, now time.Time) ([]chat.Notice, error) {
	w, err := readPower(ctx, tx, now)
	if err != nil {
		return nil, err
	}
	hear := w.roll.Charged(store.Administrator)
	if policy.Guarded(p) {
		hear = w.heads()
		one := store.Change{
			Person: p.ID, Kind: store.ChangeAccount, Was: p.Post, Platform: to.Platform, Account: to.ID, Asks: store.AsksSelf, By: p.ID, At: now,
			State: store.ChangeConfirmed, Decider: p.ID, Decided: now,
		}
		if one.Code, err = tx.Changes().NewCode(ctx); err != nil {
			return nil, err
		}
		if err := tx.Changes().Add(ctx, one); err != nil {
			return nil, err
		}
	}
	list := news(tx, now, audience.But(hear, p.ID), p.Name+"在"+platform(to.Platform)+"绑定了一个账号。如果不是本人，请马上 人员 停用 "+p.Name+"。")
	if len(had) > 0 {
		list = append(list, chat.Notice{Key: "staff/bound/" + tx.NewID(now), To: p.ID, Accounts: had, Message: chat.Message{
			Text: "你又多了一个账号：" + platform(to.Platform) + "。不是你本人绑定的话，请马上告诉管理员。",
		}})
	}
	return list, nil
}

// code gives somebody who has no account a new code. Who has one makes their own
// there (绑定): by another's hand it would only serve to take their place.
func (h Handler) code(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p := c.Who("姓名")
	had, err := audience.Accounts(ctx, c.Tx, p.ID)
	if err != nil {
		return nil, err
	}
	if len(had) > 0 {
		return nil, &command.Refusal{
			Text: p.Name + "已经有" + platform(had[0].Platform) + "账号，不能再由别人给绑定码。", Hint: "请本人在那个账号上私聊我发：绑定", Clause: "附-4",
		}
	}
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, p, store.Change{Kind: store.ChangeCode, At: c.Now})
	if err != nil || o.waits() {
		return o.asked(c), err
	}
	code, err := anotherCode(ctx, c, p.ID, passedOn)
	if err != nil {
		return nil, err
	}
	a := command.Card(codeCard(p.Name+"的绑定码", nil, code, "请转给本人，24 小时内私聊我发送：绑定 "+code+"\n之前给的绑定码已作废。"))
	a.Notices = o.news(c.Tx)
	a.Subject = "person/" + p.ID
	return a, nil
}

// FirstCode is the code with which the first administrator binds, valid for a
// day: needed while no administrator has an account. It joins an administrator
// of the config file, or registers whoever uses it. A code made before is void.
func FirstCode(ctx context.Context, tx *store.Tx, now time.Time) (code string, needed bool, err error) {
	if err := tx.Codes().Void(ctx, ""); err != nil {
		return "", false, err
	}
	whose, needed, err := firstAdministrator(ctx, tx)
	if err != nil || !needed {
		return "", false, err
	}
	code, err = newCode(ctx, tx, whose, now.Add(firstCode))
	return code, err == nil, err
}

// firstAdministrator is who the first to come in as administrator is: one of the
// config file without an account, or somebody new (whose is empty). None is
// needed once an administrator has an account.
func firstAdministrator(ctx context.Context, tx *store.Tx) (whose string, needed bool, err error) {
	admins, err := tx.People().Holding(ctx, "", store.Administrator)
	if err != nil {
		return "", false, err
	}
	for _, p := range admins {
		if accounts, err := tx.Accounts().Of(ctx, p.ID); err != nil || len(accounts) > 0 {
			return "", false, err
		}
		if whose == "" {
			whose = p.ID
		}
	}
	return whose, true, nil
}

// anotherCode makes a code for a person in the place of the one before, unless
// that was made after the call was sent. All of one person's last equally long:
// their own while they have an account, else an administrator's.
func anotherCode(ctx context.Context, c *command.Call, person string, lasts time.Duration) (string, error) {
	if c.Late() {
		expires, err := c.Tx.Codes().Expires(ctx, person)
		if err == nil && !expires.IsZero() {
			err = c.Overtaken(expires.Add(-lasts))
		}
		if err != nil {
			return "", err
		}
	}
	return newCode(ctx, c.Tx, person, c.Clock().Add(lasts))
}

// newCode makes a code for a person, or for the first administrator when
// person is empty; it is shown in two halves and stored without the dash.
func newCode(ctx context.Context, tx *store.Tx, person string, expires time.Time) (string, error) {
	code := randomCode()
	return code[:codeLength/2] + "-" + code[codeLength/2:], tx.Codes().Add(ctx, code, person, expires)
}

// randomCode draws each letter evenly: bytes beyond the last whole multiple of
// the alphabet are drawn again.
func randomCode() string {
	const fair = 256 / len(codeLetters) * len(codeLetters)
	code := make([]byte, 0, codeLength)
	for b := make([]byte, 1); len(code) < codeLength; {
		rand.Read(b) // never fails (crypto/rand)
		if int(b[0]) < fair {
			code = append(code, codeLetters[int(b[0])%len(codeLetters)])
		}
	}
	return string(code)
}

// cleanCode is a typed code as it is stored: wide or small letters, blanks and
// dashes do not matter. What cannot be a code stays wrong.
func cleanCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '-':
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		default:
			return r
		}
	}, text.Fold(typed).Text)
}
