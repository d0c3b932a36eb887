package target

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) lookCommands() []command.Spec {
	return []command.Spec{{
		Name: "业绩", Aliases: []string{"yj"}, Summary: "签约和回款各完成多少，对照目标、上月和年初至今：自己的，主管以上看全部", Lists: true, By: []command.Kind{command.Person, command.Month},
		Said: []string{"完成多少", "签约总额", "一共签了多少", "总共签了多少", "签了多少钱", "完成目标", "完成得怎么样", "达标", "差多少达标", "签约多少", "业绩表", "看业绩", "业绩怎么样", "完成率", "业绩完成率", "业绩完成情况", "目标完成情况", "目标完成率", "完成了多少目标", "目标完成了多少", "销售业绩", "…的业绩", "…业绩", "销售业绩表", "部门业绩", "团队业绩", "业绩排名", "完成了多少", "还差多少", "还差多少完成", "业绩多少", "签了多少", "…签了多少", "我的目标", "我的目标是多少", "目标多少", "目标还差多少", "离目标…差多少", "销售业绩目标管理表"},
		Args: []command.Arg{{Name: whatArg, Kind: command.Free, Optional: true}}, Examples: []string{"业绩", "业绩 11月", "业绩 今年"},
		Who: rulebook.TakePart, For: sees, Private: true, Clause: clause, Daily: true, Run: h.look,
	}}
}

const whatArg = "什么"

// sees reports whether a person has results to see: their own at least.
func sees(p store.Person) bool { return rulebook.Allows(rulebook.SeeResults, p) }

// own refuses who has none: of who is of another post, only those whose target was set
// or for whom something counts, as from a post that they had.
func (h Handler) own(ctx context.Context, c *command.Call) error {
	if sees(c.Person) {
		return nil
	}
	t, _, err := h.reader(c.Tx, c.Now, cut{}).table(ctx, h.Rules.Day(c.Now).Month())
	if err != nil {
		return err
	}
	if _, found := t.Row(c.Person.ID); found {
		return nil
	}
	return &command.Refusal{Text: "目标和业绩只有" + rulebook.Holders(rulebook.SeeResults) + "可以看。", Clause: clause, Denied: true, Private: true}
}

// look is 业绩 of a month or a year: of somebody, or of all.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := h.own(ctx, c); err != nil {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	s, err := understand(c.Text(whatArg), today, false, true)
	if err != nil {
		return nil, err
	}
	of, err := h.whose(ctx, c, s.name)
	if err != nil {
		return nil, err
	}
	if s.year != "" {
		return h.year(ctx, c, s.year, of)
	}
	month := s.month
	if month == "" {
		month = today.Month()
	}
	return h.month(ctx, c, month, of)
}

// whose is whose results are asked for; nobody's: those of all. Who is no head sees
// their own, and hears nothing of others.
func (h Handler) whose(ctx context.Context, c *command.Call, name string) (store.Person, error) {
	all := rulebook.Allows(rulebook.SeeAllResults, c.Person)
	switch {
	case name == department && all, name == "" && all:
		return store.Person{}, nil
	case name == "":
		return c.Person, nil
	}
	p, found, err := person(ctx, c, name)
	switch {
	case err != nil:
		return p, err
	case found && (all || p.ID == c.Person.ID):
		p.Name, err = audience.NewNames(c.Tx).Of(ctx, p.ID)
		return p, err
	case all:
		return p, nobody(name, "业绩 11月 张伟")
	}
	return p, &command.Refusal{
		Text: "别人的业绩只有" + rulebook.Holders(rulebook.SeeAllResults) + "可以看。", Hint: "看自己的：业绩", Clause: clause, Denied: true, Private: true,
	}
}

