package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

func (h Handler) commentCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "批示", Aliases: []string{"ps"}, Summary: "对上报的汇总写意见，确认后转总监和被点名的人；可先写周次",
			Said:     []string{"写批示", "批复", "我的批示"},
			Args:     []command.Arg{{Name: "意见", Kind: command.Free, Prompt: "请写批示的内容。"}},
			Examples: []string{"批示 滨海新材料要本月签下来", "批示 第48周 张伟的方案再细化"},
			Daily:    true, Who: rulebook.CommentOnReports, Asks: true, Private: true, Clause: clause, Run: h.comment,
		},
		{
			Name: "已阅", Aliases: []string{"yy"}, Summary: "告诉总监汇总已经看过",
			Said:     []string{"收到已阅", "看过了", "已读", "已看", "看完了"},
			Args:     []command.Arg{{Name: "周", Kind: command.Week, Optional: true}},
			Examples: []string{"已阅", "已阅 2026-W48"},
			Who:      rulebook.CommentOnReports, Private: true, Clause: clause, Run: h.read,
		},
	}
}

// weekAhead parts a week from the words behind it. Only what can be nothing
// else counts, because a comment may well begin with a day (周五前给方案).
func (h Handler) weekAhead(c *command.Call, text string) (w store.Week, words string, named bool) {
	w, n, err := reading.Week(text, h.Rules.Day(c.Now))
	if err != nil || n == 0 {
		return w, unlabelled(text), false
	}
	first, _ := utf8.DecodeRuneInString(text)
	next, size := utf8.DecodeRuneInString(text[n:])
	begins := strings.ContainsRune("第Ww2２", first) || strings.HasPrefix(text, "上周")
	ends := n == len(text) || unicode.IsSpace(next) || strings.ContainsRune("：:，,", next)
	if !begins || !ends {
		return w, unlabelled(text), false
	}
	return w, unlabelled(strings.TrimSpace(text[n+size:])), true
}

// unlabelled are words without the name of the argument, which some type before them.
func unlabelled(words string) string {
	if !reading.AtLabel(words, []string{"意见", "批示"}) {
		return words
	}
	return strings.TrimLeft(string([]rune(words)[2:]), " 　:：=＝")
}

// upWeek is the sent-up week that the general manager speaks about.
func (h Handler) upWeek(ctx context.Context, c *command.Call, w store.Week, named bool) (store.Consolidated, error) {
	up, found, err := c.Tx.Weeks().LastSentUp(ctx)
	if named {
		up, found, err = c.Tx.Weeks().SentUp(ctx, w)
	}
	if err != nil || found {
		return up, err
	}
	text := "还没有上报过周报汇总。"
	if named {
		text = w.String() + "的周报汇总还没有上报。"
	}
	no := &command.Refusal{Text: text, Hint: "我的", Clause: clause}
	if rulebook.Allows(rulebook.Chase, c.Person) {
		no.Hint = "看谁没交：谁没交"
	}
	return up, no
}

// standsForGM reports whether a person is the general manager, or stands in for
// them while the post is vacant.
func standsForGM(people []store.Person, id string) bool {
	return audience.NewRoll("", people, nil).Standing(store.GeneralManager).Has(id)
}

// mayComment refuses who may only stand in, while there is a general manager.
func mayComment(ctx context.Context, c *command.Call) error {
	people, err := c.Tx.People().Active(ctx)
	if err != nil || standsForGM(people, c.Person.ID) {
		return err
	}
	return &command.Refusal{Text: "现在有总经理，汇总由总经理阅和批示；总经理缺岗时才由你代。", Hint: "看能做什么：帮助", Clause: clause}
}

// comment shows whom words of the general manager would reach, and once that
// is confirmed records them and passes them to the director and to whoever is
// named in them.
func (h Handler) comment(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := mayComment(ctx, c); err != nil {
		return nil, err
	}
	w, words, named := h.weekAhead(c, c.Text("意见"))
	if !text.HasWords(words) {
		return nil, &command.Question{Prompt: "请写批示的内容。"}
	}
	if n := utf8.RuneCountInString(words); n > mostText {
		return nil, &command.Refusal{Text: fmt.Sprintf("批示有 %d 个字，一次最多 %d 个字。", n, mostText), Hint: "批示 意见…", Clause: clause}
	}
	up, err := h.upWeek(ctx, c, w, named)
	if err != nil {
		return nil, err
	}
	s, err := h.sheet(ctx, c.Tx, up.Week, store.Reports.Heads)
	if err != nil {
		return nil, err
	}
	to := s.addressees(c.Person, words)
	if v := commentVersion(up.Week, words, to); !c.Confirms(v) {
		return commentPreview(up.Week, words, to).Preview(v), nil
	}
	said := store.ReportComment{ID: c.Tx.NewID(c.Now), Week: up.Week, Person: c.Person.ID, At: c.Now, Text: words}
	if err := c.Tx.Weeks().Comment(ctx, said); err != nil {
		return nil, err
	}
	if _, err := c.Tx.Weeks().Read(ctx, up.Week, store.Reading{Person: c.Person.ID, At: c.Now}); err != nil {
		return nil, err
	}
	return h.passOn(c, said, to), nil
}

