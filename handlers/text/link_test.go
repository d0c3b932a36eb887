package text

import "testing"

func TestUnlinked(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{"签到 广州 看了 [www.x.example](http://www.x.example) 的展台", "签到 广州 看了 www.x.example 的展台"},
		{"[https://x.example/a?b=c](https://x.example/a?b=c)", "https://x.example/a?b=c"},
		{"[x.example](https://x.example/)、[a@x.example](mailto:a@x.example)", "x.example、a@x.example"},
		{"[x.example/产品(新)](http://x.example/产品(新))。", "x.example/产品(新)。"},
		{"[x.example/产品](http://x.example/%E4%BA%A7%E5%93%81)", "x.example/产品"},
		{"[点这里](http://evil.example/x)", "[点这里](http://evil.example/x)"},
		{"[www.good.example](http://evil.example)", "[www.good.example](http://evil.example)"},
		{"[x.example](http://x.example", "[x.example](http://x.example"},
		{"[[x.example](http://x.example)]", "[x.example]"},
		{"[甲](乙) [1.2](1.2)", "[甲](乙) 1.2"},
		{"[", "["}, {"a](b", "a](b"}, {"", ""},
	} {
		if got := Unlinked(tt.typed); got != tt.want {
			t.Errorf("Unlinked(%q) = %q, want %q", tt.typed, got, tt.want)
		}
	}
}
