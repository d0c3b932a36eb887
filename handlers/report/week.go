package report

import (
	"context"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/store"
)

// farthest bounds the search for a week that has a report: the longest holiday
// takes two.
const farthest = 6

// near is the next week after w (step 1) or before it (step -1) that has a
// report, with its due.
func (h Handler) near(w store.Week, step int) (store.Week, time.Time, bool) {
	for range farthest {
		w = w.Add(step)
		if due, ok := h.Rules.ReportDue(w); ok {
			return w, due, true
		}
	}
	return store.Week{}, time.Time{}, false
}

// dueOf is when the reports of w are due; a Refusal when w has none.
func (h Handler) dueOf(w store.Week) (time.Time, error) {
	if due, ok := h.Rules.ReportDue(w); ok {
		return due, nil
	}
	text := w.String() + "截止日之前没有工作日，不用交周报。"
	if next, due, ok := h.near(w, 1); ok {
		text += "下一次是" + next.String() + "，" + h.at(due) + " 截止。"
	}
	return time.Time{}, &command.Refusal{Text: text, Hint: "看制度：制度 " + clause, Clause: clause}
}

// asked is the week that a command of the heads is about: the one named, else
// last week while it was owed and is not sent up and this week's due has not
// come, else this week. Where last week had no report, the one before it
// counts: after a long holiday that is the one still to be sent up.
func (h Handler) asked(ctx context.Context, c *command.Call, w store.Week, named bool) (store.Week, error) {
	if named {
		return h.begun(c, w)
	}
	return h.current(ctx, c.Tx, c.Now)
}

// begun is the week that was named; one still to come is refused.
func (h Handler) begun(c *command.Call, w store.Week) (store.Week, error) {
	if h.Rules.Week(c.Now).Before(w) {
		return w, &command.Refusal{Text: w.String() + "还没有开始。", Hint: c.Spec.Name, Clause: clause}
	}
	return w, nil
}

// ofThisWeek reads what was typed for this week's report; under the name of another
// week it is refused.
func (h Handler) ofThisWeek(c *command.Call, this store.Week) (store.ReportText, error) {
	t := written(c.Labels("内容"))
	w, n, err := reading.Week(c.Rest, store.DayOf(c.Now))
	if err != nil || reading.AtLabel(c.Rest, labels) || strings.HasPrefix(c.Rest, "周") {
		return t, nil // no week, or a day of what was done
	}
	left := strings.TrimLeft(c.Rest[n:], " \t\r\n　,:;，：；、")
	switch {
	case left != "" && !reading.AtLabel(left, labels):
		return t, nil
	case w == this:
		t.Done = strings.TrimSpace(strings.TrimPrefix(t.Done, c.Rest[:n]))
		return t, nil
	}
	return t, &command.Refusal{
		Text: "「" + c.Spec.Name + "」只管本周" + this.String() + "的，你写的是" + w.String() + "，什么也没有改。",
		Hint: h.howTo(w, this), Clause: clause,
	}
}

func (h Handler) current(ctx context.Context, tx *store.Tx, now time.Time) (store.Week, error) {
	this := h.Rules.Week(now)
	if due, ok := h.Rules.ReportDue(this); ok && !now.Before(due) {
		return this, nil
	}
	last, _, ok := h.near(this, -1)
	if !ok {
		return this, nil
	}
	if _, sent, err := tx.Weeks().SentUp(ctx, last); err != nil || sent {
		return this, err
	}
	s, err := h.sheet(ctx, tx, last, store.Reports.Heads)
	if err != nil || s.expected() == 0 {
		return this, err
	}
	return last, nil
}
