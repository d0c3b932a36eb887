package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

// change puts the parts that were given in the place of those of this week's
// report. After the week was sent up the given parts alone are a supplement.
func (h Handler) change(ctx context.Context, c *command.Call) (*command.Answer, error) {
	c = c.AsFirstSaid()
	w := h.Rules.Week(c.Now)
	if err := h.mayHandIn(ctx, c, w); err != nil {
		return nil, err
	}
	given, err := h.ofThisWeek(c, w)
	if err != nil {
		return nil, err
	}
	reports, err := sentBefore(ctx, c, w)
	if err != nil {
		return nil, err
	}
	if len(reports) == 0 {
		return nil, h.nothingYet(w)
	}
	if given == (store.ReportText{}) {
		return h.form(ctx, c, w)
	}
	if guessed(c) {
		return h.understood(c, w, given), nil
	}
	return h.replace(ctx, c, reports, given)
}

func (h Handler) nothingYet(w store.Week) error {
	hint := h.howTo(w, w)
	if last, _, ok := h.near(w, -1); ok && !h.tooOld(last, w) {
		hint += "；改以前的：" + h.howTo(last, w)
	}
	return &command.Refusal{
		Text: w.String() + "还没有交周报，没有可改的。", Hint: hint, Clause: clause,
		Buttons: []chat.Button{{Label: "填写周报", Command: "周报", Primary: true}},
	}
}

// replace hands in what was there with the given parts laid over it.
func (h Handler) replace(ctx context.Context, c *command.Call, reports []store.Report, given store.ReportText) (*command.Answer, error) {
	w := reports[0].Week
	_, sent, err := c.Tx.Weeks().SentUp(ctx, w)
	if err != nil {
		return nil, err
	}
	if sent {
		return h.handIn(ctx, c, store.Report{Week: w, Text: given})
	}
	was := effective(reports)
	r := was
	r.Text = over(was.Text, given)
	a, err := h.handIn(ctx, c, r)
	if err == nil {
		a.Reply.Card.Blocks = slices.Insert(a.Reply.Card.Blocks, 1, chat.Block{Facts: changes(was.Text, r.Text)})
	}
	return a, err
}

// changes are the parts that are not what they were: what was, what is.
func changes(was, is store.ReportText) (facts []chat.Fact) {
	after := parts(is)
	for i, old := range parts(was) {
		if now := after[i].text; now != old.text {
			facts = append(facts, chat.Fact{Label: old.label, Value: text.CutLine(cmp.Or(old.text, "（没写）"), mostItem) + " → " + text.CutLine(now, mostItem)})
		}
	}
	return facts
}

// backdate hands in for a week before this one. Whoever handed in for it
// already changes the parts that are given.
func (h Handler) backdate(ctx context.Context, c *command.Call) (*command.Answer, error) {
	c = c.AsFirstSaid()
	w, err := h.backWeek(c)
	if err != nil {
		return nil, err
	}
	if err := h.mayHandIn(ctx, c, w); err != nil {
		return nil, err
	}
	if !c.Has("内容") {
		return h.form(ctx, c, w)
	}
	reports, err := sentBefore(ctx, c, w)
	if err != nil {
		return nil, err
	}
	t := written(c.Labels("内容"))
	if guessed(c) {
		return h.understood(c, w, t), nil
	}
	if len(reports) > 0 && t != (store.ReportText{}) {
		return h.replace(ctx, c, reports, t)
	}
	if err := complete(t); err != nil {
		return nil, err
	}
	return h.handIn(ctx, c, store.Report{Week: w, Text: t})
}

