package contract

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// How long what people say about a contract may be, in characters.
const (
	maxProject = 60
	maxWords   = 1000
)

const projectPrompt = "什么项目？写几个字，例如：2027 年会场地。"

func (h Handler) claimCommands() []command.Spec {
	return []command.Spec{{
		Name: "领合同", Aliases: []string{"lht"}, Summary: "领一份合同表，得到编号",
		Said: []string{"领一份合同", "领合同表", "领份合同", "申请合同编号", "合同编号", "领…合同", "要一份合同", "拿一份合同"},
		Args: []command.Arg{
			{Name: "客户", Kind: command.Customer, For: command.ToChange, Prompt: "给哪位客户用？写名称或编号。", Others: notTheirs},
			{Name: "项目", Kind: command.Free, Prompt: projectPrompt},
		},
		Examples: []string{"领合同 K12 2027 年会场地", "领合同 晨星 展台搭建 电子"},
		Who:      rulebook.TakeContracts, Daily: true, Clause: taking, Run: h.claim, Undo: h.undo,
	}}
}

// notTheirs words the refusal for whoever does not own the customer.
func notTheirs(m command.Meant, owner string) *command.Refusal {
	return &command.Refusal{
		Text: fmt.Sprintf("%s 由%s负责，合同由负责人、市场主管或市场总监来领。", m.Name, owner),
		Hint: "请" + owner + "发：领合同 " + m.ID + " 项目", Clause: taking,
	}
}

// claim is 领合同. The number is drawn last: what is refused uses none.
func (h Handler) claim(ctx context.Context, c *command.Call) (*command.Answer, error) {
	k, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	project, electronic := kindOf(c.Text("项目"))
	if !text.HasWords(project) {
		return nil, &command.Question{Prompt: projectPrompt}
	}
	if wrong := projectWrong(project); wrong != "" {
		return nil, &command.Refusal{Text: wrong + "。", Hint: "领合同 " + k.ID + " 2027 年会场地", Private: true}
	}
	if err := h.mayTake(ctx, c); err != nil {
		return nil, err
	}
	ct, err := h.draw(ctx, c, store.Contract{Customer: k.ID, Project: project, Electronic: electronic})
	if err != nil {
		return nil, err
	}
	note := "签之前先汇报（2-5）：签前汇报 " + ct.Number + " 情况… 活动日期=… 准备=…天 金额=…"
	a := h.done(c, "已领用 "+ct.Number, ct, []chat.Fact{
		{Label: "客户", Value: k.Name}, {Label: "项目", Value: project}, {Label: "类型", Value: kindWords(electronic)}, {Label: "领用", Value: dayWords(ct.Claimed, h.Rules.Day(c.Now))},
	}, true, note)
	a.Reply.Customers = []string{k.ID}
	a.Notices, err = h.tell(ctx, c, ct, hearers{keepers: true}, nil, "领用 "+ct.Number, func(rulebook.ContractView) []chat.Fact {
		return []chat.Fact{{Label: "领用人", Value: c.Person.Name}, {Label: "项目", Value: project}, {Label: "类型", Value: kindWords(electronic)}, {Label: "领用", Value: dayWords(ct.Claimed, h.Rules.Day(c.Now))}}
	})
	return a, err
}

// draw gives a contract the next number of the day on which the call was sent.
func (h Handler) draw(ctx context.Context, c *command.Call, ct store.Contract) (store.Contract, error) {
	n, day := h.Config.numbering(), h.Rules.Day(c.Now)
	ct.Series, ct.Claimed, ct.Holder, ct.Claimant, ct.State = n.Series(day), day, c.Person.ID, c.Person.ID, store.ContractClaimed
	var err error
	if ct.Seq, err = c.Tx.Contracts().Draw(ctx, ct.Series); err != nil {
		return ct, err
	}
	ct.Number = n.Number(day, ct.Seq)
	ct.Folded = command.FoldedContract(ct.Number)
	ct.Version = 1
	fresh, err := c.Tx.Contracts().Add(ctx, ct, store.ContractAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name})
	if err == nil && !fresh {
		err = fmt.Errorf("number %s was drawn, and is there already", ct.Number)
	}
	return ct, err
}

// projectWrong says what a project cannot be: it stands in titles, and people read it
// who may not see a phone.
func projectWrong(project string) string {
	switch {
	case utf8.RuneCountInString(project) > maxProject:
		return command.TooLong("项目", project, maxProject)
	case text.HasPhone(project):
		return "项目里不要写电话，电话写在客户档案的联系人里"
	}
	return ""
}

// kindOf parts 电子 or 纸质 from the end of a project.
func kindOf(typed string) (project string, electronic bool) {
	project = strings.TrimSpace(typed)
	for word, is := range map[string]bool{"电子": true, "电子版": true, "电子合同": true, "纸": false, "纸质": false} {
		if rest, ok := strings.CutSuffix(project, word); ok && (rest == "" || strings.TrimRight(rest, " 　,，") != rest) {
			return strings.TrimRight(rest, " 　,，"), is
		}
	}
	return project, false
}

func kindWords(electronic bool) string {
	if electronic {
		return "电子"
	}
	return "纸质"
}

// mayTake refuses one form more than a person may have in hand, and any while
// nobody has said which numbers are used on paper.
func (h Handler) mayTake(ctx context.Context, c *command.Call) error {
	if err := h.sure(ctx, c); err != nil || h.Config.OpenPerPerson == 0 {
		return err
	}
	n, err := c.Tx.Contracts().CountInHand(ctx, c.Person.ID)
	if err != nil || n < h.Config.OpenPerPerson {
		return err
	}
	theirs := "合同 " + inHand
	if rulebook.Allows(rulebook.SeeContracts, c.Person) { // to them that is everybody's
		theirs = "合同 " + c.Person.Name
	}
	return &command.Refusal{
		Text: fmt.Sprintf("你手里还有 %d 份没用的合同，最多 %d 份，先签、退或作废几份再领。", n, h.Config.OpenPerPerson),
		Hint: "看在手的：" + theirs + "；用不上的：退合同 合同号", Clause: taking, Private: true,
	}
}

// sure refuses a claim after a restore until the numbers on paper are known.
func (h Handler) sure(ctx context.Context, c *command.Call) error {
	since, err := c.Tx.Marks().At(ctx, store.ContractsUnsureMark)
	if err != nil || since.IsZero() {
		return err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return err
	}
	ask, err := h.burnQuestion(ctx, c.Tx, c.Now)
	if err != nil {
		return err
	}
	no := &command.Refusal{
		Text: "数据库用备份恢复过，备份以后领过哪些编号还不知道；档案员核对纸上的最大编号之后才能再领，编号不会重复使用。已经请档案员核对。",
		Hint: "档案员发：烧号 合同号（纸上用到的最大编号），没有就发：烧号 没有", Clause: taking, Private: true,
	}
	no.Notices = audience.Same("contract/unsure/"+strconv.FormatInt(since.UnixMilli(), 10), audience.But(keepers(roll), c.Person.ID), chat.Message{Text: ask})
	return no
}

// itoa is a number in digits.
func itoa(n int) string { return strconv.Itoa(n) }

// money is an amount, or a dash for none.
func money(fen int64) string {
	if fen == 0 {
		return "—"
	}
	return words.Money(fen)
}
