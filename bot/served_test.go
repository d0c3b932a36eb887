package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// requirements are what the clauses ask of the bot, each with what serves it and the
// conversation that shows it: a command; the job of a name; the lines of an area in the
// daily message; the rows of a table. What a clause only states is to be read.
const requirements = `
R01  总则  works under the general manager                    says
R02  总则  plan, image and customers                          says
R03  总则  who reports to whom                                trip-vacant        job trip/check-in
R04  总则  results                                            says
R05  2-1   one interest                                       says
R06  2-2   everybody confirms the rules                       staff-rules        制度 确认
R06  2-2   an edition of substance is put to everybody        rules-editions     job staff/rules
R06  2-2   who has not confirmed is known                     rules-editions     制度 未确认
R07  2-3   a form is claimed before it is used                contract-claim     领合同
R08  2-3   no number twice, holes are told                    contract-paper     缺号
R08  2-3   no number twice after a restore                    contract-restore   烧号
R10  2-3   a claim names customer and project                 contract-life      rows contract
R11  2-3   incidents are recorded                             incident           事件 登记
R11  2-3   a lost form is an incident                         contract-paper     合同遗失
R11  2-3   that says what was found                            incident-lost      找到
R12  2-4   every day of a trip in the ledger                  trip-ledger        签到记录
R12  2-4   who said nothing is asked                          trip-remind        job trip/check-in
R13  2-4   progress has words                                 trip-checkin       签到
R14  2-5   no signature without a report                      contract-life      签前汇报
R14  2-5   every signature is recorded                        contract-sign      签合同
R15  2-5   the event's day leaves time to prepare             contract-remind    lines contract
R16  2-5   the original is chased until it is filed           contract-life      归档
R17  2-6   manners on the telephone                           says
R18  2-6   no private calls                                   says
R19  2-7   a notice one month ahead                           handover-notice    离职
R20  2-7   accounts are cleared                               handover-sign      账清
R21  2-7   everything is taken over by a named person         handover-items     接收
R21  2-7   what is not handed over is chased                  handover-remind    lines handover
R22  2-7   the supervisor signs last                          handover-sign      签字放行
R23  2-7   who goes without is flagged                        handover-over      job staff/gone
R24  2-8   who came to an activity is recorded                activity-attend    到场
R24  2-8   who takes part is reminded                         activity-remind    job activity/eve
R24  2-8   who has not said whether they came is asked for    activity-remind    job activity/over
R25  档-1  a file has the fields of a company                 customer-new       新客户
R26  档-1  and its shares                                     customer-change    改客户
R27  档-1  and what it does                                   customer-change    rows fact
R28  档-1  and who decides                                    customer-change    联系人
R29  档-1  by name and telephone                              customer-reveal    看电话
R30  档-1  with what they like                                customer-find      rows customer_person
R31  档-1  and what is missing is told                        customer-care      lines customer
R32  档-2  activities and customers belong together           activity-review    活动 新增
R33  档-2  who may not read may bring facts                   customer-lead      提供线索
R34  档-3  every look is recorded                             customer-records   rows audit
R34  档-3  and can be read                                    customer-records   查阅记录
R35  档-3  nothing is carried away                            customer-group     客户
R36  档-3  what got out is traced                             customer-records   溯源
R38  档-4  the supervisor has the files in order              customer-change    核对
R40  档-4  some posts look                                    customer-find      客户
R41  档-5  a leak is recorded                                 incident           事件 结案
R41  档-9  and can be looked at                               incident           事件
R42  档-6  who needs a look asks                              approval-request   申请查阅
R42  档-6  the general manager decides                        approval-request   批准
R43  档-6  a grant ends                                       approval-look      job approval/over
R44  档-7  one file a customer                                customer-new       rows customer_name
R45  档-7  facts have a source                                customer-change    客户历史
R46  档-7  facts are drafts until accepted                    customer-lead      采纳
R47  档-8  who has no progress is told                        customer-care      lines customer
R48  档-8  old and new stay                                   customer-progress  客户历史
R50  会-1  every item is discussed                            meeting-hold       讨论
R51  会-1  no end while an item is undecided                  meeting-hold       散会
R52  会-1  who was there                                      meeting-hold       到会
R53  会-1  decisions have an owner and a date                 meeting-hold       决议
R53  会-1  and are chased                                     meeting-remind     lines meeting
R54  会-2  the work done                                      meeting-month      月会
R55  会-2  what is owed                                       receivable-plan    应收
R56  会-2  what came in                                       receivable-plan    回款
R57  会-2  what is late is chased                             receivable-remind  lines receivable
R58  会-3  the weekly report, before Friday 12:00             report-handin      周报
R58  会-3  who has not handed in is reminded                  report-week        job report/remind
R59  会-3  all of them to the general manager                 report-up          上报
R59  会-3  the director is reminded                           report-week        job consolidated/remind
R60  会-3  judged by the clock                                report-week        job consolidated/due
R61  会-3  who is missing is named                            report-week        job report/due
R62  会-4  targets                                            target-set         目标
R63  会-4  and how far they were reached                      target-results     业绩
R64  会-4  each customer's progress                           progress-month     客户进度
R64  会-4  and why there is none                              progress-cause     停滞原因
R64  会-4  next month's key customers                         progress-promise   重点客户
R65  会-4  next month's activities                            activity-plan      活动 新增
R66  会-4  and what was learnt                                activity-review    活动 总结
R67  会-4  the four papers beside last month's                meeting-remind     job meeting/pack
R68  会-4  which stay as they were                            target-freeze      job month/freeze
R69  附-1  lateness is counted                                report-chase       谁没交
R70  附-2  a refusal says how else                            desk-help          帮助
R71  附-3  clauses are found                                  staff-rules        制度
R72  附-4  posts change from a day on                         staff-people       人员 岗位
R72  附-4  settings say since when, and what they were        staff-settings     设置
`

