package staff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// heard is who hears what of unconfirmed rules in a morning's message.
func (o *office) heard(at string) (list []string) {
	o.T.Helper()
	o.Clock(at + " 09:13")
	for _, n := range o.Daily() {
		said := n.Message.Text
		if n.Message.Card != nil {
			said = flat(n.Message)
		}
		for line := range strings.Lines(said) {
			if strings.Contains(line, "没有确认") {
				list = append(list, o.nameOf(n.To)+" "+strings.TrimSpace(line))
			}
		}
	}
	slices.Sort(list)
	return list
}

func (o *office) nameOf(id string) string {
	for name, p := range o.People {
		if p.ID == id {
			return name
		}
	}
	return ""
}

// Everybody is reminded on the third and the seventh working day after the version or
// their registration, whichever is later; then those above hear, and who was away hears
// when back.
func TestWhoHasNotConfirmedIsReminded(t *testing.T) {
	o := newOffice(t) // Tuesday 11-24
	o.rulesRead()
	o.h.Rules.Book = rulebook.Book{{From: "2026-11-26", Kind: rulebook.Substantial, Clauses: map[string]string{"2-4": "每天两次。"}}}
	o.Serve(o.h)
	o.Clock("2026-11-26 09:13")
	o.Job(o.h.AskAll, store.Week{})
	o.Clock("2026-11-27 10:00")
	o.Register("周敏", store.Salesperson)
	for _, name := range []string{"陈总", "王芳"} {
		o.Say(name, "制度 确认")
	}
	o.Leave("张伟", "2026-12-01", "李娜")
	said := ""
	for day := store.Day("2026-11-28"); day <= "2026-12-11"; day = day.Add(1) {
		for _, line := range o.heard(string(day)) {
			said += fmt.Sprintf("%s %s\n", string(day)[5:], line)
		}
	}
	if want := `12-01 李娜 1. 《市场管理细则》2026-11-26 版还没有确认（第 3 个工作日，2-2）
12-02 周敏 1. 《市场管理细则》2026-11-26 版还没有确认（第 3 个工作日，2-2）
12-02 张伟 1. 《市场管理细则》2026-11-26 版还没有确认（第 4 个工作日，2-2）
12-07 张伟 1. 《市场管理细则》2026-11-26 版还没有确认（第 7 个工作日，2-2）
12-07 李娜 1. 《市场管理细则》2026-11-26 版还没有确认（第 7 个工作日，2-2）
12-08 周敏 1. 《市场管理细则》2026-11-26 版还没有确认（第 7 个工作日，2-2）
12-08 李娜 1. 张伟 还没有确认《市场管理细则》2026-11-26 版（第 8 个工作日，2-2）
12-08 王芳 1. 李娜 还没有确认《市场管理细则》2026-11-26 版（第 8 个工作日，2-2）
12-09 李娜 1. 周敏 还没有确认《市场管理细则》2026-11-26 版（第 8 个工作日，2-2）
`; said != want {
		t.Errorf("got\n%s", said)
	}
}
