package reading

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReadFields(t *testing.T) {
	keys := []string{"名称", "地址", "电话", "股东", "VIP等级", "VIP"}
	for text, want := range map[string]string{
		"地址=东莞市 南城区":                   "map[地址:东莞市 南城区]",
		"地址＝东莞　电话＝0769-123":            "map[地址:东莞 电话:0769-123]",
		"地址=a，电话=b；名称=c":               "map[名称:c 地址:a 电话:b]",
		"地址=南城。电话=1；股东=张三、名称=b":        "map[名称:b 地址:南城 电话:1 股东:张三]",
		"股东=张三、李四=40% 地址=a":            "map[地址:a 股东:张三、李四=40%]",
		"股东=张三。地址：在南城":                 "map[股东:张三。地址：在南城]",
		"地址：a 电话：b":                    "map[地址:a 电话:b]",
		"地址= 电话=1":                     "map[地址: 电话:1]",
		"地址=":                          "map[地址:]",
		"股东=张三=30%，李四=20% 王五=50% 地址=a": "map[地址:a 股东:张三=30%，李四=20% 王五=50%]",
		"地址=见 http://x/?a=b":           "map[地址:见 http://x/?a=b]",
		"vip=是 ＶＩＰ等级=高":                "map[VIP:是 VIP等级:高]",
		"地\u200b址=a\x00b":              "map[地址:a\x00b]",
		"地址＝\u202ea 电话=\u200b":         "map[地址:\u202ea 电话:\u200b]",
		"地址=a\n电话=b":                   "map[地址:a 电话:b]",
		"地址=本地址：不变":                    "map[地址:本地址：不变]",
		"地址=a 地址=b":                    "!「地址」写了两次，请合成一次",
		"网址=a":                         "!没有字段「网址」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"地址=a 网址=b":                    "!没有字段「网址」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"南城区 地址=a":                     "!没有字段「南城区」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"名称 晨星":                        "!字段和内容之间要写等号，请写成 名称=…",
		"电话13800138000":                "!字段和内容之间要写等号，请写成 电话=…",
		"电话号码=13800138000":             "!没有字段「电话号码」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"南城区":                          "!没有字段「南城区」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"=":                            "!没有字段「=」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"":                             "!没有字段「」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"地址=一段很长的话里面写了一个很长很长很长很长很长的词=不是字段": "map[地址:一段很长的话里面写了一个很长很长很长很长很长的词=不是字段]",
	} {
		values, err := Fields(text, keys)
		got := fmt.Sprint(values)
		var no Refusal
		if errors.As(err, &no) {
			got = "!" + string(no)
		}
		if got != want {
			t.Errorf("Fields(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCustomerCodes(t *testing.T) {
	for text, want := range map[string]bool{"K12": true, "ｋ１２": true, "k1": true, "K": false, "K12a": false, "12": false, "": false, "K" + strings.Repeat("1", 13): false} {
		if IsCustomerCode(text) != want {
			t.Errorf("IsCustomerCode(%q) is not %v", text, want)
		}
	}
}
