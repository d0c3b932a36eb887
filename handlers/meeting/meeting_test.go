package meeting

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/store"
)

// board is an office that meets. Its pack has one section beside the work done, whose
// figure and items a test sets.
type board struct {
	*handlerstest.Office
	h      Handler
	figure int64
	items  []pack.Item
	sheets []sheet.Sheet
}

func newBoard(t testing.TB, at string) *board {
	t.Helper()
	b := &board{}
	b.h = Handler{Rules: handlerstest.Rules(t), Config: Defaults(), OwedBy: []store.Post{store.Salesperson}, Sections: []pack.Maker{b.section}, Reached: b.reached}
	b.h.Months = closing.Months{Rules: b.h.Rules, Areas: []closing.Area{b.h}}
	b.Office = handlerstest.New(t, b.h, at)
	b.Update(func(ctx context.Context, tx *store.Tx) error { return tx.Marks().Set(ctx, store.CreatedMark, b.Now) })
	b.Register("刘洋", store.Salesperson)
	return b
}

func (b *board) reached(context.Context, *store.Tx, pack.Ask) (now, before map[string]rulebook.Sums, err error) {
	return map[string]rulebook.Sums{b.People["张伟"].ID: {Signed: b.figure}}, nil, nil
}

func (b *board) section(context.Context, *store.Tx, pack.Ask) (pack.Section, error) {
	return pack.Section{Name: "业绩", Figures: []pack.Figure{{Label: "签约", Now: b.figure, Before: 0, Unit: chat.Yuan}}, Items: b.items, Sheets: b.sheets}, nil
}

// confirm says a line and confirms its preview.
func (b *board) confirm(as, line string) *command.Answer {
	b.T.Helper()
	a := b.Answer(as, line)
	if a.Confirm == "" {
		b.T.Fatalf("%s: %s: nothing to confirm: %s", as, line, handlerstest.Flat(a.Reply))
	}
	return b.Answer(as, line, handlerstest.Confirmed(a.Confirm))
}

// decided holds a meeting in which one thing is decided: D1, 张伟's until a day.
func (b *board) decided(due string) {
	b.T.Helper()
	b.Say("李娜", "议题 催款")
	b.Say("李娜", "例会 开始 催款")
	b.Say("李娜", "讨论 Y1 分三期")
	b.Say("李娜", "决议 Y1 分三期收 负责=张伟 期限="+due)
	b.confirm("李娜", "散会")
}

// The agenda stands in its order, whoever brought what, and each reads of it what is
// theirs.
func TestAgenda(t *testing.T) {
	b := newBoard(t, "2026-12-01 09:00")
	b.decided("2026-12-10")
	b.Say("张伟", "议题 换供应商")
	b.items = []pack.Item{
		{Rank: pack.NextActivities, Source: "下月活动", Title: "下月活动计划：1 个", Lines: []pack.Line{{Text: "H1 酒会"}}},
		{Rank: pack.NoCause, Source: "缺原因", Title: "没有进展也没有原因：2 位客户", Lines: []pack.Line{{Person: b.People["张伟"].ID, Text: "甲公司"}, {Person: b.People["刘洋"].ID, Text: "乙公司"}}},
	}
	b.Clock("2026-12-14 14:00")
	b.Say("李娜", "月会 开始 11月")
	said := b.Say("李娜", "议题")
	at := -1
	for _, want := range []string{"上次决议：D1：张伟，期限 12月10日 周四，逾期 4 天", "缺原因：没有进展", "　甲公司", "　乙公司", "下月活动", "提出：换供应商"} {
		i := strings.Index(said, want)
		if i < at {
			t.Errorf("%q stands at %d in %s", want, i, said)
		}
		at = i
	}
	handlerstest.Wants(t, b.Say("张伟", "议题"), "缺原因：没有进展也没有原因：2 位客户", "　甲公司", "!乙公司", "!H1 酒会", "分三期收")
	handlerstest.Wants(t, b.Say("刘洋", "议题"), "　乙公司", "!甲公司", "!分三期收")
	for who, there := range map[string]bool{"李娜": true, "刘洋": false} { // who is there is not asked to say so
		asked := slices.ContainsFunc(b.Answer(who, "议题").Reply.Card.Buttons, func(c chat.Button) bool { return c.Command == "到会" })
		if asked == there {
			t.Errorf("%s is there: %v, and asked: %v", who, there, asked)
		}
	}
}

