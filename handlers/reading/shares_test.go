package reading

import (
	"fmt"
	"strings"
	"testing"
)

func TestShares(t *testing.T) {
	for typed, want := range map[string]string{
		"张伟60%,刘洋40%":                      "[{张伟 6000} {刘洋 4000}]",
		"张伟60％，刘洋４０％":                      "[{张伟 6000} {刘洋 4000}]",
		"张伟 60% 刘洋 40%":                    "[{张伟 6000} {刘洋 4000}]",
		"张伟=60 刘洋=40":                      "[{张伟 6000} {刘洋 4000}]",
		"张伟33.33%、刘洋66.67%":                "[{张伟 3333} {刘洋 6667}]",
		"张伟100%":                           "[{张伟 10000}]",
		"张伟60%刘洋40%":                       "[{张伟 6000} {刘洋 4000}]",
		"ABC Trading Co., Ltd.=60%、张三=40%": "[{ABC Trading Co., Ltd. 6000} {张三 4000}]",
		"Foo, Inc.:55.5%":                  "[{Foo, Inc. 5550}]",
		"张伟：60%；刘洋:40":                     "[{张伟 6000} {刘洋 4000}]",
		"张三三成，刘洋７成":                        "[{张三 3000} {刘洋 7000}]",
		"张伟十成":                             "[{张伟 10000}]",
		"成龙":                               "[]", "张伟成": "[]", "三成": "[]", "张伟六成刘洋四成": "[{张伟六成刘洋 4000}]",
		"张伟": "[]", "60%": "[]", "张伟60": "[]", "": "[]", "张伟=1e2%": "[]", "张伟-5%": "[{张伟- 500}]", "张伟0%": "[]", "张伟60.555%": "[]",
	} {
		list, ok := Shares(typed)
		if got := fmt.Sprint(list); got != want || ok != (want != "[]") {
			t.Errorf("%s: %s %v, want %s", typed, got, ok, want)
		}
	}
}

func FuzzShares(f *testing.F) {
	for _, s := range []string{"张伟60%,刘洋40%", "a=1 b=2", "=＝%", "\xff=9\x00", "張1.5 ％", "%", "９９９％"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		list, ok := Shares(typed)
		for _, s := range list {
			if s.Parts <= 0 || s.Parts > 10*WholeShare || strings.TrimSpace(s.Name) == "" || !strings.Contains(typed, strings.Fields(s.Name)[0]) {
				t.Errorf("%q gives %+v", typed, s)
			}
		}
		if ok != (len(list) > 0) {
			t.Errorf("%q: %v, %v", typed, list, ok)
		}
	})
}
