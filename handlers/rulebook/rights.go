package rulebook

import (
	"slices"
	"strings"

	"marketbot/store"
)

// Right is something that not everybody may do.
type Right string

// The rights. Those over others do not cover what is one's own: everyone sees
// their own check-ins and reports and enters their own leave.
const (
	TakePart         Right = "take part"          // what every registered person may
	CheckIn          Right = "check in"           // declare trips, check in
	SeeCheckIns      Right = "see check-ins"      // of others
	EnterLeave       Right = "enter leave"        // for others
	HandIn           Right = "hand in"            // a weekly report; who owes one is a setting
	SeeReports       Right = "see reports"        // of others
	Chase            Right = "chase"              // list the missing, remind them
	Consolidate      Right = "consolidate"        // draft and send up
	CommentOnReports Right = "comment on reports" // and acknowledge them; 执行董事 only while there is no 总经理
	ReadFiles        Right = "read files"         // of customers; whose, Access says
	EnterCustomers   Right = "enter customers"    // new files and changes; whose, Access says
	MoveCustomers    Right = "move customers"     // to another owner
	JudgeLeads       Right = "judge leads"        // accept or reject what others brought in
	DecideLooks      Right = "decide looks"       // requests to read a file; a delegate may too (C5)
	Delegate         Right = "delegate"           // the deciding of requests
	TraceLooks       Right = "trace looks"        // who looked at what
	ManagePeople     Right = "manage people"      // add, change, stop
	ConfirmPeople    Right = "confirm people"     // give the word that changes of people wait for; which, Decides says
	SelfCheck        Right = "self-check"         // look into the bot's own state
	TakeContracts    Right = "take contracts"     // forms: to hold them, report, sign
	SeeContracts     Right = "see contracts"      // all of them; the archivist without what they are worth
	HeadContracts    Right = "head contracts"     // move them, change signed ones
	EndContracts     Right = "end contracts"      // before their time
	ArchiveContracts Right = "archive contracts"  // keep the originals; who stands for the director only while nobody is charged with it
	EnterMoney       Right = "enter money"        // plans and receipts: the holder of their own contracts
	SeeMoney         Right = "see money"          // what is owed and was received: the holder of their own contracts
	KeepAccounts     Right = "keep accounts"      // 核款 and what is known of the bank; the posts above only of what is the accountant's own
	ReleaseMoney     Right = "release money"      // pay back, let go; the general manager only of what is the director's own
	SeeActivities    Right = "see activities"     // all; participants see theirs
	PlanActivities   Right = "plan activities"    // enter, change, cancel
	HeadActivities   Right = "head activities"    // say who came, sum up
	SeeResults       Right = "see results"        // targets and what was reached: their own
	SeeAllResults    Right = "see all results"    // everybody's
	SetTargets       Right = "set targets"        // of people and of the department
	SeeProgress      Right = "see progress"       // of customers; whose, SeesProgress says
	ExplainStalls    Right = "explain stalls"     // why a customer stands still; salespeople of their own
	NameKeys         Right = "name keys"          // the key customers of a month, with what is promised
	AnswerPromises   Right = "answer promises"    // whether one was kept; salespeople of their own
	SeeDepartment    Right = "see department"     // what there is to do today, in counts
	SeeHandovers     Right = "see handovers"      // of others
	HeadHandovers    Right = "head handovers"     // say who takes over what others leave behind
	ClearAccounts    Right = "clear accounts"     // of who leaves; whose turn it is, the line says
	ReleaseLeavers   Right = "release leavers"    // sign last; of whom, the line says
	AttendMeetings   Right = "attend meetings"    // who belongs to every one
	SeeMeetings      Right = "see meetings"       // the pack, the minutes and all decisions in full
	HeadMeetings     Right = "head meetings"      // open them, give items their outcome
	JudgeDecisions   Right = "judge decisions"    // say that what was decided is done; see Judges
	SkipMeetings     Right = "skip meetings"      // say that a month has none; who stands for the director only while there is none
	SeeUnread        Right = "see unread"         // who has not confirmed the rules
	SeeSettings      Right = "see settings"       // every one but credentials, and what they were
	HandleIncidents  Right = "handle incidents"   // see all that were reported, close them
)

