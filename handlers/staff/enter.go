package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// Seed enters people as confirmed: those of the demo and of tests, where nobody
// could change the list to gain by it. What is under people: in the settings of
// a bot that serves goes through Settle.
//
// Entries are applied that are new or changed since they were last applied, and
// of a changed one only what changed, so that a restart undoes no command.
// Somebody who was stopped stays stopped. Who an entry is, its account says, or
// who it was before; a name that was corrected is the same person's. An error
// about an entry names it.
func Seed(ctx context.Context, tx *store.Tx, entries []Entry, now time.Time) error {
	_, err := enter(ctx, &entering{tx: tx, now: now}, entries)
	return err
}

// Settle is Seed for the settings: what they give, or take from the general
// manager, is weighed like a command that nobody in particular sent. The notices
// are for who must hear.
func (h Handler) Settle(ctx context.Context, tx *store.Tx, entries []Entry, now time.Time) ([]chat.Notice, error) {
	return enter(ctx, &entering{Handler: h, tx: tx, now: now, weighed: true}, entries)
}

// entering is a list of people on its way into the store.
type entering struct {
	Handler
	tx      *store.Tx
	now     time.Time
	weighed bool   // the entries are of settings
	power   *power // as it is; nil: it is to be read
	asked   []proposal
	notices []chat.Notice
}

func enter(ctx context.Context, in *entering, entries []Entry) ([]chat.Notice, error) {
	if i, key, problem := Check(entries); problem != "" {
		return nil, fmt.Errorf("people[%d].%s: %s", i, key, problem)
	}
	applied, err := in.tx.Seeds().All(ctx) // of thousands, hardly one is new
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := in.entry(ctx, e, applied); err != nil {
			return nil, fmt.Errorf("people: %s: %w", e.Name, err)
		}
	}
	if len(applied) == 0 { // the first start: the general manager is shown all when he first writes
		return nil, nil
	}
	return append(in.notices, newsOfAll(in.tx, in.now, in.asked)...), nil
}

func (in *entering) entry(ctx context.Context, e Entry, applied map[string]store.Seed) error {
	content, err := json.Marshal(e)
	if err != nil || applied[e.Name].Content == string(content) {
		return err
	}
	p, seed, err := in.whose(ctx, e, applied)
	if err != nil {
		return err
	}
	var old Entry
	if seed.Content != "" {
		if err := json.Unmarshal([]byte(seed.Content), &old); err != nil {
			return fmt.Errorf("read what was applied: %w", err)
		}
	}
	switch {
	case p.ID == "" && seed.Content != "" || p.ID != "" && !p.Active(): // stopped by a command since
	case p.ID == "":
		p, err = in.add(ctx, e)
	default:
		err = in.change(ctx, p, e, old)
	}
	if err == nil && (p.ID == "" || p.Active()) {
		err = in.accounts(ctx, p, e, old)
	}
	if err != nil {
		return err
	}
	return in.tx.Seeds().Set(ctx, store.Seed{Name: e.Name, Content: string(content), Person: p.ID}, in.now)
}

// whose is the person of an entry, nobody when they are new, with what was last
// applied of them. The account decides, then who the entry was before; only
// where neither is known the name.
func (in *entering) whose(ctx context.Context, e Entry, applied map[string]store.Seed) (p store.Person, seed store.Seed, err error) {
	for _, platform := range slices.Sorted(maps.Keys(e.Accounts)) {
		owner, found, err := in.tx.Accounts().Person(ctx, platform, e.Accounts[platform])
		switch {
		case err != nil:
			return p, seed, err
		case found && p.ID != "" && owner.ID != p.ID:
			return p, seed, fmt.Errorf("its accounts are of two people, %s and %s", p.Name, owner.Name)
		case found:
			p = owner
		}
	}
	seed = applied[e.Name]
	if p.ID != "" {
		for _, s := range applied {
			if s.Person == p.ID {
				return p, s, nil
			}
		}
		if seed.Person != "" { // somebody else's, who was called so
			seed = store.Seed{}
		}
		return p, seed, nil
	}
	if seed.Person != "" {
		p, _, err = in.tx.People().ByID(ctx, seed.Person)
		return p, seed, err
	}
	p, _, err = in.tx.People().Named(ctx, e.Name)
	return p, seed, err
}

// add registers somebody new.
func (in *entering) add(ctx context.Context, e Entry) (store.Person, error) {
	p := store.Person{ID: in.tx.NewID(in.now), Name: e.Name, Since: in.now}
	o, err := in.propose(ctx, p, store.Change{Kind: store.ChangeHold, Post: e.Post, Duties: e.Duties})
	if err != nil {
		return p, err
	}
	if p = o.newcomer(p); !o.waits() {
		p.Duties = e.Duties
	}
	return p, in.tx.People().Add(ctx, p)
}

