package receivable

import (
	"context"
	"slices"
	"strings"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// undoEntries takes entries back by entries of their own, the last one first. It
// is refused where something stands on one, with what that is.
func (h Handler) undoEntries(ctx context.Context, c *command.Call, ref string) (string, error) {
	var said []string
	for _, id := range slices.Backward(strings.Split(ref, ",")) {
		e, d, err := h.byID(ctx, c, id)
		if err != nil {
			return "", err
		}
		if !enters(c.Person, d.Contract) { // the right was lost since
			return "", c.NoContract()
		}
		if err := h.undoOne(ctx, c, d, e); err != nil {
			return "", err
		}
		said = append(said, d.Number+" 的"+d.what(e))
	}
	slices.Reverse(said)
	return strings.Join(said, "、"), nil
}

func (h Handler) undoOne(ctx context.Context, c *command.Call, d deal, e store.MoneyEntry) error {
	if rulebook.Void(d.account.Entries).Has(e.ID) {
		return &command.Refusal{Text: "这一笔已经不算了。", Hint: "应收 " + d.Number, Clause: clause, Private: true}
	}
	if on, stands := d.account.StandsOn(e.ID); stands {
		return &command.Refusal{
			Text: "不能撤销：上面还有" + d.what(on) + "。", Hint: "应收 " + d.Number, Clause: clause, Private: true,
		}
	}
	if err := h.takeBack(ctx, c, &d, e); err != nil || e.Kind != store.MoneyIn {
		return err
	}
	_, from, err := h.byID(ctx, c, e.Ref) // what it was used of
	if err != nil {
		return err
	}
	out := slices.IndexFunc(from.account.Entries, func(o store.MoneyEntry) bool { return o.ID == e.Ref })
	return h.takeBack(ctx, c, &from, from.account.Entries[out])
}

// undoRejected takes 不符 back, of a receipt or of what has arrived.
func (h Handler) undoRejected(ctx context.Context, c *command.Call, ref string) (string, error) {
	e, _, err := h.byID(ctx, c, ref)
	switch {
	case err != nil:
		return "", err
	case e.Contract == "":
		return h.undoArrival(ctx, c, ref)
	}
	return h.undoEntries(ctx, c, ref)
}
