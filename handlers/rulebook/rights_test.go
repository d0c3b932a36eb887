package rulebook_test

import (
	"strings"
	"testing"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Each row is a right; the columns are the posts, highest first, then a person
// of the lowest post who is also 管理员.
func TestWhoMayDoWhat(t *testing.T) {
	for right, row := range map[rulebook.Right]struct{ may, holders, clause string }{
		//                           董 总 助 监 主 业 其 管
		rulebook.TakePart:         {"y y y y y y y y", "已登记的人员", "总则"},
		rulebook.CheckIn:          {"- - - y y y - -", "市场总监、市场主管、业务员", "2-4"},
		rulebook.SeeCheckIns:      {"- y - y y - - -", "总经理、市场总监、市场主管", "2-4"},
		rulebook.EnterLeave:       {"- - - y y - - -", "市场总监、市场主管", "总则"},
		rulebook.HandIn:           {"y y y y y y y y", "已登记的人员", "会-3"},
		rulebook.SeeReports:       {"- y - y y - - -", "总经理、市场总监、市场主管", "会-3"},
		rulebook.Chase:            {"- y - y y - - -", "总经理、市场总监、市场主管", "会-3"},
		rulebook.Consolidate:      {"- - - y - - - -", "市场总监", "会-3"},
		rulebook.CommentOnReports: {"y y - - - - - -", "总经理、执行董事", "会-3"},
		rulebook.ReadFiles:        {"y y y y y y y y", "档-4 列出的岗位；其他人经总经理批准", "档-4"},
		rulebook.EnterCustomers:   {"- - - y y y - -", "市场总监、市场主管、业务员", "档-7"},
		rulebook.MoveCustomers:    {"- - - y y - - -", "市场总监、市场主管", "档-4"},
		rulebook.JudgeLeads:       {"- - - y y - - -", "市场总监、市场主管", "档-7"},
		rulebook.DecideLooks:      {"y y y - - - - -", "总经理、执行董事、总经理助理", "档-6"},
		rulebook.Delegate:         {"- y - - - - - -", "总经理", "档-6"},
		rulebook.TraceLooks:       {"y y - y - - - -", "执行董事、总经理、市场总监", "档-3"},
		rulebook.ManagePeople:     {"- - - - - - - y", "管理员", "总则"},
		rulebook.ConfirmPeople:    {"y y - - - - - -", "总经理、执行董事", "附-4"},
		rulebook.SelfCheck:        {"- - - - - - - y", "管理员", "附-4"},
		rulebook.TakeContracts:    {"- - - y y y - -", "市场总监、市场主管、业务员", "2-3"},
		rulebook.SeeContracts:     {"y y y y y - - -", "执行董事、总经理、总经理助理、市场总监、市场主管、档案员、财务", "2-3"},
		rulebook.HeadContracts:    {"- - - y y - - -", "市场总监、市场主管", "2-3"},
		rulebook.EndContracts:     {"- y - y - - - -", "总经理、市场总监", "2-3"},
		rulebook.ArchiveContracts: {"- y - y - - - -", "档案员（没有档案员时市场总监）", "2-5"},
		rulebook.EnterMoney:       {"- y - y y y - -", "合同持有人、财务、市场主管、市场总监、总经理", "会-2"},
		rulebook.SeeMoney:         {"y y y y y y - -", "执行董事、总经理、总经理助理、市场总监、市场主管、业务员、财务", "会-2"},
		rulebook.KeepAccounts:     {"- y - y - - - -", "财务", "会-2"},
		rulebook.ReleaseMoney:     {"- y - y - - - -", "财务、市场总监", "会-2"},
		rulebook.SeeActivities:    {"y y y y y - - -", "执行董事、总经理、总经理助理、市场总监、市场主管", "会-4"},
		rulebook.PlanActivities:   {"- - - y y - - -", "市场总监、市场主管", "会-4"},
		rulebook.HeadActivities:   {"- y - y y - - -", "总经理、市场总监、市场主管", "2-8"},
		rulebook.SeeSettings:      {"- y - - - - - y", "总经理、管理员", "附-4"},
		rulebook.SeeUnread:        {"y y y y y - - -", "执行董事、总经理、总经理助理、市场总监、市场主管", "2-2"},
		rulebook.SeeHandovers:     {"y y y y y - - -", "执行董事、总经理、总经理助理、市场总监、市场主管、财务", "2-7"},
		rulebook.HeadHandovers:    {"- y - y y - - -", "总经理、市场总监、市场主管", "2-7"},
		rulebook.ClearAccounts:    {"y y - y y - - -", "财务（没有财务时市场总监）", "2-7"},
		rulebook.ReleaseLeavers:   {"y y - y y - - -", "直接上级（市场主管；主管离开时市场总监，总监离开时总经理）", "2-7"},
		rulebook.AttendMeetings:   {"- y - y y y - -", "总经理、市场总监、市场主管、业务员", "会-1"},
		rulebook.SeeMeetings:      {"y y y y y - - -", "执行董事、总经理、总经理助理、市场总监、市场主管", "会-4"},
		rulebook.HeadMeetings:     {"- y - y y - - -", "总经理、市场总监、市场主管", "会-1"},
		rulebook.JudgeDecisions:   {"y y - y y - - -", "负责人的上级（市场主管、市场总监、总经理、执行董事）", "会-1"},
		rulebook.SkipMeetings:     {"y y - y - - - -", "市场总监", "会-4"},
		rulebook.HandleIncidents:  {"- y - y - - - -", "总经理、市场总监", "档-5"},
		"unknown":                 {"- - - - - - - -", "", ""},
	} {
		may := strings.Fields(row.may)
		for i, post := range store.Posts {
			p := store.Person{ID: "p", Name: "王磊", Post: post}
			if got := rulebook.Allows(right, p); got != (may[i] == "y") {
				t.Errorf("%s: %s allowed: %v", right, post, got)
			}
			p.Until = time.Unix(1, 0)
			if rulebook.Allows(right, p) || rulebook.Allows(right, store.Person{Post: post}) {
				t.Errorf("%s: somebody stopped or unregistered is allowed as %s", right, post)
			}
		}
		admin := store.Person{ID: "p", Post: store.OtherEmployee, Duties: []store.Duty{store.Administrator}}
		if got := rulebook.Allows(right, admin); got != (may[len(store.Posts)] == "y") {
			t.Errorf("%s: administrator allowed: %v", right, got)
		}
		if got := rulebook.Holders(right); got != row.holders {
			t.Errorf("%s: holders %q, want %q", right, got, row.holders)
		}
		if got := rulebook.ClauseOf(right); got != row.clause {
			t.Errorf("%s: clause %q, want %q", right, got, row.clause)
		}
		if _, ok := rulebook.ByNumber(row.clause); !ok && row.clause != "" {
			t.Errorf("%s: there is no clause %s", right, row.clause)
		}
	}
}

func TestReportingLine(t *testing.T) {
	line := []store.Post{store.Salesperson, store.Supervisor, store.MarketingDirector, store.GeneralManager, store.ExecutiveDirector, ""}
	for i, post := range line[:len(line)-1] {
		if got := rulebook.Superior(post); got != line[i+1] {
			t.Errorf("Superior(%s) = %s, want %s", post, got, line[i+1])
		}
	}
	for _, post := range store.Posts {
		steps := 0
		for p := post; p != ""; p = rulebook.Superior(p) {
			if steps++; steps > len(store.Posts) {
				t.Fatalf("the line above %s has no end", post)
			}
		}
	}
}