// onlyStated are the clauses that ask nothing of the bot.
var onlyStated = []string{"2-1", "2-6"}

// requirement is a line of requirements.
type requirement struct{ id, clause, asks, script, served string }

func readRequirements(t *testing.T) (list []requirement) {
	t.Helper()
	gap := regexp.MustCompile(`\s{2,}`)
	for line := range strings.Lines(strings.TrimSpace(requirements)) {
		w := append(gap.Split(strings.TrimSpace(line), -1), "")
		if len(w) < 5 {
			t.Fatalf("no requirement: %q", line)
		}
		list = append(list, requirement{w[0], w[1], w[2], w[3], w[4]})
	}
	return list
}

// Every clause is served by what is named, or can be read where it asks nothing.
func TestEveryClauseIsServed(t *testing.T) {
	list := readRequirements(t)
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	serving := o.bot.Load().desk.Serving()
	for _, c := range rulebook.Clauses {
		if !slices.ContainsFunc(list, func(r requirement) bool { return r.clause == c.Number }) {
			t.Errorf("nothing says what %s asks", c.Number)
		}
		if stated := slices.Contains(onlyStated, c.Number); stated != (len(serving[c.Number]) == 0) {
			t.Errorf("%s only states something: %t; the table says that %v serve it", c.Number, stated, serving[c.Number])
		}
		if said := o.hear("小林", "制度 "+c.Number); !strings.Contains(said, c.Text) {
			t.Errorf("%s is not to be read: %q", c.Number, said)
		}
	}
	for i, r := range list {
		if !slices.ContainsFunc(rulebook.Clauses, func(c rulebook.Clause) bool { return c.Number == r.clause }) || i > 0 && r.id < list[i-1].id {
			t.Errorf("%+v is of no clause, or stands where it does not belong", r)
		}
	}
}

