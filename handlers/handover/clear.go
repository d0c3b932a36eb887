package handover

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) clearCommands() []command.Spec {
	name := command.Arg{Name: "姓名", Kind: command.Word, Prompt: "哪一位？写姓名。"}
	return []command.Spec{
		{
			Name: "账清", Aliases: []string{"zq"}, Summary: "离开的人账目结清了；在手的合同表、待核的回款、借出的原件会先列出来",
			Said:     []string{"账目结清", "账结清", "账清了", "财务清账"},
			Args:     []command.Arg{name, {Name: "说明", Kind: command.Free, Optional: true}},
			Examples: []string{"账清 张伟", "账清 张伟 备用金已还"}, Who: rulebook.ClearAccounts, Run: h.clear, Undo: h.undo,
		},
		{
			Name: "账未清", Aliases: []string{"zwq"}, Summary: "离开的人账目还没结清，写明欠什么",
			Said:     []string{"账没清", "账没结清", "账目未清"},
			Args:     []command.Arg{name, {Name: "欠什么", Kind: command.Free, Prompt: "欠什么？写一句。"}},
			Examples: []string{"账未清 张伟 欠差旅备用金 2000 元"}, Who: rulebook.ClearAccounts, Run: h.owe, Undo: h.undo,
		},
		{
			Name: "签字放行", Aliases: []string{"qzfx"}, Summary: "最后签字：交接完、账结清之后由直接上级签，出工作交接单",
			Said:     []string{"离职签字", "放行签字", "同意离职", "交接签字", "…签字放行"},
			Args:     []command.Arg{name},
			Examples: []string{"签字放行 张伟"}, Who: rulebook.ReleaseLeavers, Run: h.release,
		},
	}
}

// clearers are who clear the accounts of somebody: 财务, in whose absence the director,
// and of their own who signs for them; they themselves where nobody is above, and it is
// marked.
func clearers(roll audience.Roll, e leaving.Estate) []store.Person {
	may := audience.But(roll.Charged(store.Accountant), e.Person)
	if len(may) == 0 {
		may = audience.But(roll.Standing(store.MarketingDirector).To, e.Person)
	}
	if len(may) == 0 {
		may, _ = signers(roll, e)
	}
	if p, active := roll.Active(e.Person); active && len(may) == 0 {
		may = []store.Person{p}
	}
	return may
}

// clears refuses whoever may not clear the accounts of somebody.
func (h Handler) clears(ctx context.Context, c *command.Call, e leaving.Estate) error {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return err
	}
	may := clearers(roll, e)
	for _, p := range may {
		if p.ID == c.Person.ID {
			return nil
		}
	}
	no := refuse("交接 "+e.Name(), "%s的账由%s来清。", e.Name(), namesOf(may))
	if c.Person.ID == e.Person {
		no = refuse("交接", "自己的账不能自己清，由%s来清。", namesOf(may))
	}
	no.Denied = true
	return no
}

// mostNamed is how many people a sentence names.
const mostNamed = 5

// namesOf are who may do what somebody else may not.
func namesOf(list []store.Person) string {
	return cmp.Or(words.WithPosts(list, mostNamed), "上级")
}

// accounts is whose accounts the caller has a say about.
func (h Handler) accounts(ctx context.Context, c *command.Call) (leaving.Estate, error) {
	e, err := h.of(ctx, c, c.Text("姓名"), "")
	if err != nil {
		return e, err
	}
	return e, h.clears(ctx, c, e)
}

