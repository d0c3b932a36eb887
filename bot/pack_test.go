package main

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"marketbot/store"
	"marketbot/store/storetest"
)

// What the pack of a month says twice it says alike: the amounts of its card, and of
// each of its tables, to the 分. The sample's November has a contract that was ended,
// a receipt that waits for 核款 and one that nobody claimed.
func TestPackAgreesWithItself(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	o.update(func(ctx context.Context, tx *store.Tx) error { return sampleHistory(ctx, tx, rules(t), thursday()) })
	for _, month := range []string{"10月", "11月"} {
		before := len(o.screens.messages("陈总"))
		o.hear("陈总", "月会 "+month)
		card, file := o.screens.messages("陈总")[before], o.screens.messages("陈总")[before+1]
		book, err := excelize.OpenReader(bytes.NewReader(file.data))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ tab, column, figure string }{
			{"工作完成情况表", "签约", "签约"}, {"销售业绩目标管理表", "本月签约", "签约"},
			{"工作完成情况表", "回款", "回款"}, {"销售业绩目标管理表", "本月回款", "回款"},
			{"客户销售业绩进度管理表", "本月签约", "签约"}, {"客户销售业绩进度管理表", "本月回款", "回款"},
			{"应收账款账龄表", "未收", "未收"}, {"应收账款账龄表", "预收", "预收"},
		} {
			if month == "10月" && c.tab == "客户销售业绩进度管理表" { // some files of the sample were begun after their contract
				continue
			}
			sum, rows := columnSum(t, book, c.tab, c.column)
			if rows == 0 {
				t.Errorf("%s: %s has no rows", month, c.tab)
			}
			lines := strings.Split(card.words(), "\n")
			said := 0
			for _, line := range lines {
				rest, ok := strings.CutPrefix(line, c.figure+"：")
				if !ok {
					continue
				}
				said++
				amount, _, _ := strings.Cut(rest, " 元")
				if fen(t, amount) != sum {
					t.Errorf("%s: the card says %s, %s of %s is %d 分", month, line, c.column, c.tab, sum)
				}
			}
			if said == 0 {
				t.Errorf("%s: the card says nothing of %s", month, c.figure)
			}
		}
	}
}

// Every sheet of a pack prints alike, of a full month and of an empty one: on A4
// landscape, one page wide, its heads on each page and in sight, its sums formulas, and
// nothing merged.
func TestPackPrints(t *testing.T) {
	tabs := []string{"工作完成情况表", "销售业绩目标管理表", "客户销售业绩进度管理表", "应收账款账龄表", "市场活动总结表", "下月活动计划", "合同领用登记表"}
	full := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	full.update(func(ctx context.Context, tx *store.Tx) error { return sampleHistory(ctx, tx, rules(t), thursday()) })
	empty := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	for name, o := range map[string]*office{"full": full, "empty": empty} {
		o.hear("陈总", "月会 11月")
		all := o.screens.messages("陈总")
		book, err := excelize.OpenReader(bytes.NewReader(all[len(all)-1].data))
		if err != nil {
			t.Fatal(err)
		}
		titles := map[string]string{}
		for _, n := range book.GetDefinedName() {
			titles[n.Scope] = n.RefersTo
		}
		if got := book.GetSheetList(); !slices.Equal(got, tabs) {
			t.Errorf("%s: the tabs are %v, not %v", name, got, tabs)
		}
		for i, tab := range book.GetSheetList() {
			page, err := book.GetPageLayout(tab)
			props, err2 := book.GetSheetProps(tab)
			panes, err3 := book.GetPanes(tab)
			merged, err4 := book.GetMergeCells(tab)
			if err := errors.Join(err, err2, err3, err4); err != nil {
				t.Fatal(err)
			}
			if *page.Orientation != "landscape" || *page.Size != 9 || *page.FitToWidth != 1 || *page.FitToHeight != 0 || !*props.FitToPage {
				t.Errorf("%s: %s is no A4 landscape, one page wide", name, tab)
			}
			if !panes.Freeze || panes.YSplit != 3 || titles[tab] != "'"+tab+"'!$1:$3" || len(merged) > 0 {
				t.Errorf("%s: %s freezes %d rows, repeats %q, merges %d", name, tab, panes.YSplit, titles[tab], len(merged))
			}
			sums, first := formulas(t, book, tab)
			none := name == "empty" && i > 1 // the first two list the people
			if none != (first == "没有") || !none && sums == 0 {
				t.Errorf("%s: %s begins with %q and has %d formulas", name, tab, first, sums)
			}
		}
	}
}

// formulas is how many cells of a sheet are formulas, and the first cell below its heads.
func formulas(t *testing.T, book *excelize.File, tab string) (n int, first string) {
	t.Helper()
	list, err := book.GetRows(tab)
	if err != nil {
		t.Fatal(err)
	}
	for r, row := range list {
		for c := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			if f, err := book.GetCellFormula(tab, at); err != nil {
				t.Fatal(err)
			} else if f != "" {
				n++
			}
		}
	}
	return n, list[3][0]
}

// columnSum is the sum of a column between its head and the row of sums, in 分.
func columnSum(t *testing.T, book *excelize.File, tab, column string) (sum int64, rows int) {
	t.Helper()
	list, err := book.GetRows(tab)
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, row := range list {
		switch {
		case at < 0:
			for i, cell := range row {
				if cell == column {
					at = i
				}
			}
		case len(row) == 0 || row[0] == "合计":
			return sum, rows
		case at < len(row):
			rows++
			sum += fen(t, row[at])
		}
	}
	return sum, rows
}

// fen reads an amount as tables write it: 12,345.60.
func fen(t *testing.T, amount string) int64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.ReplaceAll(amount, ",", ""), 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(n * 100))
}
