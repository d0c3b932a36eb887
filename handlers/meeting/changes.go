package meeting

import (
	"encoding/json"
	"fmt"
	"slices"

	"marketbot/handlers/pack"
	"marketbot/handlers/sheet"
)

// change is something of a pack that was kept and is otherwise now.
type change struct{ Section, What, Was, Is string }

// since is what differs between a pack that was kept and what is so now: figures,
// and how many rows of a table.
func since(was, is []pack.Section) (list []change) {
	for _, old := range was {
		i := slices.IndexFunc(is, func(s pack.Section) bool { return s.Name == old.Name })
		if i < 0 {
			continue
		}
		for _, f := range old.Figures {
			j := slices.IndexFunc(is[i].Figures, func(g pack.Figure) bool { return g.Label == f.Label })
			if j >= 0 && is[i].Figures[j].Now != f.Now {
				list = append(list, change{old.Name, f.Label, f.Unit.Words(f.Now), f.Unit.Words(is[i].Figures[j].Now)})
			}
		}
		for _, s := range old.Sheets {
			j := slices.IndexFunc(is[i].Sheets, func(t sheet.Sheet) bool { return t.Tab == s.Tab })
			if j < 0 {
				continue
			}
			if n := rowsApart(s, is[i].Sheets[j]); n > 0 {
				list = append(list, change{old.Name, s.Tab, "", fmt.Sprintf("%d 行不同", n)})
			}
		}
	}
	return list
}

// rowsApart is how many rows of the one table are not in the other, of whichever has
// more of them.
func rowsApart(a, b sheet.Sheet) int {
	x, y := rows(a), rows(b)
	gone, come := 0, 0
	for r, n := range x {
		gone += max(0, n-y[r])
	}
	for r, n := range y {
		come += max(0, n-x[r])
	}
	return max(gone, come)
}

// rows are those of a table, and how often each is there, as they are kept: a day that
// was kept comes back in a zone without a name.
func rows(s sheet.Sheet) map[string]int {
	n := map[string]int{}
	for _, g := range s.Groups {
		for _, r := range g.Rows {
			kept, _ := json.Marshal(r) // what a cell holds is always kept
			n[string(kept)]++
		}
	}
	return n
}

// words are what has changed, as people read it.
func (c change) words() string {
	if c.Was == "" {
		return c.What + "：" + c.Is
	}
	return c.Section + " " + c.What + "：" + c.Was + " → " + c.Is
}
