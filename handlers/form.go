package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
)

// skipWord leaves a field as it is.
const skipWord = "跳过"

// refillWord opens a form again with what was written into it.
const refillWord = "接着填"

// forms are the commands by which a form is handed in on platforms without any:
// as a template in one message, or field by field; and by which one is opened again
// whose preview was not confirmed.
func (d *Desk) forms() []command.Spec {
	form := []command.Arg{{Name: "表", Kind: command.Free, Prompt: "填哪一张表？例如：周报"}}
	return []command.Spec{
		{
			Name: chat.TemplateWord, Summary: "交回填好的表，缺的再问", Args: form, Examples: []string{"填表 周报"},
			Who: rulebook.TakePart, Private: true, Hidden: true, Run: d.fill(false),
		},
		{
			Name: chat.QuestionsWord, Summary: "一项一项地填一张表", Args: form, Examples: []string{"逐项填写 周报"},
			Who: rulebook.TakePart, Private: true, Hidden: true, Run: d.fill(true),
		},
		{
			Name: refillWord, Summary: "取消了的预览，填过的表再打开", Args: []command.Arg{{Name: "编号", Kind: command.Number, Prompt: "哪一张？写预览的编号，例如 A12。"}}, Examples: []string{refillWord + " A12"},
			Who: rulebook.TakePart, Private: true, Hidden: true, Run: d.refill,
		},
	}
}

// fill hands a form in with what is written under its heads. What is missing or
// does not fit is asked for, field by field, the answer under its head behind
// the rest; every: whatever was not answered yet. What has no head stays as it
// was filled in beforehand.
func (d *Desk) fill(every bool) command.Step {
	return func(ctx context.Context, c *command.Call) (*command.Answer, error) {
		line, rest := chat.CutTemplate(c.Text("表"))
		spec, args, ok := d.router.Match(line)
		if !ok || !rulebook.Allows(spec.Who, c.Person) {
			return &command.Answer{Next: &command.Next{Line: line}}, nil // which says so
		}
		card, err := formOf(ctx, c, spec, line, args)
		if err != nil {
			return nil, err
		}
		form := card.Card.Form
		filled := form.Line(c.Spec.Name) + "\n" + rest // it names its week, should another begin
		given, values := chat.FilledIn(rest, form.Fields), map[string]string{}
		for i, f := range form.Fields {
			text, answered := given[f.Name]
			if !answered && !f.Required {
				text = f.Value
			}
			value, wrong := accepted(f, text)
			if wrong != "" || every && !answered {
				q := question(form, i, card.Secrecy)
				q.Line = filled
				if answered {
					q.Prompt = wrong + "\n" + q.Prompt
					if q.Summary != "" {
						q.Summary = wrong + "\n" + q.Summary
					}
				}
				return nil, q
			}
			values[f.Name] = value
		}
		return &command.Answer{Next: &command.Next{Line: form.Command, Form: values, Filled: filled, Version: c.Confirmed}}, nil
	}
}

// formIn cuts a line that hands a form in into its command and the fields' texts; ok is
// false for any other line.
func (d *Desk) formIn(line string) (spec *command.Spec, of, args, rest string, ok bool) {
	spec, args, ok = d.router.Match(line)
	if !ok || spec.Name != chat.TemplateWord && spec.Name != chat.QuestionsWord {
		return nil, "", "", "", false
	}
	of, rest = chat.CutTemplate(args)
	spec, args, ok = d.router.Match(of)
	return spec, of, args, rest, ok
}

