package receivable

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// mostDrawn is how many customers are told apart in a picture.
const mostDrawn = 12

// picture is the ageing, the customers that owe most first; what they come to
// stands for the others.
func (h Handler) picture(ctx context.Context, tx *store.Tx, title string, list []*deal, now time.Time) (*chat.Chart, error) {
	sums := map[string]*rulebook.Standing{}
	for _, d := range list {
		s := sums[d.Customer]
		if s == nil {
			s = &rulebook.Standing{Bands: make([]int64, len(d.Bands))}
			sums[d.Customer] = s
		}
		s.Open += d.Open
		for i := range d.Bands {
			s.Bands[i] += d.Bands[i]
		}
	}
	ids := customersOf(list)
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(sums[b].Open, sums[a].Open) })
	ids = slices.DeleteFunc(ids, func(id string) bool { return sums[id].Open == 0 })
	chart := &chat.Chart{Title: "应收账龄" + strings.TrimPrefix(title, "应收"), Kind: chat.Stacked, Unit: chat.Yuan, AsOf: asOf(now)}
	for _, name := range rulebook.BandNames(h.Config.Bands) {
		chart.Series = append(chart.Series, chat.Series{Name: name})
	}
	bar := func(name string, of []string) {
		chart.Categories = append(chart.Categories, name)
		for i := range chart.Series {
			var fen int64
			for _, id := range of {
				fen += sums[id].Bands[i]
			}
			chart.Series[i].Values = append(chart.Series[i].Values, fen)
		}
	}
	drawn := ids[:min(len(ids), mostDrawn)]
	for _, id := range drawn {
		name, err := customerName(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		bar(text.CutLine(name, mostName), []string{id})
	}
	if rest := ids[len(drawn):]; len(rest) > 0 {
		bar(fmt.Sprintf("其余 %d 位", len(rest)), rest)
	}
	return chart, nil
}

// mostName is how many characters of a name stand below a bar.
const mostName = 10
