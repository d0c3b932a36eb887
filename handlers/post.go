package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// AdminKey begins the key of everything that Post.Tell says. What goes wrong
// with such a message is never told to the administrators again, so that bad
// news about bad news cannot go round.
const AdminKey = "admin/"

// ChangeKey begins the key of what is shown in the place of a card.
const ChangeKey = "changed/"

// changeable is how long after it was shown a card may be changed on any platform.
const changeable = 14 * 24 * time.Hour

// Post writes what the bot owes into the outbox: it knows which chat a person
// or the department's group is reached in. It sends nothing itself.
type Post struct {
	Groups    []chat.Address      // every one gets what is said to the group, as do those that administrators named on other platforms; none: nothing is said
	Platforms []string            // names of those that run; accounts of others are passed over; empty: all run
	Policy    rulebook.FilePolicy // who reads customers' files
	Prefer    string              // name of the platform whose accounts go before those used last; empty: none
	Zone      *time.Location      // the company's, whose days count what is told once a day; nil: that of the times given
	// Freeze makes the bytes of an answer, and reports whether it makes the same
	// again; nil when they are made at its first try, as those of every other
	// message are.
	Freeze func(to chat.Address, m chat.Message) (payload []byte, repeats bool)
}

// Day is now's day by the company's clock.
func (p *Post) Day(now time.Time) store.Day {
	if p.Zone != nil {
		now = now.In(p.Zone)
	}
	return store.DayOf(now)
}

