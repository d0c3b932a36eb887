package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// The year begins when as much lies open as will at its end.
var (
	yearFounded = time.Date(2026, 10, 8, 9, 0, 0, 0, shanghai)
	yearBegins  = time.Date(2026, 12, 1, 0, 0, 0, 0, shanghai)
	yearEnds    = time.Date(2027, 12, 1, 0, 0, 0, 0, shanghai)
)

// maxGrowth is how many times what a command costs in the first month it may cost
// in the last.
const maxGrowth = 1.2

// year is a department at work day after day, by chance. Nobody knows what is
// answered but for the numbers in it.
type year struct {
	*history
	*rand.Rand
	sellers   []string
	deals     []*deal
	done      []string       // what is done once a month, with the month
	decisions []string       // codes
	trips     map[string]int // days that are left
	coming    map[string]time.Time
	tried     map[string]bool   // commands
	costs     map[string][]cost // by month, command and who says it
	morning   []owing           // what the areas owe this morning
	told      int               // messages of the morning
	letters   map[string]int    // of the daily message, by day and person
}

// deal is a contract that goes its way.
type deal struct {
	number, holder string
	step           int
	next           time.Time
}

// cost is what it took to answer one line, or to make the messages of one morning.
type cost struct {
	statements, allocations int
	rows                    int // of the list that the answer is; at least 1
}

func (c cost) String() string {
	return fmt.Sprintf("%d statements and %d allocations for %d", c.statements, c.allocations, c.rows)
}

// owing is a line that an area owes, with what it ranks as.
type owing struct {
	text string
	rank daily.Urgency
}

func yearOffice() []staff.Entry {
	return []staff.Entry{
		{Name: "陈总", Post: store.GeneralManager}, {Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}},
		{Name: "李娜", Post: store.Supervisor}, {Name: "小钱", Post: store.OtherEmployee, Duties: []store.Duty{store.Accountant}},
		{Name: "老周", Post: store.OtherEmployee, Duties: []store.Duty{store.Archivist}}, {Name: "小林", Post: store.OtherEmployee},
		{Name: "张伟", Post: store.Salesperson}, {Name: "刘洋", Post: store.Salesperson}, {Name: "赵敏", Post: store.Salesperson}, {Name: "周强", Post: store.Salesperson},
	}
}

// A whole year of all areas, with people who leave and come: every slot of every job
// fires once, nobody gets two messages of a morning, each of at most ten lines with
// the most urgent first, and what a command costs does not grow with the past.
func TestWholeYear(t *testing.T) {
	y := &year{
		history: &history{}, Rand: rand.New(rand.NewPCG(2026, 12)), sellers: []string{"张伟", "刘洋", "赵敏", "周强"},
		trips: map[string]int{}, coming: map[string]time.Time{}, costs: map[string][]cost{}, tried: map[string]bool{}, letters: map[string]int{},
	}
	y.phone, y.tablet = &gadget{name: "phone", h: y.history}, &gadget{name: "tablet", h: y.history}
	openOffice(t, storetest.Prepared(t, storetest.SQLite), func(o *office) screens { y.o = o; o.also = []chat.Platform{y.tablet}; return y.phone }, yearOffice(), yearFounded)
	y.listens()
	for i := range 60 {
		y.line(y.sellers[i%4], fmt.Sprintf("新客户 东莞市%c%c机械有限公司 地址=南城区", '一'+rune(i*37), '丁'+rune(i*53)))
	}
	for day := yearFounded; day.Before(yearEnds); day = day.AddDate(0, 0, 1) {
		y.day(day)
	}
	for _, w := range y.wrong {
		t.Error(w)
	}
	y.firedOnce(t)
	y.didAll(t)
	y.grew(t)
}

func at(day time.Time, hour, minute int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, shanghai)
}

// one is true once in n times.
func (y *year) one(n int) bool { return y.IntN(n) == 0 }

// day plays a day: the morning's messages, then three sittings.
func (y *year) day(day time.Time) {
	y.phone.seen, y.tablet.seen = nil, nil
	y.o.move(at(day, 9, 30))
	y.looksAtMorning()
	works := day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	for _, hour := range []int{9, 13, 17} {
		if next := at(day, hour, 31); next.After(y.o.now()) {
			y.o.move(next)
		}
		y.travels(hour)
		if works && hour == 9 {
			y.desk(day)
		}
		if works && hour == 13 {
			y.sells(day)
		}
		if works && hour == 17 {
			y.heads(day)
		}
	}
}