// addressees are who gets a comment: the director, and whoever it names.
func (s sheet) addressees(by store.Person, words string) []store.Person {
	directors := s.roll.Standing(store.MarketingDirector).To
	return audience.But(audience.Join(directors, mentioned(s.roll.People(), words)), by.ID)
}

// mentioned are the people whose names stand in a text. The longest name goes
// first: in 张伟明 nobody means 张伟.
func mentioned(people []store.Person, text string) []store.Person {
	longest := slices.Clone(people)
	slices.SortStableFunc(longest, func(a, b store.Person) int { return len(b.Name) - len(a.Name) })
	found := map[string]bool{}
	for _, p := range longest {
		if p.Name != "" && strings.Contains(text, p.Name) {
			found[p.ID], text = true, strings.ReplaceAll(text, p.Name, "\x00")
		}
	}
	return slices.DeleteFunc(slices.Clone(people), func(p store.Person) bool { return !found[p.ID] })
}

// commentVersion changes whenever something that the preview shows changes.
func commentVersion(w store.Week, words string, to []store.Person) string {
	shows := []any{w.Key(), words}
	for _, p := range to {
		shows = append(shows, p.ID)
	}
	return command.VersionOf(shows...)
}

func commentPreview(w store.Week, words string, to []store.Person) *command.Answer {
	note := "确认后转给：" + who(to) + "。发出后不能撤回。"
	if len(to) == 0 {
		note = "确认后记在汇总里，没有别人会收到。记下后不能撤回。"
	}
	a := command.Card(chat.Card{Title: "批示预览 · " + short(w), Blocks: []chat.Block{{Text: note}, {Text: text.Said(words)}, noteBlock(w.String())}})
	a.Reply.Confidential, a.Reply.Summary = true, "批示预览 · "+w.String()+"。"+note
	a.Subject = "report/" + w.Key()
	return a
}

func (h Handler) passOn(c *command.Call, said store.ReportComment, to []store.Person) *command.Answer {
	a := command.Text(fmt.Sprintf("批示已记录：%s。已转：%s。", said.Week, orNobody(who(to))))
	a.Subject = "report/" + said.Week.Key()
	for _, p := range to {
		card := chat.Card{Title: string(c.Person.Post) + "批示 · " + short(said.Week), Blocks: []chat.Block{{Text: text.Said(said.Text)}, noteBlock(c.Person.Name + " " + h.at(said.At) + " · " + said.Week.String())}}
		a.Notices = append(a.Notices, audience.Same(key(said.Week, "comment/"+said.ID), []store.Person{p}, chat.Message{Card: &card})...)
	}
	return a
}

// read records that the general manager has read a week, and tells the director.
func (h Handler) read(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := mayComment(ctx, c); err != nil {
		return nil, err
	}
	up, err := h.upWeek(ctx, c, c.Week("周"), c.Has("周"))
	if err != nil {
		return nil, err
	}
	fresh, err := c.Tx.Weeks().Read(ctx, up.Week, store.Reading{Person: c.Person.ID, At: c.Now})
	if err != nil {
		return nil, err
	}
	a := command.Text(up.Week.String() + "已阅。")
	a.Subject = "report/" + up.Week.Key()
	if !fresh {
		a.Reply.Text = up.Week.String() + "之前已经标过已阅。"
		return a, nil
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	to := audience.But(roll.Standing(store.MarketingDirector).To, c.Person.ID)
	if len(to) > 0 {
		a.Reply.Text = up.Week.String() + "已阅，已告诉" + who(to) + "。"
	}
	text := fmt.Sprintf("%s（%s）已阅%s周报汇总。", c.Person.Name, c.Person.Post, up.Week)
	a.Notices = audience.Same(key(up.Week, "read/"+c.Person.ID), to, chat.Message{Text: text})
	return a, nil
}
