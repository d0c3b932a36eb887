package staff

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// The acts that end a registration, as the history of a departure has them.
const (
	stopCommand   = "人员 停用"
	returnCommand = "人员 恢复"
	removedAct    = "通讯录移除"
	lastDayAct    = "最后工作日已过"
)

// behind says what somebody leaves behind who goes without handing it over, on a line
// of its own; empty when there is nothing.
func (h Handler) behind(ctx context.Context, tx *store.Tx, p store.Person, now time.Time) (string, error) {
	list, err := leaving.All(ctx, tx, h.Leaves, p, now)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return "\n未办交接离开（2-7），名下还有：" + leaving.Counts(list) + "。", nil
}

// goes ends somebody's registration, whoever ends it and however, and keeps what they
// leave behind for those above. A notice that runs ends with it. It says what is left
// behind, on a line of its own.
func (h Handler) goes(ctx context.Context, tx *store.Tx, p store.Person, by, act string, at time.Time) (string, error) {
	behind, err := h.behind(ctx, tx, p, at)
	if err != nil {
		return "", err
	}
	was, found, err := tx.Departures().Latest(ctx, p.ID)
	if err != nil {
		return "", err
	}
	if !found || !was.InNotice() {
		was = store.Departure{}
	}
	is := was
	if was.ID == "" {
		is = store.Departure{ID: tx.NewID(at), Person: p.ID, Kind: store.Stopped, Last: h.Rules.Day(at), Ends: at, Given: at, Post: p.Post}
	}
	e, err := leaving.Read(ctx, tx, h.Leaves, is, at)
	if err != nil {
		return "", err
	}
	if err := tx.People().Stop(ctx, p.ID, at); err != nil {
		return "", err
	}
	if behind != "" {
		behind += "\n安排接收：交接 " + p.Name + audience.Left
	}
	return behind, h.over(ctx, tx, was, e, by, act, at)
}

// over ends a departure, with what is missing then.
func (h Handler) over(ctx context.Context, tx *store.Tx, was store.Departure, e leaving.Estate, by, act string, at time.Time) error {
	is := e.Departure
	is.State = store.DepartureClosed
	if len(e.Items) > 0 {
		is.State = store.DepartureOver
	}
	if is.Kind != store.Stopped {
		is.Undone = strings.Join(e.Lacks(), "\n")
	}
	a := store.DepartureAct{ID: tx.NewID(at), At: at, By: by, Act: act}
	if was.ID == "" {
		return tx.Departures().Add(ctx, is, a)
	}
	_, err := tx.Departures().Save(ctx, was, is, a)
	return err
}

// returned ends the departure of somebody who is taken on again: what others took over
// stays with them.
func (h Handler) returned(ctx context.Context, c *command.Call, person string) error {
	was, found, err := c.Tx.Departures().Latest(ctx, person)
	if err != nil || !found || was.State != store.DepartureOver && was.State != store.DepartureClosed {
		return err
	}
	is := was
	is.State = store.DepartureReturned
	_, err = c.Tx.Departures().Save(ctx, was, is, store.DepartureAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: returnCommand})
	return err
}

// revert takes back what an act did to the departure of somebody; another act has
// nothing to take back.
func (h Handler) revert(ctx context.Context, c *command.Call, person, act string) error {
	was, found, err := c.Tx.Departures().Latest(ctx, person)
	if err != nil || !found {
		return err
	}
	acts, err := c.Tx.Departures().Acts(ctx, was)
	if err != nil || len(acts) == 0 || acts[len(acts)-1].Act != act {
		return err
	}
	is := acts[len(acts)-1].Was
	if is.ID == "" {
		is = was
		is.State = store.DepartureWithdrawn
	}
	if is.State == store.DepartureClosed { // what came to them meanwhile waits for those above
		e, err := leaving.Read(ctx, c.Tx, h.Leaves, is, c.Now)
		if err != nil {
			return err
		}
		if len(e.Items) > 0 {
			is.State = store.DepartureOver
		}
	}
	_, err = c.Tx.Departures().Save(ctx, was, is, store.DepartureAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: "撤销"})
	return err
}

