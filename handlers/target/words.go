package target

import (
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// elsewhere is said where no secret can be kept.
const elsewhere = "完整内容请在应用或飞书里看。"

// asOf says as of when figures are: 截至 11月27日 周五 10:30.
func asOf(now time.Time) string { return "截至 " + words.Moment(now) }

// monthIn is a month as people call it on a day: 11月, with the year where that is
// another.
func monthIn(month, today store.Day) string {
	if month[:4] == today[:4] {
		return fmt.Sprintf("%d月", month.Start(time.UTC).Month())
	}
	return words.Month(month)
}

// goalWords are a goal: 100,000.00 元, 不考核, 未定.
func goalWords(g rulebook.Goal) string {
	switch {
	case !g.Set:
		return "未定"
	case g.Fen == 0:
		return "不考核"
	}
	return words.Money(g.Fen)
}

// rateWords are how much of a goal was reached: 96.5%, —.
func rateWords(s rulebook.Sums, g rulebook.Goals, m store.Measure) string {
	return tenths(rulebook.Rate(s, g, m))
}

func tenths(n int64, ok bool) string {
	if !ok {
		return "—"
	}
	return chat.Percent.Words(n)
}

// reached is a measure of somebody's figures in one line.
func reached(s rulebook.Sums, g rulebook.Goals, m store.Measure) string {
	line := fmt.Sprintf("%s %s", m, words.Money(s.Of(m)))
	if m == store.Receipt {
		line += pendingWords(s.Pending)
	}
	line += "，目标 " + goalWords(g.Of(m)) + "，完成率 " + rateWords(s, g, m)
	if goal := g.Of(m); goal.Fen > 0 {
		line += "，差额 " + words.Money(s.Of(m)-goal.Fen)
	}
	return line
}

// pendingWords say how much of a sum waits for 核款; nothing where none does.
func pendingWords(fen int64) string {
	if fen == 0 {
		return ""
	}
	return "（其中待核 " + words.Money(fen) + "）"
}

// growth is what was reached beside the month before: 环比 +12.5%.
func growth(r rulebook.ResultRow, m store.Measure) string {
	n, ok := rulebook.Percent(r.Sums.Of(m)-r.LastSums.Of(m), r.LastSums.Of(m))
	sign := ""
	if ok && n > 0 {
		sign = "+"
	}
	return "环比 " + sign + tenths(n, ok)
}

// rowLines are somebody's figures, or those of all.
func rowLines(r rulebook.ResultRow, month, today store.Day) []string {
	year := "年初至今"
	if month[:4] != today[:4] {
		year = "年初至当月"
	}
	lines := []string{}
	for _, m := range store.Measures {
		lines = append(lines, reached(r.Sums, r.Goals, m))
	}
	before := monthIn(month.Add(-1).Month(), today)
	for _, m := range store.Measures {
		lines = append(lines, "上月（"+before+"）"+reached(r.LastSums, r.LastGoals, m)+"；"+growth(r, m))
	}
	for _, m := range store.Measures {
		lines = append(lines, year+" "+reached(r.YearSums, r.YearGoals, m))
	}
	return lines
}

// correctionWords are a correction: 12月20日 周日 张伟 签约 -20,000.00 元（11月 ZYX-202611-001）.
func correctionWords(c rulebook.Correction, name string, today store.Day) string {
	what := string(c.Measure)
	if c.Goal {
		what += "目标"
	}
	sign := ""
	if c.Fen > 0 {
		sign = "+"
	}
	return fmt.Sprintf("%s %s %s %s%s（%s）", words.DayIn(c.Day, today), name, what, sign, words.Money(c.Fen),
		strings.TrimSpace(monthIn(c.Of, today)+" "+c.Contract))
}
