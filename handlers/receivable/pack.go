package receivable

import (
	"context"
	"fmt"

	"marketbot/handlers/chat"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// longOverdue is how many days overdue a receivable is talked about in the monthly
// meeting.
const longOverdue = 30

// Pack is the section of receivables in the pack of a month (R55–R57): what was
// received, what is open and how old it is, as of the month's end or now.
func (h Handler) Pack(ctx context.Context, tx *store.Tx, ask pack.Ask) (pack.Section, error) {
	s := pack.Section{Name: "应收账款"}
	list, err := h.open(ctx, tx, pack.Reader, scope{}, ask.Moment(), "")
	if err != nil {
		return s, err
	}
	before, err := h.open(ctx, tx, pack.Reader, scope{}, ask.Before().Start(h.Rules.Zone), "")
	if err != nil {
		return s, err
	}
	now, then := h.total(list), h.total(before)
	got, gotBefore, err := h.cameIn(ctx, tx, ask)
	if err != nil {
		return s, err
	}
	s.Figures = []pack.Figure{
		{Label: "回款", Now: got, Before: gotBefore, Unit: chat.Yuan},
		{Label: "未收", Now: now.Open, Before: then.Open, Unit: chat.Yuan},
		{Label: "其中逾期", Now: late(now), Before: late(then), Unit: chat.Yuan},
		{Label: "待核", Now: now.Pending + now.PendingSurplus, Before: then.Pending + then.PendingSurplus, Unit: chat.Yuan},
		{Label: "预收", Now: now.Surplus, Before: then.Surplus, Unit: chat.Yuan},
	}
	s.Table = &chat.Table{Heads: []string{"账龄", "本月", "上月"}}
	for i, name := range rulebook.BandNames(h.Config.Bands) {
		s.Table.Rows = append(s.Table.Rows, []string{name, words.Money(now.Bands[i]), words.Money(then.Bands[i])})
	}
	chart, err := h.picture(ctx, tx, "应收", list, ask.Moment())
	if err != nil {
		return s, err
	}
	s.Charts = []chat.Chart{*chart}
	table, err := h.ageing(ctx, tx, list, ask.Moment())
	if err != nil {
		return s, err
	}
	s.Sheets = []sheet.Sheet{table}
	s.Items, err = h.overdue(ctx, tx, list)
	return s, err
}

// late is what is overdue of a standing.
func late(s rulebook.Standing) (fen int64) {
	for _, band := range s.Bands[1:] {
		fen += band
	}
	return fen
}

// cameIn is what came in in a month and in the one before, less what was paid back,
// for contracts, confirmed or not.
func (h Handler) cameIn(ctx context.Context, tx *store.Tx, ask pack.Ask) (now, before int64, err error) {
	entries, err := tx.Receivables().Counting(ctx, ask.Before().Month(), ask.Last())
	if err != nil {
		return 0, 0, err
	}
	add := func(day store.Day, fen int64) {
		switch {
		case ask.In(day):
			now += fen
		case ask.Earlier(day):
			before += fen
		}
	}
	for _, r := range rulebook.Receipts(entries) {
		if r.Counts() {
			add(r.Day, r.Amount)
		}
	}
	void := rulebook.Void(entries)
	for _, e := range entries {
		if e.Kind == store.MoneyRefund && !void.Has(e.ID) {
			add(e.Day, -e.Amount)
		}
	}
	return now, before, nil
}

// overdue is what is long overdue, for the agenda.
func (h Handler) overdue(ctx context.Context, tx *store.Tx, list []*deal) ([]pack.Item, error) {
	item := pack.Item{Rank: pack.Overdue, Source: "应收逾期"}
	for _, d := range list {
		if d.Overdue < longOverdue {
			continue
		}
		name, err := customerName(ctx, tx, d.Customer)
		if err != nil {
			return nil, err
		}
		item.Lines = append(item.Lines, pack.Line{Person: d.Holder, Text: fmt.Sprintf("%s %s：未收 %s，最长逾期 %d 天", d.Number, name, words.Money(d.Open), d.Overdue)})
	}
	if len(item.Lines) == 0 {
		return nil, nil
	}
	item.Title = fmt.Sprintf("逾期 %d 天以上的应收：%d 份合同", longOverdue, len(item.Lines))
	return []pack.Item{item}, nil
}
