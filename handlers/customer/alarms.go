package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// What is unusual about looking into files, beside what the settings say.
const (
	watchTime = time.Hour      // over which looks are counted
	manyFiles = 10             // different files in watchTime; one more alarms
	manyNamed = 20             // different customers named in watchTime; one more alarms
	dayBegins = 7              // o'clock in the company's zone;
	dayEnds   = 22             // looks outside these hours alarm
	freshTime = 24 * time.Hour // after rights were given, in which every look alarms
)

// alarm is something unusual about a look.
type alarm struct {
	kind  string // names it in keys: one of a kind, person and hour is enough
	text  string // what was done, behind who and when
	trace string // of the look; empty when nothing was shown
}

// watch looks at an opening that the door has just recorded, and tells whom it
// alarms. The alarms go into Answer.Notices; whoever looked learns nothing.
func (h Handler) watch(ctx context.Context, c *command.Call, opened store.Customer, trace string) ([]chat.Notice, error) {
	var list []alarm
	look := "打开了" + text.Quote(opened.Name) + "的客户档案"
	if h.canary(opened.Name) {
		list = append(list, alarm{"canary/" + opened.ID, look + "，这是一份诱饵档案，没有人需要看它。", trace})
	}
	if hour := c.Now.In(h.Rules.Zone).Hour(); hour < dayBegins || hour >= dayEnds {
		list = append(list, alarm{"night", fmt.Sprintf("%s，时间在 %d:00 至次日 %d:00 之间。", look, dayEnds, dayBegins), trace})
	}
	told, err := c.Tx.Audit().ToldOf(ctx, c.Person.ID, c.Now.Add(-watchTime))
	if err != nil {
		return nil, err
	}
	if n := len(told.Opened); n > most(c.Person, manyFiles) {
		list = append(list, alarm{"many", fmt.Sprintf("一小时内打开了 %d 份不同的客户档案。", n), trace})
	}
	notices, err := h.raise(ctx, c, append(list, tooMany(c.Person, told)...))
	if err != nil {
		return nil, err
	}
	fresh, err := h.fresh(ctx, c, trace, look)
	if err != nil {
		return nil, err
	}
	also, err := h.raiseTo(ctx, c, fresh, h.seniors)
	return append(notices, also...), err
}

// Watch tells whom it alarms that somebody was told of very many customers,
// few at a time.
func (h Handler) Watch(ctx context.Context, c *command.Call, listed command.Listed) ([]chat.Notice, error) {
	told, err := c.Tx.Audit().ToldOf(ctx, c.Person.ID, c.Now.Add(-watchTime))
	if err != nil {
		return nil, err
	}
	for _, id := range listed.Customers {
		told.Named[id] = true
	}
	return h.raise(ctx, c, tooMany(c.Person, told))
}

// most is how many of something are usual, for a person; in notice half as many (2-7).
func most(p store.Person, n int) int {
	if p.InNotice() {
		return n / 2
	}
	return n
}

// tooMany is the alarm about how many customers somebody was told of.
func tooMany(p store.Person, told ledger.Told) []alarm {
	if n := len(told.Named); n > most(p, manyNamed) {
		return []alarm{{kind: "named", text: fmt.Sprintf("一小时内查到了 %d 位不同的客户（列出的和打开的）。", n)}}
	}
	return nil
}

// fresh is what is unusual about a look of somebody who was given rights within
// a day, whoever confirmed it.
func (h Handler) fresh(ctx context.Context, c *command.Call, trace, look string) (found []alarm, err error) {
	list, err := c.Tx.Changes().Since(ctx, c.Person.ID, c.Now.Add(-freshTime))
	for _, one := range list {
		if one.State != store.ChangeActing && one.State != store.ChangeConfirmed || one.Kind == store.ChangeStop || one.Kind == store.ChangeCode {
			continue
		}
		at := one.At
		if one.Decided.After(at) {
			at = one.Decided
		}
		found = []alarm{{"fresh/" + one.Code, fmt.Sprintf("%s，刚得到权限（%s，编号 %s）。", look, words.Moment(at.In(h.Rules.Zone)), one.Code), trace}}
	}
	return found, err
}

// seniors are the watchers and the executive director.
func (h Handler) seniors(ctx context.Context, c *command.Call) ([]store.Person, error) {
	r, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	heads := audience.Join(r.Standing(store.GeneralManager).To, r.Holders(store.ExecutiveDirector), r.Standing(store.MarketingDirector).To)
	return audience.But(heads, c.Person.ID), err
}

// overQuota tells whom it alarms that somebody wants more masked fields in an
// hour than the settings allow.
func (h Handler) overQuota(ctx context.Context, c *command.Call) ([]chat.Notice, error) {
	text := fmt.Sprintf("一小时内查看联系方式已满 %d 次，再看被拒绝。", h.Config.LookupsPerHour)
	return h.raise(ctx, c, []alarm{{kind: "quota", text: text}})
}

// canary reports whether a customer of that name exists only to catch whoever
// opens it.
func (h Handler) canary(name string) bool {
	return slices.ContainsFunc(h.Config.Canaries, func(c string) bool { return sameName(c, name) })
}

func sameName(a, b string) bool { return text.Bare(a) == text.Bare(b) }

// raise makes a message of its own of each alarm, for the general manager and
// the director.
func (h Handler) raise(ctx context.Context, c *command.Call, alarms []alarm) ([]chat.Notice, error) {
	return h.raiseTo(ctx, c, alarms, h.watchers)
}

func (h Handler) raiseTo(ctx context.Context, c *command.Call, alarms []alarm, whom func(context.Context, *command.Call) ([]store.Person, error)) ([]chat.Notice, error) {
	if len(alarms) == 0 {
		return nil, nil
	}
	watchers, err := whom(ctx, c)
	if err != nil {
		return nil, err
	}
	at := c.Now.In(h.Rules.Zone)
	var list []chat.Notice
	for _, a := range alarms {
		key := strings.Join([]string{"customer/alarm", a.kind, c.Person.ID, at.Format("2006-01-02T15")}, "/")
		list = append(list, audience.Notices(key, watchers, func(w store.Person) chat.Message {
			card := h.alarmCard(c, a, w)
			return chat.Message{Card: &card}
		})...)
	}
	for i := range list {
		list[i].Urgent, list[i].Aside = true, true
	}
	return list, nil
}

// watchers are who stands for the general manager and the director, but for
// whoever looked.
func (h Handler) watchers(ctx context.Context, c *command.Call) ([]store.Person, error) {
	r, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	heads := audience.Join(r.Standing(store.GeneralManager).To, r.Standing(store.MarketingDirector).To)
	return audience.But(heads, c.Person.ID), err
}

func (h Handler) alarmCard(c *command.Call, a alarm, to store.Person) chat.Card {
	at := c.Now.In(h.Rules.Zone)
	head := words.WithPost(c.Person) + words.Moment(at) + " "
	card := chat.Card{Title: "客户档案异常查阅", Tone: chat.Bad, Blocks: []chat.Block{
		{Text: head + a.text},
		{Note: "客户档案属于机密，每次查阅都有记录（" + clause + "）。"},
	}}
	if a.trace != "" {
		card.Blocks[0].Text += "追踪码 " + a.trace + "。"
	}
	if !traces(to, c.Person) {
		return card
	}
	if a.trace != "" {
		card.Buttons = append(card.Buttons, chat.Button{Label: "溯源 " + a.trace, Command: "溯源 " + a.trace, Primary: true})
	}
	card.Buttons = append(card.Buttons, chat.Button{Label: "今天的查阅记录", Command: "查阅记录 " + c.Person.Name + " 今天"})
	return card
}