// AnyGone reports whether somebody's last working day is over who is still there.
func (h Handler) AnyGone(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	due, err := tx.Departures().Due(ctx, now)
	if err != nil || len(due) > 0 {
		return len(due) > 0, err
	}
	lost, err := h.lost(ctx, tx, now)
	return len(lost) > 0, err
}

// lost are those whose last working day is over by their own row, while their notice
// does not open.
func (h Handler) lost(ctx context.Context, tx *store.Tx, now time.Time) (list []store.Person, err error) {
	ids, err := tx.Departures().Unread(ctx, now)
	for _, id := range ids {
		p, found, err := tx.People().ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if found && p.Until.IsZero() && p.InNotice() && !now.Before(p.Ends) {
			list = append(list, p)
		}
	}
	return list, err
}

// leaveLost ends the registrations of those: they go as somebody does who handed nothing
// over. Whoever only was to get another post stays, for which one is lost.
func (h Handler) leaveLost(ctx context.Context, tx *store.Tx, at time.Time) (list []chat.Notice, err error) {
	lost, err := h.lost(ctx, tx, at)
	for _, p := range lost {
		if p.Notice == store.Transfer {
			stays, err := h.stayLost(ctx, tx, p, at)
			if err != nil {
				return nil, err
			}
			list = append(list, stays...)
			continue
		}
		had, err := audience.Accounts(ctx, tx, p.ID)
		if err != nil {
			return nil, err
		}
		behind, err := h.goes(ctx, tx, p, "", lastDayAct, at)
		if err != nil {
			return nil, err
		}
		roll, err := audience.Read(ctx, tx, h.Rules.Day(at))
		if err != nil {
			return nil, err
		}
		text := words.WithPost(p) + "的最后工作日已过，登记已停用；离职的记录损坏，打不开。" + behind + vacancy(roll, p.Post)
		list = append(list, news(tx, at, audience.Join(left(roll, p, behind), roll.Charged(store.Administrator)), text)...)
		list = append(list, everywhere(tx, at, p, had, stoppedText)...)
		if err := tx.Audit().Record(ctx, lastDay(tx, p.ID, at)); err != nil {
			return nil, err
		}
	}
	return list, err
}

// stayLost ends the notice of somebody who was to get another post, and tells those of it
// who can give it.
func (h Handler) stayLost(ctx context.Context, tx *store.Tx, p store.Person, at time.Time) ([]chat.Notice, error) {
	if err := tx.Departures().Unmark(ctx, p.ID); err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(at))
	if err != nil {
		return nil, err
	}
	to := audience.Join(roll.Standing(rulebook.Superior(p.Post)).To, roll.Charged(store.Administrator))
	text := words.WithPost(p) + "的调岗日已过，岗位没有变：调岗的记录损坏，打不开。给新岗位：人员 岗位 " + p.Name + " 岗位"
	return news(tx, at, to, text), tx.Audit().Record(ctx, lastDay(tx, p.ID, at))
}

// lastDay is what the audit has of somebody's end.
func lastDay(tx *store.Tx, person string, at time.Time) ledger.Entry {
	return ledger.Entry{ID: tx.NewID(at), At: at, Act: lastDayAct, Subject: "person/" + person, Outcome: ledger.Done, Clause: "2-7"}
}

// Gone ends the registration of those whose last working day is over, and gives those
// their new post who go to another; with or without the last signature (R22, R23). Who
// hears of it is asked once all of them have gone: two may go on one day, one of them
// the other's superior.
func (h Handler) Gone(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	due, err := tx.Departures().Due(ctx, s.At)
	if err != nil {
		return nil, err
	}
	list, err := h.leaveLost(ctx, tx, s.At)
	var all []ended
	for _, d := range due {
		e, err := h.depart(ctx, tx, d, s.At)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
		list = append(list, e.notices...)
		if err := tx.Audit().Record(ctx, lastDay(tx, d.Person, s.At)); err != nil {
			return nil, err
		}
	}
	if err != nil || len(all) == 0 {
		return list, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(s.At))
	for _, e := range all {
		list = append(list, e.tell(roll)...)
	}
	return list, err
}

