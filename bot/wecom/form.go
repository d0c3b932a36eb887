package wecom

import (
	"regexp"
	"strings"

	"marketbot/handlers/chat"
)

// A form becomes a template that is filled in line by line and sent back: its
// first line carries the command, and each field stands under its head. What
// is filled in already stands there too.
//
//	填表 提交周报 2026-W48
//	【本周】本周完成（必填）
//	拜访客户三家
//	【下周】下周计划
const (
	formWord = "填表 "
	lineSign = "⏎" // a line's end within the command
)

// fieldHead is the first line of a field; what is between the brackets is its
// name.
var fieldHead = regexp.MustCompile(`^【([^【】]+)】`)

// template is a form as text to fill in.
func template(f *chat.Form) string {
	lines := []string{formWord + strings.ReplaceAll(f.Command, "\n", lineSign)}
	room := valueBytes / max(len(f.Fields), 1)
	for _, field := range f.Fields {
		lines = append(lines, head(field))
		value := field.Value
		if kept, whole := cut(value, room, 1); !whole {
			value = kept[0]
		}
		lines = append(lines, value)
	}
	return strings.Join(lines, "\n")
}

func head(f chat.Field) string {
	h := "【" + f.Name + "】" + short(f.Label, labelRunes)
	var notes []string
	if f.Required {
		notes = append(notes, "必填")
	}
	if len(f.Options) > 0 {
		options := make([]string, len(f.Options))
		for i, o := range f.Options {
			options[i] = short(o, labelRunes)
		}
		notes = append(notes, "可选："+strings.Join(options, "、"))
	}
	if f.Hint != "" {
		notes = append(notes, short(f.Hint, labelRunes))
	}
	if len(notes) > 0 {
		h += "（" + strings.Join(notes, "；") + "）"
	}
	return strings.ReplaceAll(h, "\n", lineSign) // what follows on another line is the value
}

// Read fills in what somebody wrote, without the mention of the bot: a form's
// template that came back is handed in, all else is a text.
func Read(e *chat.Event, text string) {
	e.Kind, e.Text = chat.Text, worn(text)
	if line, values, ok := filled(e.Text); ok {
		e.Kind, e.Command, e.Values, e.Text = chat.Submit, line, values, ""
	}
}

// filled reads a template that came back; false when a text is none. Lines in
// front of it, which were copied along, do not count.
func filled(text string) (line string, values map[string]string, ok bool) {
	if !strings.Contains(text, "\n【") { // as nearly every text
		return "", nil, false
	}
	_, text, ok = strings.Cut("\n"+marked.ReplaceAllString(text, ""), "\n"+formWord)
	if !ok {
		return "", nil, false
	}
	line, rest, _ := strings.Cut(text, "\n")
	line = strings.ReplaceAll(line, lineSign, "\n")
	values = map[string]string{}
	name, under := "", []string(nil)
	keep := func() {
		if name != "" {
			values[name] = strings.TrimSpace(strings.Join(under, "\n"))
		}
	}
	for l := range strings.SplitSeq(rest, "\n") {
		if m := fieldHead.FindStringSubmatch(l); m != nil {
			keep()
			name, under = m[1], nil
			continue
		}
		under = append(under, l)
	}
	keep()
	return line, values, line != "" && len(values) > 0
}
