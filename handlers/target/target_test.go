package target

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/closing"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/intake"
	"marketbot/handlers/pack"
	"marketbot/handlers/sheet"
	"marketbot/store"
)

func handler(t *testing.T) Handler {
	return Handler{Rules: handlerstest.Rules(t), Config: Defaults()}
}

// signed enters a signed contract of somebody.
func signed(o *handlerstest.Office, number, holder string, day store.Day, fen int64) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		c := store.Contract{Number: number, Folded: number, Series: number, Seq: 1, Customer: "K1", Holder: o.People[holder].ID, State: store.ContractSigned, Claimed: day, Signed: day, Amount: fen}
		_, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(o.Now), At: o.Now, Act: "签合同"})
		return err
	})
}

// The section of the pack shows the month beside the one before, and names who is
// below ⚙ warn_below; a frozen month is shown as it froze.
func TestPack(t *testing.T) {
	h := handler(t)
	o := handlerstest.New(t, h, "2026-10-20 09:00")
	o.Register("刘洋", store.Salesperson)
	o.Say("王芳", "目标 张伟 11月 10万")
	o.Say("王芳", "目标 刘洋 11月 10万")
	o.Say("王芳", "目标 张伟 10月 5万 原因=补录")
	signed(o, "A1", "张伟", "2026-10-20", 50_000_00)
	signed(o, "A2", "张伟", "2026-11-03", 79_999_99)
	signed(o, "A3", "刘洋", "2026-11-03", 80_000_00)
	o.Clock("2026-12-01 09:27")
	section := func(month store.Day) (s pack.Section) {
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.Pack(ctx, tx, pack.Ask{Month: month, At: o.Now})
			return err
		})
		return s
	}
	s := section("2026-11-01")
	handlerstest.Wants(t, fmt.Sprint(s.Figures), "{签约 15999999 5000000 元}", "{签约目标 20000000 5000000 元}", "{签约完成率 800 1000 %}")
	if len(s.Items) != 1 || s.Items[0].Title != "11月目标完成率低于 80%：1 人" || s.Items[0].Lines[0].Person != o.People["张伟"].ID || !strings.Contains(s.Items[0].Lines[0].Text, "张伟 签约 79,999.99 元，目标 100,000.00 元，完成率 80.0%") {
		t.Errorf("%+v", s.Items)
	}
	if len(s.Sheets) != 1 || len(s.Charts) != 2 || s.Charts[0].Categories[0] != "张伟 80.0%" || len(s.Table.Rows) != 2 {
		t.Errorf("%+v; %+v", s.Charts, s.Table)
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Marks().Set(ctx, store.CreatedMark, o.Now.AddDate(0, 0, -40)); err != nil {
			return err
		}
		return closing.Months{Rules: h.Rules, Areas: []closing.Area{h}}.Freeze(ctx, tx, "2026-11-01", o.Now, "boss")
	})
	o.Clock("2026-12-02 09:27")
	signed(o, "A4", "张伟", "2026-11-30", 1)
	handlerstest.Wants(t, fmt.Sprint(section("2026-11-01").Figures), "{签约 16000000 5000000 元}") // the meeting keeps what it showed
	handlerstest.Wants(t, o.Say("王芳", "业绩 11月"), "159,999.99 元", "已定稿")
	handlerstest.Wants(t, o.Say("张伟", "业绩"), "会后更正", "12月2日 周三 张伟 签约 +0.01 元（11月 A4）")
	o.Register("新人", store.Supervisor)
	signed(o, "A5", "新人", "2026-10-20", 1)
	if rows := fmt.Sprint(section("2026-10-01").Sheets[0].Groups); !strings.Contains(rows, string(store.Supervisor)) {
		t.Errorf("who was registered later has no post: %s", rows)
	}
}