// line lets somebody write, agrees to what is asked back, and notes what it cost.
func (y *year) line(who, line string) string {
	y.o.clock.Add(time.Minute.Milliseconds())
	y.tries++
	from := y.account(who)
	e := chat.Event{ID: fmt.Sprint("e", y.tries), Kind: chat.Text, From: from, Chat: from.Private(), Sent: y.o.now(), ToBot: true, Text: line}
	var words string
	var r chat.Receipt
	spent := y.spends(func() { words, r = y.hands(e) })
	name := y.command(line)
	y.tried[name] = true
	if slices.Contains(lists, line) {
		spent.rows = max(1, strings.Count(words, "• "))
	}
	if line != name {
		name += "…"
	}
	if r.OK {
		key := y.o.now().Format("2006-01 ") + name + " " + who
		y.costs[key] = append(y.costs[key], spent)
	}
	if code := toConfirm.FindStringSubmatch(words); code != nil && !strings.HasPrefix(line, "确认") {
		words += y.line(who, "确认 "+code[1])
	}
	return words
}

// command is the name of the command that a line calls.
func (y *year) command(line string) (name string) {
	for _, s := range y.o.bot.Load().desk.Specs() {
		if strings.HasPrefix(line, s.Name) && len(s.Name) > len(name) {
			name = s.Name
		}
	}
	return name
}

// spends is what f costs, with all that follows at once.
func (y *year) spends(f func()) cost {
	var before, after runtime.MemStats
	asked := storetest.Ran(y.o.bot.Load().DB)
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return cost{storetest.Ran(y.o.bot.Load().DB) - asked, int(after.Mallocs - before.Mallocs), 1}
}

// travels is what who is on a trip says of it.
func (y *year) travels(hour int) {
	for _, who := range y.sellers {
		if y.trips[who] == 0 {
			continue
		}
		if hour == 9 || y.one(2) {
			y.line(who, "签到 广州 见了采购部，谈下季度的展位")
		}
		if hour == 17 {
			y.trips[who]--
		}
	}
}

// desk is what is written in the morning.
func (y *year) desk(day time.Time) {
	if day.Weekday() == time.Monday {
		y.line("王芳", "汇总")
		y.line("王芳", "上报")
		y.line("陈总", "批示 继续盯紧回款")
	}
	for _, who := range y.sellers {
		if day.Weekday() == time.Friday && (!y.one(8) || who == "赵敏") {
			y.line(who, "周报 本周：拜访客户三家 下周：去佛山签约")
		}
		if y.trips[who] == 0 && y.one(12) {
			y.line(who, "出差 广州 2天 拜访客户")
			y.trips[who] = 2
		}
		if y.one(3) {
			y.line(who, "我的")
		}
		if y.one(60) {
			y.line(who, "请假 明天 看病")
		}
	}
	if measured(day) {
		y.line("刘洋", "周报")
	}
	y.staff(day)
}

// staff is who leaves, comes and asks.
func (y *year) staff(day time.Time) {
	switch day.Format("2006-01-02") {
	case "2027-03-01":
		y.line("赵敏", "离职 2027-04-01 回老家")
		y.line("赵敏", "交接 全部 刘洋")
		y.line("刘洋", "接收 全部")
		for _, d := range y.deals {
			if d.holder == "赵敏" {
				d.holder = "刘洋"
			}
		}
	case "2027-03-30":
		y.line("赵敏", "交接 全部 刘洋")
		y.line("刘洋", "接收 全部")
		y.line("小钱", "账清 赵敏")
		y.line("李娜", "签字放行 赵敏")
	case "2027-04-02":
		y.sellers = []string{"张伟", "刘洋", "周强", "孙丽"}
		code := bindingCode.FindString(y.line("王芳", "人员 添加 孙丽 业务员"))
		y.line("陈总", "人员 确认 全部")
		y.line("孙丽", "绑定 "+code)
		for i := range 12 {
			y.line("李娜", fmt.Sprintf("移交客户 K%d 孙丽", 3+4*i))
		}
	case "2027-07-05":
		y.line("周强", "调走 2027-08-06 其他员工 去行政部")
		y.line("周强", "撤回离职")
	}
	if y.one(20) {
		said := y.line("小林", "提供线索 南湖酒店 想办年会 来源=展会")
		y.line("李娜", "采纳 "+regexp.MustCompile(`L\d+`).FindString(said))
	}
	if y.one(25) {
		y.line("小林", fmt.Sprintf("申请查阅 K%d 周五去布展", 1+y.IntN(60)))
		said := y.line("陈总", "查阅申请")
		y.line("陈总", "批准 "+regexp.MustCompile(`A\d+`).FindString(said))
	}
	if y.one(40) {
		said := y.line("小林", "事件 登记 群里有人发了报价单")
		y.line("王芳", "事件 结案 "+regexp.MustCompile(`S\d+`).FindString(said)+" 误发，已删除")
	}
}

