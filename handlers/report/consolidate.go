package report

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) consolidateCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "汇总", Aliases: []string{"hz"}, Summary: "收到的周报汇总成草稿，附全部原件 Excel",
			Said:     []string{"汇总周报", "汇总…周报", "周报汇总", "合并周报", "整理周报", "导出周报", "导出…周报"},
			Args:     []command.Arg{{Name: "周", Kind: command.Week, Optional: true}},
			Examples: []string{"汇总", "汇总 上周"},
			Daily:    true, Who: rulebook.Consolidate, Private: true, Clause: clause, Run: h.draft,
		},
		{
			Name: "上报", Aliases: []string{"sb"}, Summary: "确认后把汇总和全部原件报总经理，每周一次；可先写周次",
			Said:     []string{"上报周报", "周报发给", "周报报给", "周报交给", "汇总发给", "上报…周报", "报给陈总", "报总经理", "提交汇总"},
			Args:     []command.Arg{{Name: "意见", Kind: command.Free, Optional: true}},
			Examples: []string{"上报", "上报 上周", "上报 本周回款偏慢，下周重点跟进"},
			Who:      rulebook.Consolidate, Private: true, Clause: clause, Due: h.due(h.Rules.Consolidated.Due, func(d rulebook.Dues) *rulebook.Moment { return d.Consolidated }), Run: h.sendUp,
		},
	}
}

func (h Handler) draft(ctx context.Context, c *command.Call) (*command.Answer, error) {
	s, err := h.askedSheet(ctx, c, store.Reports.In)
	if err != nil {
		return nil, err
	}
	sent, err := h.sentWords(ctx, c.Tx, s)
	if err != nil {
		return nil, err
	}
	up, already, err := c.Tx.Weeks().SentUp(ctx, s.week)
	if err != nil {
		return nil, err
	}
	comments, err := c.Tx.Weeks().Comments(ctx, s.week)
	if err != nil {
		return nil, err
	}
	if s.rates, err = h.trend(ctx, c.Tx, s, c.Now); err != nil {
		return nil, err
	}
	a := command.Card(h.draftCard(s, sent, up.Opinion, !already && !s.early(c.Now), already, comments))
	a.Reply.Confidential = true
	a.Files = []chat.File{file(s.week, c.Person, c.Now)}
	a.Subject = "report/" + s.week.Key()
	return a, nil
}

// file is the Excel of a week's originals for somebody.
func file(w store.Week, reader store.Person, now time.Time) chat.File {
	o := order{week: w, reader: reader.ID, made: now}
	return chat.File{Name: "周报汇总-" + short(w) + "-" + w.Key() + ".xlsx", Recipe: o.recipe()}
}

// version changes whenever something that the preview shows changes.
func (s sheet) version() string {
	shows := []any{s.week.Key()}
	for _, e := range s.entries {
		shows = append(shows, e.person.ID, e.state)
		for _, r := range e.reports {
			shows = append(shows, r.ID)
		}
	}
	return command.VersionOf(shows...)
}

// mostOpinion is how many characters the director may add.
const mostOpinion = 1000

// sendUp shows what would go up, and once that is confirmed sends it.
func (h Handler) sendUp(ctx context.Context, c *command.Call) (*command.Answer, error) {
	s, _, err := h.upSheet(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := c.Tx.Weeks().Lock(ctx, s.week); err != nil {
		return nil, err
	}
	s, opinion, err := h.upSheet(ctx, c) // again: now nothing comes in between
	if err != nil {
		return nil, err
	}
	above := s.roll.Standing(store.GeneralManager)
	gms := above.To
	if err := h.maySendUp(ctx, c, s, gms); err != nil {
		return nil, err
	}
	due, _ := h.Rules.ConsolidatedDue(s.week)
	up := store.Consolidated{Week: s.week, Person: c.Person.ID, Sent: c.Now, Opinion: opinion}
	up.Late, _ = rulebook.Late(c.Now, due)
	a := &command.Answer{Subject: "report/" + s.week.Key()}
	if s.rates, err = h.trend(ctx, c.Tx, s, c.Now); err != nil {
		return nil, err
	}
	card := h.consolidatedCard(s, up)
	if v := s.version(); !c.Confirms(v) {
		preview(&card, s, gms, c.Outdated(v))
		a.Reply = chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: upSummary(s, gms)}}
		return a.Preview(v), nil
	}
	if fresh, err := c.Tx.Weeks().SendUp(ctx, up); err != nil || !fresh {
		return nil, firstOf(err, sentAlready(s.week))
	}
	a.Reply.Text = fmt.Sprintf("%s周报汇总已上报%s，%s，附 %d 份原件。\n之后交来的会作为补充自动转去；总经理已阅和批示会告诉你。", s.week, who(gms), upWords(up.Late), s.originals())
	a.Notices = upNotices(s.week, card, gms, "up", c.Now)
	a.Notices = append(a.Notices, s.vacancy(s.roll, above)...)
	return a, nil
}

// upSheet is the week that is to go up, and what the director says of it.
func (h Handler) upSheet(ctx context.Context, c *command.Call) (sheet, string, error) {
	w, opinion, named := h.weekAhead(c, c.Text("意见"))
	if n := utf8.RuneCountInString(opinion); n > mostOpinion {
		return sheet{}, "", &command.Refusal{Text: fmt.Sprintf("意见有 %d 个字，最多 %d 个字。", n, mostOpinion), Hint: "上报 意见…", Clause: clause}
	}
	s, err := h.sheetAbout(ctx, c, w, named, store.Reports.In)
	return s, opinion, err
}