// hears reports whether a post or duties make somebody hear, or decide, of changes.
func hears(post store.Post, duties []store.Duty) bool {
	return slices.Contains([]store.Post{store.GeneralManager, store.ExecutiveDirector, store.MarketingDirector}, post) || slices.Contains(duties, store.Administrator)
}

// propose weighs what settings ask; of others everything counts at once. Of thousands
// that enter, few change who hears of it.
func (in *entering) propose(ctx context.Context, p store.Person, c store.Change) (proposal, error) {
	c.At = in.now
	if !in.weighed {
		return proposal{Change: c, of: p}, nil
	}
	if in.power == nil {
		w, err := readPower(ctx, in.tx, in.now)
		if err != nil {
			return proposal{}, err
		}
		in.power = &w
	}
	o, err := in.power.propose(ctx, in.tx, in.Policy, store.Person{}, p, c)
	if hears(p.Post, p.Duties) || hears(c.Post, c.Duties) {
		in.power = nil
	}
	if o.guarded {
		in.asked = append(in.asked, o)
	}
	return o, err
}

// change brings a person from the old entry to this one.
func (in *entering) change(ctx context.Context, p store.Person, e, old Entry) error {
	if err := in.rename(ctx, p, e.Name); err != nil {
		return err
	}
	p.Name = e.Name
	all, err := audience.Accounts(ctx, in.tx, p.ID)
	if err != nil {
		return err
	}
	c := store.Change{Kind: store.ChangeHold}
	if p.Post != e.Post && old.Post != e.Post {
		c.Post = e.Post
	}
	for _, d := range store.Duties {
		had, has := slices.Contains(old.Duties, d), slices.Contains(e.Duties, d)
		switch {
		case has && !had && !p.Has(d):
			c.Duties = append(c.Duties, d)
		case had && !has:
			if err := in.tx.People().TakeDuty(ctx, p.ID, d, in.now); err != nil {
				return err
			}
			in.tell(p, all, "你取消"+string(d)+"职责，现在生效。")
		}
	}
	if c.Post == "" && len(c.Duties) == 0 {
		return nil
	}
	o, err := in.propose(ctx, p, c)
	if err != nil || o.waits() {
		return err
	}
	c.Person = p.ID
	if in.weighed {
		in.notices = append(in.notices, told(in.tx, in.now, p, o.Change, all)...)
	}
	if err := enact(ctx, in.tx, c, in.now); err != nil || !in.weighed || c.Post == "" {
		return err
	}
	was := p.Post
	p.Post = c.Post
	_, notices, err := in.stuck(ctx, in.tx, p, "由"+string(was)+"改为"+string(c.Post)+"（配置文件）", in.now)
	in.notices = append(in.notices, notices...)
	return err
}

// tell tells a person what settings changed of them.
func (in *entering) tell(p store.Person, had []chat.Account, text string) {
	if in.weighed && len(had) > 0 {
		in.notices = append(in.notices, everywhere(in.tx, in.now, p, had, "配置文件改了你的登记："+text)...)
	}
}

// rename corrects a name; whoever has it already keeps it.
func (in *entering) rename(ctx context.Context, p store.Person, name string) error {
	if p.Name == name {
		return nil
	}
	other, taken, err := in.tx.People().Named(ctx, name)
	if err != nil {
		return err
	}
	if taken {
		return fmt.Errorf("has an account of %s, and %s is somebody else", p.Name, other.Name)
	}
	if err := in.tx.People().Rename(ctx, p.ID, name); err != nil || !in.weighed {
		return err
	}
	had, err := audience.Accounts(ctx, in.tx, p.ID)
	if err != nil {
		return err
	}
	w, err := readPower(ctx, in.tx, in.now)
	if err != nil {
		return err
	}
	key := "staff/renamed/" + in.tx.NewID(in.now)
	in.notices = append(in.notices, audience.Same(key, w.heads(p.ID), chat.Message{Text: "配置文件：" + p.Name + "改名为" + name + "，是同一个人。"})...)
	in.tell(p, had, "你的姓名由"+p.Name+"改为"+name+"。")
	return nil
}

