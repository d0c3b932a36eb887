package reading

import "testing"

func TestPageNumber(t *testing.T) {
	for word, want := range map[string]int{
		"第2页": 2, "第２页": 2, "第 12 页": 12, "第999页": 999, "第二页": 2, "第十二页": 12, "第两页": 2,
		"": 0, "2": 0, "第2": 0, "2页": 0, "第页": 0, "第0页": 0, "第-1页": 0, "第二": 0, "第〇页": 0, "第二页怎么排": 0, "第99999999999999999999页": 0, "\xff": 0,
	} {
		if no, ok := PageNumber(word); ok != (want > 0) || ok && no != want {
			t.Errorf("PageNumber(%q) = %d, %v; want %d", word, no, ok, want)
		}
	}
}

func TestTurns(t *testing.T) {
	for word, want := range map[string]bool{
		"下一页": true, "下页": true, "上一页": true, "最后一页。": true, "末页": true,
		"页": false, "第2页": false, "下一页怎么排": false, "宣传页": false, "": false, "\xff": false,
	} {
		if got := Turns(word); got != want {
			t.Errorf("Turns(%q) = %v", word, got)
		}
	}
}

func TestANumberEndsWhereWordsBegin(t *testing.T) {
	for typed, want := range map[string]string{
		"Y4 找人": "Y4", "Y4找人": "Y4", "ｙ４找人": "ｙ４", "#Y4找人": "#Y4", "K1：送了样品": "K1", "Y4、Y5": "Y4", "Y4（再议）": "Y4",
		"ZYX-202611-001谈妥了": "ZYX-202611-001", "ZYX-202611-001金额=10万": "ZYX-202611-001", "zyx－202611－００１谈妥": "zyx－202611－００１", "D7，好": "D7", "12": "12",
		"找人": "", "": "", "3天": "", "12月": "", "24h": "", "B2B平台": "", "VIP客户": "", "5G基站": "", "A-款": "", "A1x年": "", "\xff": "",
	} {
		if got := FirstCode(typed); got != want {
			t.Errorf("FirstCode(%q) = %q, want %q", typed, got, want)
		}
	}
}
