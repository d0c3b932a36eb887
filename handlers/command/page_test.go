package command

import (
	"errors"
	"slices"
	"testing"
)

func TestPageOf(t *testing.T) {
	for _, c := range []struct {
		no, total int
		want      []int // of a list of 0, 1, 2 …, three to a page
		at, last  int
		turn      string
		rest      string
	}{
		{1, 0, nil, 1, 1, "", ""},
		{1, 3, []int{0, 1, 2}, 1, 1, "", ""},
		{1, 4, []int{0, 1, 2}, 1, 2, "单 第2页", "…另有 1 条"},
		{2, 4, []int{3}, 2, 2, "", ""},
		{9, 4, []int{3}, 2, 2, "", ""},
		{-1, 4, []int{0, 1, 2}, 1, 2, "单 第2页", "…另有 1 条"},
		{1, 9, []int{0, 1, 2}, 1, 3, "单 第2页", "…另有 6 条"},
		{2, 9, []int{3, 4, 5}, 2, 3, "单 第3页", "…另有 3 条"},
	} {
		list := make([]int, c.total)
		for i := range list {
			list[i] = i
		}
		p := PageOf(c.no, c.total, 3, "单")
		turn := ""
		for _, b := range p.Turn("下一页") {
			turn += b.Command
		}
		if got := Rows(p, list); !slices.Equal(got, c.want) || p.No != c.at || p.Last != c.last || turn != c.turn || p.Rest() != c.rest {
			t.Errorf("page %d of %d: %v on %d/%d, turns to %q, rest %q; want %+v", c.no, c.total, got, p.No, p.Last, turn, p.Rest(), c)
		}
	}
}

func TestPageAskedFor(t *testing.T) {
	spec := &Spec{Name: "单", Args: []Arg{PageArg()}}
	refusals := map[string]string{"第3页": "没有这一页，一共 2 页。", "2": "没看懂「2」，翻页写 第2页。", "甲": "没看懂「甲」，翻页写 第2页。"}
	for typed, want := range map[string]int{"": 1, "第1页": 1, "第2页": 2, "第3页": 0, "2": 0, "甲": 0} {
		args := map[string]any{}
		if typed != "" {
			args[pageArg] = typed
		}
		p, err := NewCall(Call{Spec: spec}, args).Page(4, 3, "单")
		var no *Refusal
		if refused := errors.As(err, &no); refused != (want == 0) || !refused && p.No != want || refused && no.Text != refusals[typed] {
			t.Errorf("%q: page %d, %v; want %d", typed, p.No, err, want)
		}
	}
}
