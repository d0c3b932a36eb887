package chat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"marketbot/handlers/chat"
)

// What people write into a template reads as they meant it: below a head or
// right behind it, with brackets of their own, in any order.
func TestFilledIn(t *testing.T) {
	form := &chat.Form{Command: "提交 W48\n二", Fields: []chat.Field{
		{Name: "计划1", Label: "上周计划 1：签约", Options: []string{"完成", "未完成"}},
		{Name: "本周", Label: "本周完成", Required: true, Hint: "一行一项"},
		{Name: "下周", Label: "下周计划", Value: "谈\n合同"},
		{Name: "参展", Label: "3日～5日参展", Options: []string{"完成", "未完成"}},
	}}
	for _, tt := range []struct {
		name, text string
		want       map[string]string
	}{
		{"as it was shown", form.Template(), map[string]string{"计划1": "", "本周": "", "下周": "谈\n合同", "参展": ""}},
		{"below the heads", "填表 提交 W48⏎二\n【本周】本周完成（必填；一行一项）\n拜访\n\n三家\n【下周】下周计划\n签约\n", map[string]string{"本周": "拜访\n\n三家", "下周": "签约"}},
		{"behind the heads", "填表 提交 W48⏎二\n【计划1】上周计划 1：签约（可选：完成、未完成）完成\n【本周】本周完成（必填） 拜访\n三家\n【下周】签约", map[string]string{"计划1": "完成", "本周": "拜访\n三家", "下周": "签约"}},
		{"heads of their own", "填表 提交 W48⏎二\n【本周】\n【华东机电】签约推进\n【南方家居】回访", map[string]string{"本周": "【华东机电】签约推进\n【南方家居】回访"}},
		{"marks of another width", "填表 提交 W48⏎二\n【参展】3日~5日参展(可选：完成、未完成) 完成\n【本周】本周完成（必填；一行一项）\n3日~5日参展", map[string]string{"参展": "完成", "本周": "3日~5日参展"}},
		{"twice", "填表 提交 W48⏎二\n【本周】\n一\n【本周】\n二", map[string]string{"本周": "二"}},
		{"nothing", "填表 提交 W48⏎二", map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line, rest := chat.CutTemplate(tt.text[len(chat.TemplateWord):])
			if line != form.Command {
				t.Errorf("it calls %q", line)
			}
			if diff := cmp.Diff(tt.want, chat.FilledIn(rest, form.Fields)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
