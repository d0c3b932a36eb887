package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// The parts of a report: labels of the text form, names and labels of the card
// form.
const (
	partDone    = "本周"
	partPlan    = "下周"
	partPayment = "回款"
	partProblem = "问题"
)

// What people may write in front of a part: as it is called, and as they call it.
var (
	called     = []string{partDone, partPlan, partPayment, partProblem}
	doneToo    = []string{"本周完成", "这周", "这周完成", "本周工作", "本周工作完成", "本周工作内容", "本周工作总结", "本周总结"}
	planToo    = []string{"下周计划", "下周工作", "下周工作计划", "下周安排", "下周工作安排"}
	problemToo = []string{"需要支持", "支持", "问题/需要支持"}
	calledToo  = slices.Concat(doneToo, planToo, []string{"预计回款"}, problemToo, []string{"上周计划"})
	labels     = slices.Concat(called, calledToo)
)

// mostText is how many characters a part may have.
const mostText = 4000

// written reads the parts of a report out of labels or form values. Parts of
// nothing but blanks are none.
func written(values map[string]string) store.ReportText {
	return store.ReportText{
		Done:    either(values, partDone, doneToo...),
		Plan:    either(values, partPlan, planToo...),
		Payment: either(values, partPayment, "预计回款"),
		Problem: either(values, partProblem, problemToo...),
		Review:  values["上周计划"],
	}
}

func either(values map[string]string, name string, too ...string) string {
	var parts []string
	for _, k := range slices.Concat([]string{name}, too) {
		if text.HasWords(values[k]) {
			parts = append(parts, values[k])
		}
	}
	return strings.Join(parts, "\n")
}

// over lays the parts that were given over those that were there.
func over(old, given store.ReportText) store.ReportText {
	merged := old
	for _, part := range []struct{ into, from *string }{
		{&merged.Done, &given.Done}, {&merged.Plan, &given.Plan}, {&merged.Payment, &given.Payment},
		{&merged.Problem, &given.Problem}, {&merged.Review, &given.Review},
	} {
		if *part.from != "" {
			*part.into = *part.from
		}
	}
	return merged
}

// part is a part of a report with the words in front of it and the field of the
// form that fills it.
type part struct{ label, text, field string }

func parts(t store.ReportText) []part {
	return []part{
		{"上周计划", t.Review, partReason}, {"本周完成", t.Done, partDone}, {"下周计划", t.Plan, partPlan},
		{"预计回款", shownPayment(t.Payment), partPayment}, {"问题/需要支持", t.Problem, partProblem},
	}
}

// shownPayment is a payment as people read it, its amount in full.
func shownPayment(typed string) string {
	fen, n, err := reading.Money(typed)
	if err != nil {
		return typed
	}
	return words.Money(fen) + typed[n:]
}

// fits refuses a part that is too long to be read.
func fits(t store.ReportText) error {
	for _, p := range parts(t) {
		if n := utf8.RuneCountInString(p.text); n > mostText {
			return &command.Refusal{
				Text:   fmt.Sprintf("「%s」有 %d 个字，一次最多 %d 个字。", p.label, n, mostText),
				Hint:   "只写要点，再发一次：周报 本周：… 下周：…",
				Clause: clause,
				Field:  p.field,
			}
		}
	}
	return nil
}

// How much of a plan a form asks about.
const (
	mostItems = 8
	mostItem  = 60 // characters of one, and …
)

// itemMark is how people number the lines of a plan.
var itemMark = regexp.MustCompile(`^\s*(?:[（(]?\d{1,2}[)）]|\d{1,2}[.、．:：]|[一二三四五六七八九十]{1,2}[、.]|[-•·*●①②③④⑤⑥⑦⑧⑨⑩])\s*`)

// items are the lines of a plan, without their numbers, cut to be labels.
func items(plan string) []string {
	var list []string
	for _, l := range lines(plan) {
		l = unmarked(l)
		if text.HasWords(l) {
			list = append(list, text.CutLine(l, mostItem))
		}
	}
	return list[:min(len(list), mostItems)]
}

// inLine is how items are numbered that stand in one line: 1、签约 2、拜访.
var inLine = regexp.MustCompile(`(?:^|[\s,，。])[（(]?(\d{1,2})[)）、.．]`)

// lines are the lines of a plan, cut where they number on.
func lines(plan string) []string {
	var list []string
	for _, l := range strings.FieldsFunc(plan, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' || r == '；' }) {
		from, number := 0, 1
		for _, at := range inLine.FindAllStringSubmatchIndex(l, -1) {
			next, _ := utf8.DecodeRuneInString(l[at[1]:])
			if l[at[2]:at[3]] != strconv.Itoa(number) || unicode.IsDigit(next) {
				continue
			}
			if number++; number > 2 {
				list, from = append(list, strings.TrimRight(l[from:at[0]], ",，。")), at[0]
			}
		}
		list = append(list, strings.TrimLeft(l[from:], ",，。"))
	}
	return list
}

// unmarked is a line without its number; 12.5万 and 10:30 are no numbers of lines.
func unmarked(line string) string {
	rest := line[len(itemMark.FindString(line)):]
	mark := strings.TrimRight(line[:len(line)-len(rest)], " ")
	if next, _ := utf8.DecodeRuneInString(rest); unicode.IsDigit(next) && strings.TrimRight(mark, ".:：") != mark {
		rest = line
	}
	return strings.TrimSpace(rest)
}

// Where the rest of a shortened text is.
const (
	inFile = "…（全文见附件）"
	isCut  = "…（过长，已截断）"
)

// read is a report as people read it, part by part.
func read(t store.ReportText) string {
	var b strings.Builder
	for _, p := range parts(t) {
		if p.text != "" {
			b.WriteString("【" + p.label + "】\n" + text.Said(p.text) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