// refill shows a form with what was handed in by it, where its preview was cancelled or
// has expired: nobody writes all of it once more.
func (d *Desk) refill(ctx context.Context, c *command.Call) (*command.Answer, error) {
	code := readCode(c.Text("编号"))
	o, found, err := c.Tx.Dialogs().Offered(ctx, code, c.Person.ID)
	if err != nil {
		return nil, err
	}
	spec, line, args, rest, form := d.formIn(o.Line)
	if !found || !form || !o.Used.IsZero() && !o.Dropped {
		return nil, &command.Refusal{Text: "编号" + text.Quote(code) + "没有留着的表。", Hint: "重新发一次原来的命令"}
	}
	if !rulebook.Allows(spec.Who, c.Person) {
		return &command.Answer{Next: &command.Next{Line: line}}, nil // which says so
	}
	m, err := formOf(ctx, c, spec, line, args)
	if err != nil {
		return nil, err
	}
	card, filled := *m.Card, *m.Card.Form
	filled.Fields = slices.Clone(filled.Fields)
	given := chat.FilledIn(rest, filled.Fields)
	for i, f := range filled.Fields {
		if value, is := given[f.Name]; is {
			filled.Fields[i].Value = value
		}
	}
	card.Form, m.Card = &filled, &card
	return &command.Answer{Reply: m, Subject: code}, nil
}

// formOf is the message with the form that a command shows when it is called without values. No
// other command is run for it: what came of that would tell what is secret.
func formOf(ctx context.Context, c *command.Call, spec *command.Spec, line, rest string) (card chat.Message, err error) {
	none := &command.Refusal{Text: "「" + spec.Name + "」没有表可填。", Hint: "帮助 " + spec.Name}
	if !spec.Form {
		return card, none
	}
	call := *c
	call.Spec, call.Line, call.Form = spec, line, nil
	a, err := step(ctx, call, rest)
	var asks *command.Question
	switch {
	case errors.As(err, &asks), err == nil && (a.Reply.Card == nil || a.Reply.Card.Form == nil):
		return card, none
	case err != nil:
		return card, err
	}
	return a.Reply, nil
}

// accepted is what a text under a field's head means, or what is wrong with it.
func accepted(f chat.Field, typed string) (value, wrong string) {
	value = typed
	if text.Fold(typed).Text == skipWord {
		value = f.Value
	}
	switch {
	case f.Required && strings.TrimSpace(value) == "":
		return "", "这一项必填。"
	case len(f.Options) == 0 || value == "" || slices.Contains(f.Options, value):
		return value, ""
	}
	folded := strings.TrimSpace(text.Fold(value).Text)
	if n, err := strconv.Atoi(folded); err == nil && n >= 1 && n <= len(f.Options) {
		return f.Options[n-1], ""
	}
	for _, o := range f.Options {
		if strings.TrimSpace(text.Fold(o).Text) == folded {
			return o, ""
		}
	}
	return "", "没有" + text.Quote(value) + "这一项。"
}

// question asks for a form's i-th field, and is as confidential as the form.
func question(form *chat.Form, i int, secrecy chat.Secrecy) *command.Question {
	f := form.Fields[i]
	q := &command.Question{Prompt: prompt(form, i, f.Value), Prefix: underHead(f.Name), Secrecy: secrecy}
	if q.Summary = ""; secrecy.Confidential && f.Value != "" {
		q.Summary = prompt(form, i, "（需要保密，这里不显示）")
	} else {
		q.Confidential = false
	}
	return q
}

// prompt is what a form's i-th field asks for; value is what stands there.
func prompt(form *chat.Form, i int, value string) string {
	f := form.Fields[i]
	lines := []string{fmt.Sprintf("（%d/%d）%s", i+1, len(form.Fields), f.About())}
	for n, o := range f.Options {
		lines = append(lines, fmt.Sprintf("%d. %s", n+1, o))
	}
	switch {
	case value != "":
		lines = append(lines, "现在是：", text.Said(value), "不改就发「"+skipWord+"」。")
	case !f.Required:
		lines = append(lines, "没有就发「"+skipWord+"」。")
	}
	return strings.Join(lines, "\n")
}

// underHead is what stands before the answer for a field.
func underHead(field string) string { return "\n" + chat.Field{Name: field}.Head() + "\n" }