// maySendUp refuses what cannot go up: twice, before the reports are due while
// somebody may still hand in, or to nobody.
func (h Handler) maySendUp(ctx context.Context, c *command.Call, s sheet, gms []store.Person) error {
	if len(gms) == 0 {
		return &command.Refusal{Text: "总经理和执行董事都没有人，没有人可以收。", Hint: "请管理员登记：人员 岗位 姓名 总经理", Clause: clause}
	}
	_, sent, err := c.Tx.Weeks().SentUp(ctx, s.week)
	if err != nil {
		return err
	}
	if sent {
		return sentAlready(s.week)
	}
	if n := len(s.in(missing)); s.early(c.Now) {
		return &command.Refusal{
			Text:   fmt.Sprintf("%s周报 %s 才截止，还有 %d 人没交，现在上报太早。", s.week, h.at(s.due), n),
			Hint:   "先看草稿：汇总 " + s.week.Key() + "；提醒没交的人：催交 " + s.week.Key(),
			Clause: clause,
		}
	}
	return nil
}

// early reports whether somebody may still hand in before the reports are due.
func (s sheet) early(now time.Time) bool { return now.Before(s.due) && len(s.in(missing)) > 0 }

func sentAlready(w store.Week) error {
	return &command.Refusal{Text: w.String() + "已经上报过了，每周只上报一次。", Hint: "之后交来的会自动作为补充转去；看汇总：汇总 " + w.Key(), Clause: clause}
}

// upNotices are a card and the Excel for everybody above.
func upNotices(w store.Week, card chat.Card, to []store.Person, what string, now time.Time) []chat.Notice {
	var list []chat.Notice
	for _, p := range to {
		mine := card
		mine.Buttons = upButtons(w, p)
		list = append(list, withFile(w, p, now, what, mine))
	}
	return list
}

// withFile is a card of other people's reports with the Excel of all originals
// behind it.
func withFile(w store.Week, to store.Person, now time.Time, what string, card chat.Card) chat.Notice {
	list := audience.Same(key(w, what), []store.Person{to}, chat.Message{Card: &card, Secrecy: others(to, card.Title)})
	list[0].Files = []chat.File{file(w, to, now)}
	return list[0]
}

// others is the secrecy of other people's reports for a reader: theirs by
// right, or because they stand in for somebody.
func others(reader store.Person, title string) chat.Secrecy {
	s := chat.Secrecy{Confidential: true, Summary: title + "。\n内容需要保密，这里不能显示。请在企业微信自建应用或飞书里查看。"}
	for _, r := range []rulebook.Right{rulebook.CommentOnReports, rulebook.SeeReports} {
		if s.Right == "" && rulebook.Allows(r, reader) {
			s.Right = string(r)
		}
	}
	return s
}

// upButtons are for whoever may use them.
func upButtons(w store.Week, p store.Person) []chat.Button {
	if !rulebook.Allows(rulebook.CommentOnReports, p) {
		return nil
	}
	return []chat.Button{
		{Label: "已阅", Command: "已阅 " + w.Key(), Primary: true},
		{Label: "批示", Command: "批示 " + w.Key()},
	}
}

// vacancy tells the administrators, once a week, who stands in for a post.
func (s sheet) vacancy(r audience.Roll, a audience.Audience) []chat.Notice {
	return r.Vacancy(a, s.week.String()+"周报的消息", s.week.Key())
}

// handInNotices pushes nothing for what is on time. The director, who was
// shown the person as missing, learns that a late report came; what comes
// after the week went up is forwarded above.
func (h Handler) handInNotices(ctx context.Context, c *command.Call, e entry) ([]chat.Notice, error) {
	r := e.last()
	if !r.Supplement && (e.state != late || len(e.reports) > 1) {
		return nil, nil
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	directors := roll.Standing(store.MarketingDirector).To
	if !r.Supplement {
		text := fmt.Sprintf("%s 交了%s周报，%s。", c.Person.Name, r.Week, lateWords(e.late))
		return toAll(r, directors, c.Person.ID, "late", func(store.Person) chat.Message { return chat.Message{Text: text} }), nil
	}
	gms := roll.Standing(store.GeneralManager).To
	card := h.supplementCard(e)
	list := toAll(r, gms, c.Person.ID, "supplement", func(p store.Person) chat.Message {
		mine := card
		mine.Buttons = upButtons(r.Week, p)
		return chat.Message{Card: &mine, Secrecy: others(p, mine.Title)}
	})
	text := fmt.Sprintf("%s 补充了%s周报，已转%s。", c.Person.Name, r.Week, who(gms))
	if supplementWord(e) == string(late) {
		text = fmt.Sprintf("%s 交了%s周报，%s，上报之后才到，已转%s。", c.Person.Name, r.Week, lateWords(e.late), who(gms))
	}
	return append(list, toAll(r, audience.But(directors, ids(gms)...), c.Person.ID, "supplement", func(store.Person) chat.Message { return chat.Message{Text: text} })...), nil
}

// toAll is a notice about a version for several, but not for who caused it.
func toAll(r store.Report, to []store.Person, but, what string, say func(store.Person) chat.Message) []chat.Notice {
	return audience.Notices(key(r.Week, fmt.Sprintf("%s/%s/%d", what, r.Person, r.Version)), audience.But(to, but), say)
}

func ids(people []store.Person) []string {
	var list []string
	for _, p := range people {
		list = append(list, p.ID)
	}
	return list
}

// dueWords is when the consolidated report is due, and how far that is.
func (h Handler) dueWords(w store.Week, now time.Time) string {
	due, ok := h.Rules.ConsolidatedDue(w)
	if !ok {
		return ""
	}
	return h.at(due) + " 截止（" + words.Distance(now, due) + "）"
}