// accounts binds the accounts of an entry and frees those that are gone from it.
func (in *entering) accounts(ctx context.Context, p store.Person, e, old Entry) error {
	if p.ID == "" {
		return nil
	}
	had, err := audience.Accounts(ctx, in.tx, p.ID)
	if err != nil {
		return err
	}
	fixed := in.weighed && p.Post == store.GeneralManager && len(had) > 0 // nobody takes his accounts from him
	for _, on := range slices.Sorted(maps.Keys(old.Accounts)) {
		id := old.Accounts[on]
		owner, found, err := in.tx.Accounts().Person(ctx, on, id)
		if err != nil {
			return err
		}
		if !fixed && found && owner.ID == p.ID && !strings.EqualFold(e.Accounts[on], id) {
			if err := in.tx.Accounts().Unbind(ctx, on, id); err != nil {
				return err
			}
			in.tell(p, had, "你的"+platform(on)+"账号不再是"+p.Name+"的了。不是你要求的话，请马上告诉总经理和管理员。")
		}
	}
	for _, platform := range slices.Sorted(maps.Keys(e.Accounts)) {
		id := e.Accounts[platform]
		if id == "" || strings.EqualFold(old.Accounts[platform], id) {
			continue
		}
		if err := in.account(ctx, p, had, chat.Account{Platform: platform, ID: id}); err != nil {
			return err
		}
	}
	return nil
}

// account binds one account. Of settings it is weighed where it would let
// somebody in beside a person who is in already; whoever has accounts hears on
// each of them.
func (in *entering) account(ctx context.Context, p store.Person, had []chat.Account, a chat.Account) error {
	bound := store.Account{Platform: a.Platform, ID: a.ID, Person: p.ID}
	owner, found, err := in.tx.Accounts().Person(ctx, a.Platform, a.ID)
	if err != nil || found && owner.ID == p.ID {
		return err
	}
	if !in.weighed || len(had) == 0 {
		return in.tx.Accounts().Bind(ctx, bound, in.now)
	}
	w, err := readPower(ctx, in.tx, in.now)
	if err != nil {
		return err
	}
	o := proposal{power: w, of: p, guarded: true, Change: store.Change{
		Person: p.ID, Kind: store.ChangeAccount, Was: p.Post, Platform: a.Platform, Account: a.ID, Asks: store.AsksManager, At: in.now, State: store.ChangeActing,
	}}
	if p.Post == store.GeneralManager {
		o.Asks = store.AsksLine
	}
	if w.wrote {
		o.State = store.ChangeWaiting
	}
	if err := overtake(ctx, in.tx, &o.Change); err != nil {
		return err
	}
	if o.Code, err = in.tx.Changes().NewCode(ctx); err != nil {
		return err
	}
	if err := in.tx.Changes().Add(ctx, o.Change); err != nil {
		return err
	}
	in.asked = append(in.asked, o)
	in.notices = append(in.notices, chat.Notice{Key: "staff/account/" + o.Code, To: p.ID, Accounts: had, Message: chat.Message{
		Text: "配置文件要" + what(p.Name, o.Change) + "。不是你本人的账号，请马上告诉总经理和管理员。",
	}})
	if o.waits() {
		return nil
	}
	return in.tx.Accounts().Bind(ctx, bound, in.now)
}

// newsOfAll is the news of several proposals of one act in one message a person.
func newsOfAll(tx *store.Tx, now time.Time, list []proposal) []chat.Notice {
	if len(list) < 2 {
		var all []chat.Notice
		for _, o := range list {
			all = append(all, o.news(tx)...)
		}
		return all
	}
	var lines, codes []string
	waits := false
	deciding := []store.Person{}
	for _, o := range list {
		line := "• " + what(o.of.Name, o.Change) + "，已生效"
		if o.waits() {
			line = "• " + o.Code + " " + what(o.of.Name, o.Change) + "，" + o.waiting()
			deciding = audience.Join(deciding, o.deciders(o.Change))
			codes, waits = append(codes, o.Code), true
		}
		lines = append(lines, line)
	}
	said, key := asker(store.Person{})+"：\n"+strings.Join(lines, "\n"), "staff/changes/"+tx.NewID(now)
	all := audience.Same(key, withoutThose(list[0].heads(), deciding), chat.Message{Text: said})
	if !waits {
		return all
	}
	card := chat.Card{Title: "待你确认（" + number(len(codes)) + " 项）", Tone: chat.Warn, Blocks: []chat.Block{
		{Text: said}, {Note: "同意：确认 全部，或 确认 " + codes[0] + "；不同意：取消 " + codes[0]},
	}, Buttons: []chat.Button{{Label: "确认 全部", Command: "确认 " + allWord, Primary: true}}}
	return append(all, audience.Same(key, deciding, chat.Message{Card: &card})...)
}
