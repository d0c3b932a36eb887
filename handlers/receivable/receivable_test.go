package receivable

import (
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

func TestPlanReceiptAndAgeing(t *testing.T) {
	d := openDesk(t)
	wants := func(said string, fragments ...string) {
		t.Helper()
		handlerstest.Wants(t, said, fragments...)
	}
	wants(d.Say("张伟", "应收 ZYX-202611-001"), "未收 100,000.00 元", "第1期 12月20日 周日 100,000.00 元：未到期", "未到期 100,000.00 元")
	wants(d.Say("张伟", "收款计划 ZYX-202611-001 2026-12-31=30% 2027-03-31=余款"), "第1期 12月31日 周四 30,000.00 元：未到期", "第2期 2027年3月31日 周三 70,000.00 元")
	wants(d.Say("张伟", "回款 zyx－202611－００１ 3万"), "已登记回款 R1", "收到 30,000.00 元 · 11月27日 周五 · 待核", "第1期 12月31日 周四 30,000.00 元：已收齐",
		"已收 30,000.00 元（其中待核 30,000.00 元），未收 70,000.00 元", "下次应收 2027年3月31日 周三 70,000.00 元")
	wants(d.Refused("张伟", "收款计划 ZYX-202611-001 12-31=5万 3-31=6万"), "110,000.00 元", "多 10,000.00 元", "改合同")
	wants(d.Say("张伟", "收款计划 ZYX-202611-001 12-31=5万"), "计划比合同金额少 50,000.00 元", "未列入计划", "第 2 版")
	wants(d.Say("李娜", "应收"), "未收 370,000.00 元", "ZYX-202611-001|东莞市晨星机械有限公司|张伟|30,000.00 元|30,000.00 元|70,000.00 元", "追踪码", "截至 11月27日 周五 10:30")
	wants(d.Say("李娜", "应收 刘洋"), "ZYX-202611-004", "!ZYX-202611-001")
	wants(d.Say("周敏", "应收 晨星"), "ZYX-202611-001", "ZYX-202611-002", "!ZYX-202611-003")
	wants(d.Say("刘洋", "应收"), "ZYX-202611-004", "!ZYX-202611-001")
	for _, line := range []string{"应收 ZYX-202611-001", "应收 ZYX-202611-999", "应收 张伟", "回款 ZYX-202611-001 1万", "回款 ZYX-202611-999 1万", "收款计划 ZYX-202611-001 12-31=余款"} {
		if said := d.Refused("刘洋", line); !strings.Contains(said, "没有这份合同，或者它不归你看") {
			t.Errorf("%s: %s", line, said)
		}
	}
}

func TestOverdueLineKeepsItsAge(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "收款计划 ZYX-202611-001 11-25=3万 12-31=余款")
	said := d.Say("张伟", "收款计划 ZYX-202611-001 12-15=3万 12-31=余款")
	handlerstest.Wants(t, said, "第1期 12月15日 周二 30,000.00 元（原定 11-25，改期 1 次）：逾期 2 天")
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-001"), "1–30天 30,000.00 元", "未到期 70,000.00 元")
}