// rule says who has a right and which clause says so.
type rule struct {
	Everyone bool   // who is registered and active
	Words    string // who of them it comes down to, where something else decides that
	Posts    []store.Post
	Duties   []store.Duty
	Clause   string
	// Meanwhile lets those have it whose post waits to be confirmed.
	Meanwhile bool
}

// rights is the whole of who may do what. Posts stand highest first, as a
// refusal names them, but for one that only stands in for another.
var rights = map[Right]rule{
	TakePart:         {Everyone: true, Clause: "总则"},
	CheckIn:          {Posts: []store.Post{store.MarketingDirector, store.Supervisor, store.Salesperson}, Clause: "2-4", Meanwhile: true},
	SeeCheckIns:      {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}, Clause: "2-4"},
	EnterLeave:       {Posts: []store.Post{store.MarketingDirector, store.Supervisor}, Clause: "总则"},
	HandIn:           {Everyone: true, Clause: "会-3"},
	SeeReports:       {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}, Clause: "会-3"},
	Chase:            {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}, Clause: "会-3"},
	Consolidate:      {Posts: []store.Post{store.MarketingDirector}, Clause: "会-3"},
	CommentOnReports: {Posts: []store.Post{store.GeneralManager, store.ExecutiveDirector}, Clause: "会-3"},
	ReadFiles:        {Everyone: true, Words: "档-4 列出的岗位；其他人经总经理批准", Clause: "档-4"},
	EnterCustomers:   {Posts: []store.Post{store.MarketingDirector, store.Supervisor, store.Salesperson}, Clause: "档-7"},
	MoveCustomers:    {Posts: []store.Post{store.MarketingDirector, store.Supervisor}, Clause: "档-4"},
	JudgeLeads:       {Posts: []store.Post{store.MarketingDirector, store.Supervisor}, Clause: "档-7"},
	DecideLooks:      {Posts: []store.Post{store.GeneralManager, store.ExecutiveDirector, store.GMAssistant}, Clause: "档-6"},
	Delegate:         {Posts: []store.Post{store.GeneralManager}, Clause: "档-6"},
	TraceLooks:       {Posts: []store.Post{store.ExecutiveDirector, store.GeneralManager, store.MarketingDirector}, Clause: "档-3"},
	ManagePeople:     {Duties: []store.Duty{store.Administrator}, Clause: "总则"},
	ConfirmPeople:    {Posts: []store.Post{store.GeneralManager, store.ExecutiveDirector}, Clause: "附-4"},
	SeeSettings:      {Posts: []store.Post{store.GeneralManager}, Duties: []store.Duty{store.Administrator}, Clause: "附-4"},
	SelfCheck:        {Duties: []store.Duty{store.Administrator}, Clause: "附-4"},
	TakeContracts:    {Posts: []store.Post{store.MarketingDirector, store.Supervisor, store.Salesperson}, Clause: "2-3"},
	SeeContracts: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Duties: []store.Duty{store.Archivist, store.Accountant}, Clause: "2-3",
	},
	HeadContracts:    {Posts: []store.Post{store.MarketingDirector, store.Supervisor}, Clause: "2-3"},
	EndContracts:     {Posts: []store.Post{store.GeneralManager, store.MarketingDirector}, Clause: "2-3"},
	ArchiveContracts: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector}, Duties: []store.Duty{store.Archivist}, Words: "档案员（没有档案员时市场总监）", Clause: "2-5"},
	EnterMoney: {
		Posts:  []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor, store.Salesperson},
		Duties: []store.Duty{store.Accountant}, Words: "合同持有人、财务、市场主管、市场总监、总经理", Clause: "会-2",
	},
	SeeMoney: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor, store.Salesperson},
		Duties: []store.Duty{store.Accountant}, Clause: "会-2",
	},
	KeepAccounts: {
		Posts:  []store.Post{store.GeneralManager, store.MarketingDirector},
		Duties: []store.Duty{store.Accountant}, Words: "财务", Clause: "会-2",
	},
	ReleaseMoney: {
		Posts:  []store.Post{store.GeneralManager, store.MarketingDirector},
		Duties: []store.Duty{store.Accountant}, Words: "财务、市场总监", Clause: "会-2",
	},
	SeeActivities: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Clause: "会-4",
	},
	PlanActivities: {Posts: []store.Post{store.MarketingDirector, store.Supervisor}, Clause: "会-4"},
	HeadActivities: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}, Clause: "2-8"},
	SeeResults: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor, store.Salesperson},
		Clause: "会-4",
	},
	SeeAllResults: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Clause: "会-4",
	},
	SetTargets: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector}, Clause: "会-4"},
	SeeProgress: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor, store.Salesperson},
		Clause: "会-4",
	},
	ExplainStalls:  {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor, store.Salesperson}, Clause: "会-4"},
	NameKeys:       {Posts: []store.Post{store.MarketingDirector, store.Supervisor}, Clause: "会-4"},
	AnswerPromises: {Posts: []store.Post{store.MarketingDirector, store.Supervisor, store.Salesperson}, Clause: "会-4"},
	SeeDepartment: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Clause: "总则",
	},
	SeeUnread: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Clause: "2-2",
	},
	SeeHandovers: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Duties: []store.Duty{store.Accountant}, Clause: "2-7",
	},
	HeadHandovers: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}, Clause: "2-7"},
	ClearAccounts: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.MarketingDirector, store.Supervisor},
		Duties: []store.Duty{store.Accountant}, Words: "财务（没有财务时市场总监）", Clause: "2-7",
	},
	HandleIncidents: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector}, Clause: "档-5"},
	ReleaseLeavers: {
		Posts: []store.Post{store.ExecutiveDirector, store.GeneralManager, store.MarketingDirector, store.Supervisor},
		Words: "直接上级（市场主管；主管离开时市场总监，总监离开时总经理）", Clause: "2-7",
	},
	AttendMeetings: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor, store.Salesperson}, Clause: "会-1"},
	SeeMeetings: {
		Posts:  []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor},
		Clause: "会-4",
	},
	HeadMeetings: {Posts: []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}, Clause: "会-1"},
	JudgeDecisions: {
		Posts: []store.Post{store.ExecutiveDirector, store.GeneralManager, store.MarketingDirector, store.Supervisor},
		Words: "负责人的上级（市场主管、市场总监、总经理、执行董事）", Clause: "会-1",
	},
	SkipMeetings: {
		Posts: []store.Post{store.ExecutiveDirector, store.GeneralManager, store.MarketingDirector},
		Words: "市场总监", Clause: "会-4",
	},
}