// Notices owes each notice to the chat of its person, or to the groups. A key
// that was owed before is passed over. Where somebody has no account left, the
// notice becomes a dead letter and the administrators are told once a day.
func (p *Post) Notices(ctx context.Context, tx *store.Tx, notices []chat.Notice, class store.Class, now time.Time) error {
	if len(notices) == 0 {
		return nil
	}
	chats, err := p.chats(ctx, tx, "")
	if err != nil {
		return err
	}
	for _, n := range notices {
		for _, one := range n.Apart() {
			if err := p.notice(ctx, tx, chats, one, class, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Post) notice(ctx context.Context, tx *store.Tx, chats map[string]chat.Address, n chat.Notice, class store.Class, now time.Time) error {
	if n.Changes() {
		return p.change(ctx, tx, n.Message, now)
	}
	if n.To == "" {
		return p.toGroups(ctx, tx, n, class, now)
	}
	if len(n.Accounts) > 0 {
		return p.toAccounts(ctx, tx, n, class, now)
	}
	to, ok := chats[n.To]
	if !ok {
		return p.unreachable(ctx, tx, chats, n, class, now)
	}
	_, _, err := p.owe(ctx, tx, to, n, class, now)
	return err
}

// change owes a card in the place of those that were shown about the same.
func (p *Post) change(ctx context.Context, tx *store.Tx, m chat.Message, now time.Time) error {
	cards, err := tx.Outbox().Cards(ctx, m.About, now.Add(-changeable))
	for _, o := range cards {
		if err == nil {
			m.Replaces = o.Card
			err = p.replace(ctx, tx, chat.Address{Platform: o.Platform, Group: o.Group, ID: o.Address}, o.Person, m, now)
		}
	}
	return err
}

// replace owes a card in the place of the one that it replaces.
func (p *Post) replace(ctx context.Context, tx *store.Tx, to chat.Address, person string, m chat.Message, now time.Time) error {
	if to.Group && m.Confidential {
		return nil
	}
	m.About = "" // there is nothing left to decide
	return p.Message(ctx, tx, to, person, ChangeKey+to.Platform+"/"+m.Replaces, m, store.ClassAlarm, now)
}

// toAccounts says something to every account of a person.
func (p *Post) toAccounts(ctx context.Context, tx *store.Tx, n chat.Notice, class store.Class, now time.Time) error {
	for _, a := range n.Accounts {
		if len(p.Platforms) > 0 && !slices.Contains(p.Platforms, a.Platform) {
			continue
		}
		own := n
		own.Key += "@" + a.Platform + "/" + a.ID
		if _, _, err := p.owe(ctx, tx, a.Private(), own, class, now); err != nil {
			return err
		}
	}
	return nil
}

// toGroups owes no group more than the summary of what is confidential.
func (p *Post) toGroups(ctx context.Context, tx *store.Tx, n chat.Notice, class store.Class, now time.Time) error {
	groups, err := p.groups(ctx, tx)
	if err != nil {
		return err
	}
	for i, g := range groups {
		own := n
		if i > 0 { // the same words, but each group's own debt
			own.Key += "@" + g.Platform + "/" + g.ID
		}
		own.Message = n.Message.Redacted()
		if _, _, err := p.owe(ctx, tx, g, own, class, now); err != nil {
			return err
		}
	}
	return nil
}

// groups are the department's: those of the settings, and of each other platform
// the one that an administrator named there (部门群).
func (p *Post) groups(ctx context.Context, tx *store.Tx) ([]chat.Address, error) {
	named, err := tx.Marks().Under(ctx, store.DepartmentMark)
	all := slices.Clone(p.Groups)
	for _, name := range named {
		platform, id, _ := strings.Cut(name, "/")
		if len(p.Platforms) > 0 && !slices.Contains(p.Platforms, platform) || slices.ContainsFunc(p.Groups, func(g chat.Address) bool { return g.Platform == platform }) {
			continue
		}
		all = append(all, chat.Address{Platform: platform, Group: true, ID: id})
	}
	return all, err
}

// Message owes m to a chat; a key that was owed before is passed over. person
// is whose private chat it is, empty for a group.
func (p *Post) Message(ctx context.Context, tx *store.Tx, to chat.Address, person, key string, m chat.Message, class store.Class, now time.Time) error {
	_, _, err := p.owe(ctx, tx, to, chat.Notice{Key: key, To: person, Message: m}, class, now)
	return err
}

// owe owes a notice to a chat and tells what it wrote; fresh is false when the
// key was owed before.
func (p *Post) owe(ctx context.Context, tx *store.Tx, to chat.Address, n chat.Notice, class store.Class, now time.Time) (o store.Outgoing, fresh bool, err error) {
	n.Message = n.Message.Shown()
	o = outgoing(tx, to, n, class, now)
	if o.Content, err = json.Marshal(n.Message); err != nil {
		return o, false, fmt.Errorf("owe %s: %w", n.Key, err)
	}
	fresh, err = tx.Outbox().Enqueue(ctx, &o)
	return o, fresh, err
}

// Answer owes an answer to an event that was not answered before, as its inbox
// row tells; owed is called with what was written. cause is whose event it was:
// their answers take turns with those of others.
//
// It is frozen at once, because nearly all answers are tried at once: that
// spares every command a commit. Should the bot die in between, it is taken for
// one that may have arrived, and said again under the same key. Of what is
// confidential it must be known whether it was tried at all.
func (p *Post) Answer(ctx context.Context, tx *store.Tx, to chat.Address, person, cause string, m chat.Message, now time.Time, owed func(store.Outgoing)) error {
	m = m.Shown()
	o := outgoing(tx, to, chat.Notice{To: person, Cause: cause, Message: m}, store.ClassAnswer, now)
	o.Key = "answer/" + o.ID // in order, so that answers of one commit lie together
	var err error
	if o.Content, err = json.Marshal(m); err != nil {
		return fmt.Errorf("owe %s: %w", o.Key, err)
	}
	if p.Freeze != nil && !m.Confidential && m.File == nil && len(m.Charts()) == 0 {
		if o.Payload, o.Repeats = p.Freeze(to, m); o.Payload != nil {
			o.FirstTry = now
		}
	}
	fresh, err := tx.Outbox().Enqueue(ctx, &o)
	if fresh {
		owed(o)
	}
	return err
}

// outgoing is a message without its words.
func outgoing(tx *store.Tx, to chat.Address, n chat.Notice, class store.Class, now time.Time) store.Outgoing {
	return store.Outgoing{
		ID: tx.NewID(now), Key: n.Key,
		Platform: to.Platform, Group: to.Group, Address: to.ID, Person: n.To,
		Cause: n.Cause, Class: class, Secret: n.Message.Confidential, About: n.Message.About, Due: now, Created: now,
	}
}

// unreachable keeps the trace of a notice that nobody can get. Who was stopped is owed
// none.
func (p *Post) unreachable(ctx context.Context, tx *store.Tx, chats map[string]chat.Address, n chat.Notice, class store.Class, now time.Time) error {
	who, found, err := tx.People().ByID(ctx, n.To)
	if err != nil || found && !who.Active() {
		return err
	}
	o, fresh, err := p.owe(ctx, tx, chat.Address{}, n, class, now)
	if err != nil || !fresh {
		return err
	}
	if err := tx.Outbox().DeadLetter(ctx, o.ID, "no account", now); err != nil {
		return err
	}
	if strings.HasPrefix(n.Key, AdminKey) {
		return nil
	}
	text := fmt.Sprintf("发给%s的消息没有送出：没有绑定任何聊天账号。请让本人发送 绑定。", who.Name)
	return p.tell(ctx, tx, chats, "no-account/"+n.To+"/"+string(p.Day(now)), text, now)
}

// Tell says something to every administrator, once per key for ever. avoid is
// a platform that is out of order: other accounts are taken where there are
// any.
func (p *Post) Tell(ctx context.Context, tx *store.Tx, key, text string, now time.Time, avoid string) error {
	fresh, err := p.untold(ctx, tx, key)
	if err != nil || len(fresh) == 0 { // mostly it was told: spare the reading of all accounts
		return err
	}
	chats, err := p.chats(ctx, tx, avoid)
	if err != nil {
		return err
	}
	return p.tell(ctx, tx, chats, key, text, now)
}

func (p *Post) tell(ctx context.Context, tx *store.Tx, chats map[string]chat.Address, key, text string, now time.Time) error {
	fresh, err := p.untold(ctx, tx, key)
	if err != nil {
		return err
	}
	for _, a := range fresh {
		n := chat.Notice{Key: adminKey(key, a), To: a.ID, Message: chat.Message{Text: text}}
		if err := p.notice(ctx, tx, chats, n, store.ClassAlarm, now); err != nil {
			return err
		}
	}
	return nil
}

func adminKey(key string, admin store.Person) string { return AdminKey + key + "/" + admin.ID }

// untold lists the administrators who were not told under key.
func (p *Post) untold(ctx context.Context, tx *store.Tx, key string) ([]store.Person, error) {
	admins, err := tx.People().Holding(ctx, "", store.Administrator)
	if err != nil {
		return nil, err
	}
	fresh := make([]store.Person, 0, len(admins))
	for _, a := range admins {
		told, err := tx.Outbox().Owes(ctx, adminKey(key, a))
		if err != nil {
			return nil, err
		}
		if !told {
			fresh = append(fresh, a)
		}
	}
	return fresh, nil
}

// Chats is where each active person is reached: by person id, the private
// chat of the account used last, or of the platform that is preferred.
func (p *Post) Chats(ctx context.Context, tx *store.Tx) (map[string]chat.Address, error) {
	return p.chats(ctx, tx, "")
}

func (p *Post) chats(ctx context.Context, tx *store.Tx, avoid string) (map[string]chat.Address, error) {
	accounts, err := tx.Accounts().All(ctx)
	if err != nil {
		return nil, err
	}
	chats := make(map[string]chat.Address, len(accounts))
	for _, a := range accounts {
		if len(p.Platforms) > 0 && !slices.Contains(p.Platforms, a.Platform) {
			continue
		}
		if have, ok := chats[a.Person]; ok && p.rank(have.Platform, avoid) <= p.rank(a.Platform, avoid) {
			continue
		}
		chats[a.Person] = chat.Account{Platform: a.Platform, ID: a.ID}.Private()
	}
	return chats, nil
}

// rank orders platforms: the preferred one first, one that is out of order last.
func (p *Post) rank(platform, avoid string) int {
	switch {
	case platform == avoid:
		return 2
	case p.Prefer != "" && platform != p.Prefer:
		return 1
	}
	return 0
}
