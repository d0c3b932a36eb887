package customer

import "testing"

func TestNamesOfOneCompany(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"晨星机械", "东莞市晨星机械有限公司", true},
		{"东莞晨星机械", "东莞市晨星机械（集团）公司", true},
		{"广东省东莞市晨星机械", "东莞晨星机械", true},
		{"东莞市南城区晨星机械", "东莞晨星机械", true},
		{"东莞晨星机械", "深圳晨星机械", false},
		{"东莞晨星机械", "东莞晨星机电", false},
		{"晨星机械", "晨星机械厂", false},
		{"万家超市", "万家", false},
		{"晨星机械（东莞）有限公司", "东莞市晨星机械有限公司", true},
		{"晨星(东莞)机械有限公司", "东莞市晨星机械有限公司", true},
		{"晨星（深圳）机械有限公司", "东莞市晨星机械有限公司", false},
		{"晨星机械有限责任公司（国有独资）", "晨星机械", true},
		{"晨星机械控股有限公司", "晨星机械", true},
		{"晨星机械控股集团股份有限公司", "晨星机械（有限合伙）", true},
		{"晨星机械经营部（个体工商户）", "晨星机械经营部", true},
		{"ＡＢ贸易", "A&B贸易", true},
		{"晨星机械东莞分公司", "东莞晨星机械", false},
	} {
		if got := calledOf(c.a).like(calledOf(c.b)); got != c.want {
			t.Errorf("%s, %s: %v", c.a, c.b, got)
		}
		if got := calledOf(c.b).like(calledOf(c.a)); got != c.want {
			t.Errorf("%s, %s: %v", c.b, c.a, got)
		}
	}
}