// The conversation that shows a requirement fails at one of its lines once what serves
// it is taken away, and does not as long as nothing is.
func TestNothingServesUnseen(t *testing.T) {
	played := map[[2]string]bool{}
	play := func(script, served string, look func(t *testing.T, failed []string)) {
		if key := [2]string{script, served}; !played[key] {
			played[key] = true
			t.Run(script+" without "+cmp.Or(served, "nothing"), func(t *testing.T) {
				t.Parallel()
				without := &lacking{TB: t}
				without.play(script, served)
				look(t, without.failed)
			})
		}
	}
	for _, r := range readRequirements(t) {
		if r.script == "says" {
			continue
		}
		play(r.script, "", func(t *testing.T, failed []string) {
			if len(failed) > 0 {
				t.Errorf("it fails with nothing taken away: %q", failed)
			}
		})
		play(r.script, r.served, func(t *testing.T, failed []string) {
			if at := slices.IndexFunc(failed, failedAt.MatchString); at >= 0 {
				t.Log(failed[at])
				return
			}
			t.Errorf("%s %s: %s: no line of %s fails without %s: %q", r.id, r.clause, r.asks, r.script, r.served, failed)
		})
	}
}

// lacking is the test of a conversation that something was taken away from: what
// fails is only noted.
type lacking struct {
	testing.TB
	failed []string
}

func (l *lacking) note(words string) { l.failed = append(l.failed, words) }

var failedAt = regexp.MustCompile(`(?m)^FAIL: .*\.txtar:\d+: .*`)

// Log takes the line that a conversation failed at from its log.
func (l *lacking) Log(args ...any) {
	if at := failedAt.FindString(fmt.Sprint(args...)); at != "" {
		l.note(at)
	}
}

// What follows is part of testing.TB and testscript.T, too.
func (l *lacking) Parallel()                 {}
func (l *lacking) Verbose() bool             { return false }
func (l *lacking) Logf(string, ...any)       {}
func (l *lacking) Error(args ...any)         { l.note(fmt.Sprint(args...)) }
func (l *lacking) Errorf(f string, a ...any) { l.note(fmt.Sprintf(f, a...)) }
func (l *lacking) FailNow()                  { l.note("failed"); runtime.Goexit() }
func (l *lacking) Fatal(args ...any)         { l.note(fmt.Sprint(args...)); runtime.Goexit() }
func (l *lacking) Fatalf(f string, a ...any) { l.note(fmt.Sprintf(f, a...)); runtime.Goexit() }
func (l *lacking) Run(_ string, f func(testscript.T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(l)
	}()
	<-done
}

// play plays a conversation on a bot without what is named.
func (l *lacking) play(script, served string) {
	s := stage{name: "lacking", backend: storetest.SQLite, mentions: true, changes: true}
	s.screens = func(o *office) screens {
		o.without = served
		return onPage(o)
	}
	testscript.RunT(l, testscript.Params{
		Files: []string{"testdata/script/" + script + ".txtar"},
		Setup: func(env *testscript.Env) error { return s.setUp(env) },
		Cmds:  scriptCommands(), Condition: s.does,
	})
}

// lose takes from a bot what is named as in requirements: the command comes to
// nothing, the job and the area say nothing, the table keeps nothing.
func (o *office) lose(b *bot, what string) {
	kind, name, _ := strings.Cut(what, " ")
	lost := false
	switch kind {
	case "job":
		for i := range b.jobs {
			if b.jobs[i].Name == name {
				lost = true
				b.jobs[i].Do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) { return nil, nil }
				b.jobs[i].Ahead = nil
			}
		}
	case "lines":
		var rest []daily.Area
		for _, a := range b.areas {
			if d, ok := a.(daily.Area); ok && fmt.Sprintf("%T", a) != "*"+name+".Handler" {
				rest = append(rest, d)
			} else if ok {
				lost = true
			}
		}
		for i := range b.jobs {
			if b.jobs[i].Name == "daily" {
				b.jobs[i].Do = daily.Job{Rules: b.Rules, Grace: b.jobs[i].Grace, Areas: rest}.Run
			}
		}
	case "rows":
		lost = true
		storetest.Damage(o.t, o.source.Source, "CREATE TRIGGER IF NOT EXISTS loses AFTER INSERT ON "+name+" BEGIN DELETE FROM "+name+" WHERE rowid = NEW.rowid; END")
	default:
		for _, s := range b.desk.Specs() {
			if s.Name == what {
				lost = true
				s.Run = func(context.Context, *command.Call) (*command.Answer, error) {
					return nil, &command.Refusal{Text: "没有这个命令。"}
				}
			}
		}
	}
	if !lost {
		panic("nothing is called " + what)
	}
}