func TestReceiptsThatAreDoubtful(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "回款 ZYX-202611-001 3万 工行转来")
	handlerstest.Wants(t, d.Say("张伟", "回款记录"), "ZYX-202611-001 · 东莞市晨星机械有限公司 · 张伟 · 工行转来")
	again := d.Answer("张伟", "回款 ZYX-202611-001 3万")
	handlerstest.Wants(t, handlerstest.Flat(again.Reply), "刚登记过同样一笔", "仍要登记？")
	if again.Proceed != "仍要登记" {
		t.Errorf("the button says %q", again.Proceed)
	}
	handlerstest.Wants(t, d.Say("张伟", "回款 ZYX-202611-001 3万", handlerstest.Confirmed(again.Confirm)), "R2", "未收 40,000.00 元")
	over := d.Answer("张伟", "回款 ZYX-202611-001 5万")
	handlerstest.Wants(t, handlerstest.Flat(over.Reply), "多 10,000.00 元", "[改金额:改金额 "+over.Confirm+"]", "[记到别的合同:记到别的合同 "+over.Confirm+"]")
	if over.Proceed != "记预收" {
		t.Errorf("the button says %q", over.Proceed)
	}
	handlerstest.Wants(t, d.Say("张伟", "回款 ZYX-202611-001 5万", handlerstest.Confirmed(over.Confirm)), "未收 0.00 元，预收 10,000.00 元", "多出的 10,000.00 元 记作预收")
	handlerstest.Wants(t, d.Say("张伟", "回款 K1 1万"), "ZYX-202611-002") // the only one that is open
	handlerstest.Wants(t, d.Say("刘洋", "回款 K2 1万"), "ZYX-202611-004") // 刘洋's own, not 张伟's
	r := d.Refusal("李娜", "回款 南湖 1万")
	handlerstest.Wants(t, r.Text, "有 2 份合同可以收款", "年会3 未收 100,000.00 元", "年会4 未收 90,000.00 元")
	if len(r.Buttons) != 2 || r.Buttons[1].Command != "回款 ZYX-202611-004 1万" {
		t.Errorf("%+v", r.Buttons)
	}
}

func TestSurplusIsUsed(t *testing.T) {
	d := openDesk(t)
	over := d.Answer("张伟", "回款 ZYX-202611-001 12万")
	d.Answer("张伟", "回款 ZYX-202611-001 12万", handlerstest.Confirmed(over.Confirm))
	receipt := over
	handlerstest.Wants(t, d.Refused("张伟", "预收 ZYX-202611-002 3万"), "只有 20,000.00 元", "预收 ZYX-202611-002 20000.00")
	used := d.Answer("张伟", "预收 ZYX-202611-002 15000")
	handlerstest.Wants(t, handlerstest.Flat(used.Reply), "用 ZYX-202611-001 的预收 15,000.00 元", "未收 85,000.00 元", "还有预收 5,000.00 元")
	handlerstest.Wants(t, d.Refused("张伟", "预收 ZYX-202611-003 100"), "没有预收可用")
	_ = receipt
	said, err := d.Undo("张伟", "预收", used)
	if err != nil || !strings.Contains(said, "15,000.00 元") {
		t.Error(said, err)
	}
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-002"), "未收 100,000.00 元")
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-001"), "预收 20,000.00 元")
}

func TestUndoOfWhatIsBuiltOnIsRefused(t *testing.T) {
	d := openDesk(t)
	ask := d.Answer("张伟", "回款 ZYX-202611-001 12万")
	receipt := d.Answer("张伟", "回款 ZYX-202611-001 12万", handlerstest.Confirmed(ask.Confirm))
	d.Say("张伟", "预收 ZYX-202611-002 15000")
	if _, err := d.Undo("张伟", "回款", receipt); err == nil || !refused(err) {
		t.Errorf("a receipt whose surplus is used is taken back: %v", err)
	}
	d.Say("周敏", "核款 R1")
	if _, err := d.Undo("张伟", "回款", receipt); err == nil {
		t.Error("a receipt that was confirmed is taken back")
	}
}

func TestFourEyes(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "回款 ZYX-202611-001 3万")
	d.Say("周敏", "回款 ZYX-202611-003 2万")
	handlerstest.Wants(t, d.Refused("张伟", "核款 R1"), "只有")
	handlerstest.Wants(t, d.Refused("王芳", "核款 R1"), "由财务核", "周敏（财务）")
	handlerstest.Wants(t, d.Refused("周敏", "核款 R2"), "你自己登记的", "王芳（市场总监）")
	handlerstest.Wants(t, d.Say("周敏", "核款"), "R1", "!R2")
	handlerstest.Wants(t, d.Say("王芳", "核款 R2"), "已核款 1 笔")
	handlerstest.Wants(t, d.Say("周敏", "核款 r1"), "已核款 1 笔", "R1 ZYX-202611-001")
	handlerstest.Wants(t, d.Refused("周敏", "核款 R1"), "已由周敏于 11月27日 周五 10:30 核款")
	handlerstest.Wants(t, d.Refused("周敏", "不符 R1 账上没有"), "已由周敏于")
	handlerstest.Wants(t, d.Refused("周敏", "核款 R9"), "没有这一笔回款")
}