// Allows reports whether p has the right, and had it when they asked. Nobody who
// is not registered or was stopped has any, and nobody has an unknown one.
func Allows(r Right, p store.Person) bool {
	rule, ok := rights[r]
	if !ok || !p.Active() || p.Then != nil && !Allows(r, *p.Then) {
		return false
	}
	return rule.Everyone || slices.Contains(rule.Posts, p.Post) || rule.Meanwhile && slices.Contains(rule.Posts, p.Awaits) || slices.ContainsFunc(rule.Duties, p.Has)
}

// Holders are the words for who has the right, to be put into a refusal
// (只有…可以): 总经理、市场总监、市场主管. Empty for an unknown right.
func Holders(r Right) string {
	rule := rights[r]
	if rule.Words != "" {
		return rule.Words
	}
	if rule.Everyone {
		return "已登记的人员"
	}
	var names []string
	for _, p := range rule.Posts {
		names = append(names, string(p))
	}
	for _, d := range rule.Duties {
		names = append(names, string(d))
	}
	return strings.Join(names, "、")
}

// ClauseOf is the number of the clause that a right follows from; empty for an
// unknown right.
func ClauseOf(r Right) string { return rights[r].Clause }

// Superior is the post next up the reporting line (总则, R03), to which things
// go when a post is vacant; empty above 执行董事. The rule book places
// 总经理助理 and 其他员工 nowhere in the line; both answer to the 总经理, who
// also decides their requests (档-6).
func Superior(p store.Post) store.Post {
	switch p {
	case store.Salesperson:
		return store.Supervisor
	case store.Supervisor:
		return store.MarketingDirector
	case store.MarketingDirector, store.GMAssistant, store.OtherEmployee:
		return store.GeneralManager
	case store.GeneralManager:
		return store.ExecutiveDirector
	default:
		return ""
	}
}
