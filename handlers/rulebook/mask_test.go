package rulebook

import "testing"

func TestMaskField(t *testing.T) {
	for _, c := range []struct{ field, value, want string }{
		{"电话", "13800138000", "138****8000"},
		{"电话", "13800138000、0769-22331234", "138****8000、076****1234"},
		{"电话", "22331234", "****"},
		{"电话", "转 801", "****"},
		{"住址", "东莞市南城区 1 号", "****"},
		{"家庭", "一子一女", "****"},
	} {
		if got := MaskField(c.field, c.value); got != c.want {
			t.Errorf("MaskField(%s, %q) = %q, want %q", c.field, c.value, got, c.want)
		}
	}
	if !Masked("电话", false) || Masked("地址", false) || !Masked("年龄", true) || Masked("职务", true) {
		t.Error("the wrong fields are masked")
	}
}
