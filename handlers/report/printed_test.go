package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
)

// pieces are what people write in reports, with all that could be taken for the
// bot's own marks.
var pieces = rapid.SampledFrom([]string{
	"拜访华东机电", "签滨海新材料", "谈妥", "客户说下周再看", "12.5万", "3 家", "11-27", "（1/2）", "1. ", "- ", "“好”", "【华东机电】", "上周计划 1", "已完成", "https://a.example/b",
	"，", "。", "：", "、", "；", "~", "*", "_", "#", "\n", "\n\n", " ", "👍", "ABC", "A=1", "没有", "跳过", "填表",
})

// someWords are a text of somebody, with no blanks around it.
func someWords(t *rapid.T, name string) string {
	s := strings.TrimSpace(text.Shown(strings.Join(rapid.SliceOfN(pieces, 1, 12).Draw(t, name), "")))
	if !strings.ContainsFunc(s, text.Wordy) { // marks alone are no report
		return "拜访"
	}
	return s
}

// A report is read back from how it is shown, whatever stands in it: people copy
// it into 周报 and 改周报.
func TestPrintedReportIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := store.ReportText{Done: someWords(t, "done"), Plan: someWords(t, "plan"), Problem: someWords(t, "problem")}
		printed := read(want)
		got := written(reading.Labels(text.Typed(printed), labels).Values)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\nis read as %s", printed, diff)
		}
	})
}

// A form that is filled in as a template has the values that were written there.
func TestFilledTemplateIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := chat.Form{Command: "提交周报 2026-W48 ab12", Fields: append(reviewFields("一\n二", ""),
			chat.Field{Name: partDone, Label: "本周完成", Lines: 4, Required: true},
			chat.Field{Name: partPlan, Label: "下周计划", Hint: "一行一项，下周会逐项带出来", Lines: 4, Required: true},
			chat.Field{Name: partProblem, Label: "问题/需要支持", Lines: 2})}
		want := map[string]string{}
		for i, f := range form.Fields {
			if len(f.Options) > 0 {
				form.Fields[i].Value = rapid.SampledFrom(f.Options).Draw(t, f.Name)
			} else {
				form.Fields[i].Value = someWords(t, f.Name)
			}
			want[f.Name] = form.Fields[i].Value
		}
		line, rest := chat.CutTemplate(strings.TrimPrefix(form.Template(), chat.TemplateWord))
		if diff := cmp.Diff(want, chat.FilledIn(rest, form.Fields)); diff != "" || line != form.Command {
			t.Errorf("%s\nis read as %q %s", form.Template(), line, diff)
		}
	})
}