// month is 业绩 of a month.
func (h Handler) month(ctx context.Context, c *command.Call, month store.Day, of store.Person) (*command.Answer, error) {
	r := h.reader(c.Tx, c.Now, cut{})
	t, kept, err := r.table(ctx, month)
	if err != nil {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	card := chat.Card{Title: "业绩 " + words.Month(month)}
	if of.ID != "" {
		card.Title += " · " + of.Name
	}
	state, err := h.state(ctx, c, month, kept)
	if err != nil {
		return nil, err
	}
	body, err := h.monthBody(ctx, c, t, of)
	if err != nil {
		return nil, err
	}
	card.Blocks = append([]chat.Block{{Text: state}}, body...)
	later, err := h.afterwards(ctx, r, month, month, kept != nil)
	if err != nil {
		return nil, err
	}
	after, err := h.correctionLines(ctx, r.tx, later, of.ID, today)
	if err != nil {
		return nil, err
	}
	if lines, err := h.correctionLines(ctx, c.Tx, t.Corrections, of.ID, today); err != nil {
		return nil, err
	} else if len(lines) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "会后更正（不算在本月的实际和完成率里，算在全年里）：\n" + strings.Join(lines, "\n")})
	}
	if len(after) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: sinceThen + strings.Join(after, "\n")})
	}
	if r.damaged || t.Damaged {
		card.Blocks = append(card.Blocks, chat.Block{Text: "有一笔记录损坏打不开，上面的数里没有它；总经理和管理员已经知道。"})
	}
	for _, chart := range h.monthCharts(ctx, c, t, of) {
		card.Blocks = append(card.Blocks, chat.Block{Chart: &chart})
	}
	return h.shown(ctx, c, card, month, of, fmt.Sprintf("业绩 %s：%s", words.Month(month), people(t, of)))
}

// people says how many rows a table has.
func people(t rulebook.ResultTable, of store.Person) string {
	if of.ID != "" {
		return of.Name + "。"
	}
	return fmt.Sprintf("%d 人。", len(t.Rows))
}

// shown ends a card: as of when, who looked, the workbook behind it.
func (h Handler) shown(ctx context.Context, c *command.Call, card chat.Card, month store.Day, of store.Person, outline string) (*command.Answer, error) {
	trace, err := c.LookedAt(ctx, "results/"+string(month)+"/"+of.ID, clause)
	if err != nil {
		return nil, err
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: asOf(c.Now) + " · " + c.Person.Name + " 查看 · 追踪码 " + trace})
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, outline+asOf(c.Now)+"。\n"+elsewhere
	a.Subject, a.Recorded = "results/"+string(month), true
	a.Files = []chat.File{{Name: "销售业绩目标管理表-" + string(month[:len("2026-11")]) + ".xlsx", Recipe: c.Recipe(recipe, trace, string(month), of.ID)}}
	return a, nil
}

// state says whether a month's table changes any more.
func (h Handler) state(ctx context.Context, c *command.Call, month store.Day, kept *store.KeptTable) (string, error) {
	if kept == nil {
		return "未定稿", nil
	}
	f, _, err := c.Tx.Months().Frozen(ctx, month)
	how := "到期"
	if f.By != "" {
		how = "散会"
	}
	return fmt.Sprintf("已定稿 %s（%s），校验 %s", words.Moment(f.At.In(h.Rules.Zone)), how, shortHash(kept.Hash)), err
}

// shortHash is as much of a hash as people compare: FA8B 473C 1B9D.
func shortHash(hash string) string {
	h := strings.ToUpper(hash)
	return h[:4] + " " + h[4:8] + " " + h[8:12]
}

// monthBody are the figures of a month: somebody's line by line, of all a table and
// sums.
func (h Handler) monthBody(ctx context.Context, c *command.Call, t rulebook.ResultTable, of store.Person) ([]chat.Block, error) {
	today := h.Rules.Day(c.Now)
	if of.ID != "" {
		row, _ := t.Row(of.ID)
		lines := rowLines(row, t.Month, today)
		if next := row.NextGoals; next != (rulebook.Goals{}) {
			lines = append(lines, fmt.Sprintf("下月目标 签约 %s，回款 %s", goalWords(next.Signed), goalWords(next.Received)))
		}
		if t.Month.NextMonth() <= today && h.low(row) {
			lines = append(lines, fmt.Sprintf("低于目标的 %d%%。", h.Config.WarnBelow))
		}
		return []chat.Block{{Text: strings.Join(lines, "\n")}}, nil
	}
	table, err := h.monthTable(ctx, c.Tx, t)
	if err != nil {
		return nil, err
	}
	lines := append([]string{"合计"}, rowLines(t.Total(), t.Month, today)...)
	lines = append(lines, departmentLines(t)...)
	if unclaimed, err := h.unclaimed(ctx, c.Tx); err != nil {
		return nil, err
	} else if unclaimed != "" && t.Month == today.Month() {
		lines = append(lines, unclaimed)
	}
	if len(t.Rows) == 0 {
		return []chat.Block{{Text: "没有业绩，也没有目标。"}, {Text: strings.Join(lines, "\n")}}, nil
	}
	return append(append([]chat.Block{{Table: table}}, beyond(t)...), chat.Block{Text: strings.Join(lines, "\n")}), nil
}

