package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

// What became of an item of the plan.
const (
	kept   = "完成"
	partly = "部分完成"
	unkept = "未完成"
)

// partReason is the field that says why items were not done; reasonMark stands
// before it in the report.
const (
	partReason = "原因"
	reasonMark = "没有完成的原因："
)

// How much an input holds when it is filled in: platforms cut the rest, and
// what was cut would be lost once the form is handed in again.
const (
	mostValue      = 900 // characters
	mostValueBytes = 2700
)

// tooLong reports whether a part is left out of the form, to stay as it is.
func tooLong(text string) bool {
	return len(text) > mostValueBytes || utf8.RuneCountInString(text) > mostValue
}

// filled is a field with what is there already.
func filled(f chat.Field, text string) chat.Field {
	if tooLong(text) {
		f.Hint, f.Required = "原文较长，留空不变", false
		return f
	}
	f.Value = text
	return f
}

// unchanged is what a form says, with the parts it could not show as they were.
func unchanged(old, given store.ReportText) store.ReportText {
	for _, part := range []*string{&old.Done, &old.Plan, &old.Payment, &old.Problem} {
		if !tooLong(*part) {
			*part = ""
		}
	}
	old.Review = "" // answered anew
	return over(old, given)
}

// itemField is the name of the i-th item's field.
func itemField(i int) string { return fmt.Sprintf("计划%d", i+1) }

// form is the report as a card to fill in. What there is already is filled in:
// the version that counts, else the week's own check-ins. The form names its
// week, so that one left open over Sunday is not taken for the next week's.
func (h Handler) form(ctx context.Context, c *command.Call, w store.Week) (*command.Answer, error) {
	plan, err := h.planBefore(ctx, c.Tx, c.Person.ID, w)
	if err != nil {
		return nil, err
	}
	return h.formAbout(ctx, c, w, plan)
}

// formAbout is the form that asks what became of a plan.
func (h Handler) formAbout(ctx context.Context, c *command.Call, w store.Week, plan store.Report) (*command.Answer, error) {
	text, err := h.prefill(ctx, c, w)
	if err != nil {
		return nil, err
	}
	f := chat.Form{Command: strings.TrimSpace("提交周报 " + w.Key() + " " + store.Short(plan.ID)), Submit: "提交周报"}
	f.Fields = append(reviewFields(plan.Text.Plan, text.Review),
		filled(chat.Field{Name: partDone, Label: "本周完成", Lines: 4, Required: true}, text.Done),
		filled(chat.Field{Name: partPlan, Label: "下周计划", Hint: "一行一项，下周会逐项带出来", Lines: 4, Required: true}, text.Plan),
		filled(chat.Field{Name: partPayment, Label: "预计回款", Hint: "例如 12.5万"}, text.Payment),
		filled(chat.Field{Name: partProblem, Label: "问题/需要支持", Lines: 2}, text.Problem),
	)
	e, owed, err := h.entryOf(ctx, c.Tx, c.Person, w)
	if err != nil {
		return nil, err
	}
	asked := owed && e.state != onLeave || w.Before(h.Rules.Week(c.Now))
	a := command.Card(h.formCard(c, w, f, asked && e.state != handedIn))
	a.Subject = subject(w, c.Person.ID)
	return a, h.guard(ctx, c, w, a, text)
}

// reviewFields ask what became of each item of a plan, with what was answered
// before in this week.
func reviewFields(plan, review string) []chat.Field {
	var list []chat.Field
	for i, item := range items(plan) {
		list = append(list, chat.Field{
			Name: itemField(i), Label: fmt.Sprintf("上周计划 %d：%s", i+1, item), Options: []string{kept, partly, unkept}, Value: answered(review, i, item),
		})
	}
	if len(list) > 0 {
		list = append(list, filled(chat.Field{Name: partReason, Label: "没有完成的原因", Hint: "写明第几项、为什么"}, reasonOf(review)))
	}
	return list
}

// itemLine is an item in the review, before what became of it.
func itemLine(i int, item string) string { return fmt.Sprintf("%d. %s：", i+1, item) }

// answered is what a review says of an item; empty when nothing.
func answered(review string, i int, item string) string {
	for l := range strings.SplitSeq(review, "\n") {
		if became, is := strings.CutPrefix(l, itemLine(i, item)); is && slices.Contains([]string{kept, partly, unkept}, became) {
			return became
		}
	}
	return ""
}

