package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

func (h Handler) handInCommands() []command.Spec {
	parts := command.Arg{Name: "内容", Kind: command.Labels, Optional: true, Keys: called, Also: calledToo}
	week := command.Arg{Name: "周", Kind: command.Week, Optional: true}
	return []command.Spec{
		{
			Name: "周报", Aliases: []string{"zb", "report"}, Summary: "交本周的周工作计划表；只发 周报 打开表格",
			Said:     []string{"交周报", "写周报", "写…周报", "填周报", "发周报", "做周报", "提交周报", "交…周报", "周报表", "周报表格", "周报模板", "周计划", "周总结", "工作计划表", "工作计划", "工作汇报", "汇报", "日报", "写日报", "weekly report"},
			Args:     []command.Arg{parts},
			Examples: []string{"周报", "周报 本周：拜访华东机电 下周：签滨海新材料 回款：12.5万 问题：无"},
			Daily:    true, Who: rulebook.HandIn, For: h.concerns, Private: true, Form: true, Clause: clause, Due: h.due(h.Rules.Report.Due, func(d rulebook.Dues) *rulebook.Moment { return d.Report }), Run: h.report, Undo: h.undoHandIn,
		},
		{
			Name: "提交周报", Summary: "周报表格用的命令", Hidden: true,
			Args:     []command.Arg{{Name: "周", Kind: command.Week, Prompt: "哪一周的周报？例如 上周。"}, {Name: "上期", Kind: command.Word, Optional: true}},
			Examples: []string{"提交周报 2026-W48"},
			Who:      rulebook.HandIn, For: h.concerns, Private: true, Form: true, Clause: clause, Run: h.submit, Undo: h.undoHandIn,
		},
		{
			Name: "改周报", Aliases: []string{"gzb"}, Summary: "改本周已交的周报：写了哪一栏就换哪一栏，其余不变",
			Said: []string{"修改周报", "更新周报", "改…周报", "修改…周报", "周报…改成", "周报…改为", "周报修改", "周报怎么改", "周报…改", "补充周报"},
			Args: []command.Arg{parts}, Examples: []string{"改周报 下周：签滨海新材料、拜访南方重工"},
			Who: rulebook.HandIn, For: h.concerns, Private: true, Form: true, Clause: clause, Run: h.change, Undo: h.undoHandIn,
		},
		{
			Name: "撤回周报", Aliases: []string{"chzb"}, Summary: "撤回还没有上报的周报；撤回后算未交",
			Said: []string{"周报撤回", "周报…撤回", "撤回…周报", "撤销周报", "取消周报", "收回周报"},
			Args: []command.Arg{week}, Examples: []string{"撤回周报", "撤回周报 上周"},
			Who: rulebook.HandIn, For: h.concerns, Private: true, Clause: clause, Run: h.withdraw, Changed: h.reportChanged, Undo: h.undoWithdraw,
		},
		{
			Name: "看周报", Aliases: []string{"kzb"}, Summary: "看自己的周报；总经理、总监、主管可看别人的", Lists: true,
			Said:     []string{"我的周报", "…的周报", "看…周报", "查…周报", "查看…周报", "周报呢", "周报…写了", "周报内容", "周报", "周报交了没", "周报交了吗"},
			Args:     []command.Arg{{Name: "姓名", Kind: command.Person, Optional: true, Gone: true}, week},
			Examples: []string{"看周报", "看周报 上周"},
			Who:      rulebook.TakePart, Private: true, Clause: clause, Run: h.look,
		},
		{
			Name: "补交", Aliases: []string{"bj"}, Summary: "补交以前某一周的周报，一律记迟交",
			Said: []string{"补交周报", "补交…周报", "补周报", "补…周报", "周报…补交", "补写周报"},
			Args: []command.Arg{week, parts}, Examples: []string{"补交 上周 本周：拜访华东机电 下周：签滨海新材料"},
			Who: rulebook.HandIn, For: h.concerns, Private: true, Form: true, Clause: clause, Run: h.backdate, Undo: h.undoHandIn,
		},
	}
}

// due is by when something is owed every week, for help, and under which later editions
// of the rules. What holidays make of a week, its own form says.
func (h Handler) due(m rulebook.Moment, of func(rulebook.Dues) *rulebook.Moment) string {
	said := everyWeek(m)
	for _, e := range h.Rules.Book {
		if later := of(e.Due); later != nil {
			said += "（" + string(e.From) + " 起" + everyWeek(*later) + "）"
		}
	}
	return said + "，放假的那周看表上写的"
}

func everyWeek(m rulebook.Moment) string {
	return "每周" + [...]string{"日", "一", "二", "三", "四", "五", "六"}[m.Weekday] + " " + m.Clock().String()
}

