package staff

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Power over people is power over files: who is made something reads what
// that may read. So whatever gives rights, or takes the general manager's
// place from them, comes through here first.
//
//   - It needs the general manager's word. Until an active one has once
//     written, it takes effect at once, and their first message is answered
//     with what they find; but not what somebody gives themselves (调走).
//   - What removes, stops or binds anew the general manager needs their word or
//     the executive director's; without one of those it acts after a day.
//   - Whose word it needs may do it by a command of their own.
//   - All who must hear, hear at once, see power.heads.

// unasked is when something about the general manager acts without a word,
// where nobody but them could give it.
const unasked = 24 * time.Hour

// power is who has a say over people.
type power struct {
	roll  audience.Roll
	wrote bool // an active general manager has once written
}

// wroteMark names when a general manager wrote first.
func wroteMark(person string) string { return "manager-wrote/" + person }

func readPower(ctx context.Context, tx *store.Tx, now time.Time) (power, error) {
	roll, err := audience.Read(ctx, tx, store.DayOf(now))
	if err != nil {
		return power{}, err
	}
	w := power{roll: roll}
	for _, p := range roll.Holders(store.GeneralManager) {
		at, err := tx.Marks().At(ctx, wroteMark(p.ID))
		if err != nil {
			return power{}, err
		}
		w.wrote = w.wrote || !at.IsZero()
	}
	return w, nil
}

// heads are who must hear of every change that gives rights: the general
// manager, the executive director, the director and all administrators, but not
// who caused it.
func (w power) heads(but ...string) []store.Person {
	return audience.But(audience.Join(
		w.roll.Holders(store.GeneralManager), w.roll.Holders(store.ExecutiveDirector), w.roll.Holders(store.MarketingDirector),
		w.roll.Charged(store.Administrator)), but...)
}

// deciders are those whose word a change needs.
func (w power) deciders(c store.Change) []store.Person {
	list := audience.Join(w.roll.Holders(store.GeneralManager), w.roll.Holders(store.ExecutiveDirector))
	if p, active := w.roll.Active(c.Person); active {
		list = audience.Join(list, []store.Person{p})
	}
	return slices.DeleteFunc(list, func(p store.Person) bool { return !rulebook.Decides(p, c) })
}

// weigh decides whether a change counts at once. guarded is false for one that
// gives nothing and takes the general manager from nobody.
func (w power) weigh(policy rulebook.FilePolicy, by, p store.Person, c store.Change) (weighed store.Change, guarded bool) {
	after := p
	if c.Post != "" {
		after.Post = c.Post
	}
	after.Duties = slices.Concat(p.Duties, c.Duties)
	removes := p.Post == store.GeneralManager && after.Post != p.Post || p.Post == store.GeneralManager && c.Kind != store.ChangeHold
	if !removes && !policy.Gains(p, after) {
		return c, false
	}
	c.Asks = store.AsksManager
	if removes {
		c.Asks = store.AsksLine
	}
	switch {
	case rulebook.Decides(by, c):
		c.State, c.Decider, c.Decided = store.ChangeConfirmed, by.ID, c.At
	case by.ID == p.ID && c.Post != "" && !removes && !rulebook.Allows(rulebook.ManagePeople, by): // 调走: nobody raises themselves
		c.State = store.ChangeWaiting
	case !w.wrote && removes:
		c.State, c.Decided = store.ChangeConfirmed, c.At
	case !w.wrote:
		c.State = store.ChangeActing
	default:
		c.State = store.ChangeWaiting
		if removes && len(audience.But(w.deciders(c), p.ID)) == 0 {
			c.Acts = c.At.Add(unasked)
		}
	}
	return c, true
}

// proposal is a change on its way.
type proposal struct {
	store.Change
	power
	guarded bool
	by      store.Person // nobody: the settings
	of      store.Person // as they were before
}

// waits reports whether nothing may be done yet.
func (o proposal) waits() bool { return o.State == store.ChangeWaiting }