func TestWithoutAnAccountantReceiptsCountAtOnce(t *testing.T) {
	h := Handler{Rules: handlerstest.Rules(t), Config: Defaults()}
	d := &desk{handlerstest.New(t, &h, "2026-11-20 09:00"), h}
	d.Customer("东莞市晨星机械有限公司", "张伟")
	d.sign(1, "K1", "张伟", 100_000_00)
	handlerstest.Wants(t, d.Say("张伟", "回款 ZYX-202611-001 3万"), "直接计入（无人复核）", "!待核")
}

func TestRejectedReceiptReopensTheLine(t *testing.T) {
	d := openDesk(t)
	ask := d.Answer("张伟", "回款 ZYX-202611-001 12万")
	d.Answer("张伟", "回款 ZYX-202611-001 12万", handlerstest.Confirmed(ask.Confirm))
	d.Say("张伟", "预收 ZYX-202611-002 15000")
	a := d.Answer("周敏", "不符 R1 账上没有这一笔")
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "120,000.00 元 不再计入：账上没有这一笔", "用到 ZYX-202611-002 的预收 15,000.00 元 也收回，那里未收 100,000.00 元", "未收 100,000.00 元")
	handlerstest.Wants(t, d.Told(a.Notices)["张伟"], "周敏把一笔回款记为不符", "账上没有这一笔")
	handlerstest.Wants(t, d.Say("张伟", "回款记录"), "R1", "不符：账上没有这一笔", "收到 0.00 元")
}

func TestRefundWaiverBadDebtAndPause(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "回款 ZYX-202611-001 99,999.50")
	handlerstest.Wants(t, d.Refused("周敏", "退款 ZYX-202611-001 10万 多付"), "收到的是 99,999.50 元")
	ask := d.Answer("周敏", "抹零 ZYX-202611-001")
	handlerstest.Wants(t, handlerstest.Flat(ask.Reply), "请确认抹零", "剩下的 0.50 元 不收了", "之后：已收 99,999.50 元（其中待核 99,999.50 元），未收 0.00 元，核销 0.50 元")
	handlerstest.Wants(t, handlerstest.Flat(d.confirm("周敏", "抹零 ZYX-202611-001").Reply), "已抹零")
	handlerstest.Wants(t, d.Refused("周敏", "抹零 ZYX-202611-002"), "财务抹零最多 1.00 元")
	handlerstest.Wants(t, handlerstest.Flat(d.confirm("周敏", "退款 ZYX-202611-001 2万 客户多付").Reply), "已退款", "退给客户 20,000.00 元", "未收 20,000.00 元", "原因：客户多付")
	handlerstest.Wants(t, d.Refused("周敏", "坏账 ZYX-202611-001 3万 倒闭"), "未收的是 20,000.00 元")
	handlerstest.Wants(t, handlerstest.Flat(d.confirm("王芳", "坏账 ZYX-202611-001 1万 倒闭").Reply), "已核销坏账", "未收 10,000.00 元")
	a := d.Answer("周敏", "暂缓 ZYX-202611-002 第1期 12-30 等拨款")
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "第1期到 12月30日 周三 之前不催（第 1 次暂缓），账龄照算", "暂缓至 12-30")
	handlerstest.Wants(t, d.Told(a.Notices)["张伟"], "暂缓了催收")
	handlerstest.Wants(t, d.Told(a.Notices)["李娜"], "!暂缓")
	again := d.Answer("周敏", "暂缓 ZYX-202611-002 1 2027-01-15 还在等")
	handlerstest.Wants(t, d.Told(again.Notices)["李娜"], "又一次暂缓了催收")
	handlerstest.Wants(t, d.Refused("周敏", "暂缓 ZYX-202611-002 第3期 12-30 等"), "没有第3期")
	handlerstest.Wants(t, d.Refused("周敏", "暂缓 ZYX-202611-002 第1期 11-27 等"), "今天之后")
	handlerstest.Wants(t, d.Refused("张伟", "退款 ZYX-202611-001 1万 多付"), "只有")
}