// report hands in for the week in which the message was sent.
func (h Handler) report(ctx context.Context, c *command.Call) (*command.Answer, error) {
	c = c.AsFirstSaid()
	w := h.Rules.Week(c.Now)
	if err := h.mayHandIn(ctx, c, w); err != nil {
		return nil, err
	}
	t, err := h.ofThisWeek(c, w)
	if err != nil {
		return nil, err
	}
	if !c.Has("内容") && c.Form == nil {
		return h.form(ctx, c, w)
	}
	if c.Form != nil {
		t = written(c.Form)
	}
	if guessed(c) {
		return h.understood(c, w, t), nil
	}
	if err := complete(t); err != nil {
		return nil, err
	}
	return h.handIn(ctx, c, store.Report{Week: w, Text: t})
}

// complete asks for what a report cannot be without.
func complete(t store.ReportText) error {
	switch {
	case t.Done == "":
		return &command.Question{Prompt: "本周完成了什么？", Prefix: partDone + "："}
	case t.Plan == "":
		return &command.Question{Prompt: "下周计划做什么？", Prefix: partPlan + "："}
	default:
		return nil
	}
}

// concerns reports whether a person is offered the commands of a report's author.
func (h Handler) concerns(p store.Person) bool { return h.owing(p.Post) }

// mayHandIn refuses whoever owes no reports, now or when that week's were due,
// and weeks that have none.
func (h Handler) mayHandIn(ctx context.Context, c *command.Call, w store.Week) error {
	due, none := h.dueOf(w)
	if h.owing(c.Person.Post) {
		return none
	}
	posts, err := c.Tx.People().PostsAt(ctx, due)
	if err != nil || none == nil && h.owing(posts[c.Person.ID]) {
		return err
	}
	return &command.Refusal{
		Text:   fmt.Sprintf("周报由%s提交，你是%s，不用交。", postWords(h.Config.OwedBy), c.Person.Post),
		Hint:   "看能做什么：帮助",
		Clause: clause,
	}
}

func postWords(posts []store.Post) string {
	if len(posts) == 0 {
		return "指定岗位"
	}
	var words []string
	for _, p := range posts {
		words = append(words, string(p))
	}
	return strings.Join(words, "、")
}

// handIn keeps a version and says how it stands. Whether it is late is judged
// by when it was sent (C12). After the week was sent up it is a supplement,
// which goes on to the general manager.
func (h Handler) handIn(ctx context.Context, c *command.Call, r store.Report) (*command.Answer, error) {
	if err := fits(r.Text); err != nil {
		return nil, err
	}
	due, err := h.dueOf(r.Week)
	if err != nil {
		return nil, err
	}
	if err := c.Tx.Weeks().Lock(ctx, r.Week); err != nil {
		return nil, err
	}
	before, err := sentBefore(ctx, c, r.Week)
	if err != nil {
		return nil, err
	}
	if _, r.Supplement, err = c.Tx.Weeks().SentUp(ctx, r.Week); err != nil {
		return nil, err
	}
	version := command.VersionOf("supplement", r.Week.Key(), r.Text)
	if len(before) > 0 && r.Supplement && !c.Confirms(version) {
		return h.outward(ctx, c, r, version)
	}
	if len(before) > 0 && !r.Supplement && r.Text.Review == "" {
		was := effective(before) // what was said of the last plan stands
		r.Text.Review, r.Kept, r.Partly, r.Unkept = was.Text.Review, was.Kept, was.Partly, was.Unkept
	}
	r.ID, r.Person, r.Sent = c.Tx.NewID(c.Now), c.Person.ID, c.Now
	r.Late, _ = rulebook.Late(c.Now, due)
	if r.Version, err = c.Tx.Reports().Add(ctx, r); err != nil {
		return nil, err
	}
	return h.kept(ctx, c, r)
}

// outward asks before more words go on to the general manager.
func (h Handler) outward(ctx context.Context, c *command.Call, r store.Report, version string) (*command.Answer, error) {
	a := command.Card(chat.Card{Title: "补充转给总经理？", Tone: chat.Warn, Blocks: []chat.Block{
		{Text: r.Week.String() + "已经上报，确认后马上作为补充转给总经理，不能撤回："},
		{Text: text.CutWith(read(r.Text), mostRead, isCut)},
	}})
	a.Subject = subject(r.Week, c.Person.ID)
	return a.Preview(version), h.guard(ctx, c, r.Week, a, r.Text)
}

// sentBefore are the versions of the caller's week that were there when the call
// was sent. Who took the week back since does not hand in for it any more.
func sentBefore(ctx context.Context, c *command.Call, w store.Week) ([]store.Report, error) {
	list, err := c.Tx.Reports().Of(ctx, c.Person.ID, w)
	if err != nil || !c.Late() {
		return list, err
	}
	_, withdrawn, err := c.Tx.Reports().Changed(ctx, c.Person.ID, w)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(r store.Report) bool { return r.Sent.After(c.Now) }), c.Overtaken(withdrawn)
}

// reportChanged is when the reports of the week that the call names were changed.
func (h Handler) reportChanged(ctx context.Context, c *command.Call) (time.Time, error) {
	w := h.Rules.Week(c.Now)
	if c.Has("周") {
		w = c.Week("周")
	}
	return changed(ctx, c, w)
}

