package report

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// What became of an item of the plan.
const (
	kept   = "完成"
	partly = "部分完成"
	unkept = "未完成"
)

// partReason is the field that says why items were not done.
const partReason = "原因"

// itemField is the name of the i-th item's field.
func itemField(i int) string { return fmt.Sprintf("计划%d", i+1) }

// form is the report as a card to fill in. What there is already is filled in:
// the version that counts, else the week's own check-ins. The form names its
// week, so that one left open over Sunday is not taken for the next week's.
func (h Handler) form(ctx context.Context, c *command.Call, w store.Week) (command.Answer, error) {
	text, err := h.prefill(ctx, c, w)
	if err != nil {
		return command.Answer{}, err
	}
	plan, err := h.planBefore(ctx, c.Tx, c.Person.ID, w)
	if err != nil {
		return command.Answer{}, err
	}
	f := chat.Form{Command: strings.TrimSpace("提交周报 " + w.Key() + " " + plan.ID), Submit: "提交周报"}
	for i, item := range items(plan.Text.Plan) {
		f.Fields = append(f.Fields, chat.Field{
			Name: itemField(i), Label: fmt.Sprintf("上周计划 %d：%s", i+1, item), Options: []string{kept, partly, unkept},
		})
	}
	if len(f.Fields) > 0 {
		f.Fields = append(f.Fields, chat.Field{Name: partReason, Label: "没有完成的原因", Hint: "写明第几项、为什么"})
	}
	f.Fields = append(f.Fields,
		chat.Field{Name: partDone, Label: "本周完成", Value: text.Done, Lines: 4, Required: true},
		chat.Field{Name: partPlan, Label: "下周计划", Value: text.Plan, Hint: "一行一项，下周会逐项带出来", Lines: 4, Required: true},
		chat.Field{Name: partPayment, Label: "预计回款", Value: text.Payment, Hint: "例如 12.5万"},
		chat.Field{Name: partProblem, Label: "问题/需要支持", Value: text.Problem, Lines: 2},
	)
	a := command.Card(h.formCard(c, w, f))
	a.Subject = subject(w, c.Person.ID)
	return a, nil
}

// planBefore is the report whose plan was for week w; without an ID there is none.
func (h Handler) planBefore(ctx context.Context, tx *store.Tx, person string, w store.Week) (store.Report, error) {
	last, _, ok := h.near(w, -1)
	if !ok {
		return store.Report{}, nil
	}
	reports, err := tx.ReportsOf(ctx, person, last)
	if err != nil || len(reports) == 0 {
		return store.Report{}, err
	}
	return effective(reports), nil
}

// Limits of what is filled in from check-ins.
const (
	mostCheckIns = 12
	mostProgress = 80 // characters of each
)

func (h Handler) prefill(ctx context.Context, c *command.Call, w store.Week) (store.ReportText, error) {
	reports, err := c.Tx.ReportsOf(ctx, c.Person.ID, w)
	if err != nil {
		return store.ReportText{}, err
	}
	if len(reports) > 0 {
		return effective(reports).Text, nil
	}
	monday := w.Monday(h.Rules.Zone)
	list, err := c.Tx.CheckIns(ctx, c.Person.ID, monday, monday.AddDate(0, 0, 7))
	if err != nil {
		return store.ReportText{}, err
	}
	var lines []string
	for _, in := range list[max(0, len(list)-mostCheckIns):] {
		place := clip(in.Place, 20)
		if place != "" {
			place += " "
		}
		lines = append(lines, in.At.In(h.Rules.Zone).Format("01-02 ")+place+clip(in.Progress, mostProgress))
	}
	return store.ReportText{Done: strings.Join(lines, "\n")}, nil
}

// submit takes a filled form. One whose week is over is handed in late for
// that week.
func (h Handler) submit(ctx context.Context, c *command.Call) (command.Answer, error) {
	w, this := c.Week("周"), h.Rules.Week(c.Now)
	if err := h.mayHandIn(c, w); err != nil {
		return command.Answer{}, err
	}
	if this.Before(w) || h.tooOld(w, this) {
		return command.Answer{}, &command.Refusal{
			Text: "这张表是" + w.String() + "的，现在不能交。", Hint: "本周的发 周报，以前的发 补交 上周", Clause: clause,
			Buttons: []chat.Button{{Label: "填写周报", Command: "周报", Primary: true}},
		}
	}
	if c.Form == nil {
		return h.form(ctx, c, w)
	}
	r := store.Report{Week: w, Text: written(c.Form)}
	if r.Text.Done == "" || r.Text.Plan == "" {
		return command.Answer{}, &command.Refusal{Text: "「本周完成」和「下周计划」都要写。", Hint: "在表里补上再提交一次", Clause: clause}
	}
	if err := review(ctx, c, &r); err != nil {
		return command.Answer{}, err
	}
	return h.handIn(ctx, c, r)
}

// review writes down what became of the plan that the form asked about. The
// form carries that report's id, so that an answer stays with its item.
func review(ctx context.Context, c *command.Call, r *store.Report) error {
	before, found, err := c.Tx.Report(ctx, c.Text("上期"))
	if err != nil || !found || before.Person != c.Person.ID {
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
		lines = append(lines, fmt.Sprintf("%d. %s：%s", i+1, item, became))
	}
	if reason := c.Form[partReason]; !blank(reason) {
		lines = append(lines, "没有完成的原因："+reason)
	}
	r.Text.Review = strings.Join(lines, "\n")
	return nil
}