// propose weighs a change of a person and keeps it where somebody's word is
// needed or was given. It changes nothing of the person, but what it overtakes
// of what was asked before is withdrawn.
func propose(ctx context.Context, tx *store.Tx, policy rulebook.FilePolicy, by, p store.Person, c store.Change) (proposal, error) {
	w, err := readPower(ctx, tx, c.At)
	if err != nil {
		return proposal{}, err
	}
	return w.propose(ctx, tx, policy, by, p, c)
}

func (w power) propose(ctx context.Context, tx *store.Tx, policy rulebook.FilePolicy, by, p store.Person, c store.Change) (proposal, error) {
	c.Person, c.By = p.ID, by.ID
	if p.Active() {
		c.Was = p.Post
	}
	o := proposal{power: w, by: by, of: p}
	if o.Change, o.guarded = w.weigh(policy, by, p, c); !o.guarded {
		return o, overtake(ctx, tx, &o.Change)
	}
	if err := overtake(ctx, tx, &o.Change); err != nil {
		return o, err
	}
	var err error
	if o.Code, err = tx.Changes().NewCode(ctx); err != nil {
		return o, err
	}
	return o, tx.Changes().Add(ctx, o.Change)
}

// overtake withdraws what is open and of the same kind: of two posts only the
// last counts, of a duty or an account the last word on it. What the first of
// them began from stays where refusing the last leads back to.
func overtake(ctx context.Context, tx *store.Tx, c *store.Change) error {
	open, err := tx.Changes().OpenOf(ctx, c.Person)
	for _, old := range open {
		same := old.Kind == c.Kind && old.Platform == c.Platform &&
			(old.Post != "" && c.Post != "" || slices.Equal(old.Duties, c.Duties))
		if !same {
			continue
		}
		if old.State == store.ChangeActing && c.State == store.ChangeActing {
			c.Was = old.Was
		}
		if _, err := tx.Changes().Decide(ctx, old, store.ChangeWithdrawn, "", c.At); err != nil {
			return err
		}
	}
	return err
}

// enact makes a change of a person true, and says what they leave behind whom it
// stops. c is confirmed, or acts by itself.
func (h Handler) enact(ctx context.Context, tx *store.Tx, by, p store.Person, c store.Change, now time.Time) (behind string, err error) {
	if c.Kind == store.ChangeStop {
		return h.goes(ctx, tx, p, by.ID, stopCommand, now)
	}
	return "", enact(ctx, tx, c, now)
}

// enact makes a change true that stops nobody.
func enact(ctx context.Context, tx *store.Tx, c store.Change, now time.Time) error {
	switch c.Kind {
	case store.ChangeAccount:
		return tx.Accounts().Bind(ctx, store.Account{Platform: c.Platform, ID: c.Account, Person: c.Person}, now)
	case store.ChangeCode:
		return nil // the code is made for whoever asked
	}
	if c.Post != "" {
		if err := tx.People().SetPost(ctx, c.Person, c.Post, now); err != nil {
			return err
		}
	}
	for _, d := range c.Duties {
		if err := tx.People().GiveDuty(ctx, c.Person, d, now); err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether what a change gave is still there.
func holds(p store.Person, c store.Change) bool {
	return p.Active() && (c.Post == "" || p.Post == c.Post) && !slices.ContainsFunc(c.Duties, func(d store.Duty) bool { return !p.Has(d) })
}

// what says what a change is about, of a person called name: 小林由其他员工改为总经理.
func what(name string, c store.Change) string {
	switch c.Kind {
	case store.ChangeStop:
		return "停用" + name + "（" + string(c.Was) + "）"
	case store.ChangeAccount:
		return "把一个" + platform(c.Platform) + "账号绑定给" + name
	case store.ChangeCode:
		return "给" + name + "（" + string(c.Was) + "）一个新的绑定码"
	}
	var parts []string
	switch {
	case c.Post == "":
	case c.Was == "":
		parts = append(parts, "登记"+name+"为"+string(c.Post))
	default:
		parts = append(parts, name+"由"+string(c.Was)+"改为"+string(c.Post))
	}
	if len(c.Duties) > 0 {
		parts = append(parts, "给"+name+"增加"+joined(c.Duties)+"职责")
	}
	return strings.Join(parts, "，")
}

func joined(list []store.Duty) string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = string(d)
	}
	return strings.Join(names, "、")
}

