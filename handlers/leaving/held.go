// Package leaving is what somebody answers for, and what becomes of it when they
// leave the company or change their post (2-7, R21).
//
// Every area that keeps things which somebody answers for is a [Holder]: it finds
// what is a person's own, and lets another answer for it. The list of all of them
// is made in package bot; whoever wants to know what a person leaves behind asks
// each, and nobody keeps a second list that could fall behind.
//
// It is not for the steps of leaving, which are package handover's, nor for the
// end of a registration, which is package staff's; the two meet in the store.
package leaving

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// Holdings finds what of one area a person answers for at a moment. It is the one
// way in which things are found and moved when somebody leaves.
//
// It asks the area's tables each time, changes nothing, and gives the same things in
// the same order to everybody who asks at the same moment. What is done with
// (archived and paid, reviewed, decided) is nobody's any more and is not given. The
// person may be active, in notice, or stopped long ago: it goes by the id alone. Rows
// that do not open are passed over, as everywhere. An error is the store's.
type Holdings func(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]Held, error)

// Held is one thing that somebody answers for.
type Held struct {
	// Kind and Ref name it for ever, and are what people read and type: 客户 K12,
	// 合同 ZYX-202611-001, 决议 D7. Kind is the 类别 of the 工作交接单; Ref is
	// unique within it and has no blank in it.
	Kind, Ref string
	// Name says in one line what it is and how it stands, for the leaver, for heads
	// and for whoever has taken it over. It is confidential and holds no amount.
	Name string
	// Said is what people call it when they do not type its code: a customer's name.
	// Empty: it has none.
	Said string
	// Amount is what is still to come in for it, in 分; 0: nothing, or it is no
	// money. Nobody is told before they have taken it over but the leaver and heads.
	Amount int64
	// With is the Key of what it goes with: whoever takes that over has this too, and
	// it is neither offered nor taken over alone. Empty: it stands for itself.
	With string
	// Own is what nobody else can do in the person's place, such as a weekly report
	// that is owed: it is never offered, and the last signature waits for it.
	Own bool
	// Accounts is what 财务 has to see to before the accounts are cleared: forms in
	// hand, receipts that wait for 核款, originals on loan.
	Accounts bool
	// Others is what another answers for already, and what the person entered: 财务 sees
	// to it with their accounts, and nobody takes it over.
	Others bool
	// Takes reports whether a person may answer for it; nil: every active one may.
	Takes func(p store.Person) bool
	// Move makes another person answer for it, whole: its state, its history, and
	// what goes with it stay as they are. It runs within the transaction and by the
	// person and the time of a call, which is the taker's 接收 or its 撤销, so that the
	// area's own history names that. Afterwards Holdings finds it with the other and
	// not with the one who had it, unless it waits for somebody's word: until then it
	// counts as not handed over. The notices are for whom it concerns beside the two.
	// An error may be a refusal for the caller. nil: there is nothing to change, and
	// that the taker took note is all.
	Move func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error)
}

// Kinds that things of other areas go with.
const (
	Customer = "客户"
	Contract = "合同"
)

// Kinds are all kinds of things, of every area.
var Kinds = []string{Customer, "线索", Contract, "收款", "待核", "借出的原件", "下一步", "承诺", "活动", "决议", "议题", "职责", "查阅申请", Report}

// Key names a thing among all of a person's.
func Key(kind, ref string) string { return kind + " " + ref }

// Key names it among all of a person's.
func (h Held) Key() string { return Key(h.Kind, h.Ref) }

// Holder is an area that keeps things which somebody answers for; a command.Area is
// asked for it by type assertion.
type Holder interface {
	// Holdings is of type [Holdings].
	Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]Held, error)
}

// Of are the Holdings of those of some areas that have any, in their order.
func Of(areas []command.Area) (all []Holdings) {
	for _, a := range areas {
		if h, ok := a.(Holder); ok {
			all = append(all, h.Holdings)
		}
	}
	return all
}

// All is what a person answers for in all areas.
func All(ctx context.Context, tx *store.Tx, areas []Holdings, of store.Person, at time.Time) ([]Held, error) {
	all, err := found(ctx, tx, areas, of, at)
	return slices.DeleteFunc(all, func(h Held) bool { return h.Others }), err
}

// found is what all areas find of a person, and what others answer for.
func found(ctx context.Context, tx *store.Tx, areas []Holdings, of store.Person, at time.Time) (all []Held, err error) {
	for _, find := range areas {
		list, err := find(ctx, tx, of, at)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}
