package reading

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryListedCityIsKnown(t *testing.T) {
	if n := len(cities); n < 3000 {
		t.Errorf("only %d spellings of cities", n)
	}
	for written, city := range cities {
		if n := utf8.RuneCountInString(city); n < 2 || n > regionRunes || !strings.Contains(written, city) {
			t.Errorf("%q is %q", written, city)
		}
	}
}

func TestCutPlace(t *testing.T) {
	for name, want := range map[string]string{
		"东莞市晨星机械":        "东莞|晨星机械",
		"东莞晨星机械":         "东莞|晨星机械",
		"广东省东莞市晨星机械":     "广东东莞|晨星机械",
		"广东晨星机械":         "广东|晨星机械",
		"东莞市南城区晨星机械":     "东莞南城|晨星机械",
		"北京市朝阳区南湖酒店":     "北京朝阳|南湖酒店",
		"广西壮族自治区南宁市南湖酒店": "广西南宁|南湖酒店",
		"博罗县晨星机械":        "博罗|晨星机械",
		"晨星机械":           "|晨星机械",
		"南湖酒店":           "|南湖酒店",
		"万家超市":           "|万家超市",
		"万家超市管理":         "|万家超市管理",
		"阳光小区物业":         "|阳光小区物业",
		"东莞市":            "|东莞市",
		"深圳湾":            "|深圳湾",
		"3m市场":           "|3m市场",
		"":               "|",
		"晨星机械东莞":         "东莞|晨星机械",
		"晨星东莞机械":         "东莞|晨星机械",
		"晨星机械东莞市":        "东莞|晨星机械",
		"晨星内蒙古自治区机械":     "内蒙古|晨星机械",
		"上海":             "|上海",
	} {
		if place, rest := CutPlace(name); place+"|"+rest != want {
			t.Errorf("CutPlace(%q) = %s|%s, want %s", name, place, rest, want)
		}
	}
}

func TestCityIn(t *testing.T) {
	for address, want := range map[string]string{
		"广东省广州市海珠区阅江西路222号": "广州", "内蒙古自治区呼和浩特市新城区": "呼和浩特", "东莞市松山湖": "东莞", "四川省阿坝藏族羌族自治州汶川县映秀镇渔子溪村12号": "阿坝",
		"阿坝藏族羌族自治州汶川县": "阿坝", "内蒙古兴安盟乌兰浩特": "兴安盟", "广州": "广州", "广东广州天河路": "广州",
		"广州塔": "", "北京路朝阳酒店": "", "朝阳区建国路88号": "", "超市旁边": "", "": "",
	} {
		if got, _ := CityIn(address); got != want {
			t.Errorf("CityIn(%q) = %q, want %q", address, got, want)
		}
	}
}
