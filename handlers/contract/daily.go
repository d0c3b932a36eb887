package contract

import (
	"cmp"
	"context"
	"fmt"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// How many working days after the due date of an original others hear of it, and
// how many days after a loss it is asked after.
const (
	supervisorAfter = 3
	directorAfter   = 7
	lostAfter       = 3
)

// Daily is what contracts want in the daily message: originals owed and on loan,
// forms in hand, events that come near, what is lost. One query for everybody.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	list, err := h.unsureLines(ctx, tx, s, roll)
	if err != nil {
		return nil, err
	}
	waiting, err := tx.Contracts().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	m, names := morning{h, h.Rules.Day(s.At), roll, map[string]string{}}, audience.NewNames(tx)
	for _, ct := range waiting {
		for _, id := range []string{ct.Holder, ct.Borrower} {
			if _, active := roll.Active(id); active || id == "" {
				continue
			}
			if m.gone[id], err = names.Of(ctx, id); err != nil {
				return nil, err
			}
		}
		for _, l := range m.lines(ct) {
			l.Harmless = ct.Number + " " + stateWords(ct, m.today)
			list = append(list, l)
		}
	}
	return list, nil
}

// unsureLines remind of the numbers that are to be looked for after a restore.
func (h Handler) unsureLines(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	since, err := tx.Marks().At(ctx, store.ContractsUnsureMark)
	if err != nil || since.IsZero() {
		return nil, err
	}
	if any, err := tx.Contracts().Any(ctx); err != nil || !any {
		return nil, err
	}
	return []daily.Line{{
		For: roll.Only(keepers(roll)...), Key: "contract/unsure/" + string(h.Rules.Day(s.At)), Urgency: daily.Urgent,
		Text: "恢复备份之后要核对合同编号，核对之前不能领合同（2-3）", Command: "烧号 合同号",
	}}, nil
}

// morning is a day's message about contracts.
type morning struct {
	Handler
	today store.Day
	roll  audience.Roll
	gone  map[string]string // names of who is not there any more
}

func (m morning) lines(ct store.Contract) []daily.Line {
	switch {
	case ct.State == store.ContractLost:
		return m.lost(ct)
	case ct.Borrower != "":
		return m.loan(ct)
	case ct.OwesOriginal():
		return m.original(ct)
	case ct.InHand():
		return append(m.unused(ct), m.event(ct)...)
	}
	return nil
}

// holder is who hears of a contract: whoever has it now, if they may.
func (m morning) holder(ct store.Contract) audience.Audience {
	if p, _ := m.roll.Active(ct.Holder); rulebook.Allows(rulebook.TakeContracts, p) {
		return m.roll.Person(p)
	}
	return m.roll.Hearing(store.Supervisor)
}

// someone hears, or the next up the line of who is not there any more.
func (m morning) someone(id string) audience.Audience {
	if p, active := m.roll.Active(id); active {
		return m.roll.Person(p)
	}
	return m.roll.Hearing(store.Supervisor)
}

// original chases an original each working day from the day after it is due; three
// and seven working days later it goes up the line.
func (m morning) original(ct store.Contract) []daily.Line {
	if ct.Due == "" || m.today <= ct.Due {
		return nil
	}
	cal := m.Rules.Calendar
	late := cal.WorkingDays(ct.Due, m.today)
	text := fmt.Sprintf("%s 的原件应在 %s 前交，已过 %d 个工作日（%s）", ct.Number, dayWords(ct.Due, m.today), late, signing)
	about := "contract/original/" + ct.Number
	var list []daily.Line
	if cal.Working(m.today) {
		list = append(list, daily.Line{For: m.holder(ct), Key: about + "/" + string(ct.Due), About: about, Step: late, Urgency: daily.Due, Text: text, Command: "合同 " + ct.Number})
	}
	for _, up := range []struct {
		after int
		post  store.Post
	}{{supervisorAfter, store.Supervisor}, {directorAfter, store.MarketingDirector}} {
		if late >= up.after {
			list = append(list, daily.Line{
				For: m.roll.Hearing(up.post), Key: fmt.Sprintf("contract/overdue/%s/%s/%d", ct.Number, ct.Due, up.after), About: about, Urgency: daily.Due,
				Since: cal.Later(ct.Due, up.after), Text: m.nameOf(ct.Holder) + "：" + text, Command: "合同 " + ct.Number,
			})
		}
	}
	return list
}

func (m morning) nameOf(id string) string {
	if p, active := m.roll.Active(id); active {
		return p.Name
	}
	return m.gone[id]
}

// unused asks after a form that is in hand for long, and again after as long.
func (m morning) unused(ct store.Contract) []daily.Line {
	every := m.Config.UnusedDays
	if every == 0 {
		return nil
	}
	days := daysSince(ct.Claimed, m.today)
	step := days / every * every
	if step == 0 {
		return nil
	}
	return []daily.Line{{
		For: m.holder(ct), Key: "contract/unused/" + ct.Number + "/" + ct.Holder, Step: step, Since: ct.Claimed.Add(step), Urgency: daily.Due,
		Text: fmt.Sprintf("%s 在手 %d 天还没签（%s），用不上请退回", ct.Number, days, taking), Command: "退合同 " + ct.Number,
	}}
}

// The steps of an event that comes near.
const (
	eventNear = 1 // within the days of preparation
	eventLast = 2 // on the last working day before
)

