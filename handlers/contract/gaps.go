package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const explainPrompt = "这个编号怎么回事？写一句说明。"

// maxBurnt is how many numbers are burnt at once: more is a slip of the pen.
const maxBurnt = 300

func (h Handler) gapCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "缺号", Aliases: []string{"qh"}, Summary: "某个月每个合同编号的去向，缺的在前；或者说明一个编号", Lists: true,
			Said: []string{"合同缺号", "编号缺了", "缺哪些号", "查缺号", "合同编号去向", "缺号说明"},
			Args: []command.Arg{
				{Name: numberArg, Kind: command.Number, Optional: true}, {Name: "月", Kind: command.Month, Optional: true, Past: true},
				{Name: "说明", Kind: command.Free, Optional: true},
			},
			Examples: []string{"缺号", "缺号 11月", "缺号 ZYX-202611-003 打印时卡纸，已销毁"},
			Who:      rulebook.TakePart, For: h.accounts, Clause: taking, Run: h.gaps, Undo: h.undo,
		},
		{
			Name: "烧号", Summary: "恢复备份之后，报纸上用到的最大编号，没有记录的编号不再使用",
			Said: []string{"最大编号", "核对编号", "纸上最大编号"},
			Args: []command.Arg{{Name: "编号", Kind: command.Free, Prompt: "纸上用到的最大编号是哪个？几个月的都写；没有就写 没有。"}}, Examples: []string{"烧号 ZYX-202611-007", "烧号 没有"},
			Who: rulebook.ArchiveContracts, Clause: taking, Run: h.burn,
		},
	}
}

// accounts reports whether somebody accounts for numbers.
func (h Handler) accounts(p store.Person) bool {
	return h.holds(p) || rulebook.Allows(rulebook.SeeContracts, p)
}

// gaps is 缺号: of a month, or the explanation of one number.
func (h Handler) gaps(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Has(numberArg) {
		return h.explain(ctx, c)
	}
	if c.Has("说明") {
		return nil, &command.Refusal{Text: "没看懂" + text.Quote(c.Text("说明")) + "，写月份，或者合同号和说明。", Hint: "缺号 11月；缺号 ZYX-202611-003 说明…", Clause: taking}
	}
	month := h.Rules.Day(c.Now)[:8] + "01"
	if c.Has("月") {
		month = c.Day("月")
	}
	all, err := h.numbers(ctx, c.Tx, month)
	if err != nil {
		return nil, err
	}
	whose := ""
	if !rulebook.Allows(rulebook.SeeContracts, c.Person) {
		whose = "你"
		all = slices.DeleteFunc(all, func(n number) bool { return n.Holder != c.Person.ID || n.missing })
		if len(all) == 0 && !rulebook.Allows(rulebook.TakeContracts, c.Person) {
			return nil, c.NoContract()
		}
	}
	if len(all) == 0 {
		a := command.Text(words.Month(month) + whose + "没有用过合同编号。")
		a.Subject = "contracts/" + string(month)
		return a, nil
	}
	a, err := h.numbersCard(ctx, c, month, whose, all)
	return a, err
}

// number is a number with its fate.
type number struct {
	store.Contract
	missing bool // there is no contract: it was drawn, and nobody knows why
	damaged bool // there is one that does not open
}

// numbers are all numbers of a month in order: those that were claimed in it, and
// between and behind them those that were drawn and are not there.
func (h Handler) numbers(ctx context.Context, tx *store.Tx, month store.Day) ([]number, error) {
	claimed, err := tx.Contracts().ClaimedIn(ctx, month, month.NextMonth())
	if err != nil {
		return nil, err
	}
	series := []string{h.Config.numbering().Series(month)}
	for _, ct := range claimed {
		if !slices.Contains(series, ct.Series) {
			series = append(series, ct.Series)
		}
	}
	var list []number
	for _, s := range series {
		some, err := h.inSeries(ctx, tx, s, month)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// inSeries are the numbers of a series that belong to a month: from behind the last
// one claimed before it, up to before the first one claimed after it, or where none
// was up to the last one drawn.
func (h Handler) inSeries(ctx context.Context, tx *store.Tx, series string, month store.Day) ([]number, error) {
	last, err := tx.Contracts().Drawn(ctx, series)
	if err != nil {
		return nil, err
	}
	there, err := tx.Contracts().InSeries(ctx, series)
	if err != nil {
		return nil, err
	}
	bySeq, from, to := map[int]store.Contract{}, 1, last
	for _, ct := range there {
		bySeq[ct.Seq], to = ct, max(to, ct.Seq)
	}
	for _, ct := range there {
		switch {
		case ct.Claimed < month && ct.Seq >= from:
			from = ct.Seq + 1
		case ct.Claimed >= month.NextMonth():
			to = min(to, ct.Seq-1)
		}
	}
	var list []number
	for seq := from; seq <= to; seq++ {
		ct, found := bySeq[seq]
		if !found {
			ct = store.Contract{Number: h.numberIn(series, seq, month), Series: series, Seq: seq}
		}
		damaged := !found && slices.Contains(tx.Damaged(), store.Damage{Table: "contract", Row: ct.Number})
		list = append(list, number{ct, !found && !damaged, damaged})
	}
	return list, nil
}

// numberIn is the number of a running one in a series, as the pattern gives it in
// that month.
func (h Handler) numberIn(series string, seq int, month store.Day) string {
	n := h.Config.numbering()
	if n.Series(month) == series {
		return n.Number(month, seq)
	}
	return n.InSeries(series, seq)
}

// fate is what became of the number, with who had it.
func (n number) fate(holder string, today store.Day) string {
	switch said := fate(n.Contract, holder, today); {
	case n.missing:
		return "缺号：发出过，没有记录"
	case n.damaged:
		return "记录损坏，打不开"
	case n.Holder == "" || n.InHand():
		return said
	default:
		return said + " · " + holder
	}
}

// worries ranks fates: holes first, then what is lost or burnt, then what is in hand.
func (n number) worries() int {
	switch {
	case n.missing:
		return 0
	case n.damaged, n.State == store.ContractLost || n.State == store.ContractBurnt && !n.Explained:
		return 1
	case n.InHand():
		return 2
	}
	return 3
}

// numbersCard shows the numbers of a month, the worrying ones first: all of them, or
// the caller's.
func (h Handler) numbersCard(ctx context.Context, c *command.Call, month store.Day, whose string, all []number) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	slices.SortStableFunc(all, func(a, b number) int { return a.worries() - b.worries() })
	people := h.people(c.Tx)
	holes := 0
	var lines []string
	for i, n := range all {
		if n.missing {
			holes++
		}
		if i >= command.MaxRows {
			continue
		}
		holder, err := people.name(ctx, n.Holder)
		if err != nil {
			return nil, err
		}
		lines = append(lines, n.Number+" "+n.fate(holder, today))
	}
	if len(all) > command.MaxRows {
		lines = append(lines, words.More(len(all)-command.MaxRows))
	}
	count := fmt.Sprintf("%d 个，缺号 %d 个", len(all), holes)
	if whose != "" {
		whose, count = whose+"的", fmt.Sprintf("%d 个", len(all))
	}
	card := chat.Card{Title: fmt.Sprintf("%s %s合同编号（%s）", words.Month(month), whose, count), Blocks: []chat.Block{{Text: strings.Join(lines, "\n")}}}
	if holes > 0 {
		card.Tone = chat.Warn
		card.Blocks = append(card.Blocks, chat.Block{Note: "查清以后：缺号 " + all[0].Number + " 说明…"})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: asOf(c)})
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, card.Title+"。"+elsewhere
	a.Subject = "contracts/" + string(month)
	return a, nil
}