// asker is who asked for a change, for a sentence.
func asker(by store.Person) string {
	if by.ID == "" {
		return "配置文件"
	}
	return by.Name + "（" + role(by) + "）"
}

// whom names people for a sentence: 陈总（总经理）、赵董（执行董事）.
func whom(list []store.Person) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = words.WithPost(p)
	}
	return strings.Join(names, "、")
}

// foreseen says when a change would count that is only shown yet: at once, or after
// whose word.
func foreseen(ctx context.Context, c *command.Call, p store.Person, change store.Change) (string, error) {
	w, err := readPower(ctx, c.Tx, c.Now)
	if err != nil {
		return "", err
	}
	change.Person = p.ID
	change, _ = w.weigh(c.Policy, c.Person, p, change)
	if o := (proposal{power: w, Change: change}); o.waits() {
		return "还要" + o.waiting() + "，生效后", nil
	}
	return "马上", nil
}

// news is what all who must hear are told of a proposal at once: those whose
// word it needs with the buttons to give it.
func (o proposal) news(tx *store.Tx) []chat.Notice {
	if !o.guarded {
		return nil
	}
	key, said := "staff/change/"+o.Code, asker(o.by)+"："+what(o.of.Name, o.Change)
	if !o.waits() {
		return audience.Same(key, o.heads(o.by.ID, o.of.ID), chat.Message{Text: said + "，已生效。如果不对，请马上改回来：人员 " + o.of.Name})
	}
	deciding := audience.But(o.deciders(o.Change), o.by.ID)
	card := o.ask(said)
	list := audience.Same(key, deciding, chat.Message{Card: &card, About: waitsRef + o.Code})
	rest := o.heads(o.by.ID, o.of.ID)
	if !o.Acts.IsZero() { // whose word it needs, others may know where they are
		rest = audience.Join(rest, audience.But(o.roll.Holders(store.Supervisor), o.by.ID, o.of.ID))
	}
	return append(list, audience.Same(key, withoutThose(rest, deciding), chat.Message{Text: said + "，" + o.waiting() + "。"})...)
}

func withoutThose(list, without []store.Person) []store.Person {
	return slices.DeleteFunc(list, func(p store.Person) bool {
		return slices.ContainsFunc(without, func(q store.Person) bool { return q.ID == p.ID })
	})
}

// waiting says whose word is missing: 等陈总（总经理）确认后生效.
func (o proposal) waiting() string {
	text := "等" + cmp.Or(whom(o.deciders(o.Change)), string(store.GeneralManager)) + "确认后生效"
	if !o.Acts.IsZero() {
		text += "；没有别人能确认，没人不同意的话 24 小时后自动生效"
	}
	return text
}

func (o proposal) ask(said string) chat.Card {
	text := said + "。" + "要你确认后才生效。"
	if !o.Acts.IsZero() {
		text = said + "。你不同意请马上点「不同意」，否则 24 小时后自动生效。"
	}
	return chat.Card{Title: "待你确认 " + o.Code, Tone: chat.Warn, Blocks: []chat.Block{
		{Text: text},
		{Note: "编号：" + o.Code + "。同意发 确认 " + o.Code + "，几项一起发 确认 全部；不同意发 取消 " + o.Code},
	}, Buttons: []chat.Button{
		{Label: "确认", Command: "确认 " + o.Code, Primary: true}, {Label: "不同意", Command: "取消 " + o.Code},
	}}
}