// sells is the work with customers, contracts and money.
func (y *year) sells(day time.Time) {
	for _, who := range y.sellers {
		k := fmt.Sprint("K", 1+slices.Index(y.sellers, who)+4*y.IntN(15))
		if y.one(2) {
			y.line(who, "跟进 "+k+" 送去方案，等报价")
		}
		if y.one(4) {
			y.line(who, "客户 "+k)
		}
		if y.one(9) {
			if number := contractNumber.FindString(y.line(who, "领合同 "+k+" 展台")); number != "" {
				y.deals = append(y.deals, &deal{number: number, holder: who, next: day.AddDate(0, 0, 2)})
			}
		}
		if y.one(50) {
			y.line(who, "停滞原因 "+k+" 预算 至=月底")
		}
	}
	for _, d := range y.deals {
		if !d.next.After(day) {
			y.goesOn(d, day)
		}
	}
	y.deals = slices.DeleteFunc(y.deals, func(d *deal) bool { return d.step > 5 })
}

var contractNumber = regexp.MustCompile(`ZYX-\d{6}-\d+`)

// goesOn takes a contract a step further.
func (y *year) goesOn(d *deal, day time.Time) {
	d.next = day.AddDate(0, 0, 1+y.IntN(8))
	switch d.step {
	case 0:
		if y.one(12) {
			y.line(d.holder, "退合同 "+d.number)
			d.step = 9
			return
		}
		if y.one(20) {
			y.line(d.holder, "合同遗失 "+d.number+" 散场不见了")
			y.line(d.holder, "找到 "+d.number+" 在样册里")
		}
		y.line(d.holder, "签前汇报 "+d.number+" 谈妥了 金额=3万")
	case 1:
		y.line(d.holder, "签合同 "+d.number+" 金额=3万")
		y.line(d.holder, fmt.Sprintf("收款计划 %s %s=40%% %s=余款", d.number, day.AddDate(0, 0, 5).Format(time.DateOnly), day.AddDate(0, 0, 12).Format(time.DateOnly)))
	case 2:
		y.line("老周", "归档 "+d.number+" 2 号柜")
	case 3, 4:
		amount := []string{"1.2万", "1.8万"}[d.step-3]
		said := y.line(d.holder, "回款 "+d.number+" "+amount)
		y.line("小钱", "核款 "+regexp.MustCompile(`R\d+`).FindString(said))
	case 5:
		if y.one(15) {
			y.line("王芳", "退款 "+d.number+" 1000 客户多付")
			y.line("王芳", "坏账 "+d.number+" 1000 不再追")
		}
	}
	d.step++
}

// measured reports whether on a day everything is looked at: often enough in the two
// months that are compared.
func measured(day time.Time) bool {
	compared := !day.Before(yearBegins) && day.Before(yearBegins.AddDate(0, 1, 0)) || !day.Before(yearEnds.AddDate(0, -1, 0))
	return compared && day.Weekday() == time.Wednesday
}

// heads is what the heads look at and decide, and what happens once a month.
func (y *year) heads(day time.Time) {
	for _, look := range []struct{ who, line string }{
		{"李娜", "工作台"}, {"王芳", "应收"}, {"王芳", "业绩"}, {"李娜", "合同"}, {"李娜", "客户进度"}, {"李娜", "活动"}, {"李娜", "决议"}, {"张伟", "我的客户"}, {"刘洋", "业绩"},
		{"小钱", "回款记录 本月"}, {"李娜", "缺号"}, {"陈总", "查阅记录 本月"}, {"王芳", "谁没交"}, {"李娜", "签到记录 张伟 本月"}, {"王芳", "看周报"}, {"李娜", "客户历史 K1"}, {"张伟", "合同"},
		{"王芳", "月会"}, {"李娜", "我的"}, {"陈总", "我的"}, {"小钱", "我的"}, {"王芳", "目标"}, {"张伟", "应收"},
	} {
		if y.one(5) || measured(day) {
			y.line(look.who, look.line)
		}
	}
	for _, h := range slices.Sorted(maps.Keys(y.coming)) {
		if y.coming[h].Before(day) {
			y.line("张伟", "到场 "+h)
			y.line("张伟", "活动 总结 "+h+" 效果=十家要方案 花费=1万 经验=请柬早发")
			delete(y.coming, h)
		}
	}
	y.line("李娜", fmt.Sprintf("核对 K%d", 1+day.YearDay()%60))
	if y.one(3) && len(y.decisions) > 4 {
		y.line("张伟", "完成 "+y.decisions[0]+" 办好了")
		y.line("李娜", "确认完成 "+y.decisions[0])
		y.decisions = y.decisions[1:]
	}
	switch {
	case y.once(day, "meeting", 4) && day.Month() != time.July: // in July nobody holds one
		y.meets(day)
	case day.Day()%9 == 0:
		when := day.AddDate(0, 0, 5)
		said := y.line("李娜", fmt.Sprintf("活动 新增 品鉴会 时间=%s 14:00~17:00 地点=珠江厅 人员=张伟、刘洋 内容=新品 预算=1万 分工=张伟:签到；刘洋:摄影 预期效果=十家", when.Format(time.DateOnly)))
		if h := regexp.MustCompile(`H\d+`).FindString(said); h != "" {
			y.line("张伟", "能去 "+h)
			y.line("刘洋", "不能去 "+h+" 有事")
			y.coming[h] = when
		}
	case y.once(day, "targets", 20):
		for _, who := range y.sellers {
			y.line("王芳", fmt.Sprintf("目标 %s %d月 10万", who, day.AddDate(0, 0, 20).Month()))
		}
		y.line("王芳", fmt.Sprintf("重点客户 K%d 签下年会", 1+y.IntN(60)))
	}
}

