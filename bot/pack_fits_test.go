package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/picture"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/storetest"
)

// The pack of 50 people with 600 contracts fits into what each platform takes: nothing
// is refused, its last line arrives, no text is longer and no picture larger than
// allowed. Where nothing can be kept from others, people hear only that there is one.
func TestPackFits(t *testing.T) {
	const (
		mostText    = 2048
		mostPicture = 2 << 20
		mostCharts  = 5
	)
	open := func(t *testing.T, world func(*office) screens) *office {
		entries := []staff.Entry{{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}}, {Name: "李娜", Post: store.Supervisor}}
		for i := range 50 {
			entries = append(entries, staff.Entry{Name: fmt.Sprint("业务", i), Post: store.Salesperson})
		}
		now := time.Date(2026, 12, 2, 9, 0, 0, 0, shanghai)
		o := openOffice(t, storetest.Options(t, storetest.SQLite), world, entries, now)
		past{now, 150, 600}.fill(t, o.bot.Load().DB)
		for i := range 8 { // charts and tables have long names in them
			o.hear("李娜", fmt.Sprintf("活动 新增 %s%d 时间=11-2%d 地点=珠江厅 人员=业务1 内容=新品 预算=1万 分工=业务1:签到 预期效果=30 家", strings.Repeat("冬季答谢酒会", 5), i, i))
		}
		return o
	}
	pack := func(t *testing.T, o *office) (list []message) {
		before := len(o.screens.messages("王芳"))
		o.hear("王芳", "月会 11月")
		for range 5 { // what is paced
			o.move(o.now().Add(time.Minute))
			o.deliver()
		}
		o.update(func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.Outbox().Counts(ctx, o.now(), time.Time{})
			if n.Waiting+n.Dead > 0 {
				t.Errorf("%d wait, %d were refused", n.Waiting, n.Dead)
			}
			return err
		})
		return o.screens.messages("王芳")[before:]
	}
	whole := func(t *testing.T, list []message) {
		all, files := "", 0
		for _, m := range list {
			all += m.text
			if strings.HasSuffix(m.file, ".xlsx") {
				files++
			}
		}
		if files != 1 || !strings.Contains(all, "…另有 30 条") || !strings.Contains(all, "签约：") || !strings.Contains(all, "2,700,000.30 元") || !strings.Contains(all, "王芳 查看 · 追踪码") {
			t.Errorf("%d workbooks, %s", files, all)
		}
	}
	t.Run("feishu", func(t *testing.T) {
		o := open(t, onFeishu)
		whole(t, pack(t, o))
		charts := 0
		c := o.screens.(*company)
		for _, m := range c.server.Seen(c.ids["王芳"]) {
			charts = max(charts, len(m.Charts))
		}
		if charts == 0 || charts > mostCharts {
			t.Errorf("%d charts on a card", charts)
		}
	})
	t.Run("wecom", func(t *testing.T) {
		o := open(t, func(o *office) screens {
			f := onWeCom(o).(*firm)
			f.adapter.DrawWith(picture.New().PNG)
			return f
		})
		whole(t, pack(t, o))
		f := o.screens.(*firm)
		texts, pictures := 0, 0
		for _, m := range f.app.Seen(f.ids["王芳"]) {
			texts = max(texts, len(m.Text))
			if m.Type == "image" {
				pictures++
				if len(m.Data) > mostPicture {
					t.Errorf("%d bytes of picture", len(m.Data))
				}
			}
		}
		if texts < mostText/2 || texts > mostText || pictures == 0 || pictures > mostCharts {
			t.Errorf("%d bytes of text, %d pictures", texts, pictures)
		}
	})
	t.Run("robot", func(t *testing.T) {
		secret := regexp.MustCompile(`\d,\d{3}|元|华东|业务\d|酒会`)
		list := pack(t, open(t, onRobot))
		for _, m := range list {
			if found := secret.FindString(m.words()); found != "" || m.file != "" {
				t.Errorf("%q, file %q in %q", found, m.file, m.words())
			}
		}
		if len(list) == 0 || !strings.Contains(list[0].text, "2026年11月的月会资料") {
			t.Errorf("%+v", list)
		}
	})
}