// Of two heads who decide at once the first stands, and the second sees it; what a
// head decides of what was decided before keeps its code, its first day and its
// count.
func TestDecidedAnew(t *testing.T) {
	b := newBoard(t, "2026-12-01 09:00")
	b.decided("2026-12-10")
	b.Clock("2026-12-14 14:00")
	b.Say("王芳", "例会 开始 催款")
	b.Say("张伟", "讨论 Y2 对方换了人")
	handlerstest.Wants(t, b.Refused("李娜", "知悉 Y2"), "不能只知悉")
	handlerstest.Wants(t, b.Say("李娜", "决议 Y2 直接找老板 负责=刘洋 期限=12-31"), "决议 D1", "刘洋", "12月31日 周四（原定 12月10日 周四，延期 1 次）")
	handlerstest.Wants(t, b.Refused("王芳", "决议 Y2 起诉 负责=张伟 期限=12-20"), "Y2 已由李娜于 12月14日 周一 14:00 决议 D1：直接找老板，负责 刘洋")
	a := b.Answer("李娜", "议题 再看一次") // what was said since is no change of Y2
	if text, err := b.Undo("李娜", "议题 x", a); err != nil || !strings.Contains(text, "议题 Y3") {
		t.Errorf("%q, %v", text, err)
	}
	handlerstest.Wants(t, b.Say("刘洋", "决议"), "D1 直接找老板（刘洋，期限 12月31日 周四，延期 1 次）")
	handlerstest.Wants(t, b.Say("张伟", "决议"), "没有。")
	b.confirm("王芳", "散会")
	handlerstest.Wants(t, b.Say("李娜", "决议 D1"), "12-01 决议（李娜）", "12-14 决议（李娜）")
}

// What is shelved returns under its number, and the third time the general manager
// hears of it.
func TestShelved(t *testing.T) {
	b := newBoard(t, "2026-12-01 09:00")
	b.Say("张伟", "议题 换供应商")
	for n, day := range []string{"2026-12-01", "2026-12-08", "2026-12-15"} {
		b.Clock(day + " 14:00")
		b.Say("李娜", "例会 开始 供应商")
		handlerstest.Wants(t, b.Say("李娜", "议题"), "Y1 提出：换供应商")
		if n == 0 {
			handlerstest.Wants(t, b.Refused("李娜", "搁置 Y1 期限=12-31 负责=张伟 原因=等报价"), "还没有讨论")
		}
		b.Say("张伟", "讨论 Y1 报价没到")
		if q := b.Asked("李娜", "搁置 Y1 期限=12-31 负责=张伟"); !strings.Contains(q.Prompt, "为什么搁置") {
			t.Error(q.Prompt)
		}
		a := b.Answer("李娜", "搁置 Y1 期限=12-31 负责=张伟 原因=等报价")
		handlerstest.Wants(t, handlerstest.Flat(a.Reply), fmt.Sprintf("第 %d 次", n+1))
		if told := b.Told(a.Notices)["陈总"]; (told != "") != (n == 2) || n == 2 && !strings.Contains(told, "议题 Y1 已搁置 3 次") {
			t.Errorf("the %d. time the general manager hears %q", n+1, told)
		}
		b.confirm("李娜", "散会")
		handlerstest.Wants(t, b.Owed("张伟"), "搁置的议题 Y1 由你负责，期限 12月31日 周四")
	}
}

// The pack is as it was in the meeting, whatever changed since, and says what did.
func TestPackIsFrozen(t *testing.T) {
	b := newBoard(t, "2026-11-20 09:00")
	b.Clock("2026-12-02 14:00")
	b.figure = 100_00
	handlerstest.Wants(t, b.Say("李娜", "月会"), "2026年11月月会资料", "未定稿", "签约=100.00 元（上月 0.00 元）", "!此后变化", "[开月会:月会 开始 2026-11]")
	b.Say("李娜", "月会 开始")
	b.confirm("李娜", "散会")
	handlerstest.Wants(t, b.Say("李娜", "月会 11月"), "会上定稿", "此后变化：没有")
	b.figure = 250_00
	handlerstest.Wants(t, b.Say("陈总", "月会 11月"), "签约=100.00 元", "截至 12月2日 周三 14:00（会上定稿）", "业绩 签约：100.00 元 → 250.00 元")
	handlerstest.Wants(t, b.Refused("张伟", "月会 11月"), "只有")
	b.confirm("王芳", "重开 11月 漏了一项")
	b.confirm("李娜", "散会")
	handlerstest.Wants(t, b.Say("李娜", "月会 11月"), "签约=100.00 元", "业绩 签约：100.00 元 → 250.00 元")
}

