package progress

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

const (
	mostNamed   = 3   // customers of a line: it is no list to carry away (档-3)
	stepsKept   = 365 // days after which nothing is said of a step any more
	answersKept = 3   // months after which nothing is asked about a promise any more
)

// Daily is what is said of customers' progress in the daily message (会-4): what is
// to be done today, from the 25th on the causes that are missing, and after a month
// whether its promises were kept; all to who has the customers.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	steps, err := vault.In(tx).StepsDue(ctx, roll.Day, "")
	if err != nil {
		return nil, err
	}
	var list []daily.Line
	for _, d := range steps {
		if d.Next.Day > roll.Day.Add(-stepsKept) {
			list = append(list, h.stepLine(d, roll))
		}
	}
	promises, err := h.promiseLines(ctx, tx, roll)
	if err != nil {
		return nil, err
	}
	causes, err := h.causeLines(ctx, tx, s.At, roll)
	return slices.Concat(list, promises, causes), err
}

// hearing is who hears of a customer: the owner; of nobody's, and where the owner's
// post has to do with no customers any more, who leads the owners.
func hearing(roll audience.Roll, owner string) audience.Audience {
	p, active := roll.Active(owner)
	if !active || !rulebook.SeesProgress(p, owner) {
		return roll.Hearing(store.Supervisor)
	}
	return roll.Person(p)
}

// stepLine is what somebody said would be done with a customer on a day that has
// come.
func (h Handler) stepLine(d vault.DueStep, roll audience.Roll) daily.Line {
	l := daily.Line{
		For: hearing(roll, d.Owner), Key: "progress/step/" + d.Entry.ID, Since: d.Next.Day, Urgency: daily.Due, Names: 1,
		Command: "跟进 " + d.Customer.ID, Label: "跟进 " + d.Customer.ID,
	}
	what := text.CutLine(said(d.Next.What), 40)
	if d.Next.Day == roll.Day {
		l.Urgency = daily.Urgent
		l.Text, l.Harmless = fmt.Sprintf("今天：%s %s", d.Name, what), "今天有 "+d.Customer.ID+" 的下一步"
		return l
	}
	l.Text = fmt.Sprintf("%s 说好的：%s %s，还没有新的跟进", words.Date(d.Next.Day), d.Name, what)
	l.Harmless = words.Date(d.Next.Day) + " 有 " + d.Customer.ID + " 的下一步，还没有新的跟进"
	return l
}

// promiseLines ask whether the promises of months that are over were kept.
func (h Handler) promiseLines(ctx context.Context, tx *store.Tx, roll audience.Roll) (list []daily.Line, err error) {
	open, err := openPromises(ctx, tx, roll.Day)
	if err != nil {
		return nil, err
	}
	for _, p := range open {
		k, found, err := vault.In(tx).Sound(ctx, p.Customer)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		list = append(list, daily.Line{
			For: hearing(roll, k.Owner), Key: "progress/promise/" + p.ID, Since: p.Month.NextMonth(), Urgency: daily.Due, Names: 1,
			Text:     fmt.Sprintf("%s %d月的承诺兑现了吗：%s（%s）", k.Name, monthOf(p.Month), text.CutLine(said(p.Words), 40), clause),
			Harmless: fmt.Sprintf("%s %d月的承诺兑现了吗（%s）", k.ID, monthOf(p.Month), clause),
			Command:  "兑现 " + k.ID, Label: "兑现 " + k.ID,
		})
	}
	return list, nil
}

func monthOf(month store.Day) int { return int(month.Start(time.UTC).Month()) }

// openPromises are those of the last months that are over which nobody has answered.
func openPromises(ctx context.Context, tx *store.Tx, today store.Day) (open []rulebook.Promise, err error) {
	last := today.Month().Add(-1).Month()
	first := last
	for range answersKept - 1 {
		first = first.Add(-1).Month()
	}
	entries, err := tx.Promises().In(ctx, first, last)
	for _, p := range rulebook.Promises(entries) {
		if p.Answer == nil {
			open = append(open, p)
		}
	}
	return open, err
}

