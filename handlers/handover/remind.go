package handover

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Daily reminds of what is not handed over: every third working day who leaves, who has
// not answered, who clears the accounts and who signs; 7, 3 and 1 days before the last
// one the supervisor and the director. Of what somebody left behind who has gone, those
// above (2-7).
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	all, err := h.open(ctx, tx, s.At)
	if err != nil {
		return nil, err
	}
	var list []daily.Line
	for _, e := range all {
		if e.State == store.DepartureOver {
			done, err := h.close(ctx, tx, e, s.At)
			if err != nil {
				return nil, err
			}
			if done {
				continue
			}
		}
		list = append(list, h.lines(e, roll)...)
	}
	return list, nil
}

// stateWords say how a departure stands; who only changed their post has not left.
func stateWords(e leaving.Estate) string {
	if e.State == store.DepartureOver && e.Kind == store.Transfer {
		return "已调岗"
	}
	return string(e.State)
}

// close ends a departure of which nothing is left to be done.
func (h Handler) close(ctx context.Context, tx *store.Tx, e leaving.Estate, at time.Time) (bool, error) {
	if len(e.Items) > 0 {
		return false, nil
	}
	is := e.Departure
	is.State = store.DepartureClosed
	_, err := tx.Departures().Save(ctx, e.Departure, is, store.DepartureAct{ID: tx.NewID(at), At: at, Act: "办完"})
	return true, err
}

// lines are what is said of one departure.
func (h Handler) lines(e leaving.Estate, roll audience.Roll) []daily.Line {
	lacks := e.Lacks()
	list := append(h.steps(e, roll, lacks), fallen(e, roll)...)
	round := h.Rules.Calendar.LeavingRound(h.Rules.Day(e.Given), roll.Day)
	if e.State == store.DepartureOver {
		round = h.Rules.Calendar.LeavingRound(e.Last, roll.Day)
	}
	if round == 0 {
		return list
	}
	line := func(to []store.Person, what, text, harmless, line, label string) {
		for _, p := range to {
			list = append(list, daily.Line{
				For: roll.Only(p), Key: fmt.Sprintf("handover/%s/%s/%d/%s", what, store.Short(e.ID), round, p.ID), Urgency: daily.Due,
				Text: text + "（" + clause + "）", Harmless: harmless, Command: line, Label: label,
			})
		}
	}
	if e.State == store.DepartureOver {
		above, _ := signers(roll, e)
		text := fmt.Sprintf("%s%s，还有 %d 项没人接收：%s", e.Name(), stateWords(e), len(e.Items), leaving.Counts(e.Held()))
		line(above, "left", text, text, "交接 "+e.Name(), "看交接 "+e.Name())
		if p, active := roll.Active(e.Person); active {
			text := "调岗以后" + remains(e)
			line([]store.Person{p}, "own", text, text, "交接", "看交接清单")
		}
		return list
	}
	if p, active := roll.Active(e.Person); active && len(e.Items)+len(e.Own) > 0 {
		text := fmt.Sprintf("离开之前%s，最后工作日 %s", remains(e), e.Last)
		line([]store.Person{p}, "own", text, text, "交接", "看交接清单")
	}
	waits := map[string]int{}
	for _, i := range e.Items {
		waits[i.Taker.ID]++
	}
	for _, p := range roll.People() {
		if n := waits[p.ID]; n > 0 {
			text := fmt.Sprintf("%s交给你的 %d 项还没答复", e.Name(), n)
			line([]store.Person{p}, "offered", text, text, "接收 "+allWord, "接收 全部")
		}
	}
	if e.Cleared.IsZero() {
		text := e.Name() + "要离开，账还没有结清"
		line(clearers(roll, e), "accounts", text, text, "账清 "+e.Name(), "账清 "+e.Name())
	}
	if len(lacks) == 0 && e.Released.IsZero() {
		list2, _ := signers(roll, e)
		text := e.Name() + "手续齐了，等你签字放行"
		line(list2, "sign", text, text, "签字放行 "+e.Name(), "签字放行 "+e.Name())
	}
	return list
}

