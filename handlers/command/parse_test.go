package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/store"
	"marketbot/store/storetest"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// tuesday of week 48, late enough to be Tuesday in the company's zone only.
var tuesday = time.Date(2026, 11, 24, 0, 30, 0, 0, shanghai)

// staff opens a store with some people and runs f in it.
func staff(t *testing.T, f func(tx *store.Tx)) {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite)
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for i, name := range []string{"张伟", "张伟明", "王芳", "Li Lei", "陈总"} {
			id := fmt.Sprint("p", i)
			if err := tx.People().Add(t.Context(), store.Person{ID: id, Name: name, Post: store.Salesperson, Since: tuesday}); err != nil {
				return err
			}
			if err := tx.Accounts().Bind(t.Context(), store.Account{Platform: "feishu", ID: "ou_" + id, Person: id}, tuesday); err != nil {
				return err
			}
		}
		f(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// said is what a line comes to, as one text.
func said(ctx context.Context, r *Router, line string, env Env) string {
	spec, rest, ok := r.Match(line)
	if !ok {
		return "no command"
	}
	args, err := Parse(ctx, spec, rest, env)
	var ask *Question
	var no *Refusal
	switch {
	case errors.As(err, &ask):
		return "? " + ask.Prompt
	case errors.As(err, &no):
		return "! " + no.Text
	case err != nil:
		return err.Error()
	}
	var parts []string
	for _, a := range spec.Args {
		switch v := args[a.Name].(type) {
		case nil:
		case store.Person:
			parts = append(parts, a.Name+"="+v.Name)
		case store.Day:
			parts = append(parts, a.Name+"="+string(v))
		case store.Week:
			parts = append(parts, a.Name+"="+v.Key())
		case reading.Days:
			parts = append(parts, a.Name+"="+string(v.From)+"/"+string(v.To))
		default:
			parts = append(parts, fmt.Sprintf("%s=%v", a.Name, v))
		}
	}
	return strings.Join(parts, "|")
}

func TestParse(t *testing.T) {
	r := router(t)
	mentions := []chat.Mention{
		{Name: "王芳", Account: chat.Account{Platform: "feishu", ID: "ou_p2"}},
		{Name: "阿 伟", Account: chat.Account{Platform: "feishu", ID: "ou_p0"}},
		{Name: "陌生人", Account: chat.Account{Platform: "feishu", ID: "ou_x"}},
		{Name: "陈总", Account: chat.Account{Platform: "feishu", ID: "ou_p1"}},
	}
	cases := []struct{ line, want string }{
		{"签到广州 拜访客户", "进展=广州 拜访客户"},
		{"签到", "? 今天进展怎样？"},
		{"签到  ", "? 今天进展怎样？"},
		{"签到 \x00\xffa", "进展=\x00\xffa"},
		{"出差 广州 3天 拜访  客户", "地点=广州|时间=2026-11-24/2026-11-26|事由=拜访  客户"},
		{"出差广州，3天，拜访", "地点=广州|时间=2026-11-24/2026-11-26|事由=拜访"},
		{"出差 广州 周一至周三", "地点=广州|时间=2026-11-30/2026-12-02"},
		{"出差　广州　明天拜访客户", "地点=广州|时间=2026-11-25/2026-11-25|事由=拜访客户"},
		{"出差 广州 明天，拜访客户", "地点=广州|时间=2026-11-25/2026-11-25|事由=拜访客户"},
		{"出差广州3天", "地点=广州|时间=2026-11-24/2026-11-26"},
		{"出差 广州下周一至周三拜访客户", "地点=广州|时间=2026-11-30/2026-12-02|事由=拜访客户"},
		{"出差 明天 广州 拜访客户", "地点=广州|时间=2026-11-25/2026-11-25|事由=拜访客户"},
		{"出差 周一 至 周三 广州", "地点=广州|时间=2026-11-30/2026-12-02"},
		{"出差 明天广州 拜访客户", "地点=广州|时间=2026-11-25/2026-11-25|事由=拜访客户"},
		{"出差 明天去上海 3天", "地点=去上海|时间=2026-11-25/2026-11-25|事由=3天"},
		{"出差 三月商贸 3天", "地点=三月商贸|时间=2026-11-24/2026-11-26"},
		{"出差 3天", "? 请补充地点"},
		{"出差 三亚 3天", "地点=三亚|时间=2026-11-24/2026-11-26"},
		{"出差 周口", "? 请补充时间"},
		{"人员 添加 @阿 伟 业务员", "姓名=@阿 伟|岗位=业务员"},
		{"出差 广州", "? 请补充时间"},
		{"出差", "? 请补充地点"},
		{"出差 广州 很久", "! 没看懂「很久」。时间请写成：3天、周一至周三 或 11-24~11-26"},
		{"出差 广州 2月30日", "! 没有2月30日这一天"},
		{"出差 广州 0天", "! 至少要有 1 天"},
		{"签到记录", ""},
		{"签到记录 张伟", "姓名=张伟"},
		{"签到记录 张伟 上周", "姓名=张伟|时段=2026-11-16/2026-11-22"},
		{"签到记录 上周", "时段=2026-11-16/2026-11-22"},
		{"签到记录 张伟明", "姓名=张伟明"},
		{"签到记录 张伟上周", "姓名=张伟|时段=2026-11-16/2026-11-22"},
		{"签到记录 张伟明天", "! 没有叫「张伟明天」的在册人员"},
		{"签到记录 章伟", "! 没有叫「章伟」的在册人员。是不是：张伟？"},
		{"签到记录 张", "! 没有叫「张」的在册人员。是不是：张伟、张伟明？"},
		{"签到记录 ＬＩ　ＬＥＩ 本月", "姓名=Li Lei|时段=2026-11-01/2026-11-30"},
		{"签到记录 @王芳", "姓名=王芳"},
		{"签到记录 ＠王芳 上周", "姓名=王芳|时段=2026-11-16/2026-11-22"},
		{"签到记录 @阿 伟 上周", "姓名=张伟|时段=2026-11-16/2026-11-22"},
		{"签到记录 @陈总", "姓名=张伟明"},
		{"签到记录 @陌生人", "! 「@陌生人」还没有登记，请先由管理员登记"},
		{"签到记录 @张伟", "姓名=张伟"},
		{"签到记录 张\x00伟", "姓名=张伟"},
		{"签到记录 \xff\x00", "! 没有叫「�\x00」的在册人员"},
		{"签到记录 张伟、王芳", "! 一次只写一个人，「王芳」请另发一条"},
		{"签到记录 张伟，Li Lei 上周", "! 一次只写一个人，「Li Lei」请另发一条"},
		{"签到记录 张伟、上周", "姓名=张伟|时段=2026-11-16/2026-11-22"},
		{"人员 职责 张伟，财务", "姓名=张伟|职责=财务"},
		{"签到记录 上周 张伟", "姓名=张伟|时段=2026-11-16/2026-11-22"},
		{"签到记录 上周 章伟", "! 没有叫「章伟」的在册人员。是不是：张伟？"},
		{"签到记录 2月30日", "! 没有2月30日这一天"},
		{"请假 周一至周三 回老家", "起止=2026-11-30/2026-12-02|事由=回老家"},
		{"请假 张伟 明天", "姓名=张伟|起止=2026-11-25/2026-11-25"},
		{"请假 赵六 明天", "! 没有叫「赵六」的在册人员"},
		{"请假 张伟", "? 请补充起止"},
		{"周报", ""},
		{"周报 本周：拜访 3 家；下周：签约", "内容={map[下周:签约 本周:拜访 3 家] false}"},
		{"周报 拜访 3 家", "内容={map[本周:拜访 3 家] true}"},
		{"周报本周:a 下周=b", "内容={map[下周:b 本周:a] false}"},
		{"补交 上周 本周：a 下周：b", "周=2026-W47|内容={map[下周:b 本周:a] false}"},
		{"补交 本周：a 下周：b", "! 没看懂「本周：a」。周请写成：上周、第48周 或 2026-W48"},
		{"补交 上周", "? 请补充内容"},
		{"补交", "? 请补充周"},
		{"汇总", ""},
		{"汇总 第48周", "周=2026-W48"},
		{"汇总 第99周", "! 没有第99周"},
		{"汇总 随便", "! 没看懂「随便」。周请写成：上周、第48周 或 2026-W48"},
		{"汇总 上周 好", "! 汇总后面的「好」是多出来的"},
		{"回款 ZYX-202611-001 12.5万 昨天", "合同号=ZYX-202611-001|金额=12500000|日期=2026-11-23"},
		{"回款 202611－００１ 12.5万 昨天", "合同号=202611－００１|金额=12500000|日期=2026-11-23"},
		{"回款 ZYX-202611-001 ￥125,000.00", "合同号=ZYX-202611-001|金额=12500000"},
		{"回款 ZYX-202611-001 -5万", "! 金额不能是负数"},
		{"回款 ZYX-202611-001 很多", "! 没看懂「很多」。金额请写成：125000、12.5万 或 ￥125,000.00"},
		{"业绩 上个月", "月=2026-10-01"},
		{"人员 添加 赵六 业务员", "姓名=赵六|岗位=业务员"},
		{"人员添加 赵六 总监", "姓名=赵六|岗位=市场总监"},
		{"人员 添加 赵六 老板", "! 没看懂「老板」。岗位请写成：执行董事、总经理、总经理助理、市场总监、市场主管、业务员、其他员工"},
		{"人员 职责 张伟 财务", "姓名=张伟|职责=财务"},
		{"人员 职责 张伟 出纳", "! 没看懂「出纳」。职责请写成：管理员、档案员、财务"},
		{"取消", ""},
		{"取消 吧", "! 取消后面的「吧」是多出来的"},
	}
	staff(t, func(tx *store.Tx) {
		for _, c := range cases {
			if got := said(t.Context(), r, c.line, Env{Tx: tx, Now: tuesday, Mentions: mentions}); got != c.want {
				t.Errorf("%q comes to %q, want %q", c.line, got, c.want)
			}
		}
	})
}

func TestRefusalsShowHowItIsWritten(t *testing.T) {
	spec, rest, _ := router(t).Match("出差 广州 很久")
	_, err := Parse(t.Context(), spec, rest, Env{Now: tuesday})
	var no *Refusal
	if !errors.As(err, &no) || no.Hint != "用法：出差 地点 时间 [事由…]　例：出差 广州 3天 拜访客户" {
		t.Errorf("refused with %+v", err)
	}
}

func TestAnOptionalWordIsPassedOverForWhatMustBeGiven(t *testing.T) {
	spec := &Spec{Name: "签到", Args: []Arg{{Name: "地点", Kind: Word, Optional: true}, {Name: "进展", Kind: Free}}}
	for rest, want := range map[string]string{"拜访客户": "map[进展:拜访客户]", "广州 拜访客户": "map[地点:广州 进展:拜访客户]"} {
		if args, err := Parse(t.Context(), spec, rest, Env{Now: tuesday}); fmt.Sprint(args) != want || err != nil {
			t.Errorf("%q: %v, %v", rest, args, err)
		}
	}
}

func BenchmarkCheckIn(b *testing.B) {
	r := router(b)
	for b.Loop() {
		spec, rest, ok := r.Match("签到 广州 拜访恒达广告公司，谈了年度合作方案，对方希望下周给报价")
		if !ok {
			b.Fatal("no command")
		}
		if _, err := Parse(context.Background(), spec, rest, Env{Now: tuesday}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrip(b *testing.B) {
	r := router(b)
	for b.Loop() {
		spec, rest, _ := r.Match("出差 广州 下周一至周三 拜访客户")
		if _, err := Parse(context.Background(), spec, rest, Env{Now: tuesday}); err != nil {
			b.Fatal(err)
		}
	}
}

// A day is read behind the words that people say before one up to which something
// holds; what is no day behind them is not.
func TestParseUntil(t *testing.T) {
	spec := &Spec{Name: "离职", Args: []Arg{{Name: "最后工作日", Kind: Date}, {Name: "说明", Kind: Free}}}
	for typed, want := range map[string]string{
		"做到12月31 家里要我回去": "2026-12-31", "最后一天是12-27 回老家": "2026-12-27", "12-27 回老家": "2026-12-27",
		"做到过年再说": "", "做到 家里": "",
	} {
		args, _ := Parse(t.Context(), spec, typed, Env{Now: tuesday})
		if day, _ := args["最后工作日"].(store.Day); string(day) != want {
			t.Errorf("%q is until %q, want %q", typed, day, want)
		}
	}
}