// causeLines ask owners once a month for the causes that are missing, from the 25th
// or the working day before it on.
func (h Handler) causeLines(ctx context.Context, tx *store.Tx, now time.Time, roll audience.Roll) (list []daily.Line, err error) {
	month := roll.Day.Month()
	since := h.Rules.CausesAsked(month)
	if roll.Day < since {
		return nil, nil
	}
	all, _, err := h.months(ctx, tx, asked{month: month, at: now})
	if err != nil {
		return nil, err
	}
	theirs := map[string][]*entry{}
	var owners []string
	for _, e := range all {
		if !e.Missing() {
			continue
		}
		if theirs[e.Customer.Owner] == nil {
			owners = append(owners, e.Customer.Owner)
		}
		theirs[e.Customer.Owner] = append(theirs[e.Customer.Owner], e)
	}
	slices.Sort(owners)
	for _, owner := range owners {
		l := causeLine(theirs[owner])
		l.For, l.Since, l.Key = hearing(roll, owner), since, "progress/cause/"+string(month)+"/"+owner
		list = append(list, l)
	}
	return list, nil
}

// causeLine names some of the customers of one owner that lack a cause.
func causeLine(list []*entry) daily.Line {
	var some []string
	for _, e := range list[:min(len(list), mostNamed)] {
		some = append(some, e.Name)
	}
	names := strings.Join(some, "、")
	if len(list) > len(some) {
		names += fmt.Sprintf(" 等 %d 位", len(list))
	}
	l := daily.Line{
		Urgency: daily.Due, Names: len(some), Text: fmt.Sprintf("缺原因 %d 位：%s 本月还没有进展（%s）", len(list), names, clause),
		Harmless: fmt.Sprintf("缺原因 %d 位：本月还没有进展的客户（%s）", len(list), clause), Command: "客户进度", Label: "客户进度",
	}
	if len(list) == 1 {
		l.Command, l.Label = "停滞原因 "+list[0].ID, "停滞原因 "+list[0].ID
	}
	return l
}

// Owes is what the caller has to see to with their customers: what is to be done by
// today, promises to answer, and once they are asked for the causes that are
// missing.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !rulebook.Allows(rulebook.SeeProgress, c.Person) {
		return nil, nil
	}
	today := h.Rules.Day(c.Now)
	steps, err := vault.In(c.Tx).StepsDue(ctx, today, c.Person.ID)
	if err != nil {
		return nil, err
	}
	var items []command.Item
	for _, d := range steps {
		if d.Next.Day <= today.Add(-stepsKept) {
			continue
		}
		when := words.Date(d.Next.Day) + "的"
		if d.Next.Day == today {
			when = "今天的"
		}
		items = append(items, command.Item{Text: when + "下一步：" + d.Customer.ID, Button: &chat.Button{Label: "跟进 " + d.Customer.ID, Command: "跟进 " + d.Customer.ID}, Urgent: true})
	}
	promises, err := h.promiseItems(ctx, c)
	if err != nil {
		return nil, err
	}
	causes, err := h.causeItems(ctx, c)
	return slices.Concat(items, promises, causes), err
}

func (h Handler) promiseItems(ctx context.Context, c *command.Call) (items []command.Item, err error) {
	open, err := openPromises(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	for _, p := range open {
		k, found, err := vault.In(c.Tx).Sound(ctx, p.Customer)
		if err != nil {
			return nil, err
		}
		if found && k.Owner == c.Person.ID {
			items = append(items, command.Item{
				Text: fmt.Sprintf("%s %d月的承诺兑现了吗", k.ID, monthOf(p.Month)), Button: &chat.Button{Label: "兑现 " + k.ID, Command: "兑现 " + k.ID},
			})
		}
	}
	return items, nil
}

func (h Handler) causeItems(ctx context.Context, c *command.Call) ([]command.Item, error) {
	month := h.Rules.Day(c.Now).Month()
	if h.Rules.Day(c.Now) < h.Rules.CausesAsked(month) {
		return nil, nil
	}
	list, _, err := h.months(ctx, c.Tx, asked{owner: c.Person.ID, own: true, month: month, at: c.Now})
	n := 0
	for _, e := range list {
		if e.Missing() && e.Customer.Owner == c.Person.ID {
			n++
		}
	}
	if err != nil || n == 0 {
		return nil, err
	}
	return []command.Item{{Text: fmt.Sprintf("%d 位客户本月没有进展，缺原因（%s）", n, clause), Button: &chat.Button{Label: "客户进度", Command: "客户进度"}}}, nil
}

// Today is how the department's customers do this month (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	list, _, err := h.months(ctx, c.Tx, asked{month: h.Rules.Day(c.Now).Month(), at: c.Now})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	n := count(list)
	return []command.Item{{Text: fmt.Sprintf("客户进度：%s，缺原因 %d", n.words(), n.missing), Button: &chat.Button{Label: "客户进度", Command: "客户进度"}}}, nil
}