// beyond says how many rows of a table only the workbook has.
func beyond(t rulebook.ResultTable) []chat.Block {
	if n := len(t.Rows) - command.MaxRows; n > 0 {
		return []chat.Block{{Text: words.More(n) + "，都在表格文件里"}}
	}
	return nil
}

// low reports whether somebody reached less than is asked for.
func (h Handler) low(r rulebook.ResultRow) bool {
	return rulebook.Below(r.Sums, r.Goals, h.Config.measure(), h.Config.WarnBelow)
}

// departmentLines are what is set for the department, beside what people are to
// reach together.
func departmentLines(t rulebook.ResultTable) (lines []string) {
	all := t.Total()
	for _, m := range store.Measures {
		own, sum := t.Department.Goals.Of(m), all.Goals.Of(m)
		if !own.Set {
			continue
		}
		line := fmt.Sprintf("部门%s目标 %s，完成率 %s；各人合计 %s", m, goalWords(own), rateWords(all.Sums, t.Department.Goals, m), goalWords(sum))
		if sum.Set && sum.Fen != own.Fen {
			line += "，相差 " + words.Money(own.Fen-sum.Fen)
		}
		lines = append(lines, line)
	}
	return lines
}

// unclaimed says what has arrived and counts for nobody yet; empty for nothing.
func (h Handler) unclaimed(ctx context.Context, tx *store.Tx) (string, error) {
	list, err := tx.Receivables().Unclaimed(ctx)
	if err != nil || len(list) == 0 {
		return "", err
	}
	var sum int64
	for _, e := range list {
		sum += e.Amount
	}
	return fmt.Sprintf("另有未认领到账 %d 笔 %s，还不算在任何人名下", len(list), words.Money(sum)), nil
}

// monthTable is a row a person, as many as one answer shows.
func (h Handler) monthTable(ctx context.Context, tx *store.Tx, t rulebook.ResultTable) (*chat.Table, error) {
	table := &chat.Table{Heads: []string{"姓名", "签约目标", "签约", "完成率", "回款目标", "回款", "回款率", "上月签约", "上月完成率", "累计签约", "累计完成率"}}
	names := audience.NewNames(tx)
	for _, r := range t.Rows[:min(len(t.Rows), command.MaxRows)] {
		name, err := names.Of(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		table.Rows = append(table.Rows, []string{
			name, goalWords(r.Goals.Signed), words.Money(r.Sums.Signed), rateWords(r.Sums, r.Goals, store.Signing),
			goalWords(r.Goals.Received), words.Money(r.Sums.Received) + pendingWords(r.Sums.Pending), rateWords(r.Sums, r.Goals, store.Receipt),
			words.Money(r.LastSums.Signed), rateWords(r.LastSums, r.LastGoals, store.Signing),
			words.Money(r.YearSums.Signed), rateWords(r.YearSums, r.YearGoals, store.Signing),
		})
	}
	return table, nil
}

// correctionLines are corrections in words: of somebody, or of all and of the
// department for no id.
func (h Handler) correctionLines(ctx context.Context, tx *store.Tx, list []rulebook.Correction, of string, today store.Day) (lines []string, err error) {
	names := audience.NewNames(tx)
	for _, c := range list {
		if of != "" && c.Person != of {
			continue
		}
		name := department
		if c.Person != "" {
			if name, err = names.Of(ctx, c.Person); err != nil {
				return nil, err
			}
		}
		lines = append(lines, "• "+correctionWords(c, name, today))
	}
	if n := len(lines) - command.MaxRows; n > 0 {
		lines = append(lines[:command.MaxRows], words.More(n)+"，都在表格文件里")
	}
	return lines, nil
}

// sinceThen heads the corrections of a frozen month.
const sinceThen = "此后变化（会后更正，记在后来的月份）：\n"

// afterwards are the corrections of the months from … to that stand in later ones: of
// some that froze.
func (h Handler) afterwards(ctx context.Context, r *reader, from, to store.Day, froze bool) (list []rulebook.Correction, err error) {
	if !froze {
		return nil, nil
	}
	last := h.Rules.Day(r.now).Month().NextMonth() // the open month, where the present one froze with its meeting
	months, err := r.months(ctx, to.NextMonth(), last)
	if err != nil {
		return nil, err
	}
	for month := to.NextMonth(); month <= last; month = month.NextMonth() {
		for _, c := range months[month].Corrections {
			if c.Of >= from && c.Of <= to {
				list = append(list, c)
			}
		}
	}
	return list, nil
}