func TestNobodyLetsGoOfTheirOwn(t *testing.T) {
	d := openDesk(t)
	d.change(1, func(k *store.Contract) { k.Holder = d.People["王芳"].ID })
	handlerstest.Wants(t, d.Refused("王芳", "坏账 ZYX-202611-001 1万 倒闭"), "你自己的", "周敏（财务）", "陈总（总经理）")
	d.confirm("陈总", "坏账 ZYX-202611-001 1万 倒闭")
}

func TestArrivalsAreClaimed(t *testing.T) {
	d := openDesk(t)
	a := d.Answer("周敏", "到账 5万 南湖酒店")
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "已记下到账 W1", "已通知 张伟、刘洋 认领")
	told := d.Told(a.Notices)
	handlerstest.Wants(t, told["刘洋"], "W1 到账 50,000.00 元", "认领 W1 ZYX-202611-004")
	handlerstest.Wants(t, d.Refused("张伟", "认领 W1 ZYX-202611-001"), "没有这一笔到账")
	handlerstest.Wants(t, d.Refused("张伟", "认领 W1 ZYX-202611-004"), "没有这份合同")
	d.Clock("2026-12-02 09:00")
	handlerstest.Wants(t, d.Say("刘洋", "认领 W1 ZYX-202611-004"), "已认领 W1，回款 R1", "50,000.00 元 · 11月27日 周五 · 已计入", "未收 50,000.00 元", "!待核")
	handlerstest.Wants(t, d.Refused("张伟", "认领 W1 ZYX-202611-003"), "已经有人认领")
	if _, err := d.Undo("周敏", "到账", a); err == nil {
		t.Error("money that was claimed is taken back")
	}
	unknown := d.Answer("周敏", "到账 3000 附言看不清")
	handlerstest.Wants(t, handlerstest.Flat(unknown.Reply), "不能确定是哪位客户，没有通知任何人")
	if len(unknown.Notices) != 0 {
		t.Errorf("%+v", unknown.Notices)
	}
	handlerstest.Wants(t, d.Refused("张伟", "认领 W2 ZYX-202611-001"), "没有这一笔到账")
	handlerstest.Wants(t, d.Say("周敏", "到账 W2 晨星"), "东莞市晨星机械有限公司", "已通知 张伟 认领")
}

func TestInvoices(t *testing.T) {
	d := openDesk(t)
	handlerstest.Wants(t, d.Say("张伟", "开票 ZYX-202611-001 5万 24442000000012345678 11-24"), "开票 50,000.00 元 · 11月24日 周二 24442000000012345678", "已开票 50,000.00 元")
	handlerstest.Wants(t, d.Say("周敏", "开票 ZYX-202611-001 6万"), "多 10,000.00 元，请核对")
	handlerstest.Wants(t, d.Refused("李娜", "开票 ZYX-202611-001 1万"), "只有持有人、财务可以办；它在张伟名下")
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-001"), "已开票 110,000.00 元")
}

func TestReminders(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "收款计划 ZYX-202611-001 12-10=3万 2027-06-30=余款")
	for _, i := range []int{2, 3, 4} { // all others are paid
		d.change(i, func(k *store.Contract) { k.Amount = 0 })
	}
	for _, day := range []struct {
		at    string
		zhang []string
		lina  []string
	}{
		{"2026-12-06", nil, nil},
		{"2026-12-07", []string{"第1期 30,000.00 元 还有 3 天到期（12-10 到期）"}, nil},
		{"2026-12-08", nil, nil},
		{"2026-12-10", []string{"今天到期"}, nil},
		{"2026-12-11", []string{"已逾期 1 天"}, nil},
		{"2026-12-12", nil, nil},
		{"2026-12-20", []string{"已逾期 10 天"}, nil}, // the bot was down on the 17th
		{"2026-12-21", nil, nil},
		{"2027-01-09", []string{"已逾期 30 天"}, []string{"已逾期 30 天", "应收 ZYX-202611-001"}},
		{"2027-01-10", nil, nil},
		{"2027-02-08", []string{"已逾期 60 天"}, []string{"已逾期 60 天"}},
		{"2027-03-10", []string{"已逾期 90 天"}, []string{"已逾期 90 天"}},
		{"2027-04-30", nil, nil},
	} {
		d.Clock(day.at + " 09:13")
		told := d.Told(d.Daily())
		for name, want := range map[string][]string{"张伟": day.zhang, "李娜": day.lina, "王芳": day.lina} {
			if len(want) == 0 && told[name] != "" {
				t.Errorf("%s: %s hears %q", day.at, name, told[name])
			}
			handlerstest.Wants(t, told[name], want...)
		}
	}
}

