package chat

import (
	"strings"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// Where a platform has no forms, one becomes a template: text that is filled in
// line by line and sent back as a command. Its first line carries the form's
// command, and each field stands under its head. What is filled in already
// stands there too.
//
//	填表 提交周报 2026-W48
//	【本周】本周完成（必填）
//	拜访客户三家
//	【下周】下周计划
const (
	TemplateWord  = "填表"
	QuestionsWord = "逐项填写" // in its place: each field is asked for
	lineSign      = "⏎"    // a line's end within the form's command
	headRunes     = 60     // of a label, an option or a hint
)

// Line is the form's command as one line behind a word.
func (f *Form) Line(word string) string {
	return word + " " + strings.ReplaceAll(f.Command, "\n", lineSign)
}

// Template is the form as text to fill in.
func (f *Form) Template() string {
	lines := []string{f.Line(TemplateWord)}
	for _, field := range f.Fields {
		lines = append(lines, field.Head(), field.Value)
	}
	return strings.Join(lines, "\n")
}

// Head is the line that a field's text stands under.
func (f Field) Head() string { return f.mark() + f.About() }

func (f Field) mark() string { return "【" + f.Name + "】" }

// About is what a field asks for, in one line: what follows on another is its
// text.
func (f Field) About() string {
	about := text.Cut(f.Label, headRunes)
	var notes []string
	if f.Required {
		notes = append(notes, "必填")
	}
	if len(f.Options) > 0 {
		options := make([]string, len(f.Options))
		for i, o := range f.Options {
			options[i] = text.Cut(o, headRunes)
		}
		notes = append(notes, "可选："+strings.Join(options, "、"))
	}
	if f.Hint != "" {
		notes = append(notes, text.Cut(f.Hint, headRunes))
	}
	if len(notes) > 0 {
		about += "（" + strings.Join(notes, "；") + "）"
	}
	return strings.ReplaceAll(about, "\n", lineSign)
}

// CutTemplate divides what stands behind TemplateWord into the form's command
// and the fields' texts, for FilledIn.
func CutTemplate(text string) (command, rest string) {
	command, rest, _ = strings.Cut(text, "\n")
	return strings.ReplaceAll(strings.TrimSpace(command), lineSign, "\n"), rest
}

// FilledIn reads the fields' texts of a template: by name, those whose head
// stands there. Other heads are people's own words. Of two texts the later
// counts.
func FilledIn(rest string, fields []Field) map[string]string {
	values := map[string]string{}
	name, under := "", []string(nil)
	keep := func() {
		if name != "" {
			values[name] = strings.TrimSpace(strings.Join(under, "\n"))
		}
	}
	for line := range strings.SplitSeq(rest, "\n") {
		if f, behind, is := headed(line, fields); is {
			keep()
			name, under = f.Name, []string{behind}
			continue
		}
		under = append(under, line)
	}
	keep()
	return values
}

// headed tells whose head a line is, and what somebody wrote right behind it.
func headed(line string, fields []Field) (f Field, behind string, is bool) {
	for _, f := range fields {
		if rest, is := strings.CutPrefix(line, f.mark()); is {
			return f, f.behind(rest), true
		}
	}
	return f, "", false
}

// behind is what stands after a head without its mark. Its notes may be those
// of an older template.
func (f Field) behind(rest string) string {
	if text, same := cutAlike(rest, f.About()); same {
		return strings.TrimSpace(text)
	}
	text, same := cutAlike(rest, strings.ReplaceAll(text.Cut(f.Label, headRunes), "\n", lineSign))
	if same && strings.HasPrefix(text, "（") {
		_, text, _ = strings.Cut(text, "）")
	}
	return strings.TrimSpace(text)
}

// cutAlike is strings.CutPrefix, though marks became wide or narrow on the way
// (～, ~): platforms make some so, to show them as they are.
func cutAlike(s, prefix string) (rest string, same bool) {
	rest = s
	for _, want := range prefix {
		r, size := utf8.DecodeRuneInString(rest)
		if size == 0 || text.Narrow(r) != text.Narrow(want) {
			return s, false
		}
		rest = rest[size:]
	}
	return rest, true
}