// reasonOf is the reason in a review.
func reasonOf(review string) string {
	_, reason, _ := strings.Cut("\n"+review, "\n"+reasonMark)
	return reason
}

// planBefore is the report whose plan was for week w; without an ID there is none.
func (h Handler) planBefore(ctx context.Context, tx *store.Tx, person string, w store.Week) (store.Report, error) {
	last, _, ok := h.near(w, -1)
	if !ok {
		return store.Report{}, nil
	}
	reports, err := tx.Reports().Of(ctx, person, last)
	if err != nil || len(reports) == 0 {
		return store.Report{}, err
	}
	return effective(reports), nil
}

// askedAbout is the report whose plan the form for week w asked about.
func (h Handler) askedAbout(ctx context.Context, c *command.Call, w store.Week) (store.Report, bool, error) {
	last, _, ok := h.near(w, -1)
	if !ok || !c.Has("上期") {
		return store.Report{}, false, nil
	}
	versions, err := c.Tx.Reports().Versions(ctx, c.Person.ID, last)
	at := slices.IndexFunc(versions, func(r store.Report) bool { return strings.HasSuffix(r.ID, strings.ToLower(c.Text("上期"))) })
	if at < 0 {
		return store.Report{}, false, err
	}
	return versions[at], true, err
}

// submit takes a filled form. One whose week is over is handed in late for
// that week.
func (h Handler) submit(ctx context.Context, c *command.Call) (*command.Answer, error) {
	w, this := c.Week("周"), h.Rules.Week(c.Now)
	if err := h.mayHandIn(ctx, c, w); err != nil {
		return nil, err
	}
	if this.Before(w) || h.tooOld(w, this) {
		return nil, &command.Refusal{
			Text: "这张表是" + w.String() + "的，现在不能交。", Hint: "本周的发 周报，以前的发 补交 上周", Clause: clause,
			Buttons: []chat.Button{{Label: "填写周报", Command: "周报", Primary: true}},
		}
	}
	if c.Form == nil {
		switch plan, found, err := h.askedAbout(ctx, c, w); {
		case err != nil:
			return nil, err
		case found:
			return h.formAbout(ctx, c, w, plan)
		}
		return h.form(ctx, c, w)
	}
	r, err := h.fromForm(ctx, c, w)
	if err != nil {
		return nil, err
	}
	return h.handIn(ctx, c, r)
}

// fromForm reads a report out of a form's values.
func (h Handler) fromForm(ctx context.Context, c *command.Call, w store.Week) (store.Report, error) {
	before, err := sentBefore(ctx, c, w)
	if err != nil {
		return store.Report{}, err
	}
	r, reason := store.Report{Week: w, Text: written(c.Form)}, c.Form[partReason]
	if len(before) > 0 {
		was := effective(before).Text
		if r.Text = unchanged(was, r.Text); !text.HasWords(reason) && tooLong(reasonOf(was.Review)) {
			reason = reasonOf(was.Review)
		}
	}
	for _, p := range parts(r.Text) {
		if p.text == "" && (p.field == partDone || p.field == partPlan) {
			return r, &command.Refusal{Text: "「本周完成」和「下周计划」都要写。", Hint: "在表里补上再提交一次", Clause: clause, Field: p.field}
		}
	}
	return r, h.review(ctx, c, &r, reason)
}

// review writes down what became of the plan that the form asked about. The
// form carries that report's id, so that an answer stays with its item.
func (h Handler) review(ctx context.Context, c *command.Call, r *store.Report, reason string) error {
	before, found, err := h.askedAbout(ctx, c, r.Week)
	if err != nil || !found {
		return err
	}
	var lines []string
	for i, item := range items(before.Text.Plan) {
		became := c.Form[itemField(i)]
		switch became {
		case kept:
			r.Kept++
		case partly:
			r.Partly++
		case unkept:
			r.Unkept++
		default:
			continue
		}
		lines = append(lines, itemLine(i, item)+became)
	}
	if !text.HasWords(reason) && r.Unkept > 0 {
		return &command.Refusal{Text: fmt.Sprintf("上周计划有 %d 项未完成，请写「没有完成的原因」。", r.Unkept), Hint: "在表里补上再提交一次", Clause: clause, Field: partReason}
	}
	if text.HasWords(reason) {
		lines = append(lines, reasonMark+reason)
	}
	r.Text.Review = strings.Join(lines, "\n")
	return nil
}