// explain is 缺号 合同号 说明: what became of a number that is lost, burnt or not
// there.
func (h Handler) explain(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, found, err := c.NumberedContract(ctx, c.Text(numberArg))
	if err != nil {
		return nil, err
	}
	if !found {
		return h.explainHole(ctx, c)
	}
	if err := h.mayDo(ctx, c, rulebook.DeedExplain, m.Contract); err != nil {
		return nil, err
	}
	if err := inTime(ctx, c, m.Contract); err != nil {
		return nil, err
	}
	was, is := m.Contract, m.Contract
	if !text.HasWords(c.Text("说明")) && was.State != store.ContractLost && was.State != store.ContractBurnt {
		return h.card(ctx, c, m)
	}
	said, err := needed(c.Text("说明"), explainPrompt, "说明")
	if err != nil {
		return nil, err
	}
	is.Explained = true
	if err := h.save(ctx, c, was, &is, said); err != nil {
		return nil, err
	}
	return h.explained(ctx, c, is, said)
}

// explainHole enters a number that was drawn and is not there as burnt.
func (h Handler) explainHole(ctx context.Context, c *command.Call) (*command.Answer, error) {
	n := h.Config.numbering()
	series, seq, ok := n.Read(text.Code(c.Text(numberArg)))
	drawn := 0
	if ok {
		var err error
		if drawn, err = c.Tx.Contracts().Drawn(ctx, series); err != nil {
			return nil, err
		}
	}
	if !rulebook.Allows(rulebook.SeeContracts, c.Person) || !ok || seq > drawn {
		return nil, c.NoContract()
	}
	said, err := needed(c.Text("说明"), explainPrompt, "说明")
	if err != nil {
		return nil, err
	}
	ct, err := h.addBurnt(ctx, c, series, seq, true, said)
	if err != nil {
		return nil, err
	}
	a, err := h.explained(ctx, c, ct, said)
	if a != nil {
		a.Undo = ""
		a.Reply.Card.Buttons = nil
	}
	return a, err
}

func (h Handler) explained(ctx context.Context, c *command.Call, ct store.Contract, said string) (*command.Answer, error) {
	holder, err := h.people(c.Tx).name(ctx, ct.Holder)
	if err != nil {
		return nil, err
	}
	facts := []chat.Fact{{Label: "编号", Value: ct.Number}, {Label: "去向", Value: fate(ct, holder, h.Rules.Day(c.Now))}, {Label: "说明", Value: said}}
	a := h.done(c, "已说明 "+ct.Number, ct, facts, true)
	a.Notices, err = h.tell(ctx, c, ct, hearers{keepers: true}, []string{ct.Holder}, c.Person.Name+"说明了 "+ct.Number, func(rulebook.ContractView) []chat.Fact { return facts })
	return a, err
}

// addBurnt enters a number that is never to be given out again.
func (h Handler) addBurnt(ctx context.Context, c *command.Call, series string, seq int, explained bool, said string) (store.Contract, error) {
	day := h.dayOf(series, h.Rules.Day(c.Now))
	ct := store.Contract{Number: h.numberIn(series, seq, day), Series: series, Seq: seq, State: store.ContractBurnt, Claimed: day, Explained: explained, Version: 1}
	ct.Folded = command.FoldedContract(ct.Number)
	fresh, err := c.Tx.Contracts().Add(ctx, ct, store.ContractAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name, Words: said})
	if err == nil && !fresh {
		err = fmt.Errorf("burn %s: it is there already", ct.Number)
	}
	return ct, err
}

// dayOf is the last day, up to today, that a series is of; today where it is of none
// of the last years.
func (h Handler) dayOf(series string, today store.Day) store.Day {
	n := h.Config.numbering()
	for back := range 3 * 366 {
		if day := today.Add(-back); n.Series(day) == series {
			return day
		}
	}
	return today
}
