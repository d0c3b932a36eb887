package wecom

import (
	"bytes"
	"encoding/json"
	"flag"
	"regexp"
	"strings"
	"testing"

	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
)

var update = flag.Bool("update", false, "write golden files")

// TestRobotContents holds the bytes of each kind of message to a golden file.
func TestRobotContents(t *testing.T) {
	short := &chat.Card{
		Title: "申请 A12", Tone: chat.Warn,
		Blocks:  []chat.Block{{Text: "张伟申请出差"}, {Facts: []chat.Fact{{Label: "编号", Value: "A12"}, {Label: "去哪里", Value: "广州"}}}, {Note: "依据 2-4"}},
		Buttons: []chat.Button{{Label: "批准", Command: "批准 A12", Primary: true}, {Label: "驳回", Command: "驳回 A12", Danger: true}},
	}
	long := &chat.Card{
		Title: "第48周周报 还没交", Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: "今天 12:00 截止。" + strings.Repeat("没有交的请尽快交。", 9)},
			{Facts: []chat.Fact{{Label: "周期", Value: "第48周（11-23 至 11-29）"}, {Label: "负责人", Value: "<@WangFang> *星*"}}},
			{Table: &chat.Table{Heads: []string{"客户", "金额"}, Rows: [][]string{{"佛山 [x](http://y)", "125,000.00 元"}, {"缺"}}}},
			{Fold: &chat.Folded{Title: "上周计划", Text: "1. 一\n# 二"}},
			{Note: "依据 R12"},
		},
		Buttons: []chat.Button{{Label: "填写", Command: "周报", Primary: true}, {Label: "帮助", Command: "帮助"}},
	}
	form := &chat.Card{Title: "周报", Form: &chat.Form{Command: "提交周报 2026-W48", Submit: "提交", Fields: []chat.Field{
		{Name: "本周", Label: "本周完成", Value: "拜访 3 家", Hint: "一行一件", Lines: 5, Required: true},
		{Name: "计划1", Label: "上周计划 1：样品", Options: []string{"完成", "未完成"}},
	}}}
	b := newBooth(t, nil, nil)
	for _, tt := range []struct {
		name string
		to   chat.Address
		m    chat.Message
	}{
		{"robot_text", private(wangID), chat.Message{Text: "已签到：广州\n→ 11月27日 周五"}},
		{"robot_confidential", private(wangID), chat.Message{Text: "13800000000", Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电，王芳，意向"}}},
		{"robot_card", private(wangID), chat.Message{Card: short}},
		{"robot_card_group", inGroup(), chat.Message{Card: short}},
		{"robot_long_card", private(wangID), chat.Message{Card: long}},
		{"robot_form", private(wangID), chat.Message{Card: form}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := b.Render(t.Context(), tt.to, tt.m, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			text := regexp.MustCompile(`"task_id": "[^"]*"`).ReplaceAllString(got.String(), `"task_id": "…"`) + "\n"
			platformtest.Golden(t, tt.name, text, *update)
		})
	}
}

// A card's task has at least 64 bits of chance, of the characters and the length
// that the platform takes, whichever way it goes.
func TestTasksAreUnlike(t *testing.T) {
	card := &chat.Card{Title: "申请", Buttons: []chat.Button{{Label: "批准", Command: "批准 A1"}}}
	task := regexp.MustCompile(`"task_id":"([0-9a-zA-Z_@-]{13,128})"`)
	seen := map[string]bool{}
	byRobot, byApp := newBooth(t, nil, nil), newFirm(t, nil, nil)
	for range 50 {
		for _, p := range []chat.Platform{byRobot, byApp} {
			raw, err := p.Render(t.Context(), private(wangID), chat.Message{Card: card}, nil)
			m := task.FindSubmatch(raw)
			if err != nil || m == nil || seen[string(m[1])] {
				t.Fatalf("%s, %v", raw, err)
			}
			seen[string(m[1])] = true
		}
	}
}