// once is true on the first day of a month from a date on that it is asked.
func (y *year) once(day time.Time, what string, from int) bool {
	what += day.Format(" 2006-01")
	if day.Day() < from || slices.Contains(y.done, what) {
		return false
	}
	y.done = append(y.done, what)
	return true
}

// meets holds the meeting of the last month.
func (y *year) meets(day time.Time) {
	said := y.line("李娜", fmt.Sprintf("月会 开始 %d月", day.AddDate(0, 0, -20).Month()))
	items := regexp.MustCompile(`Y\d+`).FindAllString(said, -1)
	slices.Sort(items)
	for i, item := range slices.Compact(items) {
		y.line("李娜", "讨论 "+item+" 说过了")
		if i%2 == 0 || !strings.Contains(y.line("李娜", "知悉 "+item), "已知悉") {
			said := y.line("李娜", fmt.Sprintf("决议 %s 照办 负责=张伟 期限=%s", item, day.AddDate(0, 0, 9).Format(time.DateOnly)))
			if d := regexp.MustCompile(`D\d+`).FindString(said); d != "" {
				y.decisions = append(y.decisions, d)
			}
		}
	}
	y.line("李娜", "散会")
}

var errLooked = errors.New("only looked")

// listens notes what areas owe each morning, what the job that says it costs, and
// whom it gives a letter.
func (y *year) listens() {
	b := y.o.bot.Load()
	for i := range b.jobs {
		name, do := b.jobs[i].Name, b.jobs[i].Do
		switch name {
		case "daily", "daily/again":
		default:
			continue
		}
		b.jobs[i].Do = func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) (list []chat.Notice, err error) {
			y.morning = nil
			if err := tx.Nested(ctx, func() error { return errors.Join(y.owed(ctx, tx, slot, b.areas), errLooked) }); !errors.Is(err, errLooked) {
				return nil, err
			}
			spent := y.spends(func() { list, err = do(ctx, tx, slot) })
			key := slot.At.In(shanghai).Format("2006-01 ") + name
			y.costs[key] = append(y.costs[key], spent)
			for _, n := range list {
				key := slot.At.In(shanghai).Format(time.DateOnly) + n.To
				if y.letters[key]++; y.letters[key] > 1 && !n.Urgent {
					y.wrongs("%s is written to %d times", n.To, y.letters[key])
				}
			}
			return list, err
		}
	}
}

// owed notes what the areas owe, told a second time: what is owed for a week is urgent.
func (y *year) owed(ctx context.Context, tx *store.Tx, slot rulebook.Slot, areas []command.Area) error {
	day := store.DayOf(slot.At.In(shanghai))
	roll, err := audience.Read(ctx, tx, day)
	for _, a := range areas {
		speaks, ok := a.(daily.Area)
		if !ok || err != nil {
			continue
		}
		var lines []daily.Line
		lines, err = speaks.Daily(ctx, tx, slot, roll)
		for _, l := range lines {
			rank := l.Urgency
			if l.Since != "" && l.Since <= day.Add(-7) {
				rank = max(rank, daily.Urgent)
			}
			y.morning = append(y.morning, owing{l.Text, rank})
		}
	}
	return err
}

var numberedLine = regexp.MustCompile(`(?m)^\d+\. (.*)$`)