// The trial run says what the real one does; what was set before is passed over, what
// froze is not taken, and every row ends somewhere.
func TestImport(t *testing.T) {
	h := handler(t)
	o := handlerstest.New(t, h, "2026-11-20 09:00")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Months().Freeze(ctx, store.FrozenMonth{Month: "2026-09-01", At: o.Now})
		return err
	})
	k := h.Imports()[0]
	imports := func(by string, apply bool, rows ...[]sheet.Value) string {
		s := sheet.Sheet{Tab: k.Name, Name: k.Name, Groups: sheet.Rows(rows...)}
		for _, head := range []string{"姓名", "月份", "金额", "类别"} {
			s.Columns = append(s.Columns, sheet.Column{Head: head})
		}
		data, err := sheet.Book{Sheets: []sheet.Sheet{s}}.Write()
		if err != nil {
			t.Fatal(err)
		}
		book, err := k.Open(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		report, err := intake.Import{DB: o.DB, By: o.People[by], File: "目标.xlsx", Apply: apply, Now: o.Now}.Run(t.Context(), book.Rows)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := report.Print(&out, k.Unit); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	w := sheet.Text
	rows := [][]sheet.Value{
		{w("张伟"), w("2026-10"), sheet.Money(100_000_00), w("签约")},
		{w("张伟"), w("2026年10月"), sheet.Money(50_000_00), w("回款")},
		{w("部门"), w("2026-10-01"), w("50万"), {}},
		{w("张伟"), w("2026-10"), sheet.Money(1), w("签约")},
		{w("没有这人"), w("2026-10"), sheet.Money(1), {}},
		{w("张伟"), w("下旬"), sheet.Money(1), {}},
		{w("张伟"), w("2026-09"), sheet.Money(1), {}},
		{w("李娜"), w("2026-10"), sheet.Money(1), w("利润")},
	}
	said := []string{"有错 5 行", "和第 4 行是同一个人同一个月", "「没有这人」不在册", "月份看不懂", "这个月已定稿", "类别看不懂"}
	handlerstest.Wants(t, imports("王芳", false, rows...), append(said, "可导入 3 个目标")...)
	handlerstest.Wants(t, imports("李娜", true, rows[:1]...), "有错 1 行", "目标由总经理、市场总监定")
	handlerstest.Wants(t, imports("王芳", true, rows...), append(said, "已导入 3 个目标")...)
	handlerstest.Wants(t, imports("王芳", true, rows...), "已导入 0 个目标，跳过 3 个目标", "已经定过了")
	handlerstest.Wants(t, o.Say("王芳", "目标 10月"), "100,000.00 元", "50,000.00 元", "部门目标：签约 500,000.00 元")
	handlerstest.Wants(t, o.Say("王芳", "目标 张伟 10月"), "第 1 版 100,000.00 元", "（期初）")
	data, err := k.Template()
	if err != nil {
		t.Fatal(err)
	}
	book, err := k.Open(bytes.NewReader(data))
	if err != nil || len(book.Rows) != 0 {
		t.Errorf("the template holds %d rows, %v", len(book.Rows), err)
	}
}

// Text, picture and workbook of one request are equal to the 分, whatever is entered
// before the workbook is made; who may see all no more gets their own row only.
func TestWorkbookIsWhatWasShown(t *testing.T) {
	h := handler(t)
	o := handlerstest.New(t, h, "2026-11-20 09:00")
	signed(o, "A1", "张伟", "2026-11-20", 50_000_00)
	a := o.Answer("王芳", "业绩")
	signed(o, "A2", "张伟", "2026-11-20", 7_00)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		was, _, err := tx.Contracts().Get(ctx, "A1")
		if err != nil {
			return err
		}
		is := was
		is.Amount = 1
		_, err = tx.Contracts().Save(ctx, was, is, store.ContractAct{ID: tx.NewID(o.Now), At: o.Now, Act: "改合同"})
		return err
	})
	cells := func() string {
		var words strings.Builder
		o.Update(func(ctx context.Context, tx *store.Tx) error {
			_, arg, _ := strings.Cut(a.Files[0].Recipe, ":")
			data, err := h.Files()[recipe](ctx, tx, arg)
			if err != nil {
				return err
			}
			f, err := sheet.Open(bytes.NewReader(data))
			if err != nil {
				return err
			}
			rows, err := f.Rows(f.Tabs[0])
			for _, r := range rows {
				for i := range r.Cells {
					words.WriteString(r.At(i).Text + "|")
				}
				words.WriteString("\n")
			}
			return err
		})
		return words.String()
	}
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "合计", "签约 50,000.00 元", "张伟 —：目标 —，签约 50,000.00 元")
	handlerstest.Wants(t, cells(), "|张伟|业务员|未定|50000|—|")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().SetPost(ctx, o.People["王芳"].ID, store.Salesperson, o.Now)
	})
	if got := cells(); strings.Contains(got, "张伟") {
		t.Errorf("who sees only their own gets %s", got)
	}
}

// A month stands as of the moment it froze, also where the clock comes later: what was
// done in between is a correction.
func TestFreezingLate(t *testing.T) {
	h := handler(t)
	o := handlerstest.New(t, h, "2026-11-20 09:00")
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.Marks().Set(ctx, store.CreatedMark, o.Now) })
	signed(o, "A1", "张伟", "2026-11-20", 50_000_00)
	o.Say("王芳", "目标 张伟 11月 10万 原因=补录")
	o.Clock("2026-12-16 00:05")
	signed(o, "A2", "张伟", "2026-11-20", 7_00)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		was, _, err := tx.Contracts().Get(ctx, "A1")
		if err != nil {
			return err
		}
		is := was
		is.Amount = 60_000_00
		_, err = tx.Contracts().Save(ctx, was, is, store.ContractAct{ID: tx.NewID(o.Now), At: o.Now, Act: "改合同"})
		return err
	})
	o.Say("王芳", "目标 张伟 11月 20万 原因=补录") // nobody froze the month yet, but its time was over
	o.Job(closing.Months{Rules: h.Rules, Areas: []closing.Area{h}}.Run, store.Week{})
	said := o.Say("张伟", "业绩 11月")
	handlerstest.Wants(t, said, "已定稿 12月16日 周三 00:00（到期）", "签约 50,000.00 元，目标 100,000.00 元，完成率 50.0%", "此后变化", "签约 +10,000.00 元（11月 A1）", "签约 +7.00 元（11月 A2）")
	handlerstest.Wants(t, o.Say("张伟", "业绩"), "签约 0.00 元，目标 未定", "年初至今 签约 60,007.00 元，目标 200,000.00 元")
}