// A month that no meeting closed is kept at the end of the 15th.
func TestPackIsKeptWithoutAMeeting(t *testing.T) {
	b := newBoard(t, "2026-11-20 09:00")
	b.figure = 100_00
	b.Clock("2026-12-16 00:00")
	b.Job(b.h.Months.Run, store.Week{})
	b.figure = 200_00
	handlerstest.Wants(t, b.Say("李娜", "月会 11月"), "签约=100.00 元", "→ 200.00 元")
}

// Minutes never change, whatever becomes of what was decided, and a new version stands
// beside the old one.
func TestMinutesStay(t *testing.T) {
	b := newBoard(t, "2026-11-20 09:00")
	b.Clock("2026-12-02 14:00")
	b.Say("张伟", "议题 催款")
	b.Say("李娜", "月会 开始")
	b.Say("张伟", "讨论 Y1 分三期")
	b.Say("李娜", "决议 Y1 分三期收 负责=张伟 期限=12-20 协办=刘洋")
	b.confirm("李娜", "散会")
	b.Say("张伟", "延期 D1 12-31 客户月底开会")
	b.Say("王芳", "改派 D1 刘洋")
	handlerstest.Wants(t, b.Say("李娜", "纪要"), "决议 D1 分三期收（负责 张伟，协办 刘洋，期限 12月20日 周日）")
	handlerstest.Wants(t, b.Say("张伟", "纪要 11月"), "决议 D1 分三期收", "讨论 1 条")
	b.Register("赵敏", store.Salesperson)
	handlerstest.Wants(t, b.Say("赵敏", "纪要"), "决议 D1（负责 张伟", "!分三期收")
	b.Register("小林", store.OtherEmployee)
	handlerstest.Wants(t, b.Refused("小林", "纪要"), "纪要给参加会议的人看")
	b.Clock("2026-12-07 10:00")
	b.confirm("李娜", "重开 11月 漏了展会")
	b.Say("张伟", "议题 展会")
	handlerstest.Wants(t, b.Say("李娜", "纪要"), "2026年11月月会纪要", "!第 2 版", "!展会")
	handlerstest.Wants(t, b.Refused("李娜", "决议 Y1 一次收 负责=张伟 期限=12-30"), "Y1 已由李娜于 12月2日 周三 14:00 决议 D1")
	b.Say("张伟", "讨论 Y2 要去")
	b.Say("李娜", "决议 Y2 去 负责=李娜 期限=12-30")
	told := b.Told(b.confirm("李娜", "散会").Notices)
	handlerstest.Wants(t, b.Say("李娜", "纪要"), "2026年11月月会纪要，第 2 版", "决议 D2 去", "决议 D1 ")
	if strings.Contains(told["刘洋"], "归你") || !strings.Contains(told["刘洋"], "第 2 版") {
		t.Errorf("刘洋 hears %s", told["刘洋"])
	}
	b.Clock("2026-12-08 10:00")
	handlerstest.Wants(t, b.Refused("李娜", "重开 11月 再来"), "3 个工作日内才能重开")
}

// Nobody confirms their own; where nobody stands above it is done at once.
func TestFourEyes(t *testing.T) {
	b := newBoard(t, "2026-12-01 09:00")
	b.decided("2026-12-10")
	handlerstest.Wants(t, b.Refused("刘洋", "决议 D1"), "没有这项决议")
	handlerstest.Wants(t, b.Refused("刘洋", "决议 D9"), "没有这项决议")
	handlerstest.Wants(t, b.Refused("李娜", "完成 D1 收齐了"), "由负责人来说完成")
	handlerstest.Wants(t, b.Refused("李娜", "确认完成 D1"), "还没有报完成")
	if q := b.Asked("张伟", "完成 D1"); !strings.Contains(q.Prompt, "怎么完成的") {
		t.Error(q.Prompt)
	}
	a := b.Answer("张伟", "完成 D1 三期都排好了")
	handlerstest.Wants(t, b.Told(a.Notices)["李娜"], "张伟报完成：D1", "三期都排好了", "[确认完成:确认完成 D1]")
	handlerstest.Wants(t, b.Refused("张伟", "确认完成 D1"), "只有")
	told := b.Told(b.Answer("李娜", "退回 D1 第三期没签").Notices)
	handlerstest.Wants(t, told["张伟"], "李娜退回：D1", "第三期没签")
	b.Say("张伟", "完成 d-01 第三期签了")
	told = b.Told(b.Answer("李娜", "确认完成").Notices)
	handlerstest.Wants(t, told["张伟"], "李娜确认完成：D1")
	handlerstest.Wants(t, b.Refused("王芳", "确认完成 D1"), "已由李娜于 12月1日 周二 09:00 确认完成")
	b.Say("陈总", "议题 年会")
	b.Say("陈总", "例会 开始 年会")
	b.Say("陈总", "讨论 Y2 订酒店")
	b.Say("陈总", "决议 Y2 订酒店 负责=陈总 期限=12-20")
	handlerstest.Wants(t, b.Say("陈总", "完成 D2 订好了"), "D2 已完成（无人复核）")
}

