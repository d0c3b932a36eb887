// Package handover is the area of leaving and of changing posts (2-7): the written
// notice a month ahead, who takes over what, accounts that are cleared, and the
// signature that comes last.
//
// What somebody leaves behind, the areas know (package leaving); what was offered to
// whom and what became of it, the store keeps; how long a notice is, rulebook says. The
// end itself is package staff's, which ends registrations: the two meet in the store.
// Nothing here keeps anybody from going: what is missing on the last day is said, and
// stays with those above (R23).
//
// Every answer is private. Read give.go first, then offer.go and take.go.
package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// clause is the rule that the area serves.
const clause = "2-7"

// What people write may be so long, in characters.
const maxWords = 500

// allWord stands for everything that can be meant.
const allWord = "全部"

// Config is the part leaving of the settings.
type Config struct {
	Notice string `yaml:"notice"` // how long before they go people say so
}

// Defaults are the settings of who has set nothing.
func Defaults() Config { return Config{Notice: "1 month"} }

// Problem is the first setting that cannot be: its key, and what is wrong, for
// people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	if _, err := rulebook.ParseLeavingNotice(c.Notice); err != nil {
		return "notice", fmt.Sprintf("notice 写 1 month 或 30 days 这样的时间，不能是 %q", c.Notice)
	}
	return "", ""
}

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	Config Config
	Leaves []leaving.Holdings // what people answer for in all areas
}

// notice is the time that holds on a day, by the settings and the rules, which were
// found right at start.
func (h Handler) notice(day store.Day) rulebook.LeavingNotice {
	set := h.Rules.Book.Notice(day, h.Config.Notice)
	n, err := rulebook.ParseLeavingNotice(set)
	if err != nil {
		panic(fmt.Sprintf("notice %q: %v", set, err))
	}
	return n
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	list := slices.Concat(h.giveCommands(), h.offerCommands(), h.takeCommands(), h.clearCommands())
	for i := range list {
		list[i].Private, list[i].Clause = true, clause
	}
	return list
}

// refuse is a refusal of the area, said in private.
func refuse(hint, format string, args ...any) *command.Refusal {
	return &command.Refusal{Text: fmt.Sprintf(format, args...), Hint: hint, Clause: clause, Private: true}
}

// secret is an answer that is confidential; where that cannot be kept no more is said
// than outline.
func secret(card chat.Card, outline, subject string) *command.Answer {
	a := command.Card(card)
	a.Reply.Secrecy, a.Subject = keep(outline), subject
	return a
}

func keep(outline string) chat.Secrecy {
	return chat.Secrecy{Confidential: true, Summary: outline + leaving.Elsewhere}
}

func subject(d store.Departure) string { return "departure/" + d.Person }

// named is the person whom a word names, @ or not, here or not any more.
func named(ctx context.Context, c *command.Call, word string) (store.Person, bool, error) {
	word = strings.TrimLeft(word, "@＠")
	for _, m := range c.Event.Mentions {
		if m.Name == word && m.Account.ID != "" {
			return c.Tx.Accounts().Person(ctx, m.Account.Platform, m.Account.ID)
		}
	}
	if !store.Plain(word) || word == "" {
		return store.Person{}, false, nil
	}
	return audience.Named(ctx, c.Tx, word)
}

// of is what somebody leaves behind; it refuses where they do not leave. Whoever has
// not the right hears that first, and nothing of whether they do.
func (h Handler) of(ctx context.Context, c *command.Call, word string, right rulebook.Right) (leaving.Estate, error) {
	p, found, err := named(ctx, c, word)
	switch {
	case err != nil:
		return leaving.Estate{}, err
	case right != "" && p.ID != c.Person.ID && !rulebook.Allows(right, c.Person):
		return leaving.Estate{}, h.denied(right)
	case !found:
		return leaving.Estate{}, refuse("交接", "没有叫%s的人。", text.Quote(word))
	}
	d, found, err := c.Tx.Departures().Of(ctx, p.ID)
	if err == nil && !found {
		d, _, err = c.Tx.Departures().Latest(ctx, p.ID)
		found = late(d)
		if err == nil && found && d.Kind == store.Transfer {
			found, err = inForce(ctx, c, d)
		}
	}
	if err == nil && (!found || d.Given.After(c.Now)) {
		err = refuse("离职由本人提出：离职 最后工作日 书面说明", "%s没有提出离职或调岗，也没有办交接要等。", p.Name)
	}
	if err != nil {
		return leaving.Estate{}, err
	}
	e, err := leaving.Read(ctx, c.Tx, h.Leaves, d, c.Now)
	if late(d) { // what they have now came to them later
		e.Items, e.Own = nil, nil
	}
	return e, err
}

// late reports whether nothing of a departure is left to be taken over: its accounts
// are cleared and its certificate is signed still, however late (2-7).
func late(d store.Departure) bool {
	return d.State == store.DepartureClosed && d.Kind != store.Stopped
}