// clear is 账清. What is open is listed and asked about, and then stands in the
// certificate (R20).
func (h Handler) clear(ctx context.Context, c *command.Call) (*command.Answer, error) {
	e, err := h.accounts(ctx, c)
	if err != nil {
		return nil, err
	}
	if !e.Cleared.IsZero() {
		return nil, refuse("账未清 "+e.Name()+" 欠什么", "%s的账已经在 %s 结清。", e.Name(), words.Moment(e.Cleared.In(h.Rules.Zone)))
	}
	var lines []string
	shows := []any{e.ID, e.Owes, c.Text("说明")}
	for _, x := range e.Accounts() {
		lines = append(lines, x.Key()+" "+x.Name)
		shows = append(shows, x.Key())
	}
	if version := command.VersionOf(shows...); len(lines) > 0 && !c.Confirms(version) {
		card := chat.Card{Title: e.Name() + "还有没了结的，仍然账清？", Tone: chat.Warn, Blocks: []chat.Block{
			{Text: limited(lines)}, {Note: "确认之后记为账清，这份清单写进工作交接单。还欠着就发：账未清 " + e.Name() + " 欠什么"},
		}}
		return secret(card, fmt.Sprintf("%s还有 %d 项没了结。", e.Name(), len(lines)), subject(e.Departure)).Preview(version), nil
	}
	is := e.Departure
	is.Cleared, is.ClearedBy, is.Owes = c.Now, c.Person.ID, ""
	is.Cleaning = strings.Join(append(said(c.Text("说明")), lines...), "\n")
	if err := h.save(ctx, c, e.Departure, is); err != nil {
		return nil, err
	}
	body := limitedOr(lines, "没有在手的合同表、待核的回款和借出的原件。")
	if more := said(c.Text("说明")); len(more) > 0 {
		body = "说明：" + more[0] + "\n" + body
	}
	return h.accounted(ctx, c, e, "账"+accountWords(leaving.Estate{Departure: is}), body)
}

func said(typed string) []string {
	if !text.HasWords(typed) {
		return nil
	}
	return []string{text.Line(typed)}
}

func limitedOr(lines []string, none string) string {
	if len(lines) == 0 {
		return none
	}
	return "当时没了结的：\n" + limited(lines)
}

// owe is 账未清.
func (h Handler) owe(ctx context.Context, c *command.Call) (*command.Answer, error) {
	e, err := h.accounts(ctx, c)
	if err != nil {
		return nil, err
	}
	is := e.Departure
	if is.Owes, err = wordsIn(c.Text("欠什么"), "欠什么？写一句。"); err != nil {
		return nil, err
	}
	is.Cleared, is.ClearedBy, is.Cleaning = time.Time{}, "", ""
	if err := h.save(ctx, c, e.Departure, is); err != nil {
		return nil, err
	}
	return h.accounted(ctx, c, e, "账没有结清", text.Continued(is.Owes))
}

// accounted answers what was said of somebody's accounts, and tells them and those
// above.
func (h Handler) accounted(ctx context.Context, c *command.Call, e leaving.Estate, title, body string) (*command.Answer, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: e.Name() + "：" + title, Blocks: []chat.Block{{Text: body}}}
	a := secret(card, card.Title+"。", subject(e.Departure))
	to := audience.But(hearers(roll, e.Departure), e.Person)
	if p, active := roll.Active(e.Person); active {
		to = audience.Join([]store.Person{p}, to)
	}
	to = audience.But(to, c.Person.ID)
	news := card
	news.Blocks = append([]chat.Block{{Text: words.WithPost(c.Person) + "：" + title + "。"}}, card.Blocks...)
	a.Notices = h.tell(c, "accounts", e.Departure, to, news, card.Title+"。")
	return undoable(a, e.Departure), nil
}

