package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/audience"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/storetest"
)

// leavers are who come, go and come back; those above stay but for the supervisor.
var leavers = []string{"张伟", "刘洋", "赵敏", "李娜"}

// leaveStep is something that one of them does, or that is done to them.
type leaveStep struct {
	Act   string
	Who   int
	Other int
	Days  int
}

var leaveActs = []string{
	"customer", "customer", "customer", "contract", "contract", "sign", "activity", "notice", "notice", "offer", "offer", "offer", "take", "take", "take",
	"refuse", "withdraw", "transfer", "clear", "release", "stop", "return", "wait", "wait", "wait", "undo",
}

func leaveSteps() *rapid.Generator[[]leaveStep] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) leaveStep {
		return leaveStep{
			Act: rapid.SampledFrom(leaveActs).Draw(t, "act"), Who: rapid.IntRange(0, len(leavers)-1).Draw(t, "who"),
			Other: rapid.IntRange(0, len(leavers)-1).Draw(t, "other"), Days: rapid.IntRange(1, 20).Draw(t, "days"),
		}
	}), 15, 40)
}

// After any history of people who leave, are stopped and come back, every thing that
// somebody answers for is one person's and nobody's beside; that person is here, or the
// thing is on the list of those above. Nothing is lost, and every customer's history of
// owners is whole.
func TestNobodyGoneOwnsAnything(t *testing.T) {
	t.Parallel()
	moved := 0
	rapid.Check(t, func(rt *rapid.T) {
		steps := leaveSteps().Draw(rt, "history")
		t.Run("", func(t *testing.T) {
			m := &leaveModel{t: t, o: openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, leaveOffice(), thursday())}
			for i, s := range steps {
				m.do(s)
				for _, wrong := range m.wrong() {
					rt.Errorf("after step %d, %+v: %s", i, s, wrong)
				}
				if t.Failed() || rt.Failed() {
					return
				}
			}
			moved += m.moved()
		})
	})
	if moved == 0 {
		t.Error("in no history anything went over to another: it shows nothing")
	}
}

func leaveOffice() []staff.Entry {
	return []staff.Entry{
		{Name: "陈总", Post: store.GeneralManager}, {Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator, store.Accountant}},
		{Name: "李娜", Post: store.Supervisor}, {Name: "张伟", Post: store.Salesperson}, {Name: "刘洋", Post: store.Salesperson}, {Name: "赵敏", Post: store.Salesperson},
	}
}

// leaveModel is a department whose people come and go.
type leaveModel struct {
	t         *testing.T
	o         *office
	customers int
	contracts int
}

// says lets somebody write, and agrees to what is asked back.
func (m *leaveModel) says(who, line string) {
	before := len(m.o.screens.messages(who))
	m.o.screens.say(who, private, line)
	m.o.deliver()
	for _, said := range m.o.screens.messages(who)[before:] {
		for _, label := range []string{"坚持", "确认"} {
			if i := said.button(label); i >= 0 {
				m.o.screens.press(who, said, i)
				m.o.deliver()
				return
			}
		}
	}
}

func (m *leaveModel) do(s leaveStep) {
	who, other := leavers[s.Who], leavers[s.Other]
	switch s.Act {
	case "customer":
		m.says(who, fmt.Sprintf("新客户 东莞市%c%c贸易有限公司", '一'+rune(m.customers*37), '丁'+rune(m.customers*53)))
		m.customers = m.count("customer")
	case "contract":
		m.says(who, fmt.Sprintf("领合同 K%d 展台", 1+s.Days%max(1, m.customers)))
		m.contracts = m.count("contract")
	case "sign":
		number := fmt.Sprintf("ZYX-%s-%03d", m.o.now().Format("200601"), 1+s.Days%max(1, m.contracts))
		m.says(who, "签前汇报 "+number+" 谈好了")
		m.says(who, "签合同 "+number+" 金额=3万")
	case "activity":
		m.says("王芳", fmt.Sprintf("活动 新增 会餐 类型=洽谈 时间=%s 人员=%s", m.o.now().AddDate(0, 0, s.Days).Format("2006-01-02"), who))
	case "notice":
		m.says(who, "离职 "+m.o.now().AddDate(0, 0, s.Days).Format("2006-01-02")+" 换工作")
	case "transfer":
		m.says(who, "调走 "+m.o.now().AddDate(0, 0, s.Days).Format("2006-01-02")+" 其他员工 去行政部")
	case "withdraw":
		m.says(who, "撤回离职")
	case "offer":
		m.says("王芳", "交接 "+who+" 全部 "+other)
	case "take":
		m.says(who, "接收 全部")
	case "refuse":
		m.says(who, "不接收 全部 没空")
	case "clear":
		m.says("王芳", "账清 "+who)
	case "release":
		m.says("王芳", "签字放行 "+who)
		m.says("李娜", "签字放行 "+who)
	case "stop":
		m.says("王芳", "人员 停用 "+who)
	case "return":
		m.says("王芳", "人员 恢复 "+who)
	case "undo":
		m.says(who, "撤销")
		m.says("王芳", "撤销")
	case "wait":
		m.o.clock.Add((time.Duration(s.Days) * 24 * time.Hour).Milliseconds())
		m.o.tick()
	}
}