// changed is when the caller's reports of a week were changed.
func changed(ctx context.Context, c *command.Call, w store.Week) (time.Time, error) {
	sent, withdrawn, err := c.Tx.Reports().Changed(ctx, c.Person.ID, w)
	if withdrawn.After(sent) {
		return withdrawn, err
	}
	return sent, err
}

// kept is the answer to a new version. One that was sent later may have come
// before it: that one counts.
func (h Handler) kept(ctx context.Context, c *command.Call, r store.Report) (*command.Answer, error) {
	e, _, err := h.entryOf(ctx, c.Tx, c.Person, r.Week)
	if err != nil {
		return nil, err
	}
	newest := e.last()
	e.reports = e.reports[:1+slices.IndexFunc(e.reports, func(o store.Report) bool { return o.ID == r.ID })]
	r = e.last()
	due, _ := h.Rules.ReportDue(r.Week)
	card := h.receiptCard(e, due, h.Rules.Week(c.Now))
	hint, err := h.forgotten(ctx, c, r.Week)
	if err != nil {
		return nil, err
	}
	if hint != "" {
		card.Blocks = append(card.Blocks, noteBlock(hint))
	}
	if newest.ID != r.ID {
		text := fmt.Sprintf("这一份到得晚了：之后发的第 %d 版（%s）已经收到，内容以那一版为准。", newest.Version, h.at(newest.Sent))
		card.Blocks = append(card.Blocks, noteBlock(text))
	}
	a := command.Card(card)
	a.Subject = subject(r.Week, r.Person)
	if err := h.guard(ctx, c, r.Week, a, r.Text); err != nil {
		return nil, err
	}
	if a.Notices, err = h.handInNotices(ctx, c, e); err != nil {
		return nil, err
	}
	if !r.Supplement { // what went up cannot be taken back
		a.Undo = r.ID
	}
	return a, nil
}

// subject is what an audit entry is about.
func subject(w store.Week, person string) string { return "report/" + w.Key() + "/" + person }

// forgotten reminds who hands in for this week that the last one is missing:
// on Monday it is easily meant.
func (h Handler) forgotten(ctx context.Context, c *command.Call, w store.Week) (string, error) {
	last, _, ok := h.near(h.Rules.Week(c.Now), -1)
	if !ok || w != h.Rules.Week(c.Now) || h.tooOld(last, w) {
		return "", nil
	}
	is, err := h.stands(ctx, c, last)
	if err != nil || is != missing {
		return "", err
	}
	return fmt.Sprintf("上一次%s还没交。补交：%s", last, h.howTo(last, w)), nil
}

// stands is how the caller stands in a week; empty when nothing is owed.
func (h Handler) stands(ctx context.Context, c *command.Call, w store.Week) (state, error) {
	e, some, err := h.entryOf(ctx, c.Tx, c.Person, w)
	if err != nil || !some {
		return "", err
	}
	return e.state, nil
}

// tooOld reports whether w lies farther back than 补交 reaches from this.
func (h Handler) tooOld(w, this store.Week) bool { return w.Before(this.Add(-h.Config.BackdateWeeks)) }

// howTo is the line that hands in for w, written in this week; 看周报 where none does
// any more.
func (h Handler) howTo(w, this store.Week) string {
	switch {
	case !w.Before(this):
		return "周报 本周：… 下周：…"
	case h.tooOld(w, this):
		return "看周报"
	default:
		return "补交 " + w.Key() + " 本周：… 下周：…"
	}
}

// undoHandIn withdraws one version.
func (h Handler) undoHandIn(ctx context.Context, c *command.Call, ref string) (string, error) {
	r, found, err := c.Tx.Reports().ByID(ctx, ref)
	if err != nil {
		return "", err
	}
	if _, sent, err := c.Tx.Weeks().SentUp(ctx, r.Week); err != nil || sent {
		return "", firstOf(err, frozen(r.Week, h.Rules.Week(c.Now)))
	}
	done, err := c.Tx.Reports().Withdraw(ctx, ref, c.Now)
	if err == nil && (!found || !done) {
		err = &command.Refusal{Text: "这一版已经撤回过了。", Hint: "看周报", Clause: clause}
	}
	return fmt.Sprintf("%s周报第 %d 版", r.Week, r.Version), err
}

// firstOf is the first error there is.
func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// frozen is why something that went up cannot be taken back.
func frozen(w, this store.Week) error {
	return &command.Refusal{
		Text:   w.String() + "已经上报总经理，不能撤回。",
		Hint:   "要补充：" + amend(w, this, "本周") + "（会作为补充转给总经理）",
		Clause: clause,
	}
}

// amend is the line that changes a field of a week, or adds to one that went up.
func amend(w, this store.Week, field string) string {
	if w == this {
		return "改周报 " + field + "：…"
	}
	return "补交 " + w.Key() + " " + field + "：…"
}