// ended is what somebody left behind whose last working day is over, what became of
// their registration, and what they themselves hear of that.
type ended struct {
	leaving.Estate
	what    string
	notices []chat.Notice
}

// depart ends one registration, or gives the new post.
func (h Handler) depart(ctx context.Context, tx *store.Tx, d store.Departure, at time.Time) (ended, error) {
	e, err := leaving.Read(ctx, tx, h.Leaves, d, at)
	if err != nil {
		return ended{}, err
	}
	had, err := audience.Accounts(ctx, tx, d.Person)
	if err != nil {
		return ended{}, err
	}
	what, own := "登记已停用", "你的最后工作日 "+d.Last.String()+" 已过。"+stoppedText
	var more []chat.Notice
	if d.Kind == store.Transfer {
		what, own, more, err = h.transfer(ctx, tx, e, at)
	} else {
		_, err = h.goes(ctx, tx, e.Leaver, "", lastDayAct, at)
	}
	return ended{e, what, append(everywhere(tx, at, e.Leaver, had, own), more...)}, err
}

// tell tells those above that somebody has gone, what is missing, and who stands in
// where nobody has the post now. The administrators hear of that, and of nothing that
// is missing: what it is is not for them.
func (e ended) tell(roll audience.Roll) []chat.Notice {
	head := fmt.Sprintf("%s的最后工作日 %s 已过，%s。", words.WithPost(store.Person{Name: e.Leaver.Name, Post: e.Post}), e.Last, e.what)
	to := roll.Standing(rulebook.Superior(e.Post)).To
	text := head + "手续齐全。"
	if lacks := e.Lacks(); len(lacks) > 0 {
		to = audience.Join(to, roll.Standing(store.GeneralManager).To)
		text = head + fmt.Sprintf("手续未齐：%d 项", len(lacks))
		head = text + "。"
		text += "\n" + leaving.Lines(lacks)
		if len(e.Items) > 0 {
			text += "\n安排接收：交接 " + e.called()
		}
	} else if e.Released.IsZero() {
		text = head + "都交接完了，没有最后签字（2-7）。补签：签字放行 " + e.called()
	}
	to = audience.But(to, e.Person)
	empty := vacancy(roll, e.Post)
	list := audience.Same("staff/gone/"+e.ID, to, chat.Message{Text: text + empty, Secrecy: chat.Secrecy{Confidential: true, Summary: head + leaving.Elsewhere}})
	if empty != "" {
		others := audience.But(roll.Charged(store.Administrator), e.Person)
		for _, p := range to {
			others = audience.But(others, p.ID)
		}
		list = append(list, audience.Same("staff/vacant/"+e.ID, others, chat.Message{Text: head + empty})...)
	}
	return list
}

// called is what the leaver is called once they have gone.
func (e ended) called() string {
	if e.Kind == store.Transfer {
		return e.Leaver.Name
	}
	return e.Leaver.Name + audience.Left
}

// transfer gives somebody their new post, at once or once the general manager has
// given the word. It says what became of them, and that to themselves.
func (h Handler) transfer(ctx context.Context, tx *store.Tx, e leaving.Estate, at time.Time) (what, own string, list []chat.Notice, err error) {
	if err := h.over(ctx, tx, e.Departure, e, "", lastDayAct, at); err != nil {
		return "", "", nil, err
	}
	what = "转任" + string(e.To)
	o, err := propose(ctx, tx, h.Policy, e.Leaver, e.Leaver, store.Change{Kind: store.ChangeHold, Post: e.To, At: at})
	if err != nil {
		return "", "", nil, err
	}
	list = o.news(tx)
	if o.waits() {
		what += "，" + o.waiting()
		return what, "你的调岗日 " + e.Last.String() + " 已过，" + what + "。", list, nil
	}
	own = "你的岗位由" + string(e.Leaver.Post) + "改为" + string(e.To) + "，现在生效。发送 帮助 看能做什么。"
	return what, own, list, tx.People().SetPost(ctx, e.Leaver.ID, e.To, at)
}
