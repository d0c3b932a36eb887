package report

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

func (h Handler) commentCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "批示", Aliases: []string{"ps"}, Summary: "对上报的汇总写意见，转总监和被点名的人；可先写周次",
			Args:     []command.Arg{{Name: "意见", Kind: command.Free, Prompt: "请写批示的内容。"}},
			Examples: []string{"批示 滨海新材料要本月签下来", "批示 第48周 张伟的方案再细化"},
			Who:      rulebook.CommentOnReports, Private: true, Clause: clause, Run: h.comment,
		},
		{
			Name: "已阅", Aliases: []string{"yy"}, Summary: "告诉总监汇总已经看过",
			Args:     []command.Arg{{Name: "周", Kind: command.Week, Optional: true}},
			Examples: []string{"已阅", "已阅 2026-W48"},
			Who:      rulebook.CommentOnReports, Private: true, Clause: clause, Run: h.read,
		},
	}
}

// weekAhead parts a week from the words behind it. Only what can be nothing
// else counts, because a comment may well begin with a day (周五前给方案).
func (h Handler) weekAhead(c *command.Call, text string) (w store.Week, words string, named bool) {
	w, n, err := command.ReadWeek(text, c.Now)
	if err != nil || n == 0 {
		return w, text, false
	}
	first, _ := utf8.DecodeRuneInString(text)
	next, size := utf8.DecodeRuneInString(text[n:])
	begins := strings.ContainsRune("第Ww2２", first) || strings.HasPrefix(text, "上周")
	ends := n == len(text) || unicode.IsSpace(next) || strings.ContainsRune("：:，,", next)
	if !begins || !ends {
		return w, text, false
	}
	return w, strings.TrimSpace(text[n+size:]), true
}

// upWeek is the sent-up week that the general manager speaks about.
func (h Handler) upWeek(ctx context.Context, c *command.Call, w store.Week, named bool) (store.Consolidated, error) {
	up, found, err := c.Tx.LastSentUp(ctx)
	if named {
		up, found, err = c.Tx.SentUp(ctx, w)
	}
	if err != nil || found {
		return up, err
	}
	text := "还没有上报过周报汇总。"
	if named {
		text = w.String() + "的周报汇总还没有上报。"
	}
	return up, &command.Refusal{Text: text, Hint: "看谁没交：谁没交", Clause: clause}
}

// comment records words of the general manager and passes them to the director
// and to whoever is named in them.
func (h Handler) comment(ctx context.Context, c *command.Call) (command.Answer, error) {
	w, words, named := h.weekAhead(c, c.Text("意见"))
	if blank(words) {
		return command.Answer{}, &command.Question{Prompt: "请写批示的内容。"}
	}
	if n := utf8.RuneCountInString(words); n > mostText {
		return command.Answer{}, &command.Refusal{Text: fmt.Sprintf("批示有 %d 个字，一次最多 %d 个字。", n, mostText), Hint: "批示 意见…", Clause: clause}
	}
	up, err := h.upWeek(ctx, c, w, named)
	if err != nil {
		return command.Answer{}, err
	}
	said := store.ReportComment{ID: c.Tx.NewID(c.Now), Week: up.Week, Person: c.Person.ID, At: c.Now, Text: words}
	if err := c.Tx.AddComment(ctx, said); err != nil {
		return command.Answer{}, err
	}
	if _, err := c.Tx.Read(ctx, up.Week, store.Reading{Person: c.Person.ID, At: c.Now}); err != nil {
		return command.Answer{}, err
	}
	return h.passOn(ctx, c, said)
}

func (h Handler) passOn(ctx context.Context, c *command.Call, said store.ReportComment) (command.Answer, error) {
	s, err := h.sheet(ctx, c.Tx, said.Week, (*store.Tx).ReportHeads)
	if err != nil {
		return command.Answer{}, err
	}
	directors, _ := s.stands(store.MarketingDirector)
	to := without(directors, []store.Person{c.Person})
	for _, e := range s.entries {
		if e.person.Active() && strings.Contains(said.Text, e.person.Name) {
			to = append(without(to, []store.Person{e.person}), e.person)
		}
	}
	a := command.Text(fmt.Sprintf("批示已记录（%s），已转：%s。", said.Week, orNobody(who(to))))
	a.Subject = "report/" + said.Week.Key()
	for _, p := range to {
		card := chat.Card{Title: string(c.Person.Post) + "批示 · " + short(said.Week), Blocks: []chat.Block{{Text: said.Text}, noteBlock(c.Person.Name + " " + h.at(said.At) + " · " + said.Week.String())}}
		a.Notices = append(a.Notices, chat.Notice{Key: key(said.Week, p.ID, "comment/"+said.ID), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return a, nil
}

// read records that the general manager has read a week, and tells the director.
func (h Handler) read(ctx context.Context, c *command.Call) (command.Answer, error) {
	up, err := h.upWeek(ctx, c, c.Week("周"), c.Has("周"))
	if err != nil {
		return command.Answer{}, err
	}
	fresh, err := c.Tx.Read(ctx, up.Week, store.Reading{Person: c.Person.ID, At: c.Now})
	if err != nil {
		return command.Answer{}, err
	}
	a := command.Text(up.Week.String() + "已阅，已告诉总监。")
	a.Subject = "report/" + up.Week.Key()
	if !fresh {
		a.Reply.Text = up.Week.String() + "之前已经标过已阅。"
		return a, nil
	}
	directors, _, err := command.Reach(ctx, c.Tx, store.MarketingDirector)
	if err != nil {
		return command.Answer{}, err
	}
	for _, p := range without(directors, []store.Person{c.Person}) {
		text := fmt.Sprintf("%s（%s）已阅%s周报汇总。", c.Person.Name, c.Person.Post, up.Week)
		a.Notices = append(a.Notices, chat.Notice{Key: key(up.Week, p.ID, "read/"+c.Person.ID), To: p.ID, Message: chat.Message{Text: text}})
	}
	return a, nil
}
