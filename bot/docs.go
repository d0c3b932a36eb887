package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/wecom"
	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/scheduler/timetable"
)

// docsCommand is the verb docs.
type docsCommand struct {
	File string `help:"要写的文件" default:"README.md" type:"path"`
}

// run writes what the code knows between the markers of the file.
func (c *docsCommand) run(out io.Writer) error {
	before, err := os.ReadFile(c.File)
	if err != nil {
		return &usageError{err}
	}
	sections, err := docSections()
	if err != nil {
		return err
	}
	after, err := fill(string(before), sections)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if after == string(before) {
		_, err = fmt.Fprintln(out, c.File+" 已是最新")
		return err
	}
	if err := os.WriteFile(c.File, []byte(after), 0o644); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	_, err = fmt.Fprintln(out, c.File+" 已更新")
	return err
}

// section is what stands between the markers <!-- name --> and <!-- /name -->.
type section struct{ name, text string }

// docSections are all sections, from the code with its default settings.
func docSections() ([]section, error) {
	cfg := defaults()
	rules, err := cfg.rules()
	if err != nil {
		return nil, err
	}
	a := newAreas(rules, cfg.AreaSettings, healthy)
	desk, err := handlers.NewDesk(handlers.Options{Areas: a})
	if err != nil {
		return nil, err
	}
	jobs, err := timetable.Jobs(rules, a)
	if err != nil {
		return nil, fmt.Errorf("timetable: %w", err)
	}
	return []section{
		{"commands", commandTable(desk)},
		{"timetable", timetableTable(jobs, rules.Zone)},
		{"clauses", clauseTable(desk.Serving())},
		{"scopes", "```json\n" + feishu.Scopes() + "\n```\n"},
		{"events", "- `" + strings.Join(feishu.Events(), "`\n- `") + "`\n"},
		{"wecom", degradationTable()},
	}, nil
}

// healthy is the health of who does not run.
func healthy(context.Context) []chat.Finding { return nil }

// fill replaces every section of a text. It is an error when a marker is
// missing.
func fill(text string, sections []section) (string, error) {
	for _, s := range sections {
		begin, end := "<!-- "+s.name+" -->", "<!-- /"+s.name+" -->"
		head, rest, found := strings.Cut(text, begin)
		if !found {
			return "", fmt.Errorf("no marker %s", begin)
		}
		_, tail, found := strings.Cut(rest, end)
		if !found {
			return "", fmt.Errorf("no marker %s", end)
		}
		text = head + begin + "\n\n" + s.text + "\n" + end + tail
	}
	return text, nil
}

// table is a Markdown table.
func table(rows ...[]string) string {
	var b strings.Builder
	for i, row := range rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	return b.String()
}

func commandTable(desk *handlers.Desk) string {
	rows := [][]string{{"命令", "谁可以", "做什么", "例子", "条款"}}
	for _, s := range desk.Specs() {
		if s.Hidden {
			continue
		}
		example := ""
		if len(s.Examples) > 0 {
			example = "`" + strings.ReplaceAll(s.Examples[0], "\n", " ") + "`"
		}
		rows = append(rows, []string{s.Name, whoMay(s.Who), s.Summary, example, s.Clause})
	}
	return table(rows...)
}

// whoMay is who has a right, as the default settings have it.
func whoMay(r rulebook.Right) string {
	if r != rulebook.HandIn {
		return rulebook.Holders(r)
	}
	var posts []string
	for _, p := range defaults().Reports.OwedBy {
		posts = append(posts, string(p))
	}
	return strings.Join(posts, "、") + "（可设置）"
}

func degradationTable() string {
	rows := [][]string{{"要做的事", "智能机器人", "自建应用", "群机器人", "打字怎么做"}}
	for _, d := range wecom.Degradations() {
		rows = append(rows, []string{d.Need, d.Robot, d.App, d.Hook, d.Typed})
	}
	return table(rows...)
}

func clauseTable(serving rulebook.Serving) string {
	rows := [][]string{{"条款", "标题", "内容", "命令"}}
	for _, c := range rulebook.Clauses {
		rows = append(rows, []string{c.Number, c.Title, c.Text, strings.Join(serving[c.Number], "、")})
	}
	return table(rows...)
}

func timetableTable(jobs []scheduler.Job, zone *time.Location) string {
	rows := [][]string{{"时间", "做什么", "停机后补做", "条款"}}
	for _, j := range jobs {
		if j.Due != nil {
			rows = append(rows, []string{"到期时", j.Title, "随时", j.Clause})
			continue
		}
		rows = append(rows, []string{when(j, zone), j.Title, graceWord(j.Grace), j.Clause})
	}
	return table(rows...)
}

// when is the times of a job in an ordinary week: by the day, or by the
// weekday where days differ.
func when(j scheduler.Job, zone *time.Location) string {
	begin := time.Date(2025, 6, 16, 0, 0, 0, 0, zone) // a Monday; no holiday near
	end := begin.AddDate(0, 0, 7)
	days := map[string][]string{} // clocks by weekday
	var order, list []string
	for slots := j.When.Next(begin.Add(-time.Second)); len(slots) > 0 && slots[0].At.Before(end); slots = j.When.Next(slots[0].At) {
		at := slots[0].At.In(zone)
		day := [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[at.Weekday()]
		if days[day] == nil {
			order = append(order, day)
		}
		days[day] = append(days[day], at.Format("15:04"))
	}
	for _, day := range order {
		list = append(list, day+" "+strings.Join(days[day], "、"))
	}
	if len(order) == 7 && !slices.ContainsFunc(order, func(d string) bool { return !slices.Equal(days[d], days[order[0]]) }) {
		return "每天 " + strings.Join(days[order[0]], "、")
	}
	return strings.Join(list, "；")
}

func graceWord(d time.Duration) string {
	switch {
	case d == 0:
		return "不补"
	case d%time.Hour == 0:
		return fmt.Sprintf("%d 小时内", d/time.Hour)
	}
	return fmt.Sprintf("%d 分钟内", d/time.Minute)
}
