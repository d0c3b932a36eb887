package staff

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Left ends the access of an account whose person left the company: the
// account is freed, the person stopped, administrators and superiors told, with
// how many things of each kind are left behind. Nothing happens for an account that
// nobody has.
func (h Handler) Left(ctx context.Context, tx *store.Tx, a chat.Account, now time.Time) ([]chat.Notice, error) {
	p, found, err := tx.Accounts().Person(ctx, a.Platform, a.ID)
	if err != nil || !found {
		return nil, err
	}
	changed, err := tx.People().Changed(ctx, p.ID)
	if err != nil || changed.After(now) { // sent before somebody put them right
		return nil, err
	}
	had, err := audience.Accounts(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	had = slices.DeleteFunc(had, func(b chat.Account) bool { return a == b }) // it reads nothing any more
	if err := tx.Accounts().Unbind(ctx, a.Platform, a.ID); err != nil {
		return nil, err
	}
	behind, err := h.goes(ctx, tx, p, "", removedAct, now)
	if err != nil {
		return nil, err
	}
	r, err := audience.Read(ctx, tx, store.DayOf(now))
	if err != nil {
		return nil, err
	}
	to := audience.Join(r.Charged(store.Administrator), left(r, p, behind))
	if p.Post == store.GeneralManager { // all heads, see power
		to = audience.Join(to, power{roll: r}.heads())
	}
	text := p.Name + "（" + string(p.Post) + "）已从" + platform(a.Platform) + "通讯录中移除，登记已自动停用，记录都保留。\n如果弄错了，由管理员发：人员 恢复 " + p.Name + behind + vacancy(r, p.Post)
	return append(everywhere(tx, now, p, had, stoppedText), news(tx, now, to, text)...), nil
}

// left are those above who hear that somebody has gone without handing over: of what is
// left behind the general manager, too (2-7), and of who has nobody above.
func left(r audience.Roll, p store.Person, behind string) []store.Person {
	to := r.Standing(rulebook.Superior(p.Post)).To
	if behind != "" || len(to) == 0 {
		to = audience.Join(to, r.Standing(store.GeneralManager).To)
	}
	return to
}