// inForce reports whether something of a change of post is still to be done: its last
// signature, for as long as no other post came after it. Whoever leaves again after that
// leaves anew.
func inForce(ctx context.Context, c *command.Call, d store.Departure) (bool, error) {
	held, err := c.Tx.People().Tenures(ctx, d.Person)
	return d.Released.IsZero() && !slices.ContainsFunc(held, func(t store.Tenure) bool {
		return t.Post != "" && t.Post != d.To && !t.Since.Before(d.Ends)
	}), err
}

// denied refuses what is for whoever has a right.
func (h Handler) denied(right rulebook.Right) *command.Refusal {
	no := refuse("看自己的：交接", "别人的交接只有%s可以看和安排。", rulebook.Holders(right))
	no.Denied = true
	return no
}

// open are all estates of which something is still to be done, as they are now.
func (h Handler) open(ctx context.Context, tx *store.Tx, at time.Time) (list []leaving.Estate, err error) {
	departures, err := tx.Departures().Open(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range departures {
		if d.Given.After(at) {
			continue
		}
		e, err := leaving.Read(ctx, tx, h.Leaves, d, at)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// save changes a departure by the command that was called.
func (h Handler) save(ctx context.Context, c *command.Call, was, is store.Departure) error {
	ok, err := c.Tx.Departures().Save(ctx, was, is, store.DepartureAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name})
	if err == nil && !ok {
		err = refuse("交接", "刚刚有人改动过这次离职，请看过再办。")
	}
	return err
}

// undo takes back what made the version of a departure that a reference names.
func (h Handler) undo(ctx context.Context, c *command.Call, ref string) (string, error) {
	id, version, _ := strings.Cut(ref, "/")
	was, found, err := c.Tx.Departures().Get(ctx, id)
	if err != nil || !found {
		return "", fmt.Errorf("undo %s: found %v: %w", ref, found, err)
	}
	acts, err := c.Tx.Departures().Acts(ctx, was)
	if err != nil {
		return "", err
	}
	if fmt.Sprint(was.Version) != version || len(acts) < 2 {
		return "", refuse("交接", "后来又有变动，不能撤销了。")
	}
	last := acts[len(acts)-1]
	undoing := *c
	undoing.Spec = &command.Spec{Name: command.UndoName}
	p, _, err := c.Tx.People().ByID(ctx, was.Person)
	if err == nil {
		err = h.save(ctx, &undoing, was, last.Was)
	}
	return p.Name + "的「" + last.Act + "」", err
}

// undoable lets an answer's change of a departure be taken back.
func undoable(a *command.Answer, was store.Departure) *command.Answer {
	a.Undo = fmt.Sprintf("%s/%d", was.ID, was.Version+1)
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	return a
}

// hearers are who hears of a notice, of its end, and of what is not taken over: the
// supervisor, the director and 财务, and the next up the line of who leaves; of a short
// one the general manager, too.
func hearers(roll audience.Roll, d store.Departure, but ...string) []store.Person {
	to := audience.Join(roll.Standing(rulebook.Superior(d.Post)).To, roll.Standing(store.Supervisor).To, roll.Standing(store.MarketingDirector).To, roll.Charged(store.Accountant))
	if d.Insisted {
		to = audience.Join(to, roll.Standing(store.GeneralManager).To)
	}
	return audience.But(to, but...)
}

// signers are who may put the last signature: whoever stands above the leaver. alone is
// that nobody does.
func signers(roll audience.Roll, e leaving.Estate) (list []store.Person, alone bool) {
	list = audience.But(roll.Standing(rulebook.Superior(e.Post)).To, e.Person)
	return list, len(list) == 0
}

// tell tells people something of a departure.
func (h Handler) tell(c *command.Call, what string, d store.Departure, to []store.Person, card chat.Card, outline string) []chat.Notice {
	key := fmt.Sprintf("handover/%s/%s/%s", what, store.Short(d.ID), c.Tx.NewID(c.Now))
	return audience.Same(key, to, chat.Message{Card: &card, Secrecy: keep(outline)})
}

// wordsIn are what somebody wrote, or a question for it.
func wordsIn(typed, prompt string) (string, error) {
	typed = strings.TrimSpace(typed)
	switch {
	case !text.HasWords(typed):
		return "", &command.Question{Prompt: prompt}
	case len([]rune(typed)) > maxWords:
		return "", refuse("写短一些，最多 500 个字", "%s。", command.TooLong("说明", typed, maxWords))
	}
	return typed, nil
}

// changed is when the departure of the caller was last changed.
func changed(ctx context.Context, c *command.Call) (time.Time, error) {
	d, found, err := c.Tx.Departures().Latest(ctx, c.Person.ID)
	if err != nil || !found {
		return time.Time{}, err
	}
	acts, err := c.Tx.Departures().Acts(ctx, d)
	if err != nil || len(acts) == 0 {
		return time.Time{}, err
	}
	return acts[len(acts)-1].At, nil
}
