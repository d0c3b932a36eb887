package report

import (
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/words"
	"marketbot/store"
)

// short is a week's number alone, for titles: 第48周.
func short(w store.Week) string { return fmt.Sprintf("第%d周", w.Number) }

// at is how a moment is shown: 11月27日 周五 12:00, with seconds where they matter.
func (h Handler) at(t time.Time) string { return words.MomentExact(t.In(h.Rules.Zone)) }

func lateWords(minutes int) string { return overdue("迟交", "按时", minutes) }

func upWords(minutes int) string { return overdue("迟报", "按时", minutes) }

func overdue(late, onTime string, minutes int) string {
	if minutes == 0 {
		return onTime
	}
	text := fmt.Sprintf("%s %d 分钟", late, minutes)
	if minutes >= 60 {
		text += "（" + words.Minutes(minutes) + "）"
	}
	return text
}

// stateWords is a person's line in a word or two.
func stateWords(e entry) string {
	switch {
	case e.state == late:
		return lateWords(e.late)
	case (e.state == onLeave || e.state == freed) && len(e.reports) > 0:
		return string(e.state) + "（已交）"
	default:
		return string(e.state)
	}
}

// cameWords is how many of the reports that are owed came: 已交 2/3.
func cameWords(s sheet) string {
	if s.expected() == 0 {
		return "没有人要交"
	}
	return fmt.Sprintf("已交 %d/%d", s.came(), s.expected())
}

// mostNames is how many names stand in a sentence.
const mostNames = 30

// who are people with their posts: 陈总（总经理）.
func who(people []store.Person) string {
	return words.WithPosts(people, mostNames)
}

func orNobody(text string) string {
	if text == "" {
		return "无"
	}
	return text
}

// andLeave is the people on leave behind a count; empty when there are none.
func andLeave(s sheet) string {
	if n := len(s.in(onLeave)); n > 0 {
		return fmt.Sprintf("，请假 %d 人", n)
	}
	return ""
}

func noteBlock(text string) chat.Block { return chat.Block{Note: text} }
