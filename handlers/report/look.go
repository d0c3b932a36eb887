package report

import (
	"context"
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// look shows a report: one's own, or another's to the heads. Without a week it
// is the latest that was handed in.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	who := c.Person
	if c.Has("姓名") {
		who = c.Who("姓名")
	}
	own := who.ID == c.Person.ID
	if !own && !rulebook.Allows(rulebook.SeeReports, c.Person) {
		return nil, &command.Refusal{
			Text:   "看别人的周报，只有" + rulebook.Holders(rulebook.SeeReports) + "可以。",
			Hint:   "看自己的：看周报",
			Clause: rulebook.ClauseOf(rulebook.SeeReports),
			Denied: true,
		}
	}
	w, err := h.lookWeek(ctx, c, who)
	if err != nil {
		return nil, err
	}
	e, _, err := h.entryOf(ctx, c.Tx, who, w)
	if err != nil {
		return nil, err
	}
	if len(e.reports) == 0 && own && !h.concerns(c.Person) {
		return h.readable(ctx, c)
	}
	if len(e.reports) == 0 {
		return nil, h.notThere(c, who, w, own)
	}
	comments, err := h.commentsOn(ctx, c, who, w)
	if err != nil {
		return nil, err
	}
	change := ""
	if own {
		if change, err = h.changeable(ctx, c, w); err != nil {
			return nil, err
		}
	}
	a := command.Card(h.reportCard(e, comments, change))
	if own {
		err = h.guard(ctx, c, w, a, effective(e.reports).Text)
	} else {
		a.Reply.Secrecy = others(c.Person, a.Reply.Card.Title)
	}
	a.Subject = subject(w, who.ID)
	return a, err
}

// changeable tells the author of a week's report how to change it; empty where nobody
// does any more.
func (h Handler) changeable(ctx context.Context, c *command.Call, w store.Week) (string, error) {
	_, sent, err := c.Tx.Weeks().SentUp(ctx, w)
	this := h.Rules.Week(c.Now)
	switch {
	case err != nil || h.tooOld(w, this):
		return "", err
	case sent:
		return "已经上报，再写的作为补充转给总经理：" + amend(w, this, "本周"), nil
	}
	return "修改：" + amend(w, this, "下周"), nil
}

// maxOpened is how many reports one answer offers to open.
const maxOpened = 6

// readable is what somebody who owes no report may read of a week.
func (h Handler) readable(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if !rulebook.Allows(rulebook.SeeReports, c.Person) {
		return nil, &command.Refusal{Text: "周报由" + postWords(h.Config.OwedBy) + "提交，你不用交周报，也就没有可看的。", Hint: "我的", Clause: clause}
	}
	s, err := h.askedSheet(ctx, c, store.Reports.Heads)
	if err != nil {
		return nil, err
	}
	sent, err := h.sentWords(ctx, c.Tx, s)
	if err != nil {
		return nil, err
	}
	card := h.statesCard(s, sent, c.Person)
	card.Buttons = nil
	for _, e := range s.entries {
		if len(e.reports) > 0 && len(card.Buttons) < maxOpened {
			card.Buttons = append(card.Buttons, chat.Button{Label: "看 " + e.person.Name, Command: "看周报 " + e.person.Name + " " + s.week.Key()})
		}
	}
	card.Blocks = append(card.Blocks, noteBlock("看一个人的：看周报 姓名 周"))
	a := command.Card(card)
	a.Subject = "report/" + s.week.Key()
	return a, nil
}

func (h Handler) lookWeek(ctx context.Context, c *command.Call, who store.Person) (store.Week, error) {
	if c.Has("周") {
		return h.begun(c, c.Week("周"))
	}
	this := h.Rules.Week(c.Now)
	w, found, err := c.Tx.Reports().LastWeek(ctx, who.ID, this)
	if err != nil || !found {
		return this, err
	}
	return w, nil
}

func (h Handler) notThere(c *command.Call, who store.Person, w store.Week, own bool) error {
	if own {
		return &command.Refusal{Text: w.String() + "你还没有交周报。", Hint: h.howTo(w, h.Rules.Week(c.Now)), Clause: clause}
	}
	return &command.Refusal{Text: who.Name + " " + w.String() + "没有交周报。", Hint: "看谁没交：谁没交 " + w.Key(), Clause: clause}
}

// commentsOn are the comments that somebody may read beside a report: the
// heads all of them, others those that name them.
func (h Handler) commentsOn(ctx context.Context, c *command.Call, who store.Person, w store.Week) ([]store.ReportComment, error) {
	all, err := c.Tx.Weeks().Comments(ctx, w)
	if err != nil || rulebook.Allows(rulebook.SeeReports, c.Person) {
		return all, err
	}
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	var list []store.ReportComment
	for _, said := range all {
		if slices.ContainsFunc(mentioned(people, said.Text), func(p store.Person) bool { return p.ID == who.ID }) {
			list = append(list, said)
		}
	}
	return list, nil
}
