package leaving

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/store"
)

// Report is the kind of the weekly reports that somebody owes.
const Report = "周报"

// Item is one thing that somebody leaves behind and nobody has taken over yet.
type Item struct {
	Held
	Goes   []Held       // what goes with it
	Last   store.Handed // what became of it last; without a state: nothing
	Taker  store.Person // to whom it is offered; nobody: to none who could take it
	Called string       // the name of who refused, or cannot take it any more
}

// Status says in words what became of it.
func (i Item) Status() string {
	switch {
	case i.Last.State == "":
		return "未交接"
	case i.Last.State == store.HandedRefused:
		return i.Called + "不接收：" + i.Last.Why
	case i.Last.State == store.HandedTaken:
		return i.Called + "已接收，还没有生效"
	case i.Taker.ID == "":
		return "未交接（" + i.Called + "接不了，已退回）"
	}
	return "待" + i.Called + "接收"
}

// All is the item with what goes with it.
func (i Item) All() []Held { return append([]Held{i.Held}, i.Goes...) }

// Estate is what somebody leaves behind, with what became of it.
type Estate struct {
	store.Departure
	Leaver store.Person // as they are now
	Items  []Item       // what is to be taken over still
	Taken  []store.Handed
	Own    []Held // what only they can do
	Others []Held // what they entered and another answers for
}

// Name is what the leaver is called, marked once they have gone.
func (e Estate) Name() string { return audience.Called(e.Leaver) }

// Read reads what the person of a departure leaves behind at a moment. The report of
// their last week is not asked of them, nor what falls due after the last signature
// (2-7).
func Read(ctx context.Context, tx *store.Tx, areas []Holdings, d store.Departure, at time.Time) (Estate, error) {
	e := Estate{Departure: d}
	var err error
	if e.Leaver, _, err = tx.People().ByID(ctx, d.Person); err != nil {
		return e, err
	}
	held, err := found(ctx, tx, areas, e.Leaver, at)
	if err != nil {
		return e, err
	}
	rows, err := tx.Departures().Handed(ctx, d.ID)
	if err != nil {
		return e, err
	}
	people := map[string]store.Person{}
	for _, h := range rows {
		if people[h.Taker], _, err = tx.People().ByID(ctx, h.Taker); err != nil {
			return e, err
		}
	}
	e.fill(held, rows, people)
	return e, nil
}

// fill sorts what there is by what became of it.
func (e *Estate) fill(held []Held, rows []store.Handed, people map[string]store.Person) {
	last, at := map[string]store.Handed{}, map[string]int{}
	for _, h := range rows {
		last[Key(h.Kind, h.Ref)] = h
	}
	for _, h := range held {
		switch row := last[h.Key()]; {
		case h.Others:
			e.Others = append(e.Others, h)
		case h.With != "":
		case h.Own && (!e.Leaver.Active() || h.Kind == Report && (h.Ref == e.lastWeek() || !e.Released.IsZero())):
		case h.Own:
			e.Own = append(e.Own, h)
		case row.State == store.HandedTaken && h.Move == nil: // that they took note is all
		default:
			i := Item{Held: h, Last: row, Called: people[row.Taker].Name}
			if p := people[row.Taker]; row.State == store.HandedOffered && p.Active() && !p.InNotice() {
				i.Taker = p
			}
			at[h.Key()] = len(e.Items)
			e.Items = append(e.Items, i)
		}
	}
	for _, h := range held {
		if n, there := at[h.With]; h.With != "" && there {
			e.Items[n].Goes = append(e.Items[n].Goes, h)
		}
	}
	for _, h := range rows {
		if _, open := at[Key(h.Kind, h.Ref)]; !open && h.State == store.HandedTaken {
			e.Taken = append(e.Taken, h)
		}
	}
}

func (e *Estate) lastWeek() string { return store.WeekOf(e.Last.Start(time.UTC)).Key() }

// Held is all that is to be taken over still.
func (e Estate) Held() (list []Held) {
	for _, i := range e.Items {
		list = append(list, i.All()...)
	}
	return list
}

// Accounts are what 财务 has to see to.
func (e Estate) Accounts() []Held {
	return slices.DeleteFunc(append(e.Held(), e.Others...), func(h Held) bool { return !h.Accounts })
}

// Lacks says line by line what is missing before the last signature: what nobody has
// taken over, reports that are owed, accounts that are not cleared (R20, R21).
func (e Estate) Lacks() (list []string) {
	for _, i := range e.Items {
		list = append(list, i.Key()+"："+i.Status())
	}
	for _, h := range e.Own {
		list = append(list, h.Name)
	}
	switch {
	case e.Owes != "":
		list = append(list, "账没有结清："+e.Owes)
	case e.Cleared.IsZero():
		list = append(list, "账没有结清")
	}
	return list
}

// maxLines is how many things a message names.
const maxLines = 10

// Lines are at most ten of some lines, and how many there are beside.
func Lines(list []string) string {
	if n := len(list) - maxLines; n > 0 {
		list = append(slices.Clone(list[:maxLines]), fmt.Sprintf("…另有 %d 项", n))
	}
	return "• " + strings.Join(list, "\n• ")
}

// Elsewhere ends what a platform says that cannot keep a secret.
const Elsewhere = "完整内容请在应用或飞书里看。"
