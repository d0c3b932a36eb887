package reading

import (
	"slices"
	"strings"
	"testing"
)

func TestListed(t *testing.T) {
	for typed, want := range map[string]string{
		"晨星、华东机电；南湖，北岸":                      "晨星|华东机电|南湖|北岸",
		"ABC Trading Co., Ltd.":              "ABC Trading Co., Ltd.",
		"ABC Trading Co.， Ltd、晨星":            "ABC Trading Co.， Ltd|晨星",
		"Foo, Inc., Bar Pte., Ltd.;Baz, LLC": "Foo, Inc.|Bar Pte., Ltd.|Baz, LLC",
		"ABC, Incoming":                      "ABC|Incoming",
		"ABC, Co-op":                         "ABC|Co-op",
		"Ltd., ABC":                          "Ltd.|ABC",
		" 、,\n":                              "",
		"甲\xff,\xfe":                         "甲\xff|\xfe",
	} {
		if got := Listed(typed); !slices.Equal(got, strings.FieldsFunc(want, func(r rune) bool { return r == '|' })) {
			t.Errorf("%q is %q, want %s", typed, got, want)
		}
	}
}
