package receivable

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// posts are the columns of the table below, highest first.
var posts = []string{"赵董", "陈总", "周助", "王芳", "李娜", "张伟", "刘洋", "周敏", "周姐", "小林"}

// What comes of every command about 张伟's contract 1 for every post, for who
// keeps the accounts (周敏) and the originals (周姐): y done or asked to be
// confirmed, r refused for what stands there, - denied.
func TestRights(t *testing.T) {
	for _, c := range []struct{ line, may string }{
		//                                                     董总助监主张刘财档其
		{"应收", "yyyyyyyy--"},
		{"应收 ZYX-202611-001", "yyyyyy-y--"},
		{"应收 张伟", "yyyyyy-y--"},
		{"应收 晨星", "yyyyyyyy--"}, // 刘洋: of theirs, none
		{"回款记录", "yyyyyyyy--"},
		{"收款计划 ZYX-202611-001 2027-01-31=余款", "-y-yyy-y--"},
		{"回款 ZYX-202611-001 1万", "-y-yyy-y--"},
		{"预收 ZYX-202611-001 1万", "-r-rrr-r--"},
		{"开票 ZYX-202611-001 1万", "-----y-y--"},
		{"退款 ZYX-202611-001 100 多付的", "-y-y---y--"},
		{"抹零 ZYX-202611-001", "-y-y------"}, // more than 1 元 is the director's
		{"坏账 ZYX-202611-001 1万 倒闭", "-y-y---y--"},
		{"暂缓 ZYX-202611-001 第1期 2027-01-10 等拨款", "-y-y---y--"},
		{"到账 5万 晨星", "-y-y---y--"},
		{"认领 W1 ZYX-202611-001", "-----y----"},
		{"核款 R1", "-------y--"},
		{"不符 R1 账上没有", "-------y--"},
	} {
		d := openDesk(t)
		d.Register("赵董", store.ExecutiveDirector)
		d.Register("周助", store.GMAssistant)
		d.Register("周姐", store.OtherEmployee, store.Archivist)
		d.Say("张伟", "回款 ZYX-202611-001 5000")
		d.Say("周敏", "到账 5万 晨星")
		for i, name := range posts {
			_, err := d.Try(name, c.line)
			var no *command.Refusal
			got := "y"
			switch {
			case errors.As(err, &no) && (no.Denied || strings.HasPrefix(no.Text, "没有这")):
				got = "-"
			case errors.As(err, &no):
				got = "r"
			case err != nil:
				t.Fatal(err)
			}
			if want := string([]rune(c.may)[i]); got != want {
				t.Errorf("%s: %s: %s, want %s (%v)", name, c.line, got, want, no)
			}
			if i >= len(posts)-4 && name != "周敏" && got == "-" && strings.Contains(no.Text+no.Hint, "ZYX-202611-001") {
				t.Errorf("%s: %s: a code is repeated: %s %s", name, c.line, no.Text, no.Hint)
			}
		}
	}
}

// Where no secret can be kept stand numbers, states, dates and counts: no amount,
// no customer, no project, nobody's words.
func TestOutlinesKeepSecrets(t *testing.T) {
	d := openDesk(t)
	amount := regexp.MustCompile(`\d+\.\d\d|元|晨星|南湖|年会|等拨款|倒闭|工行`)
	look := func(what string, summary string) {
		t.Helper()
		if summary == "" || amount.MatchString(summary) || !strings.Contains(summary, "完整内容请在应用或飞书里看") {
			t.Errorf("%s: in outline %q", what, summary)
		}
	}
	for _, said := range []string{
		"张伟 收款计划 ZYX-202611-001 11-25=3万 2027-03-31=余款", "李娜 回款 ZYX-202611-001 1万 工行", "张伟 回款 ZYX-202611-001 20万", "张伟 应收", "周敏 应收", "张伟 应收 ZYX-202611-001",
		"张伟 回款记录", "周敏 核款", "周敏 核款 R1", "周敏 退款 ZYX-202611-001 100 倒闭", "周敏 坏账 ZYX-202611-002 100 倒闭", "周敏 暂缓 ZYX-202611-002 第1期 2027-01-10 等拨款",
		"周敏 到账 5万 南湖", "周敏 到账 5万 工行附言", "张伟 认领 W1 ZYX-202611-003", "张伟 开票 ZYX-202611-001 1万",
	} {
		who, line, _ := strings.Cut(said, " ")
		a := d.Answer(who, line)
		if !a.Reply.Confidential {
			t.Errorf("%s is not confidential", line)
		}
		look(line, a.Reply.Summary)
		for _, n := range a.Notices {
			look(line+": told", n.Message.Summary)
		}
	}
	d.Clock("2026-12-20 09:13")
	for _, n := range d.Daily() {
		if !n.Message.Confidential && amount.MatchString(handlerstest.Flat(n.Message)) || amount.MatchString(n.Message.Summary) {
			t.Errorf("the morning: %q", n.Message.Summary)
		}
	}
}

// Money that two claim at once is one's.
func TestClaimedOnce(t *testing.T) {
	d := openDesk(t)
	for range 8 {
		d.Say("周敏", "到账 1000 南湖")
	}
	var wg sync.WaitGroup
	for i := range 8 {
		for _, claim := range []struct{ who, contract string }{{"张伟", "003"}, {"刘洋", "004"}} {
			wg.Go(func() {
				_, _ = d.Try(claim.who, "认领 W"+string(rune('1'+i))+" ZYX-202611-"+claim.contract) // one of the two is refused
			})
		}
	}
	wg.Wait()
	d.Update(func(ctx context.Context, tx *store.Tx) error {
		entries, err := tx.Receivables().OfCustomer(ctx, "K2")
		open, err1 := tx.Receivables().Unclaimed(ctx)
		if len(entries) != 8 || len(open) != 0 {
			t.Errorf("%d receipts of 8 arrivals, %d left", len(entries), len(open))
		}
		return errors.Join(err, err1)
	})
}
