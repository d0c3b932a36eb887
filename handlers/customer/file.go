package customer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

const whichCustomer = "哪位客户？写名称、名称里的几个字，或编号（如 K12）。"

// customerArg is the customer that a command is about.
func customerArg(want command.Want) command.Arg {
	return command.Arg{Name: "客户", Kind: command.Customer, Prompt: whichCustomer, For: want}
}

func (h Handler) fileCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "客户", Aliases: []string{"查客户", "看档案", "kh", "ckh"}, Summary: "按名称、拼音、首字母或电话后四位找客户，看档案；每次查阅都有记录", Of: "K",
			Said:     []string{"客户档案", "客户资料", "客户信息", "查客户", "查…客户", "看…客户", "找…客户", "…的资料", "…的档案", "…的信息", "…的地址", "…地址", "…资料", "…档案", "…负责人", "…负责人是谁", "…谁负责", "…是谁的客户", "客户查询", "搜", "搜索", "client"},
			Args:     []command.Arg{{Name: "关键词", Kind: command.Free, Prompt: whichCustomer}},
			Examples: []string{"客户 华东机电", "客户 hdjd", "客户 5678"},
			Daily:    true, Who: rulebook.ReadFiles, For: h.reads, Private: true, Clause: clause, Also: []string{"档-4"}, Run: h.look,
		},
		{
			Name: "看电话", Aliases: []string{"kdh"}, Summary: "写明理由，显示档案里的电话、住址等；按次计数",
			Said: []string{"打电话给…", "给…打电话", "…的电话", "…电话", "…的手机号码", "…的手机号", "…的手机", "…手机号", "…手机", "…的联系方式", "…联系方式", "查…电话", "查电话", "…电话…多少", "电话…多少", "电话是多少", "电话号码", "联系电话", "电话怎么看", "客户电话怎么看", "看…电话"},
			Args: []command.Arg{
				customerArg(command.ToRead), {Name: "联系人", Kind: command.Word, Optional: true},
				{Name: "理由", Kind: command.Free, Prompt: "为什么要看？写一句，会记入查阅记录，例如：确认下周拜访时间。"},
			},
			Examples: []string{"看电话 华东机电 确认下周拜访时间", "看电话 K12 李明 寄合同", "看电话 K12 全部 核对 联系方式"},
			Who:      rulebook.ReadFiles, For: h.reads, Private: true, Clause: clause, Run: h.reveal,
		},
		{
			Name: "我的客户", Aliases: []string{"wdkh"}, Summary: "自己负责的客户，最久没有跟进的在前", Lists: true,
			Said:     []string{"我…哪些客户", "我…几个客户", "我…多少客户", "我名下的客户", "我名下", "我负责的客户", "我的客户有", "客户列表", "客户名单", "全部客户", "所有客户"},
			Args:     []command.Arg{command.PageArg()},
			Examples: []string{"我的客户", "我的客户 第2页"},
			Who:      rulebook.ReadFiles, For: h.reads, Private: true, Clause: "档-8", Run: h.mine,
		},
	}
}

// look is 客户: the file of whoever the words mean, or who they may mean.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	found, err := c.CustomersLike(ctx, c.Text("关键词"), command.ToRead)
	if err != nil {
		return nil, err
	}
	r, one := found.One()
	switch {
	case !one && len(found.List) > 0:
		return h.hits(ctx, c, found)
	case !one:
		return nil, found.Refusal()
	}
	file, notices, err := h.open(ctx, c, r, "")
	if err != nil {
		return nil, err
	}
	a, err := h.fileAnswer(ctx, c, r, file, nothing)
	if err != nil {
		return nil, err
	}
	a.Notices = notices
	return a, nil
}

// hitsShown is how many customers an answer names at most where it is not
// clear which is meant.
const hitsShown = 5

// hits shows which customers were found: never more than a few, never more of
// them than name, owner and stage (档-3: no lists).
func (h Handler) hits(ctx context.Context, c *command.Call, found command.Found) (*command.Answer, error) {
	if err := h.MayList(ctx, c); err != nil {
		return nil, err
	}
	list := found.List
	card := chat.Card{Title: "找到不止一位客户"}
	var facts []chat.Fact
	for _, r := range list[:min(len(list), hitsShown)] {
		owner, err := command.OwnerName(ctx, c.Tx, r.Customer)
		if err != nil {
			return nil, err
		}
		facts = append(facts, chat.Fact{Label: r.ID, Value: fmt.Sprintf("%s%s · 负责人 %s · %s", r.Name, foundBy(r.Hit), owner, orNone(r.Stage))})
		card.Buttons = append(card.Buttons, chat.Button{Label: text.CutLine(r.Name, 12), Command: "客户 " + r.ID})
	}
	card.Blocks = []chat.Block{{Facts: facts}}
	if len(list) > hitsShown {
		card.Blocks = append(card.Blocks, chat.Block{Text: "还有更多，请把名称写全一些。"})
	}
	a := confidentialCard(card, "找到不止一位客户，请把名称写全一些。", "customers")
	a.Listed = found.Listed()
	a.Reply.Customers = a.Listed.Customers
	return a, nil
}

// foundBy says by which other name a customer was found.
func foundBy(hit vault.Hit) string {
	if hit.Kind == vault.FullName || hit.Kind == vault.ByPhone {
		return ""
	}
	return "（" + string(hit.Kind) + " " + hit.Name + "）"
}

// mine is 我的客户: names, stages and dates, nothing of the files.
func (h Handler) mine(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := h.MayList(ctx, c); err != nil {
		return nil, err
	}
	list, err := vault.In(c.Tx).Of(ctx, c.Person.ID)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(one store.Customer) bool { return !h.readsOwn(c.Person, one, c.Now) })
	if len(list) == 0 {
		a := command.Text("你现在没有负责的客户。")
		a.Subject = "customers"
		return a, nil
	}
	slices.SortStableFunc(list, func(a, b store.Customer) int { return a.Progressed.Compare(b.Progressed) })
	page, err := c.Page(len(list), command.MaxRows, "我的客户")
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: fmt.Sprintf("我的客户（%d 位）", len(list))}
	var facts []chat.Fact
	for i, one := range command.Rows(page, list) {
		facts = append(facts, chat.Fact{Label: one.ID, Value: fmt.Sprintf("%s · %s · %s", one.Name, orNone(one.Stage), h.quietWords(one, c.Now))})
		if i < 3 {
			card.Buttons = append(card.Buttons, chat.Button{Label: "跟进 " + text.CutLine(one.Name, 8), Command: "跟进 " + one.ID})
		}
	}
	card.Blocks = []chat.Block{{Facts: facts}}
	card.Buttons = append(card.Buttons, page.Turn("下一页")...)
	return confidentialCard(card, fmt.Sprintf("你负责 %d 位客户。", len(list)), "customers"), nil
}

// readsOwn reports whether an owner still reads the file, which another post may
// have ended.
func (h Handler) readsOwn(p store.Person, customer store.Customer, now time.Time) bool {
	return h.Config.Policy().Access(p, customer, store.Grant{}, now).Read()
}

// quietWords is how long ago a customer's last progress was noted.
func (h Handler) quietWords(c store.Customer, now time.Time) string {
	days := h.Rules.Day(now).Since(h.Rules.Day(c.Progressed))
	switch {
	case days <= 0:
		return "今天有进展"
	case c.Progressed.Equal(c.Created):
		return fmt.Sprintf("建档 %d 天，还没有跟进", days)
	default:
		return fmt.Sprintf("%d 天前有进展", days)
	}
}
