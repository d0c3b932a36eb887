package command

import (
	"slices"
	"strings"
	"time"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
)

// headings are what people write over a report of their own.
const headings = `工作 总结 小结 计划 汇报 报告 如下 表 日期 时间 姓名 部门 市场部 提交 上交 交 写`

var heading = newLexicon(courtesies, particles, fillers, headings)

// labelled is the line that a text means which is written out part by part as a
// command takes it (本周：… 下周：…), under a head that says no more than whose it is
// and of which week; empty where it is none. One label may stand in any text.
func (r *Router) labelled(typed string, k Known) string {
	for _, s := range r.specs {
		if s.Hidden || s.Needs() || !s.labelled() || !k.Suits(s) {
			continue
		}
		labels := s.Args[len(s.Args)-1].labels()
		at, n := reading.Written(typed, labels)
		switch {
		case n < 2 && reading.Dictated(typed, labels):
			return s.Name + " " + typed
		case n < 2 || at > suggestBytes:
			continue
		}
		head, parts := typed[:at], strings.TrimLeft(typed[at:], " ,，;；")
		m := r.spoken(head, text.Fold(text.CutBytes(head, suggestBytes)), k)
		if meant, _, ok := r.Match(strings.Join(m.Lines, "\n")); ok && meant.labelled() {
			return m.Lines[0] + " " + parts
		}
		return r.underHead(s, head, parts, k)
	}
	return ""
}

// underHead is the line for the parts of a command under a head: for another week
// than this the one that takes the same parts and a week.
func (r *Router) underHead(s *Spec, head, parts string, k Known) string {
	rest, weeks, today := head, []string(nil), store.DayOf(k.Now)
	slots, _ := hear(head, k)
	for _, of := range slots {
		if of.mark == daysMark && daysOf(of.said, Week, k) {
			weeks, rest = append(weeks, of.said), strings.Replace(rest, of.said, " ", 1)
		}
	}
	if k.Name != "" {
		rest = strings.ReplaceAll(rest, k.Name, " ")
	}
	if !useUp(text.Fold(rest).Text, heading, s.ownWords()) {
		return ""
	}
	this := store.WeekOf(today.Start(time.UTC))
	for _, typed := range weeks {
		if w, _, err := reading.Week(typed, today); err != nil || w != this {
			i := slices.IndexFunc(r.specs, func(o *Spec) bool {
				return !o.Hidden && len(o.Args) == 2 && o.Args[0].Kind == Week && o.labelled() && slices.Equal(o.Args[1].Keys, s.Args[0].Keys) && k.Suits(o)
			})
			if i < 0 {
				return ""
			}
			return r.specs[i].Name + " " + typed + " " + parts
		}
	}
	return s.Name + " " + parts
}

// labels reports whether a text begins with a part that the command calls by a label.
func (s *Spec) labels(typed string) bool {
	return s.labelled() && slices.ContainsFunc(s.Args[len(s.Args)-1].labels(), func(l string) bool { return strings.HasPrefix(typed, l) })
}

// labelled reports whether a command ends in parts with labels.
func (s *Spec) labelled() bool { return len(s.Args) > 0 && s.Args[len(s.Args)-1].Kind == Labels }
