package target

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// list is 目标 without an amount: the targets of a month, for who is no head their own;
// of somebody with all versions.
func (h Handler) list(ctx context.Context, c *command.Call, w wish) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	month := w.month
	if month == "" {
		month = today.Month()
	}
	all := rulebook.Allows(rulebook.SeeAllResults, c.Person)
	if w.name == "" && all {
		return h.ofMonth(ctx, c, month)
	}
	p := w.person
	if w.name == "" {
		p = c.Person
	}
	return h.versions(ctx, c, month, p)
}

// ofMonth are the targets of a month, the department's beside the sum of people's.
func (h Handler) ofMonth(ctx context.Context, c *command.Call, month store.Day) (*command.Answer, error) {
	r := h.reader(c.Tx, c.Now, cut{})
	t, kept, err := r.table(ctx, month)
	if err != nil {
		return nil, err
	}
	later, err := h.afterwards(ctx, r, month, month, kept != nil)
	if err != nil {
		return nil, err
	}
	state, err := h.state(ctx, c, month, kept)
	if err != nil {
		return nil, err
	}
	names := audience.NewNames(c.Tx)
	table := &chat.Table{Heads: []string{"姓名", "岗位", "签约目标", "回款目标"}}
	for _, r := range t.Rows {
		name, err := names.Of(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		table.Rows = append(table.Rows, []string{name, string(r.Post), goalWords(r.Goals.Signed), goalWords(r.Goals.Received)})
	}
	sum, own := t.Total().Goals, t.Department.Goals
	lines := []string{
		"各人合计：签约 " + goalWords(sum.Signed) + "，回款 " + goalWords(sum.Received),
		"部门目标：签约 " + goalWords(own.Signed) + "，回款 " + goalWords(own.Received),
	}
	missing, err := h.lacking(ctx, c.Tx, month, t.Rows)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		lines = append(lines, fmt.Sprintf("还没有%s目标（%d 人）：%s", h.Config.measure(), len(missing), words.Names(missing, command.MaxRows)))
	}
	corrections, err := h.correctionLines(ctx, c.Tx, goalsOnly(t.Corrections), "", h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	if len(corrections) > 0 {
		lines = append(append(lines, "会后更正："), corrections...)
	}
	if corrections, err = h.correctionLines(ctx, c.Tx, goalsOnly(later), "", h.Rules.Day(c.Now)); err != nil {
		return nil, err
	}
	if len(corrections) > 0 {
		lines = append(lines, sinceThen+strings.Join(corrections, "\n"))
	}
	if n := len(table.Rows) - command.MaxRows; n > 0 {
		table.Rows = table.Rows[:command.MaxRows]
		lines = append(lines, words.More(n))
	}
	card := chat.Card{Title: "目标 " + words.Month(month), Blocks: []chat.Block{{Text: state}}}
	if len(table.Rows) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Table: table})
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(lines, "\n")})
	return h.listed(ctx, c, card, month, fmt.Sprintf("目标 %s：%d 人。", words.Month(month), len(t.Rows)))
}

// lacking are the salespeople of a month's table who have no target, but for whoever is
// gone by then.
func (h Handler) lacking(ctx context.Context, tx *store.Tx, month store.Day, rows []rulebook.ResultRow) (names []string, err error) {
	for _, r := range rows {
		if r.Post != store.Salesperson || r.Goals.Of(h.Config.measure()).Set {
			continue
		}
		p, found, err := tx.People().ByID(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		if found && !h.gone(p, month) {
			names = append(names, audience.Called(p))
		}
	}
	return names, nil
}

// goalsOnly are the corrections of targets among corrections.
func goalsOnly(list []rulebook.Correction) (goals []rulebook.Correction) {
	for _, c := range list {
		if c.Goal {
			goals = append(goals, c)
		}
	}
	return goals
}

// versions are all versions of somebody's targets of a month, or of the department's.
func (h Handler) versions(ctx context.Context, c *command.Call, month store.Day, p store.Person) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	names := audience.NewNames(c.Tx)
	title := department
	if p.ID != "" {
		title = p.Name
	}
	card := chat.Card{Title: "目标 " + words.Month(month) + " · " + title}
	for _, m := range store.Measures {
		list, err := c.Tx.Targets().Versions(ctx, p.ID, month, m)
		if err != nil {
			return nil, err
		}
		lines := []string{string(m) + "：" + goalWords(last(list))}
		for _, t := range list {
			by, err := names.Of(ctx, t.By)
			if err != nil {
				return nil, err
			}
			lines = append(lines, "• "+versionWords(t, by, today, h.Rules))
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(lines, "\n")})
	}
	return h.listed(ctx, c, card, month, "目标 "+words.Month(month)+"。")
}

// last is what the last of some versions says.
func last(list []store.Target) rulebook.Goal {
	if len(list) == 0 {
		return rulebook.Goal{}
	}
	t := list[len(list)-1]
	return rulebook.Goal{Set: !t.None, Fen: t.Fen}
}

// versionWords are a version in one line.
func versionWords(t store.Target, by string, today store.Day, rules rulebook.Rules) string {
	line := fmt.Sprintf("第 %d 版 %s · %s · %s", t.Version, goalWords(rulebook.Goal{Set: !t.None, Fen: t.Fen}), words.Moment(t.At.In(rules.Zone)), by)
	if t.Reason != "" {
		line += " · " + text.Line(t.Reason)
	}
	if t.Corrects != "" {
		line += "（会后更正，记在" + monthIn(t.Corrects, today) + "）"
	}
	if t.Opening {
		line += "（期初）"
	}
	return line
}

// listed ends a card of targets.
func (h Handler) listed(ctx context.Context, c *command.Call, card chat.Card, month store.Day, outline string) (*command.Answer, error) {
	trace, err := c.LookedAt(ctx, "targets/"+string(month), clause)
	if err != nil {
		return nil, err
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: asOf(c.Now) + " · " + c.Person.Name + " 查看 · 追踪码 " + trace})
	if sets(c.Person) {
		card.Blocks = append(card.Blocks, chat.Block{Note: "定目标：目标 姓名或部门 " + monthKey(month) + " 签约或回款 金额"})
	}
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, outline+asOf(c.Now)+"。\n"+elsewhere
	a.Subject, a.Recorded = "targets/"+string(month), true
	return a, nil
}