func TestNothingIsSaidOfWhatWasPaidOrPaused(t *testing.T) {
	d := openDesk(t)
	for _, i := range []int{3, 4} {
		d.change(i, func(k *store.Contract) { k.Amount = 0 })
	}
	d.Say("张伟", "收款计划 ZYX-202611-001 12-10=3万 2027-06-30=余款")
	d.Say("周敏", "暂缓 ZYX-202611-002 第1期 12-25 等拨款") // due on the 20th
	d.Clock("2026-12-10 08:40")
	d.Say("张伟", "回款 ZYX-202611-001 3万")
	d.Clock("2026-12-10 09:13")
	told := d.Told(d.Daily())
	handlerstest.Lacks(t, told["张伟"], "到期")
	handlerstest.Wants(t, told["周敏"], "待核回款 1 笔：R1")
	d.Say("周敏", "核款 R1")
	d.Clock("2026-12-25 09:13")
	if told := d.Told(d.Daily()); told["张伟"]+told["周敏"] != "" {
		t.Errorf("on the last day of the pause: %v", told)
	}
	d.Clock("2026-12-26 09:13")
	handlerstest.Wants(t, d.Told(d.Daily())["张伟"], "ZYX-202611-002", "已逾期 6 天")
}

func TestOwes(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "收款计划 ZYX-202611-001 11-25=3万 2027-06-30=余款")
	d.Say("张伟", "回款 ZYX-202611-001 1万")
	d.Say("周敏", "到账 5万 南湖酒店")
	handlerstest.Wants(t, d.Owed("张伟"), "ZYX-202611-001 第1期 已逾期 2 天 [回款 ZYX-202611-001]", "到账 W1 等认领 [认领 W1 ZYX-202611-003]")
	handlerstest.Wants(t, d.Owed("周敏"), "待核回款 1 笔 [核款]", "!认领")
	handlerstest.Wants(t, d.Owed("小林"), "!应收", "!到账")
}

func TestConfig(t *testing.T) {
	if key, problem := Defaults().Problem(); key != "" {
		t.Error(key, problem)
	}
	for want, c := range map[string]Config{
		"terms_days":   {TermsDays: -1},
		"bands":        {},
		"bands[1]":     {Bands: []int{30, 30}, ReceiptsFor: ForHolder},
		"small_waiver": {Bands: []int{30}, SmallWaiver: -1},
		"receipts_for": {Bands: []int{30}, ReceiptsFor: "owner"},
	} {
		if key, problem := c.Problem(); key != want || problem == "" {
			t.Errorf("%+v: %s %s, want %s", c, key, problem, want)
		}
	}
}

// What is asked of one contract is all that was paid for it, on every page.
func TestRecordsOfAContract(t *testing.T) {
	d := openDesk(t)
	for i := range 30 {
		d.Say("张伟", fmt.Sprint("回款 ZYX-202611-001 ", 100+i))
	}
	d.Clock("2027-03-02 10:00")
	handlerstest.Wants(t, d.Say("张伟", "回款记录 ZYX-202611-001"), "30 笔", "!没有回款")
	a := d.Answer("张伟", "回款记录 ZYX-202611-001")
	if len(a.Reply.Card.Buttons) == 0 {
		t.Error("30 receipts are on one page")
	}
	for _, b := range a.Reply.Card.Buttons {
		if !strings.HasPrefix(b.Command, "回款记录 ZYX-202611-001 2026-") {
			t.Errorf("the next page is of %q", b.Command)
		}
	}
	handlerstest.Wants(t, d.Say("张伟", "回款记录"), "没有回款")
	handlerstest.Wants(t, d.Refused("张伟", "回款记录 RT2000"), "!没有这笔回款")
}