// release is 签字放行, the last of all and asked first (R22): it waits for everything
// else, with a list of what is missing.
func (h Handler) release(ctx context.Context, c *command.Call) (*command.Answer, error) {
	e, err := h.of(ctx, c, c.Text("姓名"), "")
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	list, alone := signers(roll, e)
	if no := h.mayRelease(c, e, list, alone); no != nil {
		return nil, no
	}
	if !e.Released.IsZero() {
		return nil, refuse("交接 "+e.Name(), "%s已经在 %s 签字放行。", e.Name(), words.Moment(e.Released.In(h.Rules.Zone)))
	}
	if lacks := e.Lacks(); len(lacks) > 0 {
		no := refuse("交接 "+e.Name(), "还不能签字，手续未齐：%d 项\n%s", len(lacks), limited(lacks))
		return nil, no
	}
	facts := append(h.noticeFacts(e.Departure), chat.Fact{Label: "已交接", Value: fmt.Sprintf("%d 项", len(e.Taken))}, chat.Fact{Label: "账", Value: accountWords(e)})
	version := command.VersionOf(e.ID, e.Version, len(e.Taken))
	if !c.Confirms(version) {
		card := chat.Card{Title: "签字放行 " + e.Name() + "？", Tone: chat.Warn, Blocks: []chat.Block{
			{Facts: facts}, {Note: "确认之后出工作交接单，发给本人、接收人、财务和上级" + then(e) + "。"},
		}}
		return secret(card, "签字放行"+e.Name()+"。", subject(e.Departure)).Preview(version), nil
	}
	is := e.Departure
	is.Released, is.ReleasedBy, is.Alone = c.Now, c.Person.ID, alone
	if is.InNotice() {
		is.State = store.DepartureReleased
	} else {
		is.State = store.DepartureClosed
	}
	if err := h.save(ctx, c, e.Departure, is); err != nil {
		return nil, err
	}
	return h.released(ctx, c, e, roll, alone)
}

// then is what becomes of the leaver at the end, behind a semicolon; empty where that
// was.
func then(e leaving.Estate) string {
	switch {
	case !e.InNotice():
		return ""
	case e.Kind == store.Transfer:
		return fmt.Sprintf("；%s 24:00 改任%s", e.Last, e.To)
	}
	return fmt.Sprintf("；%s 24:00 登记停用", e.Last)
}

// mayRelease refuses a signature that is not the caller's.
func (h Handler) mayRelease(c *command.Call, e leaving.Estate, list []store.Person, alone bool) error {
	if alone && c.Person.ID == e.Person {
		return nil // nobody is above: it is marked
	}
	for _, p := range list {
		if p.ID == c.Person.ID {
			return nil
		}
	}
	no := refuse("交接 "+e.Name(), "%s由%s签字放行。", e.Name(), namesOf(list))
	switch {
	case c.Person.ID == e.Person:
		no = refuse("交接", "不能自己给自己签字，由%s来签。", namesOf(list))
	case alone:
		no = refuse("交接 "+e.Name(), "%s上面没有人，由本人签字，记为无人复核。", e.Name())
	}
	no.Denied = true
	return no
}

// released gives everybody concerned the certificate.
func (h Handler) released(ctx context.Context, c *command.Call, e leaving.Estate, roll audience.Roll, alone bool) (*command.Answer, error) {
	trace, err := c.LookedAt(ctx, subject(e.Departure), clause)
	if err != nil {
		return nil, err
	}
	note := ""
	if alone {
		note = "（无人复核）"
	}
	card := chat.Card{Title: e.Name() + "已签字放行" + note, Tone: chat.Good, Blocks: []chat.Block{
		{Text: fmt.Sprintf("%s于 %s 签字。最后工作日 %s，当天 24:00 为止。", words.WithPost(c.Person), words.Moment(c.Now), e.Last)},
		{Note: "工作交接单随后送到 · 追踪码 " + trace},
	}}
	file := func(p store.Person) []chat.File {
		own := *c
		own.Person = p
		name := "工作交接单-" + e.Leaver.Name + "-" + string(e.Last)
		return []chat.File{{Name: name + ".xlsx", Recipe: own.Recipe(recipe, trace, e.ID)}, {Name: name + ".pdf", Recipe: own.Recipe(printedRecipe, trace, e.ID)}}
	}
	a := secret(card, card.Title+"。", subject(e.Departure))
	a.Recorded, a.Files = true, file(c.Person)
	to := hearers(roll, e.Departure)
	if p, active := roll.Active(e.Person); active {
		to = audience.Join([]store.Person{p}, to)
	}
	for _, t := range e.Taken {
		if p, active := roll.Active(t.Taker); active {
			to = audience.Join(to, []store.Person{p})
		}
	}
	a.Notices = h.tell(c, "released", e.Departure, audience.But(to, c.Person.ID), card, card.Title+"。")
	for i := range a.Notices {
		p, _ := roll.Active(a.Notices[i].To)
		a.Notices[i].Files = file(p)
	}
	return a, nil
}