func (m *leaveModel) count(table string) int {
	n, _ := storetest.Behind(m.t, m.o.source).Get("SELECT COUNT(*) FROM " + table).(int64)
	return int(n)
}

func (m *leaveModel) moved() int {
	n, _ := storetest.Behind(m.t, m.o.source).Get(`SELECT COUNT(*) FROM handed WHERE state = '已接收'`).(int64)
	return int(n)
}

// wrong is what is not as it must be.
func (m *leaveModel) wrong() (list []string) {
	m.o.update(func(ctx context.Context, tx *store.Tx) error {
		list = nil
		areas, owners := leaving.Of(m.o.bot.Load().areas), map[string][]string{}
		roll, err := audience.Read(ctx, tx, store.DayOf(m.o.now()))
		if err != nil {
			return err
		}
		for _, name := range append([]string{"陈总", "王芳"}, leavers...) {
			p, found, err := audience.Named(ctx, tx, name)
			if err != nil || !found {
				return fmt.Errorf("%s: found %t: %w", name, found, err)
			}
			held, err := leaving.All(ctx, tx, areas, p, m.o.now())
			if err != nil {
				return err
			}
			for _, h := range held {
				owners[h.Key()] = append(owners[h.Key()], name)
			}
			wrong, err := m.behind(ctx, tx, areas, roll, p, held)
			if err != nil {
				return err
			}
			list = append(list, wrong...)
		}
		list = append(list, m.lost(owners)...)
		return nil
	})
	return list
}

// behind is what of somebody who has gone is on nobody's list.
func (m *leaveModel) behind(ctx context.Context, tx *store.Tx, areas []leaving.Holdings, roll audience.Roll, p store.Person, held []leaving.Held) (list []string, err error) {
	held = slices.DeleteFunc(held, func(h leaving.Held) bool { return h.Own })
	if p.Active() || len(held) == 0 {
		return nil, nil
	}
	d, open, err := tx.Departures().Of(ctx, p.ID)
	if err != nil || !open {
		return []string{fmt.Sprintf("%s has gone and has %s, on nobody's list", p.Name, leaving.Counts(held))}, err
	}
	e, err := leaving.Read(ctx, tx, areas, d, m.o.now())
	if err != nil {
		return nil, err
	}
	listed := len(e.Held()) + len(slices.DeleteFunc(slices.Clone(e.Taken), func(h store.Handed) bool {
		return !slices.ContainsFunc(held, func(x leaving.Held) bool { return x.Key() == leaving.Key(h.Kind, h.Ref) })
	}))
	if listed != len(held) {
		list = append(list, fmt.Sprintf("%s has gone and has %s, %d of which are listed", p.Name, leaving.Counts(held), listed))
	}
	if len(roll.Standing(rulebook.Superior(d.Post)).To) == 0 {
		list = append(list, p.Name+" has gone, and nobody above is told")
	}
	return list, nil
}

// lost is what there was and nobody has, or two have.
func (m *leaveModel) lost(owners map[string][]string) (list []string) {
	for i := range m.customers {
		key := leaving.Key(leaving.Customer, fmt.Sprint("K", i+1))
		if len(owners[key]) != 1 {
			list = append(list, fmt.Sprintf("%s is of %q", key, owners[key]))
		}
	}
	behind := storetest.Behind(m.t, m.o.source)
	n, _ := behind.Get(`SELECT COUNT(*) FROM contract WHERE waits = 1`).(int64)
	has := 0
	for key, names := range owners {
		if strings.HasPrefix(key, leaving.Contract+" ") {
			if has++; len(names) != 1 {
				list = append(list, fmt.Sprintf("%s is of %q", key, names))
			}
		}
	}
	if has < int(n) {
		list = append(list, fmt.Sprintf("%d contracts wait, %d are somebody's", n, has))
	}
	// Every change of an owner is kept: as many intervals as there were owners, one of
	// which lasts.
	if open, _ := behind.Get(`SELECT COUNT(*) FROM customer_owner WHERE until = 0`).(int64); int(open) != m.customers {
		list = append(list, fmt.Sprintf("%d owners of %d customers", open, m.customers))
	}
	return list
}
