package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"marketbot/handlers/text"
)

func TestItemsOfAPlan(t *testing.T) {
	for _, tt := range []struct {
		plan string
		want []string
	}{
		{"", nil},
		{" \n\u200b\n", nil},
		{"拜访华东机电", []string{"拜访华东机电"}},
		{"1. 拜访A\n2、拜访B\n（3）拜访C\n- 拜访D", []string{"拜访A", "拜访B", "拜访C", "拜访D"}},
		{"拜访A；拜访B;", []string{"拜访A", "拜访B"}},
		{"12.5万回款\n10:30 开会\n3.签约", []string{"12.5万回款", "10:30 开会", "签约"}},
		{"一、签约\n二、回款", []string{"签约", "回款"}},
		{"1、签华东机电 2、拜访南湖，3、回访；报销", []string{"签华东机电", "拜访南湖", "回访", "报销"}},
		{"（1）签约（下周） （2）拜访", []string{"签约（下周）", "拜访"}},
		{"1.签约 2.5万回款 3.拜访", []string{"签约 2.5万回款 3.拜访"}},
		{"拜访 2、3 家客户", []string{"拜访 2、3 家客户"}},
		{strings.Repeat("x\n", 20), []string{"x", "x", "x", "x", "x", "x", "x", "x"}},
	} {
		if diff := cmp.Diff(tt.want, items(tt.plan)); diff != "" {
			t.Errorf("%q: %s", tt.plan, diff)
		}
	}
}

func TestOneAmountAndNothingElse(t *testing.T) {
	for text, want := range map[string]bool{"12.5万": true, "12.5万元。": true, "30": true, "约30万": false, "A 10万，B 5万": false, "": false, "无": false} {
		if _, ok := payment(text); ok != want {
			t.Errorf("payment(%q) = %v", text, !want)
		}
	}
}

// FuzzText holds what is made of people's words to being whole and bounded.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "1. 拜访A\n2、B", "=cmd|x", "\xff\x00＝", "12.5万", "\u3164", strings.Repeat("0", mostItem+1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list := items(s)
		if len(list) > mostItems {
			t.Errorf("%d items", len(list))
		}
		for _, i := range list {
			if !utf8.ValidString(i) || utf8.RuneCountInString(i) > mostItem+1 || strings.ContainsAny(i, "\r\n") || !text.HasWords(i) {
				t.Errorf("item %q of %q", i, s)
			}
		}
		payment(s)
	})
}