// looksAtMorning looks at what people were told at 09:13.
func (y *year) looksAtMorning() {
	got := map[string]int{}
	for _, s := range slices.Concat(y.phone.seen, y.tablet.seen) {
		if s.at.Format("15:04") != "09:13" || s.to.Group {
			continue
		}
		y.told++
		words := flatCard(s.m)
		if got[s.to.ID]++; got[s.to.ID] > 1 {
			y.wrongs("%s gets %d messages in one morning, the last: %q", s.to.ID, got[s.to.ID], words)
		}
		lines := numberedLine.FindAllStringSubmatch(words, -1)
		if len(lines) > 10 {
			y.wrongs("%s is told %d lines", s.to.ID, len(lines))
		}
		last := daily.Alarm
		for _, l := range lines {
			i := slices.IndexFunc(y.morning, func(m owing) bool { return m.text != "" && strings.HasPrefix(l[1], m.text) })
			if i < 0 {
				continue
			}
			if y.morning[i].rank > last {
				y.wrongs("%s is told what is less urgent first: %q", s.to.ID, words)
			}
			last = y.morning[i].rank
		}
	}
}

// firedOnce counts the slots of all jobs.
func (y *year) firedOnce(t *testing.T) {
	want := map[string]int{}
	for _, j := range y.o.bot.Load().jobs {
		if j.When == nil {
			continue
		}
		for slots := j.When.Next(yearFounded); len(slots) > 0 && !slots[0].At.After(y.o.now()); slots = j.When.Next(slots[0].At) {
			for _, s := range slots {
				name := j.Name
				if s.Week != (store.Week{}) {
					name += "/" + s.Week.Key()
				}
				want[fmt.Sprint(name, " ", s.At.UnixMilli())]++
			}
		}
	}
	y.o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Firings().Since(ctx, time.UnixMilli(1))
		for _, f := range list {
			if f.Missed {
				t.Errorf("missed %s %v", f.Job, f.Due.In(shanghai))
			}
			want[fmt.Sprint(f.Job, " ", f.Due.UnixMilli())]--
		}
		return err
	})
	for key, n := range want {
		if n != 0 {
			t.Errorf("%s: %d times too few", key, n)
		}
	}
	t.Logf("%d slots, %d messages of a morning, %d lines written", len(want), y.told, y.tries)
}

// didAll fails for what nobody did in the whole year, of what they said.
func (y *year) didAll(t *testing.T) {
	done := map[string]int{}
	y.o.update(func(ctx context.Context, tx *store.Tx) error {
		tail, _, err := tx.Audit().Tail(ctx, 1_000_000)
		for _, a := range tail {
			if a.Outcome == ledger.Done {
				done[a.Act]++
			}
		}
		return err
	})
	for name := range y.tried {
		if done[name] == 0 && !slices.Contains(handOver(), name) {
			t.Errorf("whenever somebody says %s, it comes to nothing", name)
		}
	}
}

// lists are the commands whose answer is a page of all that somebody ever had, or of
// what is open: where it has more rows than in the first month, when there was not yet
// as much as fills one, what it costs is measured by the row.
var lists = []string{"合同", "决议"}

// grew compares the last month with the first, of everything that was done at least
// three times in both.
func (y *year) grew(t *testing.T) {
	first, last := yearBegins.Format("2006-01 "), yearEnds.AddDate(0, 0, -1).Format("2006-01 ")
	compared := 0
	for _, key := range slices.Sorted(maps.Keys(y.costs)) {
		name, ok := strings.CutPrefix(key, first)
		if !ok || len(y.costs[key]) < 3 || len(y.costs[last+name]) < 3 {
			continue
		}
		compared++
		before, after := middle(y.costs[key]), middle(y.costs[last+name])
		rows := max(1, float64(after.rows)/float64(before.rows))
		grown := max(float64(after.statements)/float64(before.statements), float64(after.allocations)/float64(before.allocations)) / rows
		t.Logf("%s: %v, a year later %v, %.2f times", name, before, after, grown)
		if grown > maxGrowth {
			t.Errorf("%s: %v, a year later %v", name, before, after)
		}
	}
	if compared < 30 {
		t.Errorf("only %d are compared", compared)
	}
}

// middle is the middle of what something cost, each figure apart.
func middle(list []cost) cost {
	of := func(figure func(cost) int) int {
		var all []int
		for _, c := range list {
			all = append(all, figure(c))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return cost{of(func(c cost) int { return c.statements }), of(func(c cost) int { return c.allocations }), of(func(c cost) int { return c.rows })}
}