// backWeek is the week that 补交 is about. Without one the form of the last
// week is opened; words need a week, because 本周 in them means its own.
func (h Handler) backWeek(c *command.Call) (store.Week, error) {
	this := h.Rules.Week(c.Now)
	last, _, ok := h.near(this, -1)
	hint := h.howTo(last, this)
	w := last
	if c.Has("周") {
		w = c.Week("周")
	}
	switch {
	case !c.Has("周") && (c.Has("内容") || !ok):
		return w, &command.Refusal{Text: "补交要先写是哪一周。", Hint: hint, Clause: clause}
	case !w.Before(this):
		return w, &command.Refusal{Text: "补交是给以前的周用的，" + w.String() + "不用补交。", Hint: "本周的直接发：" + h.howTo(this, this), Clause: clause}
	case h.tooOld(last, this):
		words := "以前的周报现在补交不了（最多 " + strconv.Itoa(h.Config.BackdateWeeks) + " 周以内）。"
		return w, &command.Refusal{Text: words, Hint: "本周的直接发：" + h.howTo(this, this), Clause: clause}
	case h.tooOld(w, this):
		words := fmt.Sprintf("最多补交 %d 周以内的周报，%s太早了。", h.Config.BackdateWeeks, w)
		return w, &command.Refusal{Text: words, Hint: hint, Clause: clause}
	default:
		return w, nil
	}
}

// withdraw takes back every version of a week: none was handed in then.
func (h Handler) withdraw(ctx context.Context, c *command.Call) (*command.Answer, error) {
	w := h.Rules.Week(c.Now)
	if c.Has("周") {
		w = c.Week("周")
	}
	if list, err := c.Tx.Reports().Of(ctx, c.Person.ID, w); err != nil || len(list) == 0 {
		if err = firstOf(err, h.mayHandIn(ctx, c, w)); err != nil {
			return nil, err
		}
	}
	if _, sent, err := c.Tx.Weeks().SentUp(ctx, w); err != nil || sent {
		return nil, firstOf(err, frozen(w, h.Rules.Week(c.Now)))
	}
	if h.tooOld(w, h.Rules.Week(c.Now)) {
		words := fmt.Sprintf("最多撤回 %d 周以内的周报，%s太早了。", h.Config.BackdateWeeks, w)
		return nil, &command.Refusal{Text: words, Hint: "看周报 " + w.Key(), Clause: clause}
	}
	n, err := c.Tx.Reports().WithdrawAll(ctx, c.Person.ID, w, c.Now)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, &command.Refusal{Text: w.String() + "没有交过周报，没有可撤回的。", Hint: h.howTo(w, h.Rules.Week(c.Now)), Clause: clause}
	}
	is, err := h.stands(ctx, c, w)
	if err != nil {
		return nil, err
	}
	words := fmt.Sprintf("已撤回%s周报（%d 版），现在算%s。重新提交按新的时间判定。\n5 分钟内发 撤销 可以恢复。", w, n, cmp.Or(is, missing))
	a := command.Text(words)
	a.Undo = w.Key() + " " + strconv.FormatInt(c.Now.UnixMilli(), 10)
	a.Subject = subject(w, c.Person.ID)
	return a, nil
}

// undoWithdraw makes what was taken back count again, as it stood.
func (h Handler) undoWithdraw(ctx context.Context, c *command.Call, ref string) (string, error) {
	key, at, _ := strings.Cut(ref, " ")
	w, err := store.ParseWeek(key)
	if err != nil {
		return "", fmt.Errorf("undo withdrawal: %w", err)
	}
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return "", fmt.Errorf("undo withdrawal: %w", err)
	}
	if _, sent, err := c.Tx.Weeks().SentUp(ctx, w); err != nil || sent {
		return "", firstOf(err, &command.Refusal{Text: w.String() + "已经上报，不能恢复；可以补交。", Hint: h.howTo(w, h.Rules.Week(c.Now)), Clause: clause})
	}
	last, err := changed(ctx, c, w)
	if err == nil {
		err = c.Overtaken(last)
	}
	if err != nil {
		return "", err
	}
	n, err := c.Tx.Reports().Restore(ctx, c.Person.ID, w, time.UnixMilli(ms))
	if err == nil && n == 0 {
		err = &command.Refusal{Text: "已经恢复过了。", Hint: "看周报", Clause: clause}
	}
	return "撤回" + w.String() + "周报，周报照旧", err
}
