package progress

import (
	"context"
	"fmt"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/store"
	"marketbot/store/vault"
)

// Pack is the section of customers' progress in the pack of a month (R64): how many
// are in each state, the table, an item for each owner of customers that lack a
// cause, and the key customers of the month after.
func (h Handler) Pack(ctx context.Context, tx *store.Tx, ask pack.Ask) (pack.Section, error) {
	s := pack.Section{Name: "客户进度"}
	a := asked{month: ask.Month, at: ask.At}
	list, _, err := h.months(ctx, tx, a)
	if err != nil {
		return s, err
	}
	n := count(list)
	for _, state := range rulebook.ProgressStates {
		s.Figures = append(s.Figures, pack.Figure{Label: string(state), Now: int64(n.now[state]), Before: int64(n.before[state]), Unit: customers})
	}
	s.Figures = append(s.Figures, pack.Figure{Label: "缺原因", Now: int64(n.missing), Before: chat.NoValue, Unit: customers})
	if len(list) > 0 {
		if s.Table, err = h.rows(ctx, tx, list[:min(len(list), mostRows)], a); err != nil {
			return s, err
		}
		s.More = max(0, len(list)-mostRows)
	}
	s.Charts = []chat.Chart{h.chart("客户进度", n, a)}
	table, err := h.sheet(ctx, tx, list, a)
	if err != nil {
		return s, err
	}
	s.Sheets = []sheet.Sheet{table}
	if s.Items, err = h.causesToSay(ctx, tx, list); err != nil {
		return s, err
	}
	keys, err := h.keysToCome(ctx, tx, ask.Month.NextMonth())
	s.Items = append(s.Items, keys...)
	return s, err
}

// customers is what customers are counted in.
const customers chat.Unit = "位"

// mostRows is how many rows of the table stand on the card of a pack.
const mostRows = 20

// causesToSay are the customers that lack a cause, an item an owner.
func (h Handler) causesToSay(ctx context.Context, tx *store.Tx, list []*entry) (items []pack.Item, err error) {
	at := map[string]int{}
	names := audience.NewNames(tx)
	for _, e := range list {
		if !e.Missing() {
			continue
		}
		i, known := at[e.Customer.Owner]
		if !known {
			i = len(items)
			at[e.Customer.Owner] = i
			items = append(items, pack.Item{Rank: pack.NoCause, Source: "客户缺原因"})
		}
		items[i].Lines = append(items[i].Lines, pack.Line{Person: e.Customer.Owner, Text: fmt.Sprintf("%s %s：%d 天没有进展", e.ID, e.Name, e.Idle)})
	}
	for i := range items {
		owner, err := ownerName(ctx, names, items[i].Lines[0].Person)
		if err != nil {
			return nil, err
		}
		items[i].Title = fmt.Sprintf("%s 没有进展、缺原因的客户：%d 位", owner, len(items[i].Lines))
	}
	return items, nil
}

// keysToCome are the key customers of a month, with what is promised.
func (h Handler) keysToCome(ctx context.Context, tx *store.Tx, month store.Day) ([]pack.Item, error) {
	entries, err := tx.Promises().In(ctx, month, month)
	if err != nil {
		return nil, err
	}
	item := pack.Item{Rank: pack.NextCustomers, Source: "下月重点客户"}
	for _, p := range rulebook.Promises(entries) {
		k, found, err := vault.In(tx).Sound(ctx, p.Customer)
		if err != nil {
			return nil, err
		}
		if found {
			item.Lines = append(item.Lines, pack.Line{Person: k.Owner, Text: k.ID + " " + k.Name + "：" + said(p.Words)})
		}
	}
	if len(item.Lines) == 0 {
		return nil, nil
	}
	item.Title = fmt.Sprintf("下月重点客户：%d 位", len(item.Lines))
	return []pack.Item{item}, nil
}
