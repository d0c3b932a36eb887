package command

import "testing"

// Words are cheap: a plain command is read in about a microsecond, and what
// nobody planned for in some more.
func BenchmarkRead(b *testing.B) {
	r := router(b)
	for _, typed := range []string{"签到 广州 拜访客户，谈妥初步意向", "签到广州拜访客户", "帮我签到一下 广州 见客户", "周报什么时候交", "我明天去广州出差三天", "迁到 广州 见客户", "今天天气不错"} {
		b.Run(typed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				guess(r, typed)
			}
		})
	}
}