// fallen are the morning's lines of what fell back to who leaves, or to those above when
// they have gone: whoever was to take it over is not with the company any more.
func fallen(e leaving.Estate, roll audience.Roll) (list []daily.Line) {
	n, called := map[string]int{}, map[string]string{}
	for _, i := range e.Items {
		if i.Last.State == store.HandedOffered && i.Taker.ID == "" {
			n[i.Last.Taker], called[i.Last.Taker] = n[i.Last.Taker]+1, i.Called
		}
	}
	to, _ := signers(roll, e)
	line := "交接 " + e.Name()
	if p, active := roll.Active(e.Person); active {
		to, line = []store.Person{p}, "交接"
	}
	for _, id := range slices.Sorted(maps.Keys(n)) {
		text := fmt.Sprintf("%s接不了了，退回 %s的 %d 项，请另请人", called[id], e.Name(), n[id])
		for _, p := range to {
			list = append(list, daily.Line{
				For: roll.Only(p), Key: fmt.Sprintf("handover/fallen/%s/%s/%s", store.Short(e.ID), id, p.ID), Urgency: daily.Due,
				Text: text + "（" + clause + "）", Harmless: text, Command: line, Label: "看交接清单",
			})
		}
	}
	return list
}

// remains says to who leaves what is still to be done.
func remains(e leaving.Estate) string {
	var list []string
	if n := len(e.Items); n > 0 {
		list = append(list, fmt.Sprintf("%d 项没有交接", n))
	}
	if n := len(e.Own); n > 0 {
		list = append(list, fmt.Sprintf("%d 份周报没有交", n))
	}
	switch {
	case len(list) > 0:
		return "还有 " + strings.Join(list, "、")
	case e.Cleared.IsZero():
		return "都交接完了，账还没有结清"
	case e.Released.IsZero():
		return "手续齐了，等签字放行"
	}
	return "已签字放行"
}

// steps tell the supervisor and the director, some days before the last one, what is
// missing.
func (h Handler) steps(e leaving.Estate, roll audience.Roll, lacks []string) (list []daily.Line) {
	left := e.Last.Since(roll.Day)
	step := rulebook.LeavingStep(left)
	if !e.InNotice() || step == 0 || len(lacks) == 0 {
		return nil
	}
	when := fmt.Sprintf("还有 %d 天", left)
	if left == 0 {
		when = "就是今天"
	}
	text := fmt.Sprintf("%s的最后工作日 %s（%s），手续未齐：%d 项", e.Name(), e.Last, when, len(lacks))
	about := fmt.Sprintf("handover/before/%s/%s", store.Short(e.ID), string(e.Last))
	for _, post := range []store.Post{store.Supervisor, store.MarketingDirector} {
		to := roll.Hearing(post)
		to.To = audience.But(to.To, e.Person)
		if len(to.To) == 0 {
			continue
		}
		list = append(list, daily.Line{
			For: to, Key: about + "/" + string(post), About: about, Step: 8 - step, Since: e.Last.Add(-step),
			Urgency: daily.Urgent, Text: text + "（" + clause + "）", Harmless: text, Command: "交接 " + e.Name(), Label: "看交接 " + e.Name(),
		})
	}
	return list
}

// Owes is what the caller has to do about leaving: hand over, take over, clear, sign
// (我的).
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	all, err := h.open(ctx, c.Tx, c.Now)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	var items []command.Item
	put := func(text, label, line string) {
		items = append(items, command.Item{Text: text, Button: &chat.Button{Label: label, Command: line}})
	}
	for _, e := range all {
		lacks := e.Lacks()
		if e.Person == c.Person.ID && (e.InNotice() || len(e.Items) > 0) {
			put(fmt.Sprintf("%s：最后工作日 %s，%s", e.Kind, e.Last, remains(e)), "看交接清单", "交接")
		}
		if n := len(forTaker(roll, e, c.Person)); n > 0 {
			put(fmt.Sprintf("%s交给你 %d 项，等你接收", e.Name(), n), "看交接", "交接")
		}
		if e.InNotice() && e.Cleared.IsZero() && (audience.Audience{To: clearers(roll, e)}).Has(c.Person.ID) {
			put(e.Name()+"要离开，账还没有结清", "账清 "+e.Name(), "账清 "+e.Name())
		}
		above, _ := signers(roll, e)
		if e.InNotice() && len(lacks) == 0 && e.Released.IsZero() && (audience.Audience{To: above}).Has(c.Person.ID) {
			put(e.Name()+"手续齐了，等你签字放行", "签字放行 "+e.Name(), "签字放行 "+e.Name())
		}
	}
	return items, nil
}

// Today is how many are about to leave or to change their post, and how many have gone
// of whose things some are nobody's yet (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	open, err := c.Tx.Departures().Open(ctx)
	notice, over := 0, 0
	for _, d := range open {
		switch {
		case d.Given.After(c.Now):
		case d.State == store.DepartureOver:
			over++
		default:
			notice++
		}
	}
	if err != nil || notice+over == 0 {
		return nil, err
	}
	return []command.Item{{
		Text: fmt.Sprintf("离职和调岗：办理中 %d 人，已离开还没交接完 %d 人", notice, over), Button: &chat.Button{Label: "交接", Command: "交接"},
	}}, nil
}