// event warns of an event that comes near while nothing is signed.
func (m morning) event(ct store.Contract) []daily.Line {
	if ct.Event == "" || ct.Event < m.today || ct.Prepare == 0 {
		return nil
	}
	left, step := m.Rules.Calendar.WorkingDays(m.today, ct.Event), 0
	switch {
	case left <= 1:
		step = eventLast
	case left <= ct.Prepare:
		step = eventNear
	default:
		return nil
	}
	return []daily.Line{{
		For: m.holder(ct), Key: "contract/event/" + ct.Number + "/" + string(ct.Event), Step: step, Urgency: daily.Urgent,
		Text:    fmt.Sprintf("%s 的活动在 %s，还有 %d 个工作日，准备要 %d 个，合同还没签（%s）", ct.Number, dayWords(ct.Event, m.today), left, ct.Prepare, signing),
		Command: "签合同 " + ct.Number,
	}}
}

// loan chases an original on loan: whoever has it from the day on which it is to be
// back, from the day after also who keeps them.
func (m morning) loan(ct store.Contract) []daily.Line {
	if m.today < ct.Back || m.today > ct.Back && !m.Rules.Calendar.Working(m.today) {
		return nil
	}
	when, step := "今天到期", 1+daysSince(ct.Back, m.today)
	if m.today > ct.Back {
		when = fmt.Sprintf("%s 到期，已过 %d 天", dayWords(ct.Back, m.today), daysSince(ct.Back, m.today))
	}
	about := "contract/loan/" + ct.Number
	list := []daily.Line{{
		For: m.someone(ct.Borrower), Key: about + "/" + string(ct.Back), About: about, Step: step, Urgency: daily.Urgent,
		Text: fmt.Sprintf("借的合同原件 %s %s，请还给档案员（%s）", ct.Number, when, signing),
	}}
	if m.today > ct.Back {
		list = append(list, daily.Line{
			For: m.roll.Only(keepers(m.roll)...), Key: "contract/lent/" + ct.Number + "/" + string(ct.Back), About: about, Step: step, Urgency: daily.Due,
			Text: fmt.Sprintf("%s借的合同原件 %s %s（%s）", m.nameOf(ct.Borrower), ct.Number, when, signing), Command: "还原件 " + ct.Number,
		})
	}
	return list
}

// lost asks once after what is lost and not explained.
func (m morning) lost(ct store.Contract) []daily.Line {
	days := daysSince(ct.Lost, m.today)
	if days < lostAfter {
		return nil
	}
	return []daily.Line{{
		For: m.holder(ct), Key: "contract/lost/" + ct.Number + "/" + string(ct.Lost), Step: lostAfter, Since: ct.Lost.Add(lostAfter), Urgency: daily.Urgent,
		Text: fmt.Sprintf("%s 遗失 %d 天还没有查清（%s）", ct.Number, days, taking), Command: "缺号 " + ct.Number + " 说明…",
	}}
}

// Owes is what the caller owes or waits for about contracts (我的).
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !h.holds(c.Person) {
		return nil, nil
	}
	waiting, err := c.Tx.Contracts().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	var items []command.Item
	owed, hand, first := 0, 0, ""
	for _, ct := range waiting {
		switch {
		case ct.OwesOriginal():
			owed++
			if ct.Holder == c.Person.ID {
				items = append(items, command.Item{Text: h.originalItem(ct, today), Urgent: ct.Due != "" && today >= ct.Due})
			}
		case ct.Borrower == c.Person.ID:
			items = append(items, command.Item{Text: "借的合同原件 " + ct.Number + "，" + dayWords(ct.Back, today) + " 归还", Urgent: today >= ct.Back})
		case ct.State == store.ContractLost && ct.Holder == c.Person.ID:
			items = append(items, command.Item{Text: ct.Number + " 遗失，还没有查清", Button: &chat.Button{Label: "说明 " + ct.Number, Command: "缺号 " + ct.Number}, Urgent: true})
		case ct.InHand() && ct.Holder == c.Person.ID:
			hand++
			first = cmp.Or(first, ct.Number)
		}
	}
	if hand > 0 {
		items = append(items, command.Item{Text: fmt.Sprintf("在手的合同表 %d 份，最早的是 %s", hand, first), Button: &chat.Button{Label: "看合同", Command: "合同"}})
	}
	if owed > 0 && c.Person.Has(store.Archivist) {
		items = append(items, command.Item{Text: fmt.Sprintf("%d 份合同原件还没有交来", owed), Button: &chat.Button{Label: "看已签合同", Command: "合同 已签"}})
	}
	return items, nil
}

func (h Handler) originalItem(ct store.Contract, today store.Day) string {
	if ct.Due == "" {
		return ct.Number + " 的原件还没有交"
	}
	text := ct.Number + " 的原件 " + dayWords(ct.Due, today) + " 前交"
	if today > ct.Due {
		text += fmt.Sprintf("，已过 %d 个工作日", h.Rules.Calendar.WorkingDays(ct.Due, today))
	}
	return text
}

// Today is how many forms are in hand, and how many originals are late (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	waiting, err := c.Tx.Contracts().Waiting(ctx)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	hand, late, lost := 0, 0, 0
	for _, ct := range waiting {
		switch {
		case ct.InHand():
			hand++
		case ct.OwesOriginal() && ct.Due != "" && ct.Due < h.Rules.Day(c.Now):
			late++
		case ct.State == store.ContractLost:
			lost++
		}
	}
	return []command.Item{{
		Text: fmt.Sprintf("合同：在手 %d 份，原件逾期未交 %d 份，遗失未查清 %d 份", hand, late, lost), Button: &chat.Button{Label: "合同", Command: "合同"},
	}}, nil
}