// Postponing keeps the first day and counts, and only to a later one.
func TestPutOff(t *testing.T) {
	b := newBoard(t, "2026-12-01 09:00")
	b.decided("2026-12-10")
	handlerstest.Wants(t, b.Refused("张伟", "延期 D1 12-09 早一点"), "延期要写更晚的日子")
	handlerstest.Wants(t, b.Say("张伟", "延期 D1 12-20 客户出国"), "12月20日 周日（原定 12月10日 周四，延期 1 次）")
	a := b.Answer("李娜", "延期 D1 12-25 再等等")
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "延期 2 次")
	handlerstest.Wants(t, b.Told(a.Notices)["张伟"], "李娜延期：D1", "再等等")
	if text, err := b.Undo("李娜", "延期 D1 12-25 再等等", a); err != nil || !strings.Contains(text, "D1 的「延期」") {
		t.Errorf("%q, %v", text, err)
	}
	handlerstest.Wants(t, b.Say("张伟", "决议 D1"), "12月20日 周日（原定 12月10日 周四，延期 1 次）")
}

// The workbook of a pack is made of what its card showed, whatever was entered before
// it is delivered; so it is for each who is sent the pack.
func TestPackAgrees(t *testing.T) {
	b := newBoard(t, "2026-11-20 09:00")
	b.Clock("2026-12-01 09:00")
	b.figure, b.sheets = 120_000_00, []sheet.Sheet{{Tab: "业绩", Columns: heads("签约"), Groups: sheet.Rows([]sheet.Value{sheet.Money(120_000_00)})}}
	a := b.Answer("李娜", "月会 11月")
	notices := b.Job(b.h.SendPack, store.Week{})
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "120,000.00 元", "截至 12月1日 周二 09:00")
	b.Clock("2026-12-01 09:05")
	b.figure, b.sheets = 1, []sheet.Sheet{{Tab: "业绩", Columns: heads("签约"), Groups: sheet.Rows([]sheet.Value{sheet.Money(1)})}}
	files := a.Files
	for _, n := range notices {
		files = append(files, n.Files...)
	}
	if len(files) != 4 { // and one for each of three heads
		t.Fatalf("%d files", len(files))
	}
	for _, file := range files {
		if said := b.book(file); !strings.Contains(said, "|120000|") || !strings.Contains(said, "截至 12月1日 周二 09:00") {
			t.Errorf("%s: %s", file.Name, said)
		}
	}
	b.Update(func(ctx context.Context, tx *store.Tx) error { return tx.Shown().Forget(ctx, b.Now) })
	name, arg, _ := strings.Cut(files[0].Recipe, ":")
	b.Update(func(ctx context.Context, tx *store.Tx) error {
		if _, err := b.h.Files()[name](ctx, tx, arg); err == nil {
			t.Error("made of nothing")
		}
		return nil
	})
}

// book is a workbook as text, its cells parted by |.
func (b *board) book(file chat.File) (said string) {
	b.T.Helper()
	name, arg, _ := strings.Cut(file.Recipe, ":")
	b.Update(func(ctx context.Context, tx *store.Tx) error {
		data, err := b.h.Files()[name](ctx, tx, arg)
		if err != nil {
			return err
		}
		f, err := sheet.Open(bytes.NewReader(data))
		if err != nil {
			return err
		}
		for _, tab := range f.Tabs {
			rows, err := f.Rows(tab)
			if err != nil {
				return err
			}
			for _, r := range rows {
				for i := range r.Cells {
					said += r.At(i).Text + "|"
				}
			}
		}
		return nil
	})
	return said
}

// What was kept for a workbook is read as it was, an older program's as well.
func TestPressedPack(t *testing.T) {
	p := thePack{Month: "2026-11-01", At: time.Date(2026, 12, 1, 9, 27, 0, 0, time.UTC), Sections: []pack.Section{{Name: "应收"}}, Lost: 2}
	plain, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	small, err := pressed(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{small, string(plain)} {
		got, err := readPressed(content)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%q is read as %+v, %v", content, got, err)
		}
	}
	for _, damaged := range []string{"", "{", small[:len(small)-9]} {
		if got, err := readPressed(damaged); err == nil {
			t.Errorf("%q is read as %+v", damaged, got)
		}
	}
}
